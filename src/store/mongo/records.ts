import mongoose from 'mongoose';
import type {
  DeliveryRecord,
  Departure,
  FeedRecord,
  InvitationRecord,
  SessionRecord,
  UserRecord,
  WebhookRecord,
} from '../../service/ports.js';
import type { Bucket } from '../../calendar/history.js';
import type {
  BucketDocument,
  DeliveryDocument,
  DepartureDocument,
  FeedDocument,
  IdempotencyDocument,
  InvitationDocument,
  LossDocument,
  SessionDocument,
  UserDocument,
  WebhookDocument,
  WebhookPositionDocument,
} from './documents.js';
import type { KeyRecord, LossRecord, PositionRecord } from '../transfer.js';
import { toStored } from './keys.js';
import { objectId, toStoredEntries } from './mapping.js';

/*
 * Records and their documents, but for events (`mapping.ts`).
 */

export const toUserDocument = ({ id, ...user }: UserRecord): UserDocument => ({ _id: id, ...user });

export const toUser = ({
  _id,
  email,
  emailKey,
  username,
  usernameKey,
  name,
  passwordHash,
  createdAt,
}: UserDocument): UserRecord => ({
  id: _id,
  email,
  emailKey,
  username,
  usernameKey,
  name,
  passwordHash,
  createdAt,
});

export const toSessionDocument = ({ id, ...session }: SessionRecord): SessionDocument => ({
  _id: id,
  ...session,
  forgetAt: new Date(session.expiresAt),
});

export function toSession({ _id, forgetAt: _, endedBy: __, ...session }: SessionDocument): SessionRecord {
  return { id: _id, ...session };
}

export const toInvitationDocument = ({
  hash,
  expiresAt,
  ...invitation
}: InvitationRecord): InvitationDocument => ({
  _id: hash,
  ...invitation,
  forgetAt: new Date(expiresAt),
  heldBy: null,
  heldAt: null,
});

export const toInvitation = ({
  _id,
  createdBy,
  createdAt,
  forgetAt,
}: InvitationDocument): InvitationRecord => ({
  hash: _id,
  createdBy,
  createdAt,
  expiresAt: forgetAt.toISOString(),
});

export const toFeedDocument = ({ hash, ...feed }: FeedRecord): FeedDocument => ({ _id: hash, ...feed });

export const toFeed = ({ _id, id, userId, label, createdAt, lastUsedAt }: FeedDocument): FeedRecord => ({
  id,
  userId,
  hash: _id,
  label,
  createdAt,
  lastUsedAt,
});

/** It is to be looked at at once. */
export const toWebhookDocument = ({ id, ...webhook }: WebhookRecord): WebhookDocument => ({
  _id: id,
  ...webhook,
  wakeAt: 0,
});

export function toWebhook({ _id, wakeAt: _, ...webhook }: WebhookDocument): WebhookRecord {
  return { id: _id, ...webhook };
}

export const toDeliveryDocument = ({ id, expiresAt, ...delivery }: DeliveryRecord): DeliveryDocument => ({
  _id: `${delivery.webhookId} ${id}`,
  ...delivery,
  forgetAt: expiresAt === undefined ? null : new Date(expiresAt),
});

export function toDelivery({ _id, forgetAt, ...delivery }: DeliveryDocument): DeliveryRecord {
  const id = _id.slice(_id.indexOf(' ') + 1);
  return { id, ...delivery, ...(forgetAt && { expiresAt: forgetAt.getTime() }) };
}

export const toPositionDocument = (position: PositionRecord): WebhookPositionDocument => ({
  _id: `${position.webhookId} ${position.eventId}`,
  ...position,
});

export const toPosition = ({ webhookId, eventId, version }: WebhookPositionDocument): PositionRecord => ({
  webhookId,
  eventId,
  version,
});

export const toDepartureDocument = ({ userId, ...departure }: Departure): DepartureDocument => ({
  _id: userId,
  ...departure,
});

export const toDeparture = ({ _id, transferTo, at }: DepartureDocument): Departure => ({
  userId: _id,
  transferTo,
  at,
});

export const toLossDocument = ({ userId, eventId, at, expiresAt }: LossRecord): LossDocument => ({
  _id: `${userId} ${eventId}`,
  userId,
  eventId,
  at,
  forgetAt: new Date(expiresAt),
});

export const toLoss = ({ userId, eventId, at, forgetAt }: LossDocument): LossRecord => ({
  userId,
  eventId,
  at,
  expiresAt: forgetAt.getTime(),
});

export const toBucketDocument = ({
  eventId,
  fromVersion,
  toVersion,
  base,
  entries,
}: Bucket): BucketDocument => ({
  _id: { eventId: objectId(eventId), fromVersion },
  toVersion,
  base: toStored(base),
  entries: toStoredEntries(entries),
});

/** Whatever was run has ended with its process. */
export const toKeyDocument = ({
  userId,
  key,
  expiresAt,
  answer,
  ...run
}: KeyRecord): IdempotencyDocument => ({
  _id: `${userId} ${key}`,
  ...run,
  runsUntil: new Date(0),
  forgetAt: new Date(expiresAt),
  answer: answer === undefined ? null : new mongoose.mongo.Binary(Buffer.from(answer, 'base64')),
});

export function toKey({
  _id,
  fingerprint,
  token,
  attempt,
  forgetAt,
  answer,
}: IdempotencyDocument): KeyRecord {
  const space = _id.indexOf(' ');
  return {
    userId: _id.slice(0, space),
    key: _id.slice(space + 1),
    fingerprint,
    token,
    attempt,
    expiresAt: forgetAt.getTime(),
    ...(answer && { answer: Buffer.from(answer.value()).toString('base64') }),
  };
}
