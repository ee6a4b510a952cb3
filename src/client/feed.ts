import type { Change } from '../protocol/history.js';
import type { Answer, Payload } from '../protocol/live.js';
import { asError, isPassing, type ConveneError } from './errors.js';
import { patience } from './patience.js';
import { Replica } from './replica.js';
import type { Schedule } from './schedule.js';

type Subscribed = Answer<'event:subscribe'>;

/** What a feed needs of its event. */
export interface FeedHost {
  /** Whether there is a connection, and the event is still wanted. */
  isWanted(): boolean;
  subscribe(payload: Payload<'event:subscribe'>): Promise<Subscribed>;
  /** The content is at the version of this change now. */
  applied(change: Change): void;
  /** The content was replaced by the event whole. */
  replaced(answer: Subscribed): void;
  /** All of an answer has been taken. */
  synced(answer: Subscribed): void;
  /** The server does not let one in. */
  refused(error: ConveneError): void;
}

/** How long a change waits for those before it, which may just have taken another way. */
const GAP_MS = 200;

/** Keeps a replica up to date: applies changes in order, and asks for what is missing. */
export class Feed {
  readonly replica = new Replica();
  private isUpToDate = false;
  private isAsking = false;
  /** The content cannot be trusted: the event is needed whole. */
  private isBroken = false;
  private stopTimer: (() => void) | null = null;

  constructor(
    private readonly eventId: string,
    private readonly schedule: Schedule,
    private readonly host: FeedHost,
  ) {}

  /** Whether it has caught up since the connection was made. */
  get isSynced(): boolean {
    return this.isUpToDate;
  }

  disconnected(): void {
    this.isUpToDate = false;
  }

  close(): void {
    this.isUpToDate = false;
    this.stopTimer?.();
  }

  receive(change: Change): void {
    this.replica.take(change);
    this.applyHeld();
    if (this.isUpToDate && (this.replica.isBehind || this.isBroken)) {
      this.stopTimer ??= this.schedule.after(GAP_MS, () => {
        this.stopTimer = null;
        if (this.replica.isBehind || this.isBroken) {
          void this.catchUp();
        }
      });
    }
  }

  /** Asks for what is missing until it is there; one such talk at a time. */
  async catchUp(): Promise<void> {
    if (this.isAsking) {
      return;
    }
    this.isAsking = true;
    for (let failures = 0; this.host.isWanted(); failures += 1) {
      try {
        this.take(await this.host.subscribe({ eventId: this.eventId, ...this.since() }));
        if (!this.replica.isBehind && !this.isBroken) {
          break;
        }
        await this.schedule.wait(this.schedule.backOff(failures));
      } catch (error) {
        await this.endure(asError(error), failures);
      }
    }
    this.isAsking = false;
  }

  private since(): { sinceVersion?: number } {
    return this.replica.version > 0 && !this.isBroken ? { sinceVersion: this.replica.version } : {};
  }

  private async endure(error: ConveneError, failures: number): Promise<void> {
    if (isPassing(error) || error.code === 'internal-error') {
      await patience(this.schedule, error, failures);
    } else {
      this.host.refused(error);
    }
  }

  private take(answer: Subscribed): void {
    if (!this.host.isWanted()) {
      return;
    }
    const { event, missed = [], reset } = answer;
    if (event && (reset || this.isBroken || event.version >= this.replica.version)) {
      if (reset) {
        this.replica.forgetHeld();
      }
      this.replica.replace(event);
      this.isBroken = false;
      this.host.replaced(answer);
    }
    missed.forEach((change) => this.replica.take(change));
    this.applyHeld();
    if (this.host.isWanted()) {
      this.isUpToDate = true;
      this.host.synced(answer);
    }
  }

  private applyHeld(): void {
    for (let change = this.next(); change; change = this.next()) {
      this.host.applied(change);
    }
  }

  private next(): Change | null {
    try {
      return this.isBroken ? null : this.replica.next();
    } catch {
      // A change that does not apply to the version before it: one of the two is wrong.
      this.isBroken = true;
      return null;
    }
  }
}
