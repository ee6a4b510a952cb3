import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatRRule } from '../../src/calendar/format-rrule.js';
import { DAYS, FREQUENCIES, parseRRule, RuleSchema } from '../../src/calendar/rule.js';
import { formatDate, formatLocal, toInstant, toWallClock } from '../../src/calendar/time.js';
import { PATIENCE, runs, zone } from '../support/arbitraries.js';

const numbers = (min: number, max: number) =>
  fc.array(
    fc.integer({ min, max }).filter((n) => n !== 0 || min === 0),
    { minLength: 1, maxLength: 5 },
  );
const day = fc.record(
  { day: fc.constantFrom(...DAYS), nthOfPeriod: fc.integer({ min: -53, max: 53 }).filter((n) => n !== 0) },
  { requiredKeys: ['day'] },
);
const untils = (timeZone: string) =>
  fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.boolean()).map(([seconds, date]) => {
    // A time that clocks show: one that they skip comes back as what it means.
    const wall = toWallClock(toInstant(seconds * 1000, timeZone), timeZone);
    return date ? formatDate(wall) : formatLocal(wall);
  });
const rule = (timeZone: string) =>
  fc.record(
    {
      frequency: fc.constantFrom(...FREQUENCIES),
      interval: fc.integer({ min: 1, max: 1000 }),
      firstDayOfWeek: fc.constantFrom(...DAYS),
      byDay: fc.array(day, { minLength: 1, maxLength: 5 }),
      byMonthDay: numbers(-31, 31),
      byMonth: fc.array(fc.integer({ min: 1, max: 12 }).map(String), { minLength: 1, maxLength: 3 }),
      byYearDay: numbers(-366, 366),
      byWeekNo: numbers(-53, 53),
      byHour: numbers(0, 23),
      byMinute: numbers(0, 59),
      bySetPosition: numbers(-366, 366),
      count: fc.integer({ min: 1, max: 10_000 }),
      until: untils(timeZone),
    },
    { requiredKeys: ['frequency'] },
  );

test(
  'a rule that is written and read again is the same rule',
  () => {
    const cases = zone.chain((timeZone) => fc.tuple(fc.constant(timeZone), rule(timeZone)));
    fc.assert(
      fc.property(cases, ([timeZone, given]) => {
        const read = parseRRule(formatRRule(RuleSchema.parse(given), timeZone), timeZone);
        expect('rule' in read ? RuleSchema.parse(read.rule) : read).toEqual(given);
      }),
      runs(1000),
    );
  },
  PATIENCE,
);

test('the end of a series is written as an instant, that of days as a date', () => {
  const until = (text: string) => formatRRule({ frequency: 'daily', until: text }, 'Europe/Berlin');
  expect(until('2026-07-01T09:00:00')).toBe('FREQ=DAILY;UNTIL=20260701T070000Z');
  expect(until('2026-07-01')).toBe('FREQ=DAILY;UNTIL=20260701');
});
