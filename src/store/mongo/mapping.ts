import { Types } from 'mongoose';
import type { Content } from '../../calendar/content.js';
import type { EventRecord } from '../../calendar/event.js';
import type { Bucket, LogEntry } from '../../calendar/history.js';
import { reachOf } from '../../calendar/reach.js';
import type { EventCommit, Membership, NewEvent } from '../../service/ports.js';
import type { BucketDocument, EventDocument } from './documents.js';
import { fromStored, toStored } from './keys.js';

const HEX = /^[0-9a-f]{24}$/;
/** The id that no event has. */
const NONE = new Types.ObjectId('0'.repeat(24));

/** The `_id` of the event with this id; any other text is an id of no event. Users and sessions keep theirs. */
export const objectId = (id: string): Types.ObjectId => (HEX.test(id) ? new Types.ObjectId(id) : NONE);

export const newDocument = ({ event, keys, entries, members }: NewEvent): EventDocument => ({
  _id: new Types.ObjectId(event.id),
  ...stateOf(event, keys),
  searchText: keys.searchText,
  createdAt: event.createdAt,
  members: toMembers(members),
  log: toStoredEntries(entries),
});

export const toMembers = (members: readonly Membership[]): Membership[] =>
  members.map(({ userId, role, grantedBy, grantedAt }) => ({ userId, role, grantedBy, grantedAt }));

/** What a commit writes of an event, its members and its log aside. */
export const stateOf = (event: EventRecord, { span, searchText }: EventCommit['keys']) => ({
  version: event.version,
  ownerId: event.ownerId,
  content: toStored(event.content),
  updatedAt: event.updatedAt,
  updatedBy: event.updatedBy,
  deletedAt: event.deletedAt,
  state: event.deletedAt === null ? ('live' as const) : ('trash' as const),
  updated: Date.parse(event.updatedAt),
  span: { startAt: span.startAt, from: span.from, until: span.until, reach: reachOf(span) },
  ...(searchText !== undefined && { searchText }),
});

/** The fields that {@link toEvent} needs. */
export const EVENT_FIELDS = {
  version: 1,
  ownerId: 1,
  content: 1,
  createdAt: 1,
  updatedAt: 1,
  updatedBy: 1,
  deletedAt: 1,
} as const;
export type EventFields = Pick<EventDocument, '_id' | keyof typeof EVENT_FIELDS>;

export const toEvent = (document: EventFields): EventRecord => ({
  id: document._id.toHexString(),
  version: document.version,
  ownerId: document.ownerId,
  content: fromStored<Content>(document.content),
  createdAt: document.createdAt,
  updatedAt: document.updatedAt,
  updatedBy: document.updatedBy,
  deletedAt: document.deletedAt,
});

export const toStoredEntries = (entries: readonly LogEntry[]): EventDocument['log'] =>
  entries.map((entry) => toStored(entry));
export const toEntries = (entries: EventDocument['log']): LogEntry[] =>
  entries.map((entry) => fromStored<LogEntry>(entry));

export const toBucket = ({ _id, toVersion, base, entries }: BucketDocument): Bucket => ({
  eventId: _id.eventId.toHexString(),
  fromVersion: _id.fromVersion,
  toVersion,
  base: fromStored<Bucket['base']>(base),
  entries: toEntries(entries),
});
