import type { Database } from 'lmdb';
import type { Millis } from '../../calendar/time.js';
import type { ChangedQuery, FoundEvent } from '../../service/ports/changed.js';
import type { Membership } from '../../service/ports.js';
import type { EventTable } from './event-table.js';
import type { MemberTable } from './member-table.js';
import { AFTER_ALL, FIRST, LAST, type Indexed } from './indexes.js';

export interface UpdateTables {
  events: EventTable;
  members: MemberTable;
  updated: Database<true>;
  live: Database<Indexed>;
  trash: Database<Indexed>;
}

/** An event that an index has of a user, with its sort key. */
export interface Candidate {
  id: string;
  role: Membership['role'];
  key: Millis;
}

export interface UpdateQuery {
  userId: string;
  since?: Millis | undefined;
  after?: { key: Millis; id: string } | undefined;
  descending: boolean;
}

/** So many events are looked at, whosever they are, before it is asked how many the user has. */
const FREE = 500;
/** Reading an event of one's own takes about as long as looking whether so many are. */
const LOOKS = 4;

/**
 * A user's events by their last update. There is one index over everybody's events, as each edit would have to move
 * an event in an index of each member: it is looked through for as long as that is less work than to read all of the
 * user's own, and then these are.
 *
 * @param own the user's events that are asked for, in any order; a superset of them will do
 */
export function* inUpdateOrder(
  query: UpdateQuery,
  tables: UpdateTables,
  own: () => Iterable<Pick<Candidate, 'id' | 'role'>>,
): Generator<Candidate> {
  let looks = 0;
  let bound = FREE;
  let last = query.after;
  for (const indexed of tables.updated.getKeys(rangeOf(query))) {
    if (looks === FREE) {
      bound = Math.max(FREE, LOOKS * countOf(query.userId, tables));
    }
    if (looks === bound) {
      yield* sorted({ ...query, after: last }, tables, own());
      return;
    }
    looks += 1;
    const [key, id] = indexed as [Millis, string];
    last = { key, id };
    const member = tables.members.get(id, query.userId);
    if (member) {
      yield { id, role: member.role, key };
    }
  }
}

/** The user's events that were updated at some time or later, in the trash or not. */
export function changedEvents(query: ChangedQuery, tables: UpdateTables): FoundEvent[] {
  const { userId, since, after, limit } = query;
  const found: FoundEvent[] = [];
  const own = () => [tables.live, tables.trash].flatMap((table) => ofUser(table, userId));
  for (const { id, role, key } of inUpdateOrder({ userId, since, after, descending: false }, tables, own)) {
    const stored = tables.events.get(id);
    if (stored) {
      found.push({ event: stored.event, role, key });
    }
    if (found.length === limit) {
      break;
    }
  }
  return found;
}

/** Those of these events of which the user is a member. */
export function theseEvents(
  userId: string,
  eventIds: readonly string[],
  { events, members }: Pick<UpdateTables, 'events' | 'members'>,
): FoundEvent[] {
  return [...new Set(eventIds)].flatMap((id) => {
    const role = members.get(id, userId)?.role;
    const stored = role && events.get(id);
    if (!stored) {
      return [];
    }
    return [{ event: stored.event, role, key: Date.parse(stored.event.updatedAt) }];
  });
}

export type Order = (a: Pick<Candidate, 'key' | 'id'>, b: Pick<Candidate, 'key' | 'id'>) => number;

export function inOrder({ descending }: { descending: boolean }): Order {
  const sign = descending ? -1 : 1;
  return (a, b) => sign * (a.key - b.key || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function rangeOf({ since = FIRST, after, descending }: UpdateQuery) {
  const [early, late] = [[since], [LAST, AFTER_ALL]];
  const place = after && [after.key, after.id];
  if (descending) {
    return { start: place ?? late, exclusiveStart: true, end: early, reverse: true };
  }
  return { start: place && after.key >= since ? place : early, exclusiveStart: true, end: late };
}

const everyOf = (userId: string) => ({ start: [userId, FIRST], end: [userId, LAST] });
const countOf = (userId: string, { live, trash }: UpdateTables): number =>
  live.getKeysCount(everyOf(userId)) + trash.getKeysCount(everyOf(userId));

/** What an index has of a user: the event's id is at the end of its key. */
const ofUser = (table: Database<Indexed>, userId: string): Pick<Candidate, 'id' | 'role'>[] =>
  [...table.getRange(everyOf(userId))].map(({ key, value: [role] }) => ({
    id: (key as string[])[3] ?? '',
    role,
  }));

function sorted(
  query: UpdateQuery,
  { events }: UpdateTables,
  own: Iterable<Pick<Candidate, 'id' | 'role'>>,
): Candidate[] {
  const { after } = query;
  const order = inOrder(query);
  return [...own]
    .flatMap(({ id, role }) => {
      const stored = events.get(id);
      return stored ? [{ id, role, key: Date.parse(stored.event.updatedAt) }] : [];
    })
    .filter((one) => !after || order(one, after) > 0)
    .sort(order);
}
