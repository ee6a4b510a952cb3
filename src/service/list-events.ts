import { setImmediate as nextTurn } from 'node:timers/promises';
import { occursIn } from '../calendar/in-order.js';
import type { Window } from '../calendar/occurrences.js';
import { BudgetSpent } from '../calendar/recurrence.js';
import { wordsOf } from '../calendar/search.js';
import { FAR_FUTURE } from '../calendar/time.js';
import { eventView, type EventView, type ListQuery, type OccurrenceView } from '../protocol/events.js';
import type { Cursors } from './cursor.js';
import {
  CHUNK,
  EVENT_WORK,
  expandPage,
  type ListedQuery,
  type PageFound,
  type Position,
} from './expand-events.js';
import { indexedPage } from './indexed-page.js';
import type { OccurrenceCache } from './occurrence-cache.js';
import type { EventQuery, EventStore, FoundEvent } from './ports.js';

/** What a list answers; `nextCursor` null at its end. */
export interface Page<Item = EventView | OccurrenceView> {
  items: Item[];
  nextCursor: string | null;
}

export interface Lists {
  events: EventStore;
  occurrences: OccurrenceCache;
  cursors: Cursors;
}

/**
 * A page of a user's events, or with `expand` of their occurrences.
 *
 * @throws validation-failed for a cursor that is damaged or belongs to another query
 */
export async function listEvents(
  { events, cursors, occurrences }: Lists,
  userId: string,
  { limit, cursor, ...query }: ListQuery,
): Promise<Page> {
  const bound = { userId, ...query };
  const after = cursor === undefined ? undefined : cursors.read(cursor, bound);
  const { items, next } = query.expand
    ? await occurrencePage({ events, occurrences }, storeQuery(userId, query), after, limit)
    : await eventPage(events, storeQuery(userId, query), after as EventQuery['after'], limit);
  return { items, nextCursor: next === null ? null : cursors.make(next, bound) };
}

function storeQuery(userId: string, query: Omit<ListQuery, 'limit' | 'cursor'>): ListedQuery {
  const { from, to, q, tag, role, status, updatedSince, sort, deleted } = query;
  return {
    userId,
    state: deleted ? 'trash' : 'live',
    ...(role && { role }),
    ...(status && { status }),
    ...(tag !== undefined && { tag }),
    words: q === undefined ? [] : wordsOf(q),
    ...(updatedSince !== undefined && { updatedSince }),
    window: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
    sort: sort.endsWith('updatedAt') ? 'updatedAt' : 'start',
    descending: sort.startsWith('-'),
  };
}

/** From the index of the user's occurrences where there is one, else by looking through the events. */
async function occurrencePage(
  { events, occurrences }: Omit<Lists, 'cursors'>,
  query: ListedQuery,
  after: unknown,
  limit: number,
): Promise<PageFound<OccurrenceView>> {
  const indexed = await indexedPage({ events, occurrences }, query, after as Position | undefined, limit);
  if (indexed) {
    return indexed;
  }
  const { looked, ...page } = await expandPage(events, query, after, limit);
  occurrences.lookedThrough(query.userId, looked);
  return page;
}

/**
 * The store knows between which bounds a series occurs; whether it does so in the window is seen here. Where so many
 * do not that the work is spent, the page ends early: it is short, and its cursor goes on behind the last event
 * that was looked at.
 */
async function eventPage(
  events: EventStore,
  query: ListedQuery,
  after: EventQuery['after'],
  limit: number,
): Promise<PageFound<EventView>> {
  const { from = -FAR_FUTURE, to = FAR_FUTURE } = query.window;
  const occurs = occursCheck({ from, to });
  const items: EventView[] = [];
  let [position, size] = [after, limit + 1];
  for (;;) {
    const chunk = await events.list({ ...query, ...(position && { after: position }), limit: size });
    for (const found of chunk) {
      if (items.length === limit || occurs.work > PAGE_WORK) {
        return { items, next: position };
      }
      if (occurs.check(found)) {
        items.push(eventView(found.event, found.role));
      }
      position = positionOf(found);
    }
    if (chunk.length < size) {
      return { items, next: null };
    }
    size = CHUNK;
    await nextTurn();
  }
}

const positionOf = ({ key, event }: FoundEvent): EventQuery['after'] => ({ key, id: event.id });

/** In units of `Budget`: about a tenth of a second. */
const PAGE_WORK = 500_000;

function occursCheck(window: Window) {
  const spent = {
    work: 0,
    check: ({ event: { content } }: FoundEvent): boolean => {
      // Of what does not recur the store knows exactly when it is.
      if (content.recurrence === null && Object.keys(content.overrides).length === 0) {
        return true;
      }
      const budget = { left: EVENT_WORK };
      try {
        return occursIn(content, window, budget);
      } catch (error) {
        if (error instanceof BudgetSpent) {
          return false;
        }
        throw error;
      } finally {
        spent.work += EVENT_WORK - budget.left;
      }
    },
  };
  return spent;
}
