import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventRecord } from '../calendar/event.js';
import type { Encounter } from '../calendar/occurrence-index.js';
import type { Window } from '../calendar/occurrences.js';
import { busyTimes, mayBeBusy, meetings, type Interval } from '../calendar/schedule.js';
import { everyEvent } from './every-event.js';
import type { OccurrenceCache } from './occurrence-cache.js';
import type { EventStore } from './ports.js';

/** When an event keeps somebody busy, ascending. */
export interface BusyEvent {
  eventId: string;
  times: readonly Interval[];
}

/** When somebody is busy, in a window. */
export interface BusyCalendar {
  /** Where it is complete: the window that was asked for, or as much of it as was to be had. */
  window: Window;
  /** Where ascending times of ours meet it, an event aside: by our time, then by theirs; the earliest `most`. */
  encounters(ours: readonly Interval[], exceptEventId: string | null, most: number): Encounter[];
}

const ALWAYS: Window = { from: -Infinity, to: Infinity };

/** A calendar of these events, complete in the window. */
export const calendarOf = (events: readonly BusyEvent[], window = ALWAYS): BusyCalendar => ({
  window,
  encounters: (ours, exceptEventId, most) => encounters(ours, events, exceptEventId, most),
});

export interface CalendarReader {
  events: EventStore;
  occurrences: OccurrenceCache;
}

/** A user's busy calendar in a window: from the index where there is one, else from each event. */
export async function readCalendar(
  { events, occurrences }: CalendarReader,
  userId: string,
  window: Window,
): Promise<BusyCalendar> {
  const index = await occurrences.of(userId, window);
  if (index) {
    return { window, encounters: (...asked) => index.encounters(...asked) };
  }
  const read = await readBusyEvents(events, userId, window);
  occurrences.lookedThrough(userId, read.count);
  return calendarOf(read.events, read.window);
}

const PAGE = 500;
/** What one calendar may cost: days and hours that rules look at, and the times that they make. */
const WORK = 3_000_000;
const SHRINK = 8;
/** After so many events others get their turn. */
const TURN = 200;

/**
 * A user's busy times in a window, and of how many events. Where there are too many to be looked at, the window is
 * cut short; it never leaves anything out in between.
 */
export async function readBusyEvents(
  events: EventStore,
  userId: string,
  window: Window,
): Promise<{ window: Window; events: BusyEvent[]; count: number }> {
  const found = await eventsIn(events, userId, window);
  for (let { to } = window; ; to = window.from + Math.floor((to - window.from) / SHRINK)) {
    const busy = await timesIn(found, { from: window.from, to });
    if (busy) {
      return { window: { from: window.from, to }, events: busy, count: found.length };
    }
  }
}

async function eventsIn(events: EventStore, userId: string, window: Window): Promise<EventRecord[]> {
  const all: EventRecord[] = [];
  for await (const page of everyEvent(events, { userId, state: 'live', window, limit: PAGE })) {
    all.push(...page.map(({ event }) => event).filter(({ content }) => mayBeBusy(content)));
    await nextTurn();
  }
  return all;
}

/** The times of all events; null where that is too much. */
async function timesIn(found: readonly EventRecord[], window: Window): Promise<BusyEvent[] | null> {
  const budget = { left: WORK };
  const busy: BusyEvent[] = [];
  for (const [i, { id, content }] of found.entries()) {
    if (i % TURN === TURN - 1) {
      await nextTurn();
    }
    const { times, reached } = busyTimes(content, window, budget);
    if (reached < window.to && window.to - window.from > 1) {
      return null;
    }
    if (times.length > 0) {
      busy.push({ eventId: id, times });
    }
  }
  return busy;
}

/** Once so many are found, what of ours is later than all of them is not looked at any more. */
function encounters(
  ours: readonly Interval[],
  events: readonly BusyEvent[],
  exceptEventId: string | null,
  most: number,
): Encounter[] {
  let found: Encounter[] = [];
  let near = ours;
  for (const { eventId, times } of events) {
    if (eventId === exceptEventId) {
      continue;
    }
    // Those of one event come in order: of them too no more than so many can be among the earliest.
    meetings(near, times, most).forEach((meeting) => found.push({ ...meeting, eventId }));
    if (found.length >= 2 * most) {
      found = inOrder(found).slice(0, most);
      const last = found.at(-1)?.ours.start ?? Infinity;
      near = near.filter(({ start }) => start <= last);
    }
  }
  return inOrder(found).slice(0, most);
}

export const inOrder = (found: Encounter[]): Encounter[] =>
  found.sort((a, b) => a.ours.start - b.ours.start || a.theirs.start - b.theirs.start);
