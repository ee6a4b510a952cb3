import {
  changedOccurrences,
  clockOf,
  meetsWindow,
  regularStarts,
  type Occurrence,
  type Timing,
  type Window,
} from './occurrences.js';
import type { Budget } from './recurrence.js';
import { DAY, FAR_FUTURE, type Millis } from './time.js';

/** By start, then by the original start. */
const order = (a: Occurrence, b: Occurrence): number =>
  a.start - b.start || (a.recurrenceId < b.recurrenceId ? -1 : a.recurrenceId > b.recurrenceId ? 1 : 0);

/**
 * The occurrences that meet the window, overrides applied, one after the other by start: whoever needs but the first
 * ones pays for no more.
 *
 * @param since only those that start then or later
 * @throws BudgetSpent
 */
export function* occurrencesInOrder(
  content: Timing,
  window: Window,
  budget: Budget,
  since: Millis = -Infinity,
): Generator<Occurrence, void, void> {
  const changed = changedInOrder(content, window, since);
  let next = 0;
  for (const occurrence of regularInOrder(content, window, budget, since)) {
    for (let other = changed[next]; other && order(other, occurrence) < 0; other = changed[next]) {
      yield other;
      next += 1;
    }
    yield occurrence;
  }
  yield* changed.slice(next);
}

/** The occurrences that overrides change or add, as {@link occurrencesInOrder} has them. */
export const changedInOrder = (content: Timing, window: Window, since: Millis = -Infinity): Occurrence[] =>
  changedOccurrences(content)
    .filter(({ start, end }) => isWithin(start, end, window, since))
    .sort(order);

function* regularInOrder(
  content: Timing,
  window: Window,
  budget: Budget,
  since: Millis,
): Generator<Occurrence, void, void> {
  const clock = clockOf(content);
  // Those that have begun before are not even looked at, however long they last.
  const [stepper, from] = since >= window.from ? [{ ...clock, duration: 0 }, since] : [clock, window.from];
  for (const wall of regularStarts(content, stepper, { from, to: window.to }, budget)) {
    const start = clock.instantOf(wall);
    if (start >= window.to) {
      return;
    }
    const recurrenceId = clock.format(wall);
    const end = clock.endOf(wall, start);
    if (isWithin(start, end, window, since) && !Object.hasOwn(content.overrides, recurrenceId)) {
      yield { recurrenceId, start, end, override: null };
    }
  }
}

/** What ends in the year 10000 cannot be written down. */
const isWithin = (start: Millis, end: Millis, window: Window, since: Millis): boolean =>
  start >= since && end <= FAR_FUTURE && meetsWindow(start, end, window);

/** Backwards a series is expanded in slices, each twice as long as the one behind it. */
const SLICE = 8 * DAY;

/** As {@link occurrencesInOrder}, the last one first. @throws BudgetSpent */
export function* occurrencesFromLast(
  content: Timing,
  window: Window,
  budget: Budget,
  since: Millis = -Infinity,
): Generator<Occurrence, void, void> {
  const first = Math.max(window.from, since);
  let { to } = window;
  for (let length = SLICE; ; length *= 2) {
    const from = to - length;
    if (from <= first) {
      yield* [...occurrencesInOrder(content, { from: window.from, to }, budget, since)].reverse();
      return;
    }
    yield* [...occurrencesInOrder(content, { from, to }, budget, from)].reverse();
    to = from;
  }
}

/** Whether any occurrence meets the window. @throws BudgetSpent */
export const occursIn = (content: Timing, window: Window, budget: Budget): boolean =>
  !occurrencesInOrder(content, window, budget).next().done;
