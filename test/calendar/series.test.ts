import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { occurrencesIn } from '../../src/calendar/occurrences.js';
import type { Edit } from '../../src/calendar/patch.js';
import {
  continueSeriesFrom,
  editOccurrence,
  editSeries,
  endSeriesBefore,
  excludeOccurrence,
  isFirstOccurrence,
  NO_EDIT,
} from '../../src/calendar/series.js';
import { DAY, formatInstant, parseLocal, toInstant, toWallClock } from '../../src/calendar/time.js';
import { PATIENCE, runs } from '../support/arbitraries.js';

const HOUR = 3_600_000;

const series = (fields: Record<string, unknown>): Content =>
  parseContent({
    title: 'Stand-up',
    start: '2026-03-02T09:00:00',
    end: '2026-03-02T09:30:00',
    timeZone: 'America/New_York',
    recurrence: 'FREQ=WEEKLY',
    ...fields,
  });
const merge = (patch: Record<string, unknown>): Edit => ({ form: 'merge-patch', patch });

/** The occurrences up to a year's end: id, start, end and title. */
function listed(content: Content, to = '2027-01-01T00:00:00Z'): string[] {
  const window = { from: Date.parse('2026-01-01T00:00:00Z'), to: Date.parse(to) };
  return occurrencesIn(content, window, { left: 1e6 }).occurrences.map(
    ({ recurrenceId, start, end, override }) =>
      `${recurrenceId} ${formatInstant(start)} ${formatInstant(end)} ${override?.title ?? content.title}`,
  );
}
const ids = (content: Content, to?: string): string[] =>
  listed(content, to).map((line) => line.split(' ')[0] ?? '');
const split = (content: Content, id: string, edit: Edit = NO_EDIT) => ({
  head: endSeriesBefore(content, id),
  tail: continueSeriesFrom(content, id, edit),
});
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};

describe('one occurrence', () => {
  test('is changed by an override of what is different', () => {
    const edited = editOccurrence(series({}), '2026-03-09T09:00:00', merge({ title: 'Guest', busy: true }));
    expect(edited.overrides).toEqual({ '2026-03-09T09:00:00': { title: 'Guest' } });
  });

  test('moved in its start alone, ends when it did', () => {
    const edited = editOccurrence(series({}), '2026-03-09T09:00:00', merge({ start: '2026-03-09T09:10:00' }));
    expect(listed(edited)[1]).toBe('2026-03-09T09:00:00 2026-03-09T13:10:00Z 2026-03-09T13:30:00Z Stand-up');
    const again = editOccurrence(edited, '2026-03-09T09:00:00', merge({ start: '2026-03-09T09:00:00' }));
    expect(again.overrides).toEqual({});
  });

  test('that was moved without an end keeps its length in the next edit', () => {
    const moved = series({ overrides: { '2026-03-09T09:00:00': { start: '2026-03-09T12:00:00' } } });
    const edited = editOccurrence(moved, '2026-03-09T09:00:00', merge({ title: 'Guest' }));
    expect(listed(edited)[1]).toBe('2026-03-09T09:00:00 2026-03-09T16:00:00Z 2026-03-09T16:30:00Z Guest');
  });

  test.each([
    ['recurrence', { recurrence: null }],
    ['recurrence', { recurrence: { interval: 2 } }],
    ['overrides', { overrides: { '2026-03-16T09:00:00': { title: 'x' } } }],
    ['timeZone', { timeZone: 'Europe/Berlin' }],
    ['allDay', { allDay: true, start: '2026-03-09', end: '2026-03-10' }],
  ])('cannot have a %s of its own', (_, patch) => {
    expect(refusal(() => editOccurrence(series({}), '2026-03-09T09:00:00', merge(patch)))).toBe(
      'validation-failed',
    );
  });

  test('that is neither the rule’s nor an override’s is not found', () => {
    const some = series({ overrides: { '2026-03-09T09:00:00': { excluded: true } } });
    for (const id of [
      '2026-03-09T09:00:00',
      '2026-03-10T09:00:00',
      '2026-03-16',
      '2026-03-16t09:00:00',
      '',
    ]) {
      expect({ id, code: refusal(() => editOccurrence(some, id, merge({}))) }).toEqual({
        id,
        code: 'not-found',
      });
    }
  });

  test('is excluded, whether the rule or an override has made it', () => {
    const some = series({ overrides: { '2026-03-10T12:00:00': {}, '2026-03-16T09:00:00': { title: 'x' } } });
    const without = excludeOccurrence(excludeOccurrence(some, '2026-03-10T12:00:00'), '2026-03-16T09:00:00');
    expect(without.overrides).toEqual({ '2026-03-16T09:00:00': { excluded: true } });
  });
});

describe('the whole series, edited by an occurrence', () => {
  test('moves as far as the occurrence, its days and overrides along', () => {
    const some = series({
      recurrence: 'FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260401T235959',
      overrides: { '2026-03-11T09:00:00': { title: 'Guest', end: '2026-03-11T10:00:00' } },
    });
    const edited = editSeries(
      some,
      '2026-03-09T09:00:00',
      merge({ start: '2026-03-10T10:00:00', end: '2026-03-10T10:30:00' }),
    );
    expect(edited).toMatchObject({
      start: '2026-03-03T15:00:00Z',
      recurrence: { byDay: [{ day: 'tu' }, { day: 'th' }] },
      overrides: { '2026-03-12T10:00:00': { title: 'Guest', end: '2026-03-12T15:00:00Z' } },
    });
    expect(ids(edited)).toHaveLength(ids(some).length);
  });

  test('several days of every other week stay together over the end of the week', () => {
    const some = series({
      start: '2026-03-07T09:00:00',
      end: '2026-03-07T09:30:00',
      recurrence: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;COUNT=4',
    });
    const edited = editSeries(
      some,
      '2026-03-07T09:00:00',
      merge({ start: '2026-03-08T09:00:00', end: '2026-03-08T09:30:00' }),
    );
    expect(ids(edited).map((id) => id.slice(5, 10))).toEqual(['03-08', '03-09', '03-22', '03-23']);
  });

  test('every hour, day and month that a rule names moves along', () => {
    const edited = (recurrence: string, moved: string, end: string): unknown => {
      const some = series({ recurrence });
      const id = ids(some)[1] ?? '';
      return editSeries(some, id, merge({ start: moved, end })).recurrence;
    };
    expect(edited('FREQ=DAILY;BYHOUR=9,15', '2026-03-02T16:00:00', '2026-03-02T16:30:00')).toMatchObject({
      byHour: [10, 16],
    });
    expect(
      edited('FREQ=MONTHLY;BYMONTHDAY=2,12', '2026-03-13T09:00:00', '2026-03-13T09:30:00'),
    ).toMatchObject({ byMonthDay: [3, 13] });
  });

  test('takes a rule, an override, a zone', () => {
    const id = '2026-03-09T09:00:00';
    expect(editSeries(series({}), id, merge({ recurrence: null }))).toMatchObject({
      recurrence: null,
      start: '2026-03-02T14:00:00Z',
    });
    const operations = [{ op: 'add' as const, path: '/recurrence/count', value: 3 }];
    expect(ids(editSeries(series({}), id, { form: 'json-patch', operations, at: '' }))).toHaveLength(3);
    expect(editSeries(series({}), id, merge({ timeZone: 'America/Chicago' }))).toMatchObject({
      start: '2026-03-02T14:00:00Z',
      timeZone: 'America/Chicago',
    });
  });
});

describe('a series that is split', () => {
  test('with COUNT: both halves together have as many', () => {
    const { head, tail } = split(series({ recurrence: 'FREQ=WEEKLY;COUNT=5' }), '2026-03-16T09:00:00');
    expect([head.recurrence, tail.recurrence]).toEqual([
      { frequency: 'weekly', count: 2 },
      { frequency: 'weekly', count: 3 },
    ]);
  });

  test('with UNTIL, moved: the second half’s end moves along', () => {
    const { head, tail } = split(
      series({ recurrence: 'FREQ=WEEKLY;UNTIL=20260330T130000Z' }),
      '2026-03-16T09:00:00',
      merge({ start: '2026-03-17T11:00:00', end: '2026-03-17T12:00:00' }),
    );
    expect(head.recurrence?.until).toBe('2026-03-16T08:59:59');
    expect(tail.recurrence?.until).toBe('2026-03-31T11:00:00');
    expect(ids(tail)).toEqual(['2026-03-17T11:00:00', '2026-03-24T11:00:00', '2026-03-31T11:00:00']);
  });

  test('of whole days', () => {
    const days = series({
      allDay: true,
      start: '2026-03-02',
      end: '2026-03-04',
      recurrence: 'FREQ=MONTHLY;BYDAY=1MO',
    });
    const { head, tail } = split(days, '2026-05-04', merge({ start: '2026-05-12', end: '2026-05-13' }));
    expect(head.recurrence?.until).toBe('2026-05-03');
    expect(ids(head)).toEqual(['2026-03-02', '2026-04-06']);
    expect(ids(tail, '2026-08-01T00:00:00Z')).toEqual(['2026-05-12', '2026-06-09', '2026-07-14']);
  });

  test('in a DST gap goes on at its own time', () => {
    const daily = series({
      start: '2026-03-06T02:30:00',
      end: '2026-03-06T03:00:00',
      recurrence: 'FREQ=DAILY;COUNT=5',
    });
    const { head, tail } = split(daily, '2026-03-08T02:30:00');
    expect([...listed(head), ...listed(tail)]).toEqual(listed(daily));
    const moved = continueSeriesFrom(
      daily,
      '2026-03-08T02:30:00',
      merge({ start: '2026-03-08T10:00:00', end: '2026-03-08T11:00:00' }),
    );
    expect(ids(moved)).toEqual(['2026-03-08T10:00:00', '2026-03-09T10:00:00', '2026-03-10T10:00:00']);
  });

  test('right behind a DST gap ends before it', () => {
    const daily = series({
      start: '2026-03-06T03:00:00',
      end: '2026-03-06T03:30:00',
      recurrence: 'FREQ=DAILY',
    });
    const head = endSeriesBefore(daily, '2026-03-08T03:00:00');
    expect(head.recurrence?.until).toBe('2026-03-08T01:59:59');
    expect(ids(head)).toEqual(['2026-03-06T03:00:00', '2026-03-07T03:00:00']);
  });

  test('takes the overrides along: what the edit says of the occurrence holds, other times stay', () => {
    const some = series({
      overrides: {
        '2026-03-09T09:00:00': { title: 'Before' },
        '2026-03-16T09:00:00': { title: 'Guest', start: '2026-03-16T12:00:00', end: '2026-03-16T13:00:00' },
        '2026-03-23T09:00:00': { excluded: true },
        '2026-03-30T09:00:00': { start: '2026-04-01T09:00:00' },
        '2026-04-06T09:00:00': { end: '2026-04-06T11:00:00' },
      },
    });
    const { head, tail } = split(
      some,
      '2026-03-16T09:00:00',
      merge({ start: '2026-03-16T10:00:00', end: '2026-03-16T10:30:00' }),
    );
    expect(head.overrides).toEqual({ '2026-03-09T09:00:00': { title: 'Before' } });
    expect(tail.overrides).toEqual({
      '2026-03-16T10:00:00': { title: 'Guest' },
      '2026-03-23T10:00:00': { excluded: true },
      '2026-03-30T10:00:00': { start: '2026-04-01T13:00:00Z' },
      '2026-04-06T10:00:00': { end: '2026-04-06T16:00:00Z' },
    });
  });

  test('at an occurrence that an override has added', () => {
    const some = series({
      recurrence: 'FREQ=WEEKLY;COUNT=3',
      overrides: { '2026-02-20T09:00:00': {}, '2026-03-10T12:00:00': {}, '2026-05-01T09:00:00': {} },
    });
    for (const id of ids(some).slice(1)) {
      const { head, tail } = split(some, id);
      expect([...listed(head), ...listed(tail)]).toEqual(listed(some));
    }
    expect(isFirstOccurrence(some, '2026-02-20T09:00:00')).toBe(true);
    expect(isFirstOccurrence(some, '2026-03-02T09:00:00')).toBe(false);
  });

  test('what is excluded comes before nothing', () => {
    const some = series({
      overrides: { '2026-03-02T09:00:00': { excluded: true }, '2026-03-03T09:00:00': { excluded: true } },
    });
    expect(isFirstOccurrence(some, '2026-03-09T09:00:00')).toBe(true);
    expect(isFirstOccurrence(some, '2026-03-16T09:00:00')).toBe(false);
  });
});

/** Series in several zones, around DST changes, with overrides on some of their occurrences. */
const anySeries: fc.Arbitrary<Content> = fc
  .record({
    timeZone: fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'),
    day: fc.integer({ min: 0, max: 60 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.constantFrom(0, 30),
    allDay: fc.boolean(),
    frequency: fc.constantFrom('daily', 'weekly', 'monthly', 'yearly'),
    interval: fc.integer({ min: 1, max: 3 }),
    days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
    end: fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ untilDay: fc.integer({ min: 61, max: 200 }) }),
      fc.constant({}),
    ),
    touched: fc.array(
      fc.record({
        at: fc.nat({ max: 20 }),
        override: fc.constantFrom({ title: 'x' }, { excluded: true }, { location: 'Room 1', busy: false }),
      }),
      { maxLength: 4 },
    ),
    added: fc.option(fc.integer({ min: -5, max: 150 })),
  })
  .map(({ timeZone, day, hour, minute, allDay, frequency, interval, days, end, touched, added }) => {
    const wall =
      Date.parse('2026-02-15T00:00:00Z') + day * DAY + (allDay ? 0 : hour * HOUR + minute * 60_000);
    const at = (time: number): string => new Date(time).toISOString().slice(0, allDay ? 10 : 19);
    const names = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];
    const own = new Date(wall).getUTCDay();
    const byDay = [...new Set([own, ...days])].map((n) => ({ day: names[n] }));
    const bare = parseContent({
      title: 'Some',
      timeZone,
      allDay,
      start: at(wall),
      end: at(wall + (allDay ? DAY : HOUR)),
      recurrence: {
        frequency,
        interval,
        ...(frequency === 'weekly' && days.length > 0 && { byDay }),
        ...('count' in end && { count: end.count }),
        ...('untilDay' in end && { until: at(Date.parse('2026-02-15T00:00:00Z') + end.untilDay * DAY) }),
      },
    });
    const known = ids(bare);
    const overrides = Object.fromEntries([
      ...(added === null ? [] : [[at(wall + added * DAY + (allDay ? 0 : 25 * 60_000)), {}]]),
      ...touched.map(({ at: n, override }) => [known[n % known.length] ?? at(wall), override]),
    ]);
    return parseContent({ ...bare, overrides });
  });

const isInGap = (wall: number, zone: string): boolean => toWallClock(toInstant(wall, zone), zone) !== wall;

/** A series with the id of one of its occurrences. */
const withOccurrence = fc
  .tuple(anySeries, fc.nat())
  .map(([content, n]) => {
    const all = ids(content);
    return { content, id: all[n % Math.max(1, all.length)] ?? '' };
  })
  .filter(({ id }) => id !== '');

describe('whatever the series', () => {
  test(
    'its two halves together are what it was',
    () => {
      fc.assert(
        fc.property(withOccurrence, ({ content, id }) => {
          if (isFirstOccurrence(content, id)) {
            expect(ids(content).toSorted()[0]).toBe(id);
            return;
          }
          const { head, tail } = split(content, id);
          expect(ids(head).every((one) => one < id)).toBe(true);
          expect(ids(tail).every((one) => one >= id)).toBe(true);
          expect([...listed(head), ...listed(tail)].sort()).toEqual(listed(content).sort());
          expect(parseContent(head)).toEqual(head);
          expect(parseContent(tail)).toEqual(tail);
        }),
        runs(300),
      );
    },
    PATIENCE,
  );

  test(
    'its second half, moved in time, has all its occurrences moved',
    () => {
      const minutes = fc.constantFrom(30, 60, 95);
      fc.assert(
        fc.property(withOccurrence, minutes, ({ content, id }, by) => {
          const wall = parseLocal(id);
          if (content.allDay || wall === null || isFirstOccurrence(content, id)) {
            return;
          }
          const end = new Date(wall + by * 60_000 + HOUR);
          const overMidnight = new Date(wall).getUTCDate() !== end.getUTCDate();
          const moved = wall + by * 60_000;
          // In a gap, or on another day, it is another rule that it asks for.
          if (overMidnight || [wall, moved].some((one) => isInGap(one, content.timeZone))) {
            return;
          }
          const tail = continueSeriesFrom(content, id, NO_EDIT);
          const later = continueSeriesFrom(
            content,
            id,
            merge({
              start: new Date(moved).toISOString().slice(0, 19),
              end: formatInstant(toInstant(moved, content.timeZone) + HOUR),
            }),
          );
          const shifted = ids(tail, '2026-12-31T00:00:00Z').map((one) =>
            new Date((parseLocal(one) ?? 0) + by * 60_000).toISOString().slice(0, 19),
          );
          expect(ids(later, '2026-12-31T03:00:00Z').slice(0, shifted.length)).toEqual(shifted);
        }),
        runs(300),
      );
    },
    PATIENCE,
  );

  test(
    'an edit of one occurrence changes that one alone',
    () => {
      fc.assert(
        fc.property(withOccurrence, ({ content, id }) => {
          const edited = editOccurrence(content, id, merge({ title: 'Edited' }));
          const [before, after] = [listed(content), listed(edited)];
          expect(after.filter((line) => !before.includes(line))).toEqual([
            expect.stringMatching(new RegExp(`^${id} .* Edited$`)),
          ]);
          expect(before.filter((line) => !after.includes(line))).toHaveLength(1);
          const without = excludeOccurrence(content, id);
          expect(listed(without)).toEqual(before.filter((line) => !line.startsWith(`${id} `)));
        }),
        runs(200),
      );
    },
    PATIENCE,
  );
});
