import { refuseFields, type FieldError } from './errors.js';
import { BudgetSpent, producesStart, startsOf, withTimesOf } from './recurrence.js';
import { checkRule, type Rule } from './rule.js';
import {
  earliestWallClock,
  FAR_FUTURE,
  formatDate,
  formatLocal,
  toWallClock,
  type Millis,
  type WallClock,
} from './time.js';

/** What a rule is to hang on. */
export interface RuleBase {
  /** An instant; for an all-day event the midnight of its date on the wall. */
  start: Millis;
  /** The local time that the client gave, if it gave one. */
  given: WallClock | null;
  timeZone: string;
  allDay: boolean;
}

/** How far it is looked for the first start that a rule would produce. */
const SEARCH_BUDGET = 20_000;
/** The most occurrences that a rule may have in a day. */
const MAX_A_DAY = 144;

/**
 * A rule as it is stored, once it is known to be a lawful one, to produce the event's start, and to cost no more
 * than any expansion is willing to spend.
 *
 * @throws invalid-recurrence, with the nearest right value where there is one
 */
export function acceptRule(rule: Rule, { start, given, timeZone, allDay }: RuleBase): Rule {
  const wall = allDay ? start : toWallClock(start, timeZone);
  const checked = checkRule(rule, { start: wall, timeZone, allDay });
  settle([...checked.faults, ...densityFaults(rule)]);
  // A start in a DST gap is not what clocks showed on its own day, but it is on all the others.
  const accepted = given === null || given === wall ? checked.rule : withTimesOf(checked.rule, given);
  const notBefore = allDay ? wall : earliestWallClock(start, timeZone);
  if (!producesStart(accepted, wall, notBefore)) {
    settle([
      { pointer: '', message: `does not produce the event's start; ${nearest(accepted, wall, allDay)}` },
    ]);
  }
  return accepted;
}

function settle(faults: FieldError[]): void {
  if (faults.length > 0) {
    const errors = faults.map((fault) => ({ ...fault, pointer: `/recurrence${fault.pointer}` }));
    throw refuseFields(errors, 'invalid-recurrence');
  }
}

function densityFaults({ frequency, byHour, byMinute }: Rule): FieldError[] {
  const hours = byHour?.length ?? (frequency === 'hourly' ? 24 : 1);
  return hours * (byMinute?.length ?? 1) > MAX_A_DAY
    ? [{ pointer: '/byMinute', message: `makes more than ${MAX_A_DAY} occurrences a day` }]
    : [];
}

function nearest(rule: Rule, wall: WallClock, allDay: boolean): string {
  const { count: _, until: __, ...endless } = rule;
  try {
    const first = startsOf(endless, wall, { from: wall, to: FAR_FUTURE }, { left: SEARCH_BUDGET }).next();
    if (!first.done) {
      return `the first that it produces is ${(allDay ? formatDate : formatLocal)(first.value)}`;
    }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) {
      throw error;
    }
  }
  return 'it produces none';
}
