import type { Content } from '../calendar/content.js';
import type { VersionedContent } from '../calendar/edit.js';
import { equal } from '../calendar/json.js';
import type { Operation } from '../calendar/patch.js';
import { rebase, type EditConflict } from '../calendar/rebase.js';
import { patchBetween, type MadeEdit } from './given.js';

/** An edit that the server has not answered yet, or whose version has not arrived. */
export interface PendingEdit extends MadeEdit {
  readonly changeId: string;
  readonly note?: string | undefined;
  /** The server's version with exactly the content `before`; null while an edit before it is not stored. */
  base: number | null;
  before: Content;
  after: Content;
  patch: readonly Operation[];
  /** The version that contains it, as far as that is known. */
  storedAt: number | null;
  answered: boolean;
}

/**
 * The edits of one event that are on their way, in the order in which they were made, and what they make of the
 * server's content. Pure: it neither sends nor waits.
 *
 * The oldest is sent as it was made, and the server merges it. The next was made on top of it, on content that no
 * version has; once a version contains the oldest, the next is carried over to that version and stands on it.
 */
export class Pending {
  private edits: PendingEdit[] = [];

  get size(): number {
    return this.edits.length;
  }

  /** What the server will make of its content, as far as one can know: what conflicts is left away. */
  view(server: VersionedContent): Content {
    return this.edits
      .filter((edit) => !isIn(edit, server))
      .reduce((content, edit) => {
        const carried = rebase(edit.before, content, edit.after);
        return 'content' in carried ? (carried.content as Content) : content;
      }, server.content);
  }

  /** Adds an edit that was made on the view. */
  add(made: MadeEdit, server: VersionedContent, changeId: string, note?: string): PendingEdit {
    const isFirst = this.edits.every((edit) => isIn(edit, server));
    const base = isFirst ? server.version : null;
    const edit: PendingEdit = { ...made, changeId, note, base, storedAt: null, answered: false };
    this.edits.push(edit);
    return edit;
  }

  /** The edit to be sent now: the oldest, once all before it are in the server's content. */
  next(): (PendingEdit & { base: number }) | null {
    const [oldest] = this.edits;
    return oldest && !oldest.answered && oldest.base !== null ? { ...oldest, base: oldest.base } : null;
  }

  find(changeId: string): PendingEdit | undefined {
    return this.edits.find((edit) => edit.changeId === changeId);
  }

  /** The edit is stored, in this version; it goes once that has arrived and the server has answered. */
  stored(changeId: string, version: number): void {
    const edit = this.find(changeId);
    if (edit) {
      edit.storedAt = version;
    }
  }

  answered(changeId: string, version: number): void {
    this.stored(changeId, version);
    const edit = this.find(changeId);
    if (edit) {
      edit.answered = true;
    }
  }

  remove(changeId: string): void {
    this.edits = this.edits.filter((edit) => edit.changeId !== changeId);
  }

  /**
   * The server's content is this now, or an edit has gone: lets the next edit stand on it.
   *
   * @returns edits that cannot: what they changed was changed by somebody else before they could be sent.
   */
  settle(server: VersionedContent): { edit: PendingEdit; conflicts: EditConflict[] }[] {
    this.edits = this.edits.filter((edit) => !(edit.answered && isIn(edit, server)));
    const next = this.edits.find((edit) => !isIn(edit, server));
    if (!next || next.base !== null) {
      return [];
    }
    const conflicts = standOn(next, server);
    if (!conflicts) {
      return [];
    }
    this.remove(next.changeId);
    return [{ edit: next, conflicts }, ...this.settle(server)];
  }

  /** The server's versions are others than they were (a restored backup): nothing stands on them any more. */
  restart(): void {
    this.edits = this.edits.filter(({ answered }) => !answered);
    for (const edit of this.edits) {
      edit.base = null;
      edit.storedAt = null;
    }
  }

  clear(): PendingEdit[] {
    return this.edits.splice(0);
  }
}

const isIn = ({ storedAt }: PendingEdit, { version }: VersionedContent): boolean =>
  storedAt !== null && storedAt <= version;

/** Carries an edit over to a version of the server's, or says where it cannot be. */
function standOn(edit: PendingEdit, { version, content }: VersionedContent): EditConflict[] | null {
  if (!equal(edit.before, content)) {
    const carried = rebase(edit.before, content, edit.after);
    if ('conflicts' in carried) {
      return carried.conflicts;
    }
    edit.after = carried.content as Content;
    edit.patch = patchBetween(content, edit.after);
  }
  edit.before = content;
  edit.base = version;
  return null;
}
