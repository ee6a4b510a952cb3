import type { Role } from '../calendar/access.js';
import type { Content } from '../calendar/content.js';
import type { EditConflict } from '../calendar/rebase.js';
import type { Change } from '../protocol/history.js';
import type { Answer, Presence } from '../protocol/live.js';
import type { ConveneError } from './errors.js';
import type { GivenEdit } from './given.js';
import type { EditAnswer, FailedEdit } from './outbox.js';

/** Why an event is not live any more: `closed` by the caller, taken away, or `refused` with an error. */
export type CloseReason = 'closed' | 'unshared' | 'deleted' | 'not-found' | 'session-ended' | 'refused';

export interface LiveEventEvents {
  /** What is to be seen, or its version, is another: by a change of the server's, or (null) by one's own edit. */
  change: { content: Content; version: number; change: Change | null };
  presence: { total: number; present: Presence[] };
  /** Others changed the same: the edit is not shown any more; here is what it was, and what theirs is. */
  conflict: { conflicts: EditConflict[]; edit: FailedEdit; error: ConveneError };
  /** The server refused an edit for another reason; it is not shown any more. */
  refused: { error: ConveneError; edit: FailedEdit };
  /** Up to date, after subscribing or a lost connection. */
  synced: { version: number };
  /** The server's versions went back: a backup was restored. */
  reset: { version: number };
  /** Nothing more comes; `unsaved` are the edits that were on their way. */
  closed: { reason: CloseReason; unsaved: FailedEdit[] };
}

/** One event as it is now, kept up to date until it is closed. */
export interface LiveEvent {
  readonly id: string;
  /** The newest of the server's versions that has arrived. */
  readonly version: number;
  /** What is to be seen: the server's content, and on it the edits that are on their way. Not to be changed. */
  readonly content: Content;
  /** The server's content at `version`. Not to be changed. */
  readonly serverContent: Content;
  readonly role: Role;
  /** Who is at the event, oneself included; of many the 50 that came last. */
  readonly present: readonly Presence[];
  /** How many edits the server has not answered yet. */
  readonly pending: number;
  /** Why it is not live any more; null while it is. */
  readonly closed: CloseReason | null;

  /** Listens until the function that is returned is called. */
  on<Name extends keyof LiveEventEvents>(
    name: Name,
    listener: (payload: LiveEventEvents[Name]) => void,
  ): () => void;

  /**
   * Changes the event. Shown at once; sent in the order of the calls, as soon and as often as it takes; merged by the
   * server with what others do. Nobody needs to wait for the answer: `conflict` and `refused` tell of a refusal too.
   *
   * @returns when the server has stored it
   * @throws edit-conflict with `conflicts` where others changed the same; whatever else the server refuses it for;
   *   too-many-pending over 1,000 unanswered edits; closed
   */
  edit(given: GivenEdit, options?: { note?: string }): Promise<EditAnswer>;

  /** Resolves when no edit is on its way any more, however they ended. */
  saved(): Promise<void>;

  /**
   * Restores the content of an earlier version as a new one, after the edits made before. It is sent once: after
   * `connection-lost` and `no-answer` look at the version.
   */
  rollback(toVersion: number, options?: { baseVersion?: number }): Promise<Answer<'event:rollback'>>;

  /** Tells the others what one is doing here, at most 1 KiB; told again by itself after a lost connection. */
  setPresence(state: Record<string, unknown> | null): Promise<void>;

  /** Ends the subscription. Edits on their way are rejected with `closed`: wait for `saved()` first. */
  close(): Promise<void>;
}
