import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Override } from '../../src/calendar/content.js';
import { occurrencesIn, type Timing } from '../../src/calendar/occurrences.js';
import { withTimesOf } from '../../src/calendar/recurrence.js';
import { checkRule, parseRRule, RuleSchema, type Rule } from '../../src/calendar/rule.js';
import {
  earliestWallClock,
  formatDate,
  formatInstant,
  formatLocal,
  parseDate,
  parseInstant,
  parseLocal,
  toInstant,
  toWallClock,
} from '../../src/calendar/time.js';

/*
 * Recurring events and the starts that independent implementations agree upon. The cases lie beside the project;
 * where they are missing, the examples in the other suites have to do.
 */
interface Case {
  id: string;
  status: 'agreed' | 'disputed' | 'invalid';
  dtstart_local: string;
  all_day: boolean;
  tzid: string;
  rrule: string | null;
  exdates: string[];
  rdates: string[];
  overrides?: { recurrence_id: string; dtstart_local?: string; cancelled?: boolean }[];
  window: { from: string; to: string };
  expected: string[];
  tags: string[];
}

const file = path.resolve('../shared/testdata/recurrence-cases.json');
const cases: Case[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases
  : [];
const isFinerThanHourly = ({ rrule }: Case): boolean => /SECONDLY|MINUTELY|BYSECOND/.test(rrule ?? '');
const agreed = cases.filter((one) => one.status === 'agreed' && !isFinerThanHourly(one));
const invalid = cases.filter(({ status }) => status === 'invalid');

/** The local times that may key an occurrence: a UTC instant behind a DST gap can be that of a time in the gap. */
function keysOf(date: string, { all_day, tzid }: Case): string[] {
  if (all_day || !date.endsWith('Z')) {
    return [date];
  }
  const instant = parseInstant(date) ?? Number.NaN;
  return [toWallClock(instant, tzid), earliestWallClock(instant, tzid)].map(formatLocal);
}

function ruleOf({ rrule, tzid, dtstart_local, all_day }: Case): { rule: Rule | null; faults: string[] } {
  if (rrule === null) {
    return { rule: null, faults: [] };
  }
  const read = parseRRule(rrule, tzid);
  if ('fault' in read) {
    return { rule: null, faults: [read.fault] };
  }
  const parsed = RuleSchema.safeParse(read.rule);
  if (!parsed.success) {
    return { rule: null, faults: parsed.error.issues.map(({ message }) => message) };
  }
  const start = (all_day ? parseDate(dtstart_local) : parseLocal(dtstart_local)) ?? Number.NaN;
  const { rule, faults } = checkRule(parsed.data, { start, timeZone: tzid, allDay: all_day });
  return { rule, faults: faults.map(({ pointer, message }) => `${pointer} ${message}`) };
}

/** The case as an event of an hour, or of a day. */
function timingOf(one: Case): Timing {
  const { all_day: allDay, tzid: timeZone, dtstart_local, exdates, rdates } = one;
  let { rule } = ruleOf(one);
  const overrides: Record<string, Override> = {};
  for (const date of rdates) {
    overrides[keysOf(date, one)[0] ?? ''] = {};
  }
  for (const date of exdates) {
    keysOf(date, one).forEach((key) => (overrides[key] = { excluded: true }));
  }
  const instant = (local: string): number => toInstant(parseLocal(local) ?? Number.NaN, timeZone);
  for (const { recurrence_id, dtstart_local: moved, cancelled } of one.overrides ?? []) {
    const start = moved === undefined ? {} : { start: allDay ? moved : formatInstant(instant(moved)) };
    overrides[recurrence_id] = cancelled ? { excluded: true } : start;
  }
  if (allDay) {
    const day = parseDate(dtstart_local) ?? Number.NaN;
    const end = formatDate(day + 86_400_000);
    return { start: dtstart_local, end, timeZone, allDay, recurrence: rule, overrides };
  }
  const wall = parseLocal(dtstart_local) ?? Number.NaN;
  const start = instant(dtstart_local);
  if (rule && toWallClock(start, timeZone) !== wall) {
    rule = withTimesOf(rule, wall);
  }
  const end = formatInstant(start + 3_600_000);
  return { start: formatInstant(start), end, timeZone, allDay, recurrence: rule, overrides };
}

function startsIn(one: Case): string[] {
  const window = { from: Date.parse(one.window.from), to: Date.parse(one.window.to) };
  const { occurrences, reached } = occurrencesIn(timingOf(one), window, { left: 1_000_000 });
  expect(reached).toBe(window.to);
  return occurrences.filter(({ start }) => start >= window.from).map(({ start }) => formatInstant(start));
}

const describeCases = cases.length > 0 ? describe : describe.skip;
describeCases('cases with an independent answer (skipped where ../shared/testdata is missing)', () => {
  test.each(agreed.map((one) => [one.id, one.rrule, one.dtstart_local, one.tzid, one] as const))(
    '%s %s from %s %s',
    (_id, _rule, _start, _zone, one) => {
      expect(startsIn(one)).toEqual(one.expected);
    },
  );

  test.each(invalid.map((one) => [one.id, one.rrule, one] as const))(
    '%s %s is refused, or made right',
    (_id, _rule, one) => {
      const { faults } = ruleOf(one);
      // An end of another type than the start's has one sensible meaning, which it is given.
      if (!/UNTIL=\d{8}(;|$|T\d{6}Z$)/.test(one.rrule ?? '')) {
        expect(faults).not.toEqual([]);
      }
    },
  );
});
