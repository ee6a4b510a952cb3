import { createStore } from './store.js';

/** Where one is: the calendar, perhaps with an event open (`#/event/ID`, `#/event/ID/OCCURRENCE`), or a page. */
export interface Route {
  /** '' is the calendar; else a page's name, such as `settings`. */
  page: string;
  eventId: string | null;
  recurrenceId: string | null;
}

export const route = createStore<Route>(routeOf(location.hash));

export function startRoute(): void {
  addEventListener('hashchange', () => route.set(routeOf(location.hash)));
}

export function routeOf(hash: string): Route {
  const [first = '', second, third] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  return first === 'event' && second
    ? { page: '', eventId: second, recurrenceId: third ?? null }
    : { page: first, eventId: null, recurrenceId: null };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const hashOf = (eventId: string, recurrenceId: string | null): string =>
  `#/event/${eventId}${recurrenceId === null ? '' : `/${encodeURIComponent(recurrenceId)}`}`;

export const openEvent = (eventId: string, recurrenceId: string | null = null): void =>
  void (location.hash = hashOf(eventId, recurrenceId));
export const openPage = (page: string): void => void (location.hash = `#/${page}`);
export const openCalendar = (): void => openPage('');
