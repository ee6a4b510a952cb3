import type { Departure, InvitationRecord, SessionRecord, UserRecord } from '../../service/ports.js';
import type { Bucket } from '../../calendar/history.js';
import type {
  BucketDocument,
  DepartureDocument,
  InvitationDocument,
  SessionDocument,
  UserDocument,
} from './documents.js';
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
