import type { Key } from 'lmdb';
import type { EventRecord, Span } from '../../calendar/event.js';
import { reachOf } from '../../calendar/reach.js';
import type { Millis } from '../../calendar/time.js';
import type { Membership } from '../../service/ports.js';

/** An event's document: the record with the bounds that its index entries were made from. */
export type Stored = EventRecord & { span: Span };
/** What an index says of an event, so that those that are over need not be read: the role, and the span's end. */
export type Indexed = [role: Membership['role'], until: Millis];

/** Sorts before and after every instant. */
export const FIRST = -8.64e15;
export const LAST = 8.64e15;
/** Sorts after every id and every word. */
export const AFTER_ALL = '\u{10ffff}';

export interface IndexEntry {
  table: 'live' | 'tags' | 'trash';
  key: Key;
  value: Indexed;
}

/** Where an event stands in the indexes of each of its members. */
export function* indexEntries(event: Stored, of: Iterable<Membership>): Generator<IndexEntry> {
  const place = [reachOf(event.span), event.span.startAt, event.id];
  for (const { userId, role } of of) {
    const value: Indexed = [role, event.span.until];
    if (event.deletedAt !== null) {
      yield { table: 'trash', key: [userId, ...place], value };
      continue;
    }
    yield { table: 'live', key: [userId, ...place], value };
    for (const tag of event.content.tags) {
      yield { table: 'tags', key: [userId, tag, ...place], value };
    }
  }
}

/** Where it stands in the one index of all events, by their last update. */
export const updateKey = ({ id, updatedAt }: EventRecord): Key => [Date.parse(updatedAt), id];

/** Whether it stands elsewhere among its members' events, these being the same. */
export const indexedDiffers = (a: Stored, b: Stored): boolean =>
  a.span.startAt !== b.span.startAt ||
  reachOf(a.span) !== reachOf(b.span) ||
  a.span.until !== b.span.until ||
  a.ownerId !== b.ownerId ||
  (a.deletedAt === null) !== (b.deletedAt === null) ||
  a.content.tags.join('\0') !== b.content.tags.join('\0');
