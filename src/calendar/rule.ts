import { z } from 'zod';
import type { FieldError } from './errors.js';
import { list } from './list.js';
import {
  DAY,
  FAR_FUTURE,
  formatDate,
  formatLocal,
  parseDate,
  parseLocal,
  toWallClock,
  type WallClock,
} from './time.js';

/** The frequencies that are taken, coarsest first. */
export const FREQUENCIES = ['yearly', 'monthly', 'weekly', 'daily', 'hourly'] as const;
export const DAYS = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'] as const;

const MAX_INTERVAL = 1_000;
const MAX_COUNT = 10_000;

const numbers = (min: number, max: number) => {
  const signed = min < 0;
  const item = z.int().min(min).max(max);
  return list(signed ? item.refine((n) => n !== 0, 'must not be 0') : item, 1, 400).optional();
};

const NDaySchema = z
  .strictObject({
    '@type': z.literal('NDay').optional().meta({ writeOnly: true }),
    day: z.enum(DAYS),
    nthOfPeriod: z
      .int()
      .min(-53)
      .max(53)
      .refine((n) => n !== 0, 'must not be 0')
      .optional(),
  })
  .transform(({ '@type': _, ...day }) => day)
  .meta({
    id: 'NDay',
    title: 'A day of the week, or the nth such day of the period (RFC 8984, section 4.3.3)',
  });

const month = z
  .union([z.string(), z.int().meta({ writeOnly: true })])
  .transform(String)
  .refine((text) => /^([1-9]|1[0-2])$/.test(text), 'must be a month from "1" to "12"');

/** RFC 8984, section 4.3.3, as far as it is taken: what it looks like. What it means is {@link ruleFaults}' matter. */
export const RuleSchema = z
  .strictObject({
    '@type': z.literal('RecurrenceRule').optional().meta({ writeOnly: true }),
    frequency: z.enum(FREQUENCIES, { error: 'must be yearly, monthly, weekly, daily or hourly' }),
    interval: z.int().min(1).max(MAX_INTERVAL).optional(),
    firstDayOfWeek: z.enum(DAYS).optional(),
    byDay: list(NDaySchema, 1, 400).optional(),
    byMonthDay: numbers(-31, 31),
    byMonth: list(month, 1, 12).optional(),
    byYearDay: numbers(-366, 366),
    byWeekNo: numbers(-53, 53),
    byHour: numbers(0, 23),
    byMinute: numbers(0, 59),
    bySetPosition: numbers(-366, 366),
    count: z.int().min(1).max(MAX_COUNT).optional(),
    until: z.string().optional(),
  })
  .transform(({ '@type': _, ...rule }) => rule)
  .meta({ id: 'RecurrenceRule', title: 'How an event recurs (RFC 8984, section 4.3.3)' });

type NDay = z.output<typeof NDaySchema>;
/** A recurrence rule as it is stored and answered. */
export type Rule = z.output<typeof RuleSchema>;

/** What a rule hangs on: the event's start as its own clock shows it, its zone, and whether it is a date. */
export interface RuleAnchor {
  start: WallClock;
  timeZone: string;
  allDay: boolean;
}

/**
 * The rule with `until` in its canonical form (a local date-time, or a date for an all-day event), and what
 * RFC 5545 (section 3.3.10) forbids in it. Pointers lead into the rule.
 */
export function checkRule(rule: Rule, anchor: RuleAnchor): { rule: Rule; faults: FieldError[] } {
  const faults: FieldError[] = [];
  const forbid = (when: unknown, pointer: string, message: string): void => {
    if (when) {
      faults.push({ pointer, message });
    }
  };
  const { frequency } = rule;
  const ordinals = rule.byDay?.some((day) => day.nthOfPeriod !== undefined);
  forbid(rule.byWeekNo && frequency !== 'yearly', '/byWeekNo', 'is only for yearly rules');
  forbid(
    rule.byYearDay && ['monthly', 'weekly', 'daily'].includes(frequency),
    '/byYearDay',
    `is not for ${frequency} rules`,
  );
  forbid(rule.byMonthDay && frequency === 'weekly', '/byMonthDay', 'is not for weekly rules');
  forbid(
    ordinals && frequency !== 'monthly' && frequency !== 'yearly',
    '/byDay',
    'nthOfPeriod is only for monthly and yearly rules',
  );
  forbid(ordinals && rule.byWeekNo, '/byDay', 'nthOfPeriod does not go with byWeekNo');
  forbid(
    rule.bySetPosition && !BY_PARTS.some((part) => rule[part]),
    '/bySetPosition',
    'needs another by… part to choose from',
  );
  forbid(rule.count !== undefined && rule.until !== undefined, '/until', 'does not go with count');
  forbid(anchor.allDay && frequency === 'hourly', '/frequency', 'an all-day event cannot recur hourly');
  forbid(anchor.allDay && rule.byHour, '/byHour', 'is not for all-day events');
  forbid(anchor.allDay && rule.byMinute, '/byMinute', 'is not for all-day events');
  if (rule.until === undefined) {
    return { rule, faults };
  }
  const until = parseUntil(rule.until, anchor);
  forbid(until === null, '/until', 'must be a local date-time such as 2026-06-30T09:00:00');
  forbid(until !== null && until < anchor.start, '/until', 'is before the start');
  return { rule: until === null ? rule : { ...rule, until: formatUntil(until, anchor) }, faults };
}

const BY_PARTS = [
  'byDay',
  'byMonthDay',
  'byMonth',
  'byYearDay',
  'byWeekNo',
  'byHour',
  'byMinute',
] as const satisfies (keyof Rule)[];

function parseUntil(until: string, anchor: RuleAnchor): WallClock | null {
  const date = parseDate(until);
  if (date !== null) {
    // A date includes its whole day.
    return anchor.allDay ? date : date + 86_399_000;
  }
  return parseLocal(until);
}

const formatUntil = (until: WallClock, anchor: RuleAnchor): string =>
  anchor.allDay ? formatDate(until) : formatLocal(until);

const MAX_RRULE = 5_000;

const RRULE_NUMBERS: Record<string, keyof Rule> = {
  BYMONTHDAY: 'byMonthDay',
  BYYEARDAY: 'byYearDay',
  BYWEEKNO: 'byWeekNo',
  BYHOUR: 'byHour',
  BYMINUTE: 'byMinute',
  BYSETPOS: 'bySetPosition',
};

/**
 * RFC 5545's RRULE value (with or without `RRULE:`) as RFC 8984's object, its numbers not yet checked. A part
 * that is not known, or not a number where one belongs, is kept so that the schema finds the fault.
 *
 * @returns the object, or what is wrong with the text.
 */
export function parseRRule(
  text: string,
  timeZone: string,
): { rule: Record<string, unknown> } | { fault: string } {
  const rule: Record<string, unknown> = {};
  if (text.length > MAX_RRULE) {
    return { fault: `must have at most ${MAX_RRULE} characters` };
  }
  const parts = text
    .replace(/^RRULE:/i, '')
    .split(';')
    .filter(Boolean);
  if (parts.length > 20) {
    return { fault: 'has too many parts' };
  }
  for (const part of parts) {
    const [name = '', value = '', ...rest] = part.toUpperCase().split('=');
    const fault =
      rest.length > 0 || value === '' ? 'is not NAME=VALUE' : readPart(rule, name, value, timeZone);
    if (fault) {
      return { fault: `the part ${part.slice(0, 40)} ${fault}` };
    }
  }
  return 'frequency' in rule ? { rule } : { fault: 'has no FREQ' };
}

function readPart(
  rule: Record<string, unknown>,
  name: string,
  value: string,
  timeZone: string,
): string | null {
  const set = (key: keyof Rule, parsed: unknown): string | null => {
    if (key in rule) {
      return 'stands twice';
    }
    rule[key] = parsed;
    return null;
  };
  const list = RRULE_NUMBERS[name];
  if (list) {
    const items = value.split(',').map(integer);
    return items.includes(null) ? 'is not a list of numbers' : set(list, items);
  }
  switch (name) {
    case 'FREQ':
      return set('frequency', value.toLowerCase());
    case 'INTERVAL':
    case 'COUNT': {
      const number = integer(value);
      return number === null ? 'is not a number' : set(name === 'COUNT' ? 'count' : 'interval', number);
    }
    case 'WKST':
      return set('firstDayOfWeek', value.toLowerCase());
    case 'BYMONTH': {
      const months = value.split(',').map(integer);
      return months.includes(null) ? 'is not a list of months' : set('byMonth', months.map(String));
    }
    case 'BYDAY': {
      const days = value.split(',').map(parseDay);
      return days.includes(null) ? 'is not a list of days' : set('byDay', days);
    }
    case 'UNTIL': {
      const until = parseRRuleUntil(value, timeZone);
      return until === null ? 'is not a date or date-time' : set('until', until);
    }
    default:
      return 'is not known';
  }
}

const integer = (text: string): number | null => (/^[+-]?\d{1,6}$/.test(text) ? Number(text) : null);

function parseDay(text: string): { day: string; nthOfPeriod?: number } | null {
  const match = /^([+-]?\d{1,3})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text);
  const day = match?.[2]?.toLowerCase();
  if (day === undefined) {
    return null;
  }
  return match?.[1] === undefined ? { day } : { day, nthOfPeriod: Number(match[1]) };
}

/** RFC 5545 writes an event's end of recurrence as an instant; RFC 8984 as its local time. */
function parseRRuleUntil(value: string, timeZone: string): string | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value);
  if (!match) {
    return null;
  }
  const [, year, month_, day, hour, minute, second, utc] = match;
  const date = `${year}-${month_}-${day}`;
  if (hour === undefined) {
    return parseDate(date) === null ? null : date;
  }
  const wall = parseLocal(`${date}T${hour}:${minute}:${second}`);
  // "Until the end of time" in UTC has no place on the clocks of zones east of it.
  return wall === null ? null : formatLocal(utc ? Math.min(toWallClock(wall, timeZone), FAR_FUTURE) : wall);
}

/**
 * The rule of a series whose start has moved on the wall clock: the parts that named the old time name the new
 * one. Days of the week all move by as many days; so do the entries of other lists, as far as they stay what they
 * are: else the one that was the start's alone.
 */
export function withShiftedStart(rule: Rule, from: WallClock, to: WallClock): Rule {
  if (from === to) {
    return rule;
  }
  const [old, now] = [partsOf(from), partsOf(to)];
  const byHour = movedList(rule.byHour, old.hour, now.hour, [0, 23]);
  const byMinute = movedList(rule.byMinute, old.minute, now.minute, [0, 59]);
  const byMonthDay = movedList(rule.byMonthDay, old.date, now.date, [1, 31]);
  const byMonth = movedList(rule.byMonth?.map(Number), old.month, now.month, [1, 12]);
  const days = now.day - old.day;
  return {
    ...rule,
    ...(byHour && { byHour }),
    ...(byMinute && { byMinute }),
    ...(byMonthDay && { byMonthDay }),
    ...(byMonth && { byMonth: byMonth.map(String) }),
    ...(rule.byDay && { byDay: rule.byDay.map((one) => shiftedDay(one, days, now.nth)) }),
    ...(cutsWeeks(rule) && { firstDayOfWeek: weekdayAfter(rule.firstDayOfWeek ?? 'mo', days) }),
    ...(rule.until !== undefined && { until: shiftedUntil(rule.until, to - from) }),
  };
}

function movedList(
  list: number[] | undefined,
  before: number,
  after: number,
  [least, most]: [number, number],
): number[] | undefined {
  const moved = list?.map((n) => n + after - before);
  const fit = moved?.every((n, i) => n >= least && n <= most && (list?.[i] ?? 0) >= least);
  return fit ? moved : list && [...new Set(list.map((n) => (n === before ? after : n)))];
}

/** Where weeks are left out, several days of one week stay together as long as the week begins with them. */
const cutsWeeks = ({ frequency, interval = 1, byDay }: Rule): boolean =>
  frequency === 'weekly' && interval > 1 && byDay !== undefined && byDay.length > 1;

const weekdayAfter = (day: NDay['day'], days: number): NDay['day'] =>
  DAYS[(((DAYS.indexOf(day) + days) % 7) + 7) % 7] ?? day;

/** An ordinal follows the date: the first Monday moved by a week is the second. */
function shiftedDay({ day, nthOfPeriod }: NDay, days: number, nth: number): NDay {
  const moved = weekdayAfter(day, days);
  if (nthOfPeriod === undefined) {
    return { day: moved };
  }
  return { day: moved, nthOfPeriod: days === 0 || nthOfPeriod < 0 ? nthOfPeriod : nth };
}

function shiftedUntil(until: string, by: number): string {
  const date = parseDate(until);
  const local = date ?? parseLocal(until);
  return local === null ? until : (date === null ? formatLocal : formatDate)(local + by);
}

function partsOf(wall: WallClock) {
  const date = new Date(wall);
  return {
    day: Math.floor(wall / DAY),
    month: date.getUTCMonth() + 1,
    date: date.getUTCDate(),
    nth: Math.ceil(date.getUTCDate() / 7),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}
