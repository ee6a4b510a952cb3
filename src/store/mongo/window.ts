import { DAY, type Millis } from '../../calendar/time.js';
import type { Span } from '../../calendar/event.js';
import type { EventQuery } from '../../service/ports.js';

/**
 * The longest span of each class of length but the last, which has no bound: endless series are in it. An index
 * that has the class in front of the start can then answer a window: within a class, what meets the window
 * starts at most its longest span before it, or after it. So a window costs what lies around it, whatever
 * the user has before and after.
 */
const LONGEST: readonly Millis[] = [2 * DAY, 16 * DAY, 128 * DAY, 1024 * DAY, Infinity];

export function reachOf({ from, until }: Span): number {
  return LONGEST.findIndex((longest) => until - from <= longest);
}

/** Where a class begins and ends to matter for a window; both bounds included. */
export interface Stretch {
  reach: number;
  startAt: { from: Millis; to: Millis };
}

export const isWindow = ({ from, to }: EventQuery['window']): boolean =>
  from !== undefined || to !== undefined;

export const stretches = ({ from = -Infinity, to = Infinity }: EventQuery['window']): Stretch[] =>
  LONGEST.map((longest, reach) => ({ reach, startAt: { from: from - longest, to: to + longest } }));

/** The exact condition: the span meets the half-open window, one without length where `from <= start < to`. */
export function meets({ from, to }: EventQuery['window']) {
  return {
    ...(to !== undefined && { 'span.from': { $lt: to } }),
    ...(from !== undefined && {
      $nor: [{ 'span.until': { $lt: from } }, { 'span.until': from, 'span.from': { $lt: from } }],
    }),
  };
}
