import type { LiveEvent } from '../../client/index.js';
import type { OccurrenceView } from '../../protocol/events.js';
import { client } from './client.js';
import { followVisible, liveEvent } from './live.js';
import { complain } from './notices.js';
import { createStore } from './store.js';

export type Occurrence = OccurrenceView;

/** What is to be seen of the caller's events in the window of the calendar. */
export interface OccurrencesState {
  items: readonly Occurrence[];
  /** The window, as instants; null before the calendar has said. */
  window: { from: string; to: string } | null;
  isLoading: boolean;
  /** Whether anything was ever loaded: before that, an empty calendar says nothing. */
  isLoaded: boolean;
  /** There is more in the window than is shown. */
  isCut: boolean;
}

const NOTHING: OccurrencesState = {
  items: [],
  window: null,
  isLoading: false,
  isLoaded: false,
  isCut: false,
};
export const occurrences = createStore<OccurrencesState>(NOTHING);

const PAGE = 200;
const MOST_PAGES = 10;
const SOON_MS = 250;

let turn = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows another window. */
export function showWindow(from: string, to: string): void {
  const { window } = occurrences.get();
  if (window?.from !== from || window.to !== to) {
    occurrences.set({ window: { from, to } });
    void load();
  }
}

/** Asks the server again, soon; for many who ask at about the same time once. */
export function refresh(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    void load();
  }, SOON_MS);
}

export function forgetOccurrences(): void {
  turn += 1;
  occurrences.set(NOTHING);
}

/** What the window shows of an event, by the occurrence's id or the first of them. */
export const occurrenceOf = (
  items: readonly Occurrence[],
  eventId: string,
  recurrenceId: string | null,
): Occurrence | undefined =>
  items.find(
    (one) => one.eventId === eventId && (recurrenceId === null || one.recurrenceId === recurrenceId),
  );

/** Takes an event out of the window at once. */
export const removeEvent = (eventId: string): void =>
  occurrences.set(({ items }) => ({ items: items.filter((one) => one.eventId !== eventId) }));

export const removeOccurrence = (eventId: string, recurrenceId: string): void =>
  occurrences.set(({ items }) => ({
    items: items.filter((one) => one.eventId !== eventId || one.recurrenceId !== recurrenceId),
  }));

/** A live event has changed: what recurs is the server's to expand, anything else is shown as it is. */
export function showChanged(event: LiveEvent): void {
  const { items } = occurrences.get();
  const shown = items.filter((one) => one.eventId === event.id);
  if (event.content.recurrence || shown.length !== 1 || shown[0]?.recurrence) {
    refresh();
  } else {
    occurrences.set({ items: items.map(asLive) });
  }
}

/** An event that does not recur, with the caller's own edits that are on their way. */
function asLive(one: Occurrence): Occurrence {
  const event = one.recurrence ? undefined : liveEvent(one.eventId);
  return event && !event.content.recurrence && event.version >= one.version
    ? { ...one, ...event.content, version: event.version, role: event.role }
    : one;
}

async function load(): Promise<void> {
  const { window } = occurrences.get();
  if (!window || !client.tokens) {
    return;
  }
  const mine = ++turn;
  occurrences.set({ isLoading: true });
  try {
    const { items, isCut } = await pagesOf(window, () => mine === turn);
    if (mine === turn) {
      occurrences.set({ items: items.map(asLive), isCut, isLoading: false, isLoaded: true });
      followVisible([...new Set(items.map(({ eventId }) => eventId))]);
    }
  } catch (error) {
    if (mine === turn) {
      occurrences.set({ isLoading: false });
      complainOnce(error);
    }
  }
}

async function pagesOf(
  window: { from: string; to: string },
  isWanted: () => boolean,
): Promise<{ items: Occurrence[]; isCut: boolean }> {
  const items: Occurrence[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES && isWanted(); page += 1) {
    const query = { ...window, expand: true, limit: PAGE, ...(cursor !== null && { cursor }) };
    const answer: { items: Occurrence[]; nextCursor: string | null } = await client.request(
      'GET',
      '/api/events',
      { query },
    );
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) {
      break;
    }
  }
  return { items, isCut: cursor !== null };
}

/** Without a connection the calendar stays as it is, and something else says why. */
function complainOnce(error: unknown): void {
  const code = (error as { code?: string }).code;
  if (code !== 'network-error' && code !== 'connection-lost' && code !== 'unauthenticated') {
    complain(error);
  }
}
