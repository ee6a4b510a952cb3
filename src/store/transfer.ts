import type { EventRecord } from '../calendar/event.js';
import type { Bucket, LogEntry } from '../calendar/history.js';
import type { Millis } from '../calendar/time.js';
import type {
  DeliveryRecord,
  Departure,
  IndexKeys,
  FeedRecord,
  InvitationRecord,
  Membership,
  SessionRecord,
  UserRecord,
  WebhookRecord,
} from '../service/ports.js';

/*
 * Everything that a store keeps, record by record, so that it can be carried from one store into another. A new kind
 * is put in here: then neither store compiles before it can read and write it.
 */

/** An event with all that lies beside it but its buckets. */
export interface WholeEvent {
  event: EventRecord;
  keys: IndexKeys;
  /** In the order of their user ids. */
  members: Membership[];
  /** The embedded entries, ascending. */
  entries: LogEntry[];
}

/** What is known of an idempotency key. */
export interface KeyRecord {
  userId: string;
  key: string;
  fingerprint: string;
  token: string;
  attempt: number;
  expiresAt: Millis;
  /** Base64; absent where a run has left it open. */
  answer?: string;
}

/** That a user has lost an event. */
export interface LossRecord {
  userId: string;
  eventId: string;
  at: Millis;
  expiresAt: Millis;
}

/** Up to which version of an event all was enqueued that a webhook is to be told. */
export interface PositionRecord {
  webhookId: string;
  eventId: string;
  version: number;
}

export interface Records {
  users: UserRecord;
  sessions: SessionRecord;
  invitations: InvitationRecord;
  feeds: FeedRecord;
  webhooks: WebhookRecord;
  deliveries: DeliveryRecord;
  webhookPositions: PositionRecord;
  departures: Departure;
  losses: LossRecord;
  events: WholeEvent;
  buckets: Bucket;
  keys: KeyRecord;
}
export type Kind = keyof Records;

/** In the order in which they are carried. */
export const KINDS: readonly Kind[] = [
  'users',
  'sessions',
  'invitations',
  'feeds',
  'webhooks',
  'deliveries',
  'webhookPositions',
  'departures',
  'losses',
  'events',
  'buckets',
  'keys',
];

/** A store to be read whole. Nobody writes to it meanwhile. */
export interface Source {
  count(kind: Kind): number;
  /** All records of a kind. */
  all<K extends Kind>(kind: K): Iterable<Records[K]>;
  /** An event's buckets, ascending. */
  bucketsOf(eventId: string): Iterable<Bucket>;
}

/** A store to be filled. */
export interface Target {
  /** Stores records, in place of those that are there under the same ids. */
  put<K extends Kind>(kind: K, records: readonly Records[K][]): Promise<void>;
  /** The records under the ids of these ones, in their order; undefined where there is none. */
  like<K extends Kind>(kind: K, records: readonly Records[K][]): Promise<(Records[K] | undefined)[]>;
  /** How many there are; what has expired does not count. */
  count(kind: Kind): Promise<number>;
  bucketsOf(eventId: string): AsyncIterable<Bucket>;
}

/** Whether a store may have forgotten it by now, as it has expired. */
export const mayBeForgotten = (record: Records[Kind], now: Date): boolean =>
  'expiresAt' in record && new Date(record.expiresAt) <= now;
