import type { Content, Override } from './content.js';
import { BudgetSpent, startsOf, type Budget } from './recurrence.js';
import type { Rule } from './rule.js';
import {
  DAY,
  earliestWallClock,
  FAR_FUTURE,
  formatDate,
  formatInstant,
  formatLocal,
  parseDate,
  parseInstant,
  parseLocal,
  toInstant,
  toWallClock,
  type Millis,
  type WallClock,
} from './time.js';

/** The fields of a content that decide when it occurs. */
export type Timing = Pick<Content, 'start' | 'end' | 'timeZone' | 'allDay' | 'recurrence' | 'overrides'>;

/** One time at which an event takes place. */
export interface Occurrence {
  /** Its original local start: a date-time, or a date for an all-day event (RFC 8984, section 4.3.4). */
  recurrenceId: string;
  start: Millis;
  end: Millis;
  /** What is different about it; null where nothing is. */
  override: Override | null;
}

/** A half-open window of instants. */
export interface Window {
  from: Millis;
  to: Millis;
}

/** The occurrences in a window, by start; all of them that begin before `reached`. */
export interface Expansion {
  occurrences: Occurrence[];
  /** The window's end, or where the budget was spent. */
  reached: Millis;
}

/** Half-open: what ends when the window begins is outside; what has no length is in where it is. */
export const meetsWindow = (start: Millis, end: Millis, { from, to }: Window): boolean =>
  start < to && (end > from || (start === end && start >= from));

/** The occurrences of an event that meet the window, overrides applied. */
export function occurrencesIn(content: Timing, window: Window, budget: Budget): Expansion {
  const clock = clockOf(content);
  const occurrences: Occurrence[] = [];
  const add = (occurrence: Occurrence): void => {
    if (meetsWindow(occurrence.start, occurrence.end, window)) {
      occurrences.push(occurrence);
    }
  };
  changedOccurrences(content).forEach(add);
  let reached = window.to;
  try {
    for (const wall of regularStarts(content, clock, window, budget)) {
      const recurrenceId = clock.format(wall);
      if (!Object.hasOwn(content.overrides, recurrenceId)) {
        const start = clock.instantOf(wall);
        add({ recurrenceId, start, end: clock.endOf(wall, start), override: null });
      }
    }
  } catch (error) {
    reached = reachedBefore(error, content, window);
  }
  occurrences.sort((a, b) => a.start - b.start || (a.recurrenceId < b.recurrenceId ? -1 : 1));
  return { occurrences, reached };
}

/** As {@link occurrencesIn}, of an event without overrides: the times alone, which costs less. */
export function regularTimesIn(
  content: Timing,
  window: Window,
  budget: Budget,
): { times: { start: Millis; end: Millis }[]; reached: Millis } {
  const clock = clockOf(content);
  const times: { start: Millis; end: Millis }[] = [];
  try {
    for (const wall of regularStarts(content, clock, window, budget)) {
      const start = clock.instantOf(wall);
      const end = clock.endOf(wall, start);
      if (meetsWindow(start, end, window)) {
        times.push({ start, end });
      }
    }
  } catch (error) {
    return { times, reached: reachedBefore(error, content, window) };
  }
  return { times, reached: window.to };
}

/** Where an expansion stopped for its budget. Any other error goes on. */
function reachedBefore(error: unknown, { timeZone }: Timing, { from, to }: Window): Millis {
  if (!(error instanceof BudgetSpent)) {
    throw error;
  }
  return Math.min(to, Math.max(from, toInstant(error.reached, timeZone)));
}

/** The occurrences that overrides change or add. */
export function changedOccurrences(content: Timing): Occurrence[] {
  const clock = clockOf(content);
  return Object.entries(content.overrides).flatMap(([recurrenceId, override]) =>
    override.excluded ? [] : [overridden(recurrenceId, override, clock)],
  );
}

/** How an event's local times become instants. */
export interface EventClock {
  /** The event's start, and the earliest wall-clock time that means the same instant. */
  start: WallClock;
  notBefore: WallClock;
  timeZone: string;
  allDay: boolean;
  /** How long an occurrence takes: exactly for a timed one, by the calendar for an all-day one. */
  duration: Millis;
  format(wall: WallClock): string;
  /** The local start that a key names; null where it is none. */
  parse(key: string): WallClock | null;
  instantOf(wall: WallClock): Millis;
  endOf(wall: WallClock, start: Millis): Millis;
}

export function clockOf({
  start,
  end,
  timeZone,
  allDay,
}: Omit<Timing, 'recurrence' | 'overrides'>): EventClock {
  if (allDay) {
    const [first, last] = [parseDate(start) ?? 0, parseDate(end) ?? 0];
    const instantOf = (wall: WallClock): Millis => toInstant(wall, timeZone);
    return {
      start: first,
      notBefore: first,
      timeZone,
      allDay,
      duration: last - first,
      format: formatDate,
      parse: parseDate,
      instantOf,
      endOf: (wall) => instantOf(wall + last - first),
    };
  }
  const [first, last] = [parseInstant(start) ?? 0, parseInstant(end) ?? 0];
  const wallStart = toWallClock(first, timeZone);
  return {
    start: wallStart,
    notBefore: earliestWallClock(first, timeZone),
    timeZone,
    allDay,
    duration: last - first,
    format: formatLocal,
    parse: parseLocal,
    // A start in a repeated hour may be the second one: it is what it is.
    instantOf: (wall) => (wall === wallStart ? first : toInstant(wall, timeZone)),
    endOf: (_, begins) => begins + last - first,
  };
}

function overridden(recurrenceId: string, override: Override, clock: EventClock): Occurrence {
  const read = (text: string): WallClock =>
    clock.allDay ? (parseDate(text) ?? 0) : (parseInstant(text) ?? 0);
  const wall =
    override.start !== undefined && clock.allDay ? read(override.start) : (clock.parse(recurrenceId) ?? 0);
  const start = override.start !== undefined && !clock.allDay ? read(override.start) : clock.instantOf(wall);
  const end =
    override.end === undefined
      ? clock.endOf(wall, start)
      : clock.allDay
        ? toInstant(read(override.end), clock.timeZone)
        : read(override.end);
  return { recurrenceId, start, end, override };
}

/** Zones are at most this far from each other; what is expanded on the wall clock is cut exactly afterwards. */
const MARGIN = 2 * DAY;

/** The starts of the event itself and of its rule that can meet a window; none of them for the same instant twice. */
export function* regularStarts(
  { recurrence, timeZone }: Timing,
  clock: EventClock,
  { from, to }: Window,
  budget: Budget,
): Generator<WallClock> {
  if (recurrence === null) {
    yield clock.start;
    return;
  }
  const window = {
    from: from + zoneGuess(from, timeZone) - clock.duration - MARGIN,
    to: to + zoneGuess(to, timeZone) + MARGIN,
  };
  const untilWall = untilOf(recurrence, clock);
  const until = untilWall === null ? Infinity : clock.instantOf(untilWall);
  let last = Number.NEGATIVE_INFINITY;
  for (const wall of startsOf(recurrence, clock.start, window, budget, clock.notBefore)) {
    const instant = clock.instantOf(wall);
    if (instant > until) {
      return;
    }
    if (instant > last) {
      yield wall;
    }
    last = Math.max(last, instant);
  }
}

const zoneGuess = (instant: Millis, zone: string): Millis => toWallClock(instant, zone) - instant;

/** The local time of `until`, which is inclusive and compared as an instant; null where there is none. */
const untilOf = ({ until }: Rule, clock: EventClock): WallClock | null =>
  until === undefined ? null : clock.parse(until);

/** Whether the event itself or its rule, overrides aside, produces this local start. */
export function hasRegularStart(content: Timing, wall: WallClock): boolean {
  const clock = clockOf(content);
  const instant = clock.instantOf(wall);
  for (const start of regularStarts(
    content,
    clock,
    { from: instant, to: instant + 1 },
    { left: COUNT_BUDGET },
  )) {
    if (start >= wall) {
      return start === wall;
    }
  }
  return false;
}

/** How many regular starts come before this local start; at most `most` are counted. */
export function startsBefore(content: Timing, wall: WallClock, most: number): number {
  const clock = clockOf(content);
  if (content.recurrence === null) {
    return clock.start < wall ? 1 : 0;
  }
  let count = 0;
  const window = { from: clock.notBefore, to: wall };
  const starts = startsOf(content.recurrence, clock.start, window, { left: COUNT_BUDGET }, clock.notBefore);
  while (count < most && !starts.next().done) {
    count += 1;
  }
  return count;
}

/** The first regular start at this local time or after it; null where there is none, or it is too far to find. */
export function firstStartFrom(content: Timing, wall: WallClock): WallClock | null {
  const clock = clockOf(content);
  const window = { from: clock.instantOf(wall), to: FAR_FUTURE };
  try {
    for (const start of regularStarts(content, clock, window, { left: COUNT_BUDGET })) {
      if (start >= wall) {
        return start;
      }
    }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) {
      throw error;
    }
  }
  return null;
}

/** The times that the occurrence at this local start has where no override says otherwise, in canonical form. */
export function regularOccurrence(content: Timing, wall: WallClock): { start: string; end: string } {
  const clock = clockOf(content);
  if (content.allDay) {
    return { start: formatDate(wall), end: formatDate(wall + clock.duration) };
  }
  const start = clock.instantOf(wall);
  return { start: formatInstant(start), end: formatInstant(start + clock.duration) };
}

/** The times of an occurrence in canonical form. */
export function timesOf(
  content: Timing,
  { recurrenceId, start, end, override }: Occurrence,
): { start: string; end: string } {
  if (!content.allDay) {
    return { start: formatInstant(start), end: formatInstant(end) };
  }
  const first = override?.start ?? recurrenceId;
  const regularEnd = (parseDate(first) ?? 0) + clockOf(content).duration;
  return { start: first, end: override?.end ?? formatDate(regularEnd) };
}

/** Enough for the longest rule with a count. */
const COUNT_BUDGET = 5_000_000;

/** The end of the last regular occurrence; {@link FAR_FUTURE} where there is none, or it is too far to find. */
export function lastRegularEnd(content: Timing): Millis {
  const clock = clockOf(content);
  const rule = content.recurrence;
  if (rule === null) {
    return clock.endOf(clock.start, clock.instantOf(clock.start));
  }
  const until = untilOf(rule, clock);
  if (until !== null) {
    return Math.min(FAR_FUTURE, clock.endOf(until, clock.instantOf(until)));
  }
  if (rule.count === undefined) {
    return FAR_FUTURE;
  }
  let last = clock.start;
  try {
    for (const wall of startsOf(
      rule,
      clock.start,
      { from: clock.notBefore, to: FAR_FUTURE },
      { left: COUNT_BUDGET },
      clock.notBefore,
    )) {
      last = wall;
    }
  } catch (error) {
    if (error instanceof BudgetSpent) {
      return FAR_FUTURE;
    }
    throw error;
  }
  return clock.endOf(last, clock.instantOf(last));
}
