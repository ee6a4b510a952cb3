import type { EventQuery, EventStore, FoundEvent } from './ports.js';

/** Which of a user's events, and how many a page. */
export type EveryEvent = Pick<EventQuery, 'userId' | 'state' | 'limit'> & Partial<Pick<EventQuery, 'window'>>;

/** All of a user's events, page by page, in start order; each page is read when it is asked for. */
export async function* everyEvent(
  { list }: Pick<EventStore, 'list'>,
  which: EveryEvent,
): AsyncGenerator<FoundEvent[]> {
  const query: EventQuery = { words: [], window: {}, ...which, sort: 'start', descending: false };
  let after: EventQuery['after'];
  do {
    const page = await list({ ...query, ...(after && { after }) });
    yield page;
    const last = page.length < query.limit ? undefined : page.at(-1);
    after = last && { key: last.key, id: last.event.id };
  } while (after);
}
