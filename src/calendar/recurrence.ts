import type { Rule } from './rule.js';
import { DAYS } from './rule.js';
import { DAY, type WallClock } from './time.js';

/** How much an expansion may do: a unit is one day or one hour that is looked at, or one start that is made. */
export interface Budget {
  left: number;
}

/** Where an expansion stopped because its budget was used up. */
export class BudgetSpent extends Error {
  constructor(readonly reached: WallClock) {
    super('The recurrence rule takes more work than is allowed');
    this.name = 'BudgetSpent';
  }
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Year 10000, where every expansion ends. */
const END = Date.UTC(10_000, 0, 1);

/**
 * The starts that a rule produces (RFC 5545, section 3.3.10), as clocks in the event's zone show them,
 * ascending, in the half-open window. Everything is computed on the wall clock; what instants
 * these are is for the caller. A rule without `count` is entered near `from`, however far that is.
 *
 * `until` is not looked at, as it is an instant.
 *
 * @param start what the rule steps from, and takes its defaults from
 * @param notBefore the earliest wall-clock time that means the same instant as `start` (behind a DST gap, one in it)
 * @throws BudgetSpent
 */
export function* startsOf(
  rule: Rule,
  start: WallClock,
  { from, to }: { from: WallClock; to: WallClock },
  budget: Budget,
  notBefore = start,
): Generator<WallClock, void, void> {
  const plan = planOf(rule, start);
  let produced = 0;
  const first = rule.count === undefined ? Math.max(0, plan.indexOf(from) - 1) : 0;
  for (let index = first; ; index = plan.next(index)) {
    const at = plan.periodAt(index);
    if (at >= to || at >= END) {
      return;
    }
    for (const wall of inPeriod(plan, rule, at, budget)) {
      if (wall < notBefore) {
        continue;
      }
      produced += 1;
      if (rule.count !== undefined && produced > rule.count) {
        return;
      }
      if (wall >= to) {
        return;
      }
      if (wall >= from) {
        yield wall;
      }
    }
  }
}

/** Whether the rule itself produces the start that it hangs on. */
export function producesStart(rule: Rule, start: WallClock, notBefore = start): boolean {
  const { count: _, ...endless } = rule;
  return !startsOf(endless, start, { from: notBefore, to: start + 1 }, { left: 100_000 }, notBefore).next()
    .done;
}

/**
 * The rule with the times of day said in so many words that it would otherwise take from its start: for a start in
 * a DST gap, which is not what clocks showed on that day.
 */
export function withTimesOf(rule: Rule, wall: WallClock): Rule {
  if (rule.frequency === 'hourly') {
    return rule;
  }
  const time = wall - dayOf(wall) * DAY;
  return {
    ...rule,
    byHour: rule.byHour ?? [Math.floor(time / HOUR)],
    byMinute: rule.byMinute ?? [Math.floor((time % HOUR) / MINUTE)],
  };
}

/** How a rule steps through time, and what it picks in each step. */
interface Plan {
  /** The beginning of the period number `index`, which starts at 0 with the one that holds the start. */
  periodAt(index: number): WallClock;
  /** The period that holds a time, or the one before; never after it. */
  indexOf(wall: WallClock): number;
  /** The next period worth looking at. */
  next(index: number): number;
  /** The days of a period that the rule picks, ascending, as day numbers since the epoch. */
  days(at: WallClock, budget: Budget): number[];
  /** The times of a picked day, ascending, in milliseconds since midnight. */
  times(at: WallClock): number[];
}

function* inPeriod(plan: Plan, rule: Rule, at: WallClock, budget: Budget): Generator<WallClock> {
  const times = plan.times(at);
  const days = plan.days(at, budget);
  spend(budget, 1, at);
  if (!rule.bySetPosition) {
    for (const day of days) {
      for (const time of times) {
        spend(budget, 1, day * DAY);
        yield day * DAY + time;
      }
    }
    return;
  }
  const size = days.length * times.length;
  const positions = rule.bySetPosition.map((position) => (position > 0 ? position - 1 : size + position));
  for (const position of sortedSet(positions.filter((n) => n >= 0 && n < size))) {
    spend(budget, 1, at);
    const day = days[Math.floor(position / times.length)] ?? 0;
    yield day * DAY + (times[position % times.length] ?? 0);
  }
}

function spend(budget: Budget, work: number, at: WallClock): void {
  budget.left -= work;
  if (budget.left < 0) {
    throw new BudgetSpent(at);
  }
}

const sortedSet = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

const dayOf = (wall: WallClock): number => Math.floor(wall / DAY);
/** 0 is Monday, as in {@link DAYS}. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;
const dateOf = (day: number): { year: number; month: number; date: number } => {
  const date = new Date(day * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), date: date.getUTCDate() };
};
/** Months count from 0 and may overflow into other years. */
const dayNumber = (year: number, month: number, date: number): number => {
  const result = new Date(0);
  result.setUTCFullYear(year, month, date);
  return result.getTime() / DAY;
};

function planOf(rule: Rule, start: WallClock): Plan {
  return rule.frequency === 'hourly' ? hourlyPlan(rule, start) : dailyAndUpPlan(rule, start);
}

/** Which weekdays `byDay` names, by number, and the ordinals where it has any. */
interface WeekdayRule {
  plain: Set<number>;
  ordinals: { weekday: number; nth: number }[];
}

function weekdaysOf(rule: Rule): WeekdayRule | null {
  if (!rule.byDay) {
    return null;
  }
  const ordinals: WeekdayRule['ordinals'] = [];
  const plain = new Set<number>();
  for (const { day, nthOfPeriod } of rule.byDay) {
    if (nthOfPeriod === undefined) {
      plain.add(DAYS.indexOf(day));
    } else {
      ordinals.push({ weekday: DAYS.indexOf(day), nth: nthOfPeriod });
    }
  }
  return { plain, ordinals };
}

/** Steps of a day or longer: the periods hold whole days, and each picked day has the same times. */
function dailyAndUpPlan(rule: Rule, start: WallClock): Plan {
  const interval = rule.interval ?? 1;
  const startDay = dayOf(start);
  const times = timesOfDay(rule, start);
  const steps = stepsOf(rule, startDay, interval);
  const picks = pickerOf(rule, startDay);
  return {
    periodAt: (index) => steps.dayAt(index) * DAY,
    indexOf: (wall) => steps.indexOf(dayOf(wall)),
    next: (index) => index + 1,
    times: () => times,
    days: (at, budget) => {
      const first = dayOf(at);
      const days: number[] = [];
      for (const [from, to] of picks.ranges(first, steps.lengthAt(first))) {
        spend(budget, to - from, at);
        for (let day = from; day < to; day += 1) {
          if (picks.accepts(day)) {
            days.push(day);
          }
        }
      }
      return days;
    },
  };
}

function timesOfDay(rule: Rule, start: WallClock): number[] {
  const time = start - dayOf(start) * DAY;
  const hours = rule.byHour ? sortedSet(rule.byHour) : [Math.floor(time / HOUR)];
  const minutes = rule.byMinute ? sortedSet(rule.byMinute) : [Math.floor((time % HOUR) / MINUTE)];
  return hours.flatMap((hour) => minutes.map((minute) => hour * HOUR + minute * MINUTE + (time % MINUTE)));
}

interface Steps {
  dayAt(index: number): number;
  indexOf(day: number): number;
  lengthAt(day: number): number;
}

function stepsOf(rule: Rule, startDay: number, interval: number): Steps {
  const { year, month } = dateOf(startDay);
  switch (rule.frequency) {
    case 'yearly':
      return {
        dayAt: (index) => dayNumber(year + index * interval, 0, 1),
        indexOf: (day) => Math.floor((dateOf(day).year - year) / interval),
        lengthAt: (day) => dayNumber(dateOf(day).year + 1, 0, 1) - day,
      };
    case 'monthly':
      return {
        dayAt: (index) => dayNumber(year, month + index * interval, 1),
        indexOf: (day) => {
          const at = dateOf(day);
          return Math.floor(((at.year - year) * 12 + at.month - month) / interval);
        },
        lengthAt: (day) => {
          const at = dateOf(day);
          return dayNumber(at.year, at.month + 1, 1) - day;
        },
      };
    case 'weekly': {
      const firstDay = DAYS.indexOf(rule.firstDayOfWeek ?? 'mo');
      const monday = startDay - ((weekdayOf(startDay) - firstDay + 7) % 7);
      return {
        dayAt: (index) => monday + index * interval * 7,
        indexOf: (day) => Math.floor((day - monday) / (interval * 7)),
        lengthAt: () => 7,
      };
    }
    default:
      return {
        dayAt: (index) => startDay + index * interval,
        indexOf: (day) => Math.floor((day - startDay) / interval),
        lengthAt: () => 1,
      };
  }
}

interface Picker {
  /** The parts of a period (first day, end) that can hold a picked day at all. */
  ranges(first: number, length: number): [number, number][];
  accepts(day: number): boolean;
}

/** RFC 5545's table of what each part does at each frequency, as tests that a day has to pass. */
function pickerOf(rule: Rule, startDay: number): Picker {
  const tests: ((day: number) => boolean)[] = [];
  const months = monthsOf(rule, startDay);
  if (months) {
    tests.push((day) => months.has(dateOf(day).month));
  }
  const monthDays = monthDaysOf(rule, startDay);
  if (monthDays) {
    tests.push((day) => isOneOf(monthDays, ...monthPosition(day)));
  }
  if (rule.byYearDay) {
    const yearDays = new Set(rule.byYearDay);
    tests.push((day) => isOneOf(yearDays, ...yearPosition(day)));
  }
  if (rule.byWeekNo) {
    tests.push(weekNumberTest(new Set(rule.byWeekNo), DAYS.indexOf(rule.firstDayOfWeek ?? 'mo')));
  }
  const weekdays = weekdaysOf(rule) ?? defaultWeekday(rule, startDay);
  if (weekdays) {
    const position = rule.frequency === 'yearly' && !rule.byMonth ? yearPosition : monthPosition;
    tests.push((day) => weekdayTest(weekdays, day, position));
  }
  return {
    accepts: (day) => tests.every((test) => test(day)),
    ranges: (first, length) =>
      rule.frequency === 'yearly' && months ? monthRanges(first, months) : [[first, first + length]],
  };
}

function monthRanges(first: number, months: Set<number>): [number, number][] {
  const { year } = dateOf(first);
  return sortedSet([...months]).map((month) => [dayNumber(year, month, 1), dayNumber(year, month + 1, 1)]);
}

/** A yearly rule that picks no day otherwise recurs in the month of its start. */
function monthsOf(rule: Rule, startDay: number): Set<number> | null {
  if (rule.byMonth) {
    return new Set(rule.byMonth.map((month) => Number(month) - 1));
  }
  return rule.frequency === 'yearly' && picksNoDay(rule) ? new Set([dateOf(startDay).month]) : null;
}

/** A monthly or yearly rule that picks no day otherwise recurs on the day of the month of its start. */
function monthDaysOf(rule: Rule, startDay: number): Set<number> | null {
  if (rule.byMonthDay) {
    return new Set(rule.byMonthDay);
  }
  const defaults = (rule.frequency === 'yearly' || rule.frequency === 'monthly') && picksNoDay(rule);
  return defaults ? new Set([dateOf(startDay).date]) : null;
}

const picksNoDay = (rule: Rule): boolean =>
  !rule.byDay && !rule.byMonthDay && !rule.byYearDay && !rule.byWeekNo;

/** A rule that picks weeks and no days in them recurs on the weekday of its start. */
function defaultWeekday(rule: Rule, startDay: number): WeekdayRule | null {
  const needed =
    rule.frequency === 'weekly' || (rule.byWeekNo !== undefined && !rule.byMonthDay && !rule.byYearDay);
  return needed ? { plain: new Set([weekdayOf(startDay)]), ordinals: [] } : null;
}

/** A day's number in its month, from the beginning and (negative) from the end. */
function monthPosition(day: number): [number, number] {
  const { year, month, date } = dateOf(day);
  return [date, date - 1 - (dayNumber(year, month + 1, 1) - dayNumber(year, month, 1))];
}

/** A day's number in its year, from the beginning and (negative) from the end. */
function yearPosition(day: number): [number, number] {
  const { year } = dateOf(day);
  const first = dayNumber(year, 0, 1);
  return [day - first + 1, day - dayNumber(year + 1, 0, 1)];
}

const isOneOf = (numbers: Set<number>, fromStart: number, fromEnd: number): boolean =>
  numbers.has(fromStart) || numbers.has(fromEnd);

function weekdayTest(
  { plain, ordinals }: WeekdayRule,
  day: number,
  position: (day: number) => [number, number],
): boolean {
  const weekday = weekdayOf(day);
  if (plain.has(weekday)) {
    return true;
  }
  if (!ordinals.some((ordinal) => ordinal.weekday === weekday)) {
    return false;
  }
  const [fromStart, fromEnd] = position(day);
  const nth = Math.floor((fromStart - 1) / 7) + 1;
  const nthLast = -(Math.floor((-fromEnd - 1) / 7) + 1);
  return ordinals.some(
    (ordinal) => ordinal.weekday === weekday && (ordinal.nth === nth || ordinal.nth === nthLast),
  );
}

/** Week 1 is the first with at least four days in the year (RFC 5545); a day may be in a week of another year. */
function weekNumberTest(weeks: Set<number>, firstDay: number): (day: number) => boolean {
  const weekOne = (year: number): number => {
    const fourth = dayNumber(year, 0, 4);
    return fourth - ((weekdayOf(fourth) - firstDay + 7) % 7);
  };
  return (day) => {
    const { year } = dateOf(day);
    const own = [year + 1, year, year - 1].find((candidate) => weekOne(candidate) <= day) ?? year;
    const first = weekOne(own);
    const count = (weekOne(own + 1) - first) / 7;
    const number = Math.floor((day - first) / 7) + 1;
    return isOneOf(weeks, number, number - 1 - count);
  };
}

/** Hourly rules step from hour to hour on the wall clock, in phase with their start, and skip what no part picks. */
function hourlyPlan(rule: Rule, start: WallClock): Plan {
  const step = (rule.interval ?? 1) * HOUR;
  const base = Math.floor(start / HOUR) * HOUR;
  const picks = pickerOf(rule, dayOf(start));
  const hours = rule.byHour && new Set(rule.byHour);
  const minutes = rule.byMinute ? sortedSet(rule.byMinute) : [Math.floor((start % HOUR) / MINUTE)];
  const hourOf = (at: WallClock): number => Math.floor((at - dayOf(at) * DAY) / HOUR);
  const picked = (at: WallClock): boolean => !hours || hours.has(hourOf(at));
  const periodAt = (index: number): WallClock => base + index * step;
  const indexOf = (wall: WallClock): number => Math.floor((wall - base) / step);
  return {
    periodAt,
    indexOf,
    next: (index) => {
      const day = dayOf(periodAt(index));
      // A day that is not picked is left at once: its hours are not looked at one by one.
      return picks.accepts(day) ? index + 1 : Math.max(index + 1, indexOf((day + 1) * DAY - 1) + 1);
    },
    days: (at) => (picked(at) && picks.accepts(dayOf(at)) ? [dayOf(at)] : []),
    times: (at) => minutes.map((minute) => hourOf(at) * HOUR + minute * MINUTE + (start % MINUTE)),
  };
}
