import type { FoundPlace, OccurrenceIndex } from '../calendar/occurrence-index.js';
import type { Window } from '../calendar/occurrences.js';
import { formatDate, formatLocal, parseDate, parseLocal } from '../calendar/time.js';
import { occurrenceView, type OccurrenceView } from '../protocol/events.js';
import type { ListedQuery, PageFound, Position } from './expand-events.js';
import type { OccurrenceCache } from './occurrence-cache.js';
import type { EventStore, FoundEvent } from './ports.js';

/** How often a page is looked up again because events changed before they could be read. */
const MAX_LOOKS = 3;

/**
 * A page of the occurrences in a window, by start, from the index of the user's occurrences, as `expandPage` would
 * answer it; null where there is no index, or it does not serve this query.
 */
export async function indexedPage(
  { events, occurrences }: { events: EventStore; occurrences: OccurrenceCache },
  query: ListedQuery,
  after: Position | undefined,
  limit: number,
): Promise<PageFound<OccurrenceView> | null> {
  for (let looks = 0; isPlain(query) && looks < MAX_LOOKS; looks += 1) {
    const window = windowOf(query);
    const index = await occurrences.of(query.userId, window);
    if (!index) {
      return null;
    }
    const places = placesAfter(index, window, after, query.descending, limit + 1);
    const versions = new Map(places.map(({ eventId }) => [eventId, index.versionOf(eventId)]));
    const found = await events.these(query.userId, [...versions.keys()]);
    if (
      found.length === versions.size &&
      found.every(({ event }) => versions.get(event.id) === event.version)
    ) {
      return pageOf(places, found, limit);
    }
  }
  return null;
}

/** Whether it asks for every occurrence in a window, by start. */
const isPlain = ({ state, sort, role, status, tag, words, updatedSince }: ListedQuery): boolean =>
  state === 'live' &&
  sort === 'start' &&
  words.length === 0 &&
  [role, status, tag, updatedSince].every((filter) => filter === undefined);

const windowOf = ({ window: { from = 0, to = 0 } }: ListedQuery): Window => ({ from, to });

function placesAfter(
  index: OccurrenceIndex,
  window: Window,
  after: Position | undefined,
  backwards: boolean,
  most: number,
): FoundPlace[] {
  const begun = after && (backwards ? { until: after.start } : { since: after.start });
  const places: FoundPlace[] = [];
  for (const place of index.within(window, { backwards, ...begun })) {
    if (!after || (backwards ? inOrder(place, after) < 0 : inOrder(place, after) > 0)) {
      places.push(place);
    }
    if (places.length === most) {
      break;
    }
  }
  return places;
}

const inOrder = (place: FoundPlace, { start, eventId, recurrenceId }: Position): number =>
  place.start - start ||
  (place.eventId < eventId ? -1 : place.eventId > eventId ? 1 : 0) ||
  place.wall - (parseLocal(recurrenceId) ?? parseDate(recurrenceId) ?? 0);

function pageOf(
  places: readonly FoundPlace[],
  found: readonly FoundEvent[],
  limit: number,
): PageFound<OccurrenceView> {
  const byId = new Map(found.map((one) => [one.event.id, one]));
  const items = places.slice(0, limit).flatMap(({ eventId, start, end, wall }) => {
    const one = byId.get(eventId);
    if (!one) {
      return [];
    }
    const { content } = one.event;
    const recurrenceId = (content.allDay ? formatDate : formatLocal)(wall);
    const override = content.overrides[recurrenceId] ?? null;
    return [occurrenceView(one.event, one.role, { recurrenceId, start, end, override })];
  });
  const last = places.length > limit ? places[limit - 1] : undefined;
  const recurrenceId = items[limit - 1]?.recurrenceId ?? '';
  return {
    items,
    next: last ? { updated: 0, start: last.start, eventId: last.eventId, recurrenceId } : null,
  };
}
