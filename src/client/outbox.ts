import type { Content } from '../calendar/content.js';
import type { VersionedContent } from '../calendar/edit.js';
import type { Operation } from '../calendar/patch.js';
import type { EditConflict } from '../calendar/rebase.js';
import type { Change } from '../protocol/history.js';
import type { Answer, Payload } from '../protocol/live.js';
import { asError, ConveneError, isPassing } from './errors.js';
import { patience } from './patience.js';
import { changesNothing, make, type GivenEdit } from './given.js';
import { Pending, type PendingEdit } from './pending.js';
import type { Schedule } from './schedule.js';

/** What an edit came to: its version, and whether it was merged with what others had changed. */
export interface EditAnswer {
  version: number;
  merged: boolean;
  /** null where nothing changed, and where the edit was too long for the live connection. */
  change: Change | null;
}

/** An edit that did not get through: all that is needed to show it, or to make it again. */
export interface FailedEdit {
  changeId: string;
  note: string | undefined;
  patch: readonly Operation[];
  /** What its author saw before and after it. */
  before: Content;
  after: Content;
}

/** What an outbox needs of its event. */
export interface OutboxHost {
  readonly server: VersionedContent;
  /** Connected, and up to date. */
  isReady(): boolean;
  send(edit: Payload<'event:edit'>): Promise<Answer<'event:edit'>>;
  /** A change that the server answered. */
  take(change: Change): void;
  /** An edit was answered: the view may be another, where it was not known that the edit is in what came. */
  answered(): void;
  /** An edit was refused, and is no longer shown. */
  failed(edit: FailedEdit, error: ConveneError): void;
}

interface Waiting {
  /** The edit as it came among the changes: it is stored, whatever is answered from then on. */
  change: Change | null;
  resolve(answer: EditAnswer): void;
  reject(error: ConveneError): void;
}

const MAX_PENDING = 1_000;

/** Sends the edits of one event, one after the other, as often as it takes; each has its own answer. */
export class Outbox {
  private readonly pending = new Pending();
  private readonly waiting = new Map<string, Waiting>();
  private idlers: (() => void)[] = [];
  private isSending = false;

  constructor(
    private readonly eventId: string,
    private readonly schedule: Schedule,
    private readonly host: OutboxHost,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  view(): Content {
    return this.pending.view(this.host.server);
  }

  /**
   * Takes an edit that is made on the view.
   *
   * @returns the view with it, and its answer to come
   * @throws invalid-patch, validation-failed, too-many-pending
   */
  add(given: GivenEdit, view: Content, note?: string): { view: Content; answer: Promise<EditAnswer> } {
    const made = make(given, view);
    if (changesNothing(made)) {
      const { version } = this.host.server;
      return { view, answer: Promise.resolve({ version, merged: false, change: null }) };
    }
    if (this.size >= MAX_PENDING) {
      throw new ConveneError('too-many-pending', `${MAX_PENDING} edits wait for the connection already.`);
    }
    const { changeId } = this.pending.add(made, this.host.server, this.schedule.newId(), note);
    const answer = new Promise<EditAnswer>((resolve, reject) => {
      this.waiting.set(changeId, { change: null, resolve, reject });
    });
    return { view: made.after, answer };
  }

  /** Resolves when none is on its way any more. */
  idle(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idlers.push(resolve));
  }

  /** A change came that may be one of these. */
  seen(change: Change): void {
    const { changeId, version } = change;
    if (changeId !== undefined) {
      this.pending.stored(changeId, version);
      const waiting = this.waiting.get(changeId);
      if (waiting) {
        waiting.change = change;
      }
    }
  }

  /** The server's content is another now. */
  settle(): void {
    for (const { edit, conflicts } of this.pending.settle(this.host.server)) {
      this.fail(edit, conflictOf(conflicts, this.host.server.version));
    }
  }

  restart(): void {
    this.pending.restart();
  }

  /** Sends what there is to send, if that is possible. */
  async send(): Promise<void> {
    if (this.isSending) {
      return;
    }
    this.isSending = true;
    let failures = 0;
    for (let edit = this.turn(); edit; edit = this.turn()) {
      try {
        this.answered(edit, await this.host.send(payloadOf(this.eventId, edit)));
        failures = 0;
      } catch (thrown) {
        const error = asError(thrown);
        if (isPassing(error)) {
          // Sent again as it was: the server knows it by its id.
          await patience(this.schedule, error, failures);
          failures += 1;
        } else {
          this.refused(edit, error);
        }
      }
    }
    this.isSending = false;
  }

  /** Rejects whatever waits, and answers what that was. */
  close(error: ConveneError): FailedEdit[] {
    const edits = this.pending.clear();
    edits.forEach((edit) => this.resolveIfSeen(edit));
    const unsaved = edits.filter(({ changeId }) => this.waiting.has(changeId));
    unsaved.forEach(({ changeId }) => this.done(changeId)?.reject(error));
    return unsaved.map(failedEdit);
  }

  private turn() {
    return this.host.isReady() ? this.pending.next() : null;
  }

  private answered({ changeId }: PendingEdit, { version, merged, change }: Answer<'event:edit'>): void {
    this.pending.answered(changeId, version);
    if (change) {
      this.host.take(change);
    }
    this.settle();
    this.host.answered();
    this.done(changeId)?.resolve({ version, merged, change });
  }

  private refused(edit: PendingEdit, error: ConveneError): void {
    this.pending.remove(edit.changeId);
    if (!this.resolveIfSeen(edit)) {
      this.fail(edit, error);
    }
    this.settle();
  }

  /** Its answer was lost, and its author may not ask for it any more: it has been stored all the same. */
  private resolveIfSeen({ changeId, base }: PendingEdit): boolean {
    const change = this.waiting.get(changeId)?.change;
    if (!change) {
      return false;
    }
    const { version } = change;
    this.done(changeId)?.resolve({ version, merged: version - 1 !== base, change });
    return true;
  }

  private fail(edit: PendingEdit, error: ConveneError): void {
    const waiting = this.done(edit.changeId);
    if (waiting) {
      waiting.reject(error);
      this.host.failed(failedEdit(edit), error);
    }
  }

  private done(changeId: string): Waiting | undefined {
    const waiting = this.waiting.get(changeId);
    this.waiting.delete(changeId);
    if (this.size === 0) {
      this.idlers.splice(0).forEach((resolve) => resolve());
    }
    return waiting;
  }
}

const failedEdit = ({ changeId, note, patch, before, after }: PendingEdit): FailedEdit => ({
  changeId,
  note,
  patch,
  before,
  after,
});

const payloadOf = (
  eventId: string,
  { base, patch, changeId, note }: PendingEdit & { base: number },
): Payload<'event:edit'> => ({
  eventId,
  baseVersion: base,
  patch: [...patch],
  changeId,
  ...(note !== undefined && { note }),
});

/** The same problem as the server's, by the same rules: it arose before the edit could be sent. */
function conflictOf(conflicts: EditConflict[], currentVersion: number): ConveneError {
  const paths = conflicts.map(({ path }) => path).join(', ');
  return new ConveneError('edit-conflict', `Others have changed the same: ${paths}.`, {
    code: 'edit-conflict',
    status: 409,
    conflicts,
    currentVersion,
  });
}
