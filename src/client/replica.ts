import type { Content } from '../calendar/content.js';
import { replay } from '../calendar/difference.js';
import { CONTENT_FIELDS } from '../calendar/fields.js';
import type { Operation } from '../calendar/patch.js';
import type { EventView } from '../protocol/events.js';
import type { Change } from '../protocol/history.js';

/** More of them are not kept: they are asked for again. */
const MAX_HELD = 1_000;

/** The server's content of one event, change by change, in the order of the versions. */
export class Replica {
  /** 0 before anything has come. */
  version = 0;
  content = {} as Content;
  private readonly held = new Map<number, Change>();

  /** Whether there are changes that wait for others before them. */
  get isBehind(): boolean {
    return this.held.size > 0;
  }

  /** The event whole, in place of whatever there was. */
  replace(event: EventView): void {
    this.version = event.version;
    this.content = Object.fromEntries(CONTENT_FIELDS.map((field) => [field, event[field]])) as Content;
    for (const version of this.held.keys()) {
      if (version <= this.version) {
        this.held.delete(version);
      }
    }
  }

  forgetHeld(): void {
    this.held.clear();
  }

  /** A change that has come; what is known already is ignored. */
  take(change: Change): void {
    if (change.version > this.version && (this.held.size < MAX_HELD || change.version === this.version + 1)) {
      this.held.set(change.version, change);
    }
  }

  /** Applies the next change, and answers it; null where it has not come. @throws where it does not apply */
  next(): Change | null {
    const change = this.held.get(this.version + 1);
    if (!change) {
      return null;
    }
    this.held.delete(change.version);
    this.content = replay(this.content, change.patch as Operation[]);
    this.version = change.version;
    return change;
  }
}
