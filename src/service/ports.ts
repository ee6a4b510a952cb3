import type { Role } from '../calendar/access.js';
import type { Content } from '../calendar/content.js';
import { CodedError } from '../calendar/errors.js';
import type { EventRecord, Span } from '../calendar/event.js';
import type { Bucket, LogEntry } from '../calendar/history.js';
import type { Millis } from '../calendar/time.js';
import type { Person } from '../protocol/accounts.js';
import type { Change } from '../protocol/history.js';
import type { EventView } from '../protocol/events.js';
import type { ScheduleConflict } from '../protocol/schedule.js';
import type { SessionEnd } from '../protocol/live.js';
import type { ChangedEvents, FoundEvent } from './ports/changed.js';
import type { FeedStore } from './ports/feeds.js';
import type { IdempotencyStore } from './ports/idempotency.js';
import type { DeliveryStore, WebhookStore } from './ports/webhooks.js';

export type * from './ports/changed.js';
export type * from './ports/feeds.js';
export type * from './ports/idempotency.js';
export type * from './ports/webhooks.js';

/*
 * What the service needs from the world, in its own words. `test/store` holds the suites that prove a store;
 * they run against every one of them, line for line.
 *
 * Of every store:
 * - A promise that resolves means stored durably; a rejection means that nothing was written, unless the
 *   error is an {@link Unavailable} one, after which either may be true.
 * - A read sees every write that was acknowledged before it began, whichever process wrote.
 * - What is written may be changed afterwards, and nothing in the store changes. What is read is not to be changed: it
 *   may be given to others too, and is frozen then.
 * - `undefined` members are absent members.
 * - Asked about an event by a text that is no id, it says what it says where there is no event.
 */

/** A user's part in an event. */
export interface Membership {
  userId: string;
  role: Role;
  grantedBy: string;
  /** RFC 3339, to the millisecond. */
  grantedAt: string;
}

/** What a store keeps beside an event so that lists can be served by an index. */
export interface IndexKeys {
  span: Span;
  /** `calendar/search.ts`: the words of title, description and location, each behind a space. */
  searchText: string;
}

/** An event that does not exist yet: its first version, its first entry, its members (the owner among them). */
export interface NewEvent {
  event: EventRecord;
  keys: IndexKeys;
  entries: LogEntry[];
  members: Membership[];
}

/** A change of one event: its state afterwards, and the log entries that lead there. */
export interface EventCommit {
  /** The event after the change; its version is that of the last entry. */
  event: EventRecord;
  /** Without a search text where that stays as it was. */
  keys: Pick<IndexKeys, 'span'> & Partial<IndexKeys>;
  /** Ascending and without gaps, the first being `atVersion + 1`. */
  entries: LogEntry[];
  /** The version that the event must still have. */
  atVersion: number;
  /** Members added, or given another role. */
  granted: Membership[];
  /** The user ids of members removed. */
  revoked: string[];
  /** An event that comes into being with the change, in the same step: what a series goes on as. */
  alsoInsert?: NewEvent;
}

/** An event as it stands, with the memberships of those users who were asked for and are members. */
export interface Snapshot {
  event: EventRecord;
  members: Map<string, Membership>;
}

/** One page of a user's events. */
export interface EventQuery {
  /** Only events of which this user is a member. */
  userId: string;
  /** `live`: not in the trash. `trash`: in the trash, and owned by the user. */
  state: 'live' | 'trash';
  role?: Role;
  status?: Content['status'];
  tag?: string;
  /** As `wordsOf` gives them; each must begin a word of the search text. */
  words: string[];
  /** `updatedAt` at or after this. */
  updatedSince?: Millis;
  /**
   * Only events whose span meets the half-open window; one of zero length where `from <= start < to`. `to` may be
   * before `from`: then what begins before the one and ends after the other.
   */
  window: { from?: Millis; to?: Millis };
  sort: 'start' | 'updatedAt';
  descending: boolean;
  /** Only what comes after this item in the order of the sort key, then the id (both in the sort's direction). */
  after?: { key: Millis; id: string };
  limit: number;
}

export interface EventStore extends ChangedEvents {
  /** Stores new events, all or none; rejects where one of the ids is taken. */
  insert(events: NewEvent[]): Promise<void>;

  /** The event with its members among `userIds`; null where there is none. Event and members are of one version. */
  find(eventId: string, userIds: readonly string[]): Promise<Snapshot | null>;

  /** All members of an event, in no order; none where there is no event. */
  members(eventId: string): Promise<Membership[]>;

  /**
   * Writes state, log entries and members in one atomic step, if the event still has version `atVersion`; with
   * `alsoInsert` a new event too, both or neither. It rejects where that one's id is taken.
   *
   * @returns false where it has not (or is gone): nothing was written, and the caller may look again.
   */
  commit(commit: EventCommit): Promise<boolean>;

  /**
   * Removes event, members, log and buckets, if the event still has this version; false where it has not. All members
   * lose it at `at` (RFC 3339).
   */
  erase(eventId: string, atVersion: number, at: string): Promise<boolean>;

  /** The user's events that match, in order, at most `limit`. */
  list(query: EventQuery): Promise<FoundEvent[]>;

  /** Those of these events of which the user is a member, in the trash or not, in no order; `key` is `updatedAt`. */
  these(userId: string, eventIds: readonly string[]): Promise<FoundEvent[]>;

  /** The current versions of those of these events that exist. */
  versions(eventIds: readonly string[]): Promise<Map<string, number>>;

  /** Which of these users are members of a live event of which this user is one. */
  sharingWith(userId: string, otherIds: readonly string[]): Promise<Set<string>>;

  /** The entries that are still embedded in the event, ascending; none where there is no event. */
  embeddedLog(eventId: string): Promise<LogEntry[]>;

  /**
   * Stores a bucket; storing the same one again changes nothing, and of two that begin alike the longer stays.
   * Of an event that is gone none is kept.
   */
  putBucket(bucket: Bucket): Promise<void>;

  /** Drops embedded entries up to and including `toVersion`: they are in a bucket. Again: nothing happens. */
  trimLog(eventId: string, toVersion: number): Promise<void>;

  /** The newest bucket that begins at or before `version`; null where none does. */
  bucket(eventId: string, version: number): Promise<Bucket | null>;

  /** The entry of this author's change with this id, embedded or in a bucket. */
  entryOfChange(eventId: string, userId: string, changeId: string): Promise<LogEntry | null>;
}

/** A person with an account. */
export interface UserRecord {
  id: string;
  email: string;
  /** As emails are compared: unique. */
  emailKey: string;
  username: string;
  /** As usernames are compared: unique. */
  usernameKey: string;
  name: string;
  /** An argon2id hash in PHC form. */
  passwordHash: string;
  createdAt: string;
}

/** One sign-in. It stays on record, ended, until its refresh token would have expired. */
export interface SessionRecord {
  id: string;
  userId: string;
  /** SHA-256 of the refresh token that is valid now, in hex. */
  refreshHash: string;
  createdAt: string;
  lastUsedAt: string;
  /** When the refresh token expires; after this the store may forget the session. */
  expiresAt: string;
  revokedAt: string | null;
  userAgent: string;
  address: string;
}

/** A right to register, for whoever knows its code; it is gone once it has been used. */
export interface InvitationRecord {
  /** SHA-256 of the code, in hex. */
  hash: string;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
}

/** Somebody who has deleted their account, on record until nothing is left of it. */
export interface Departure {
  userId: string;
  /** The user who gets the events; null: they are erased. */
  transferTo: string | null;
  at: string;
}

export interface AccountStore {
  /**
   * Stores a new user; says which of its keys is taken, if one is (email before username). With the hash of an
   * invitation that one is used up in the same step, both or neither; `invitation-unknown` where there is none
   * that is good at the user's `createdAt`.
   */
  insertUser(
    user: UserRecord,
    invitationHash?: string,
  ): Promise<'stored' | 'email-taken' | 'username-taken' | 'invitation-unknown'>;
  /**
   * Changes a user who still has this password hash; `gone` where nobody has that id and that hash. A user's own
   * username is not taken.
   */
  updateUser(
    id: string,
    passwordHash: string,
    change: Partial<Pick<UserRecord, 'username' | 'usernameKey' | 'name' | 'passwordHash'>>,
  ): Promise<'stored' | 'username-taken' | 'gone'>;
  user(id: string): Promise<UserRecord | null>;
  userByEmail(emailKey: string): Promise<UserRecord | null>;
  userByUsername(usernameKey: string): Promise<UserRecord | null>;
  /** Those of these users that exist, in no order. */
  users(ids: readonly string[]): Promise<UserRecord[]>;

  insertSession(session: SessionRecord): Promise<void>;
  session(id: string): Promise<SessionRecord | null>;
  /** Puts a new refresh token in place of the current one; false where that is not (any more) `expectedHash`. */
  rotateSession(
    id: string,
    expectedHash: string,
    next: Pick<SessionRecord, 'refreshHash' | 'lastUsedAt' | 'expiresAt'>,
  ): Promise<boolean>;
  /** Ends a session; ending an ended one changes nothing. */
  revokeSession(id: string, at: string): Promise<void>;
  /** Ends all sessions of a user that have not ended, but for `except`; answers their ids. */
  revokeSessions(userId: string, at: string, except?: string): Promise<string[]>;
  /** A user's sessions that at this time have neither ended nor expired: the newest first, at most `limit`. */
  sessionsOf(userId: string, at: string, limit: number): Promise<SessionRecord[]>;
  /** Those of these sessions that have been ended, or are not known (any more). */
  endedAmong(sessionIds: readonly string[]): Promise<Set<string>>;

  /**
   * Stores an invitation; false where `createdBy` has `limit` of them already that are good at its `createdAt`.
   * (Several processes that are asked at the same moment may go beyond it by one each.)
   */
  insertInvitation(invitation: InvitationRecord, limit: number): Promise<boolean>;
  /** Whether there is an invitation with this hash that is good at this time. */
  isInvitation(hash: string, at: string): Promise<boolean>;

  /**
   * Puts a departure on record and takes the account away, as {@link AccountStore.removeUser} does: a crash in
   * between leaves the record. False where there is no such user, or one who is leaving already.
   */
  depart(departure: Departure): Promise<boolean>;
  /**
   * Takes a user away with their feeds, webhooks and the invitations they made: nobody finds them, and email and
   * username are free.
   */
  removeUser(userId: string): Promise<void>;
  departure(userId: string): Promise<Departure | null>;
  /** The departures on record in the order of their user ids, those after `after`. */
  departures(after: string, limit: number): Promise<Departure[]>;
  /** Takes a departure from the record, with all sessions of the user. */
  forgetDeparture(userId: string): Promise<void>;
}

/** Rights to go first, which every process on the store respects. */
export interface LeaseStore {
  /** Takes the lease for at most `ms`; false where another holder has it. */
  take(key: string, holder: string, ms: number): Promise<boolean>;
  /** Gives back a lease that this holder took; nothing happens where it has expired meanwhile. */
  giveBack(key: string, holder: string): Promise<void>;
}

/** A process on the store, as the others see it. */
export interface NodeRecord {
  /** Made up anew at each start of a process. */
  id: string;
  /** How often it has said that it lives. */
  beats: number;
  /** How often it was asked to look at the store anew, and up to which asking it has done so. */
  asked: number;
  done: number;
}

/** The processes that share a store: who lives, and who has seen what is stored. */
export interface NodeStore {
  /** A name for the store that all who share it know it by, and nobody else does; the same for ever. */
  sharedName(): Promise<string>;
  /**
   * Says that this node lives (the first time: that it is there) and has done what it was asked to up to `done`;
   * answers every node, itself among them, as they stand afterwards.
   */
  beat(nodeId: string, done: number): Promise<NodeRecord[]>;
  /** Asks every node but this one to look at the store anew; answers those as they stand afterwards. */
  ask(nodeId: string): Promise<NodeRecord[]>;
  /** Takes a node from the list; with `beats` only while it has not said more often that it lives. */
  forget(nodeId: string, beats?: number): Promise<void>;
}

/** The stores, which live and die together. */
export interface Store {
  events: EventStore;
  accounts: AccountStore;
  leases: LeaseStore;
  idempotency: IdempotencyStore;
  feeds: FeedStore;
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  /** null where no other process can be on the store. */
  nodes: NodeStore | null;
  /** Resolves where the store answers, rejects where it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Thrown by a store that cannot be reached: whether the write happened is not known. */
export class Unavailable extends CodedError<'unavailable'> {
  override name = 'Unavailable';

  /** @param reason for the log; a client learns no more than that the store is away. */
  constructor(
    readonly reason: string,
    { cause }: ErrorOptions = {},
  ) {
    super('unavailable', 'The store cannot be reached for the moment.', { retryAfter: RETRY_AFTER });
    this.cause = cause;
  }
}

/** Seconds after which it is worth asking again. */
const RETRY_AFTER = 5;

/** The time, as anything that is not a pure function has to ask for it. */
export interface Clock {
  now(): Date;
}

/** Something to be told to all sockets of some users, beside the changes themselves (`realtime.md`). */
export type Notice =
  | { message: 'event:created'; to: string[]; payload: { event: EventView; by: Person } }
  | {
      message: 'event:shared';
      to: string[];
      payload: { eventId: string; event: EventView; role: Role; by: Person };
    }
  | {
      message: 'conflict:detected';
      to: string[];
      payload: { eventId: string; conflicts: ScheduleConflict[]; by: Person };
    }
  | { message: 'event:unshared'; to: string[]; payload: { eventId: string; by: Person } }
  | {
      message: 'event:deleted' | 'event:restored';
      to: string[];
      payload: { eventId: string; version: number; by: Person };
    };

/** What became of one event in one commit, for everybody who has to know. */
export interface News {
  eventId: string;
  /** In version order. */
  changes: Change[];
  /** The event is gone for good: everybody leaves, its owner too. */
  erased?: true;
  notices: Notice[];
}

export interface Broadcaster {
  /**
   * Tells the news in order, after it was stored, to the sockets of every process. Whom a change takes from the
   * members leaves before it is told; after a deletion everybody leaves but who deleted. Resolves once that is so
   * everywhere. Never rejects on account of a single receiver.
   *
   * @throws unavailable where a living process does not confirm in time that those who had to leave have left.
   */
  publish(news: News): Promise<void>;
  /** Tells the sockets of these sessions why they end, and disconnects them, on every process. @throws unavailable */
  endSessions(sessionIds: readonly string[], reason: SessionEnd): Promise<void>;
}
