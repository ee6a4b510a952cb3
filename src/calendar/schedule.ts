import { bisect } from './bisect.js';
import type { Content, Override } from './content.js';
import { occurrencesIn, regularTimesIn, type Window } from './occurrences.js';
import type { Budget } from './recurrence.js';
import type { Millis } from './time.js';

/** A time at which somebody is busy. */
export interface Interval {
  start: Millis;
  end: Millis;
}

/** Two busy times that meet: ours, and the other event's. */
export interface Meeting {
  ours: Interval;
  theirs: Interval;
}

/**
 * The times in a window at which an event keeps its members busy: those of its occurrences that are busy and not
 * cancelled, ascending. All of them that begin before `reached`.
 */
export function busyTimes(
  content: Content,
  window: Window,
  budget: Budget,
): { times: Interval[]; reached: Millis } {
  if (!mayBeBusy(content)) {
    return { times: [], reached: window.to };
  }
  if (Object.keys(content.overrides).length === 0) {
    return regularTimesIn(content, window, budget);
  }
  const { occurrences, reached } = occurrencesIn(content, window, budget);
  const times = occurrences
    .filter(({ override }) => isBusy(content, override))
    .map(({ start, end }) => ({ start, end }));
  return { times, reached };
}

export const isBusy = (content: Content, override: Override | null = null): boolean =>
  (override?.busy ?? content.busy) && (override?.status ?? content.status) !== 'cancelled';

/** Whether the event, or any of its changed occurrences, can keep anybody busy. */
export const mayBeBusy = (content: Content): boolean =>
  isBusy(content) || Object.values(content.overrides).some((override) => isBusy(content, override));

/** Where two ascending lists of times meet (half-open), by our time, then by theirs; at most `most` of them. */
export function meetings(ours: readonly Interval[], theirs: readonly Interval[], most: number): Meeting[] {
  const found: Meeting[] = [];
  const longest = theirs.reduce((length, { start, end }) => Math.max(length, end - start), 0);
  for (const own of ours) {
    for (let i = firstFrom(theirs, own.start - longest); i < theirs.length; i += 1) {
      const other = theirs[i];
      if (!other || other.start >= own.end) {
        break;
      }
      if (other.end > own.start) {
        found.push({ ours: own, theirs: other });
        if (found.length >= most) {
          return found;
        }
      }
    }
  }
  return found;
}

/** The index of the first interval that starts at or after a time. */
const firstFrom = (intervals: readonly Interval[], time: Millis): number =>
  bisect(intervals.length, (i) => (intervals[i]?.start ?? 0) < time);

/** Busy times as free/busy tells them: cut to the window, touching ones made one. */
export function mergedTimes(times: readonly Interval[], { from, to }: Window): Interval[] {
  const merged: Interval[] = [];
  for (const { start, end } of [...times].sort((a, b) => a.start - b.start)) {
    const cut = { start: Math.max(start, from), end: Math.min(end, to) };
    const last = merged[merged.length - 1];
    if (last && cut.start <= last.end) {
      last.end = Math.max(last.end, cut.end);
    } else if (cut.start < cut.end) {
      merged.push(cut);
    }
  }
  return merged;
}
