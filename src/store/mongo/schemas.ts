import { Schema, type Connection } from 'mongoose';
import type {
  BucketDocument,
  DeliveryDocument,
  DepartureDocument,
  EventDocument,
  FeedDocument,
  IdempotencyDocument,
  IntentDocument,
  InvitationDocument,
  LeaseDocument,
  LossDocument,
  MetaDocument,
  NodeDocument,
  SessionDocument,
  UserDocument,
  WebhookDocument,
  WebhookPositionDocument,
} from './documents.js';

/** What is not declared is refused, not dropped: a filter without its condition would match everything. */
const options = {
  strict: 'throw',
  strictQuery: 'throw',
  minimize: false,
  versionKey: false,
  id: false,
} as const;

/** JSON with escaped keys. */
const Json = Schema.Types.Mixed;

const memberSchema = new Schema(
  { userId: String, role: String, grantedBy: String, grantedAt: String },
  { ...options, _id: false },
);

const eventSchema = new Schema<EventDocument>(
  {
    version: Number,
    ownerId: String,
    content: Json,
    createdAt: String,
    updatedAt: String,
    updatedBy: String,
    deletedAt: String,
    state: String,
    updated: Number,
    span: { startAt: Number, from: Number, until: Number, reach: Number },
    searchText: String,
    members: [memberSchema],
    log: [Json],
    batch: Schema.Types.ObjectId,
    splits: [Schema.Types.ObjectId],
  },
  options,
)
  // A user's events in start order, and those that can meet a window.
  .index({ 'members.userId': 1, state: 1, 'span.startAt': 1, _id: 1 }, { name: 'member_start' })
  .index(
    { 'members.userId': 1, state: 1, 'span.reach': 1, 'span.startAt': 1, _id: 1 },
    { name: 'member_window' },
  )
  // For tags that are rare; MongoDB has no index over two arrays, so that it cannot have the members too.
  .index({ 'content.tags': 1, 'span.startAt': 1, _id: 1 }, { name: 'tag_start' })
  // Without the members: every edit moves it.
  .index({ updated: 1, _id: 1 }, { name: 'updated' })
  // Says what versions events have without reading them.
  .index({ _id: 1, version: 1 }, { name: 'version' });

const bucketSchema = new Schema<BucketDocument>(
  {
    _id: new Schema({ eventId: Schema.Types.ObjectId, fromVersion: Number }, { ...options, _id: false }),
    toVersion: Number,
    base: Json,
    entries: [Json],
  },
  options,
)
  .index({ '_id.eventId': 1, '_id.fromVersion': 1 }, { name: 'event_version' })
  .index({ '_id.eventId': 1, 'entries.changeId': 1 }, { name: 'event_change' });

const intentSchema = new Schema<IntentDocument>(
  { kind: String, eventIds: [Schema.Types.ObjectId], at: Date },
  options,
);

const userSchema = new Schema<UserDocument>(
  {
    _id: String,
    email: String,
    emailKey: String,
    username: String,
    usernameKey: String,
    name: String,
    passwordHash: String,
    createdAt: String,
  },
  options,
)
  .index({ emailKey: 1 }, { name: 'email', unique: true })
  .index({ usernameKey: 1 }, { name: 'username', unique: true });

const sessionSchema = new Schema<SessionDocument>(
  {
    _id: String,
    userId: String,
    refreshHash: String,
    createdAt: String,
    lastUsedAt: String,
    expiresAt: String,
    revokedAt: String,
    userAgent: String,
    address: String,
    forgetAt: Date,
    endedBy: Schema.Types.ObjectId,
  },
  options,
)
  .index({ userId: 1 }, { name: 'user' })
  .index({ forgetAt: 1 }, { name: 'forget', expireAfterSeconds: 0 });

const invitationSchema = new Schema<InvitationDocument>(
  { _id: String, createdBy: String, createdAt: String, forgetAt: Date, heldBy: String, heldAt: Date },
  options,
)
  .index({ createdBy: 1 }, { name: 'user' })
  .index({ forgetAt: 1 }, { name: 'forget', expireAfterSeconds: 0 });

const feedSchema = new Schema<FeedDocument>(
  { _id: String, id: String, userId: String, label: String, createdAt: String, lastUsedAt: String },
  options,
).index({ userId: 1 }, { name: 'user' });

const webhookSchema = new Schema<WebhookDocument>(
  {
    _id: String,
    userId: String,
    url: String,
    events: [String],
    eventId: String,
    secret: String,
    active: Boolean,
    createdAt: String,
    pausedAt: String,
    resumedAt: String,
    seenTo: Number,
    wakeAt: Number,
  },
  options,
)
  .index({ userId: 1 }, { name: 'user' })
  .index({ active: 1, wakeAt: 1 }, { name: 'wake' });

const deliverySchema = new Schema<DeliveryDocument>(
  {
    _id: String,
    webhookId: String,
    eventId: String,
    version: Number,
    kind: String,
    state: String,
    attempts: Number,
    createdAt: String,
    nextAttemptAt: String,
    lastAttemptAt: String,
    status: Number,
    error: String,
    deliveredAt: String,
    forgetAt: Date,
  },
  options,
)
  .index({ webhookId: 1, state: 1, eventId: 1, version: 1 }, { name: 'queue' })
  .index({ webhookId: 1, _id: 1 }, { name: 'webhook' })
  .index({ eventId: 1 }, { name: 'event' })
  .index({ forgetAt: 1 }, { name: 'forget', expireAfterSeconds: 0 });

const webhookPositionSchema = new Schema<WebhookPositionDocument>(
  { _id: String, webhookId: String, eventId: String, version: Number },
  options,
)
  .index({ webhookId: 1 }, { name: 'webhook' })
  .index({ eventId: 1 }, { name: 'event' });

const departureSchema = new Schema<DepartureDocument>(
  { _id: String, transferTo: String, at: String },
  options,
);

const lossSchema = new Schema<LossDocument>(
  { _id: String, userId: String, eventId: String, at: Number, forgetAt: Date },
  options,
)
  .index({ userId: 1, at: 1, eventId: 1 }, { name: 'user_at' })
  .index({ forgetAt: 1 }, { name: 'forget', expireAfterSeconds: 0 });

const leaseSchema = new Schema<LeaseDocument>(
  { _id: String, holder: String, expiresAt: Date },
  options,
).index({ expiresAt: 1 }, { name: 'forget', expireAfterSeconds: 0 });

const idempotencySchema = new Schema<IdempotencyDocument>(
  {
    _id: String,
    fingerprint: String,
    token: String,
    attempt: Number,
    runsUntil: Date,
    answer: Buffer,
    forgetAt: Date,
  },
  options,
).index({ forgetAt: 1 }, { name: 'forget', expireAfterSeconds: 0 });

const nodeSchema = new Schema<NodeDocument>(
  { _id: String, beats: Number, asked: Number, done: Number },
  options,
);

const metaSchema = new Schema<MetaDocument>({ _id: String, format: Number }, options);

/** The models of one connection. */
export type Models = ReturnType<typeof modelsOf>;

export function modelsOf(connection: Connection) {
  return {
    Event: connection.model('Event', eventSchema, 'events'),
    Bucket: connection.model('Bucket', bucketSchema, 'buckets'),
    Intent: connection.model('Intent', intentSchema, 'intents'),
    User: connection.model('User', userSchema, 'users'),
    Session: connection.model('Session', sessionSchema, 'sessions'),
    Invitation: connection.model('Invitation', invitationSchema, 'invitations'),
    Feed: connection.model('Feed', feedSchema, 'feeds'),
    Webhook: connection.model('Webhook', webhookSchema, 'webhooks'),
    Delivery: connection.model('Delivery', deliverySchema, 'deliveries'),
    WebhookPosition: connection.model('WebhookPosition', webhookPositionSchema, 'webhookPositions'),
    Departure: connection.model('Departure', departureSchema, 'departures'),
    Loss: connection.model('Loss', lossSchema, 'losses'),
    Lease: connection.model('Lease', leaseSchema, 'leases'),
    IdempotencyKey: connection.model('IdempotencyKey', idempotencySchema, 'idempotency'),
    Node: connection.model('Node', nodeSchema, 'nodes'),
    Meta: connection.model('Meta', metaSchema, 'meta'),
  };
}
