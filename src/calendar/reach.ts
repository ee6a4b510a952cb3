import type { Span } from './event.js';
import { DAY, type Millis } from './time.js';

/** A half-open window; an end that is not given is open. */
export interface OpenWindow {
  from?: Millis;
  to?: Millis;
}

/**
 * The longest span of each class of length but the last, which has no bound: endless series are in it. An index
 * that has the class in front of the start can then answer a window: within a class, what meets the window
 * starts at most its longest span before it, and not after it. So a window costs what lies around it, whatever
 * the user has before and after.
 */
const LONGEST: readonly Millis[] = [2, 8, 32, 128, 512, 2048, Infinity].map((days) => days * DAY);

/** The class of those few that an override lets occur before their own start: of these the start says nothing. */
const EARLIER = LONGEST.length;

/** All classes, and the longest span that there may be in each. */
export const CLASSES: ReadonlyMap<number, Millis> = new Map(
  [...LONGEST, Infinity].map((longest, reach) => [reach, longest]),
);

export const reachOf = ({ startAt, from, until }: Span): number =>
  from === startAt ? LONGEST.findIndex((longest) => until - from <= longest) : EARLIER;

/** Where a class begins and ends to matter for a window; both bounds included. */
export interface Stretch {
  reach: number;
  startAt: { from: Millis; to: Millis };
}

/** @param classes that there are, and the longest span in each: no longer than that of {@link CLASSES} */
export const stretches = (
  { from = -Infinity, to = Infinity }: OpenWindow,
  classes: ReadonlyMap<number, Millis> = CLASSES,
): Stretch[] =>
  [...classes].map(([reach, longest]) => ({
    reach,
    startAt: reach === EARLIER ? { from: -Infinity, to: Infinity } : { from: from - longest, to },
  }));
