import type { Role } from '../calendar/access.js';
import type { EventRecord } from '../calendar/event.js';
import type { Window } from '../calendar/occurrences.js';
import { busyTimes, mayBeBusy, meetings, type Interval } from '../calendar/schedule.js';
import { everyEvent } from './every-event.js';
import type { EventStore } from './ports.js';

/** An event, and when it keeps somebody busy, ascending. */
export interface BusyEvent {
  event: EventRecord;
  role: Role;
  times: readonly Interval[];
}

/** When somebody is busy, in a window. */
export interface BusyCalendar {
  /** Where it is complete: the window that was asked for, or as much of it as was to be had. */
  window: Window;
  events: readonly BusyEvent[];
}

/** A calendar of these events, complete for ever. */
export const calendarOf = (events: readonly BusyEvent[]): BusyCalendar => ({
  window: { from: -Infinity, to: Infinity },
  events,
});

/** A busy time of ours that meets one of another event. */
export interface Clash {
  ours: Interval;
  theirs: Interval;
  event: EventRecord;
  role: Role;
}

const PAGE = 500;
/** What one calendar may cost: days and hours that rules look at, and the times that they make. */
const WORK = 3_000_000;
const SHRINK = 8;
/** After so many events others get their turn. */
const TURN = 200;

/**
 * A user's busy times in a window. Where there are too many to be looked at, the window is cut short; it never
 * leaves anything out in between.
 */
export async function readCalendar(
  events: EventStore,
  userId: string,
  window: Window,
): Promise<BusyCalendar> {
  const found = await eventsIn(events, userId, window);
  for (let { to } = window; ; to = window.from + Math.floor((to - window.from) / SHRINK)) {
    const busy = await timesIn(found, { from: window.from, to });
    if (busy) {
      return { window: { from: window.from, to }, events: busy };
    }
  }
}

interface Found {
  event: EventRecord;
  role: Role;
}

async function eventsIn(events: EventStore, userId: string, window: Window): Promise<Found[]> {
  const all: Found[] = [];
  for await (const page of everyEvent(events, { userId, state: 'live', window, limit: PAGE })) {
    all.push(...page.filter(({ event }) => mayBeBusy(event.content)));
    await turn();
  }
  return all;
}

/** The times of all events; null where that is too much. */
async function timesIn(found: readonly Found[], window: Window): Promise<BusyEvent[] | null> {
  const budget = { left: WORK };
  const busy: BusyEvent[] = [];
  for (const [i, { event, role }] of found.entries()) {
    if (i % TURN === TURN - 1) {
      await turn();
    }
    const { times, reached } = busyTimes(event.content, window, budget);
    if (reached < window.to && window.to - window.from > 1) {
      return null;
    }
    if (times.length > 0) {
      busy.push({ event, role, times });
    }
  }
  return busy;
}

/** Lets others have their turn in the midst of something long. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Where our times meet somebody's, those of one event aside, by our time, then by theirs: the earliest `most`. Both
 * are ascending; once so many are found, what of ours is later than all of them is not looked at any more.
 */
export function clashes(
  ours: readonly Interval[],
  { events }: BusyCalendar,
  exceptEventId: string | null,
  most: number,
): Clash[] {
  let found: Clash[] = [];
  let near = ours;
  for (const { event, role, times } of events) {
    if (event.id === exceptEventId) {
      continue;
    }
    // Those of one event come in order: of them too no more than so many can be among the earliest.
    meetings(near, times, most).forEach((meeting) => found.push({ ...meeting, event, role }));
    if (found.length >= 2 * most) {
      found = inOrder(found).slice(0, most);
      const last = found.at(-1)?.ours.start ?? Infinity;
      near = near.filter(({ start }) => start <= last);
    }
  }
  return inOrder(found).slice(0, most);
}

const inOrder = (found: Clash[]): Clash[] =>
  found.sort((a, b) => a.ours.start - b.ours.start || a.theirs.start - b.theirs.start);
