import mongoose from 'mongoose';
import type {
  Departure,
  FeedRecord,
  InvitationRecord,
  SessionRecord,
  UserRecord,
} from '../../service/ports.js';
import type { Bucket } from '../../calendar/history.js';
import type {
  BucketDocument,
  DepartureDocument,
  FeedDocument,
  IdempotencyDocument,
  InvitationDocument,
  SessionDocument,
  UserDocument,
} from './documents.js';
import type { KeyRecord } from '../transfer.js';
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

export const toDepartureDocument = ({ userId, ...departure }: Departure): DepartureDocument => ({
  _id: userId,
  ...departure,
});

export const toDeparture = ({ _id, transferTo, at }: DepartureDocument): Departure => ({
  userId: _id,
  transferTo,
  at,
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
