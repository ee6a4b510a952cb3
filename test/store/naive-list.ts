import type { EventRecord } from '../../src/calendar/event.js';
import type { EventQuery, FoundEvent, IndexKeys, Membership } from '../../src/service/ports.js';

/** An event as a store has it, for as much as a list shows of it. */
export interface Kept {
  event: EventRecord;
  keys: IndexKeys;
  members: Membership[];
}

/** What `EventStore.list` says, said again as plainly as can be. */
export function naiveList(kept: Iterable<Kept>, query: EventQuery): FoundEvent[] {
  const found = [...kept].flatMap((one): FoundEvent[] => {
    const role = one.members.find(({ userId }) => userId === query.userId)?.role;
    const key = query.sort === 'start' ? one.keys.span.startAt : Date.parse(one.event.updatedAt);
    return role && matches(one, role, query) ? [{ event: one.event, role, key }] : [];
  });
  const { after } = query;
  return found
    .sort((a, b) => inOrder(a.key, a.event.id, b.key, b.event.id, query))
    .filter(({ key, event }) => !after || inOrder(after.key, after.id, key, event.id, query) < 0)
    .slice(0, query.limit);
}

function inOrder(aKey: number, aId: string, bKey: number, bId: string, query: EventQuery): number {
  const order = aKey - bKey || (aId < bId ? -1 : aId > bId ? 1 : 0);
  return query.descending ? -order : order;
}

function matches({ event, keys }: Kept, role: Membership['role'], query: EventQuery): boolean {
  const { from, to } = query.window;
  const { from: start, until: end } = keys.span;
  return (
    (query.state === 'live'
      ? event.deletedAt === null
      : event.deletedAt !== null && event.ownerId === query.userId) &&
    (query.role === undefined || query.role === role) &&
    (query.status === undefined || query.status === event.content.status) &&
    (query.tag === undefined || event.content.tags.includes(query.tag)) &&
    query.words.every((word) => keys.searchText.includes(` ${word}`)) &&
    (query.updatedSince === undefined || Date.parse(event.updatedAt) >= query.updatedSince) &&
    (to === undefined || start < to) &&
    (from === undefined || (start === end ? from <= start : end > from))
  );
}
