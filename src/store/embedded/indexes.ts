import type { Key } from 'lmdb';
import type { EventRecord } from '../../calendar/event.js';
import { reachOf } from '../../calendar/reach.js';
import type { Millis } from '../../calendar/time.js';
import type { Membership } from '../../service/ports.js';
import type { StoredEvent } from './event-table.js';

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
export function* indexEntries({ event, span }: StoredEvent, of: Iterable<Membership>): Generator<IndexEntry> {
  const place = [reachOf(span), span.startAt, event.id];
  for (const { userId, role } of of) {
    const value: Indexed = [role, span.until];
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
export const indexedDiffers = (a: StoredEvent, b: StoredEvent): boolean =>
  a.span.startAt !== b.span.startAt ||
  reachOf(a.span) !== reachOf(b.span) ||
  a.span.until !== b.span.until ||
  a.event.ownerId !== b.event.ownerId ||
  (a.event.deletedAt === null) !== (b.event.deletedAt === null) ||
  a.event.content.tags.join('\0') !== b.event.content.tags.join('\0');
