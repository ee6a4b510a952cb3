import type { Collection, Connection, mongo, Types } from 'mongoose';
import type { Content } from '../../calendar/content.js';
import type { EventRecord, Span } from '../../calendar/event.js';
import type { Bucket, LogEntry } from '../../calendar/history.js';
import type { Millis } from '../../calendar/time.js';
import type {
  DeliveryRecord,
  Departure,
  FeedRecord,
  InvitationRecord,
  Membership,
  SessionRecord,
  UserRecord,
  WebhookRecord,
} from '../../service/ports.js';
import type { Stored } from './keys.js';

/** An event with its members and its newest log entries: what one edit changes is one document. */
export interface EventDocument extends Omit<EventRecord, 'id' | 'content'> {
  _id: Types.ObjectId;
  content: Stored<Content>;
  /**
   * Follows from `deletedAt`: an index has it in front of the sort key. `pending` while it is not decided yet
   * whether the event comes into being (`split-event.ts`); no list finds it then.
   */
  state: 'live' | 'trash' | 'pending';
  /** `updatedAt`, to sort by. */
  updated: Millis;
  /** `reach`: a class of length, see `calendar/reach.ts`. */
  span: Span & { reach: number };
  searchText: string;
  members: Membership[];
  /** Ascending. */
  log: Stored<LogEntry>[];
  /** Inserted together with others where the server has no transactions: the intent that told so. */
  batch?: Types.ObjectId;
  /** The intents of splits that have happened, until their new events are shown. */
  splits?: Types.ObjectId[];
}

export interface BucketDocument {
  _id: { eventId: Types.ObjectId; fromVersion: number };
  toVersion: number;
  base: Stored<Bucket['base']>;
  entries: Stored<LogEntry>[];
}

/** Something that takes several writes, put down before the first of them, so that a crash leaves no half. */
export interface IntentDocument {
  _id: Types.ObjectId;
  kind: 'insert' | 'erase' | 'split';
  eventIds: Types.ObjectId[];
  /** Of a split: the event that there was before. */
  of?: Types.ObjectId;
  at: Date;
}

export type UserDocument = Omit<UserRecord, 'id'> & { _id: string };

export type SessionDocument = Omit<SessionRecord, 'id'> & {
  _id: string;
  /** `expiresAt`, for the index that forgets. */
  forgetAt: Date;
  /** Which call ended it. */
  endedBy?: Types.ObjectId;
};

/** Its `_id` is the hash. */
export type InvitationDocument = Omit<InvitationRecord, 'hash' | 'expiresAt'> & {
  _id: string;
  /** `expiresAt`, for the index that forgets. */
  forgetAt: Date;
  /** The user who is being stored with it, and since when. */
  heldBy: string | null;
  heldAt: Date | null;
};

/** Its `_id` is the hash. */
export type FeedDocument = Omit<FeedRecord, 'hash'> & { _id: string };

export type WebhookDocument = Omit<WebhookRecord, 'id'> & {
  _id: string;
  /** When it is to be looked at. */
  wakeAt: Millis;
};

/** Its `_id` is the webhook's id and the delivery's, a space between them. */
export type DeliveryDocument = Omit<DeliveryRecord, 'id' | 'expiresAt'> & {
  _id: string;
  /** `expiresAt`, for the index that forgets. */
  forgetAt: Date | null;
};

/** Its `_id` is the webhook's id and the event's, a space between them. */
export interface WebhookPositionDocument {
  _id: string;
  webhookId: string;
  eventId: string;
  version: number;
}

/** Its `_id` is the user's. */
export type DepartureDocument = Omit<Departure, 'userId'> & { _id: string };

/** Its `_id` is the user's id and the event's, a space between them. */
export interface LossDocument {
  _id: string;
  userId: string;
  eventId: string;
  at: Millis;
  forgetAt: Date;
}

/** Its `_id` is the key. */
export interface LeaseDocument {
  _id: string;
  holder: string;
  expiresAt: Date;
}

/** Its `_id` is the user's id and the key, a space between them. */
export interface IdempotencyDocument {
  _id: string;
  fingerprint: string;
  token: string;
  attempt: number;
  /** When a run that nobody has ended counts as ended. */
  runsUntil: Date;
  answer: mongo.Binary | null;
  forgetAt: Date;
}

/** Its `_id` is the process's. */
export interface NodeDocument {
  _id: string;
  beats: number;
  asked: number;
  done: number;
}

export interface MetaDocument {
  _id: string;
  format: number;
}

/** Beside the layout: what the processes that share the database know it by. */
export interface NameDocument {
  _id: 'name';
  name: string;
}

/**
 * The collections without Mongoose's casting in between, for events and for what every request reads. Casting
 * walks and clones what it is given, takes a client's key such as `isMongooseBuffer` for its own, and costs more
 * than all the driver's work; what comes here is typed, and in filters it stands behind `$eq`.
 */
export interface Collections {
  events: Collection<EventDocument>;
  buckets: Collection<BucketDocument>;
  intents: Collection<IntentDocument>;
  users: Collection<UserDocument>;
  sessions: Collection<SessionDocument>;
  invitations: Collection<InvitationDocument>;
  feeds: Collection<FeedDocument>;
  webhooks: Collection<WebhookDocument>;
  deliveries: Collection<DeliveryDocument>;
  webhookPositions: Collection<WebhookPositionDocument>;
  departures: Collection<DepartureDocument>;
  losses: Collection<LossDocument>;
  leases: Collection<LeaseDocument>;
  idempotency: Collection<IdempotencyDocument>;
  nodes: Collection<NodeDocument>;
  names: Collection<NameDocument>;
}

export const collectionsOf = (connection: Connection): Collections => ({
  events: connection.collection('events'),
  buckets: connection.collection('buckets'),
  intents: connection.collection('intents'),
  users: connection.collection('users'),
  sessions: connection.collection('sessions'),
  invitations: connection.collection('invitations'),
  feeds: connection.collection('feeds'),
  webhooks: connection.collection('webhooks'),
  deliveries: connection.collection('deliveries'),
  webhookPositions: connection.collection('webhookPositions'),
  departures: connection.collection('departures'),
  losses: connection.collection('losses'),
  leases: connection.collection('leases'),
  idempotency: connection.collection('idempotency'),
  nodes: connection.collection('nodes'),
  names: connection.collection('meta'),
});
