import type { Role } from '../../calendar/access.js';
import type { EventRecord } from '../../calendar/event.js';
import type { Millis } from '../../calendar/time.js';

/** A found event, with its sort key (`span.startAt`, or `updatedAt` in milliseconds) and the user's role. */
export interface FoundEvent {
  event: EventRecord;
  role: Role;
  key: Millis;
}

/** One page of what has become of a user's events. */
export interface ChangedQuery {
  userId: string;
  /** What was at this time or later. */
  since: Millis;
  /** Only what comes after this one in the order of time (in milliseconds), then the event's id. */
  after?: { key: Millis; id: string };
  limit: number;
}

/** That a user's part in an event has ended. */
export interface Loss {
  eventId: string;
  /** When: the event's `updatedAt` with it, or the time at which it was erased. */
  at: Millis;
}

/** For how long a loss stays on record, at least. */
export const LOSSES_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** What has become of a user's events since some time, however much has become of others'. */
export interface ChangedEvents {
  /**
   * So many milliseconds after its time a change has come to light, if it ever does: until then clocks may differ, a write
   * may be under way, and what a crash has left half done be unsettled.
   */
  readonly settledMs: number;

  /**
   * The events of which the user is a member that were last updated at `since` or later, in the trash as well
   * (`deletedAt` says so), whoever owns them: ascending, at most `limit`. Event and role are of one version.
   */
  changed(query: ChangedQuery): Promise<FoundEvent[]>;
  /**
   * The events that the user lost at `since` or later, each at its last time: ascending, at most `limit`. Every loss
   * is there once the write that it comes with is; the other way round it may not be: the user may be a member
   * (again), or the write may not have happened (yet).
   */
  losses(query: ChangedQuery): Promise<Loss[]>;
}
