import type { EventQuery, EventStore, FoundEvent } from './ports.js';

type Place = NonNullable<EventQuery['after']>;

/** Which of a user's events, and how many a page. */
export type EveryEvent = Pick<EventQuery, 'userId' | 'state' | 'limit'> & Partial<Pick<EventQuery, 'window'>>;

/** All of a user's events, page by page, in start order; each page is read when it is asked for. */
export async function* everyEvent(
  { list }: Pick<EventStore, 'list'>,
  which: EveryEvent,
): AsyncGenerator<FoundEvent[]> {
  const query: EventQuery = { words: [], window: {}, ...which, sort: 'start', descending: false };
  yield* everyPage(list, query, placeOf);
}

/** Where an event stands in the order in which it was found. */
export const placeOf = ({ key, event }: FoundEvent): Place => ({ key, id: event.id });

/** All that there is to a query, page by page; each page is read when it is asked for. */
export async function* everyPage<Item, Query extends { limit: number }>(
  ask: (query: Query & { after?: Place }) => Promise<Item[]>,
  query: Query,
  at: (item: Item) => Place,
): AsyncGenerator<Item[]> {
  let after: Place | undefined;
  do {
    const page = await ask({ ...query, ...(after && { after }) });
    yield page;
    const last = page.length < query.limit ? undefined : page.at(-1);
    after = last && at(last);
  } while (after);
}
