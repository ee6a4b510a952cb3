import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import pkg from 'rrule';
import { startsOf } from '../../src/calendar/recurrence.js';
import { parseRRule, RuleSchema } from '../../src/calendar/rule.js';
import { DAY, formatLocal } from '../../src/calendar/time.js';
import { runs } from '../support/arbitraries.js';

/*
 * What an independent library says of the same rule on the wall clock, where it is known to be right: it knows no
 * zones here, its lists are sorted, and no rule is hourly.
 */
const { rrulestr } = pkg;
const list = (min: number, max: number) =>
  fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 })
    .map((numbers) => numbers.sort((a, b) => a - b).join());
const part = (name: string, values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  values.map((value) => `;${name}=${value}`);
const maybe = (value: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), value);
const days = fc
  .subarray(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], { minLength: 1, maxLength: 3 })
  .map((names) => names.join());
const nth = fc
  .tuple(fc.constantFrom('1', '2', '3', '4', '-1', '-2'), fc.constantFrom('MO', 'WE', 'SU'))
  .map((pair) => pair.join(''));
const months = list(1, 12);

const rule = fc
  .oneof(
    fc.tuple(fc.constant('DAILY'), maybe(part('BYMONTH', months)), maybe(part('BYDAY', days))),
    fc.tuple(
      fc.constant('WEEKLY'),
      maybe(part('BYDAY', days)),
      maybe(part('WKST', fc.constantFrom('MO', 'SU'))),
    ),
    fc.tuple(
      fc.constant('MONTHLY'),
      maybe(fc.oneof(part('BYMONTHDAY', list(1, 31)), part('BYDAY', fc.oneof(days, nth)))),
      fc.constant(''),
    ),
    fc.tuple(
      fc.constant('YEARLY'),
      part('BYMONTH', months),
      maybe(fc.oneof(part('BYMONTHDAY', list(1, 28)), part('BYDAY', fc.oneof(days, nth)))),
    ),
  )
  .chain(([frequency, ...parts]) =>
    fc
      .tuple(
        fc.integer({ min: 1, max: 4 }),
        maybe(part('BYHOUR', list(0, 23))),
        maybe(part('COUNT', fc.integer({ min: 1, max: 30 }).map(String))),
      )
      .map(
        ([interval, hours, count]) =>
          `FREQ=${frequency};INTERVAL=${interval}${parts.join('')}${hours}${count}`,
      ),
  );

test('rrule produces the same starts', () => {
  fc.assert(
    fc.property(
      rule,
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 1_439 }),
      (text, day, minute) => {
        const start = Date.UTC(2020, 0, 1) + day * DAY + minute * 60_000;
        const window = { from: start, to: start + 400 * DAY };
        const read = parseRRule(text, 'UTC');
        if ('fault' in read) {
          throw new Error(read.fault);
        }
        const ours = [...startsOf(RuleSchema.parse(read.rule), start, window, { left: 1_000_000 })].map(
          formatLocal,
        );
        const theirs = rrulestr(text, { dtstart: new Date(start) })
          .between(new Date(window.from), new Date(window.to - 1), true)
          .map((date) => formatLocal(date.getTime()));
        expect(ours).toEqual(theirs);
      },
    ),
    runs(400),
  );
});
