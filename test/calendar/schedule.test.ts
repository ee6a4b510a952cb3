import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { occurrencesIn } from '../../src/calendar/occurrences.js';
import { busyTimes, meetings, mergedTimes, type Interval } from '../../src/calendar/schedule.js';
import { runs } from '../support/arbitraries.js';

const HOUR = 3_600_000;
const intervals = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 30 })), { maxLength: 15 })
  .map((pairs) => pairs.map(([start, length]): Interval => ({ start, end: start + length })))
  .map((times) => times.sort((a, b) => a.start - b.start));

const overlap = (a: Interval, b: Interval): boolean => a.start < b.end && b.start < a.end;
const key = ({ ours, theirs }: { ours: Interval; theirs: Interval }): string =>
  `${ours.start}-${ours.end} ${theirs.start}-${theirs.end}`;

describe('meetings', () => {
  test('are all pairs that overlap, as brute force finds them', () => {
    fc.assert(
      fc.property(intervals, intervals, (ours, theirs) => {
        const expected = ours.flatMap((own) =>
          theirs.filter((other) => overlap(own, other)).map((other) => key({ ours: own, theirs: other })),
        );
        expect(meetings(ours, theirs, 10_000).map(key)).toEqual(expected);
      }),
      runs(1_000),
    );
  });

  test('are as many as are wanted', () => {
    const times = Array.from({ length: 10 }, (_, i): Interval => ({ start: i, end: i + 5 }));
    expect(meetings(times, times, 7)).toHaveLength(7);
  });
});

test('merged times cover the same moments, in order, apart from each other and inside the window', () => {
  fc.assert(
    fc.property(
      intervals,
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 1, max: 120 }),
      (times, from, length) => {
        const window = { from, to: from + length };
        const merged = mergedTimes(times, window);
        const covers = (list: Interval[], moment: number) =>
          list.some(({ start, end }) => start <= moment && moment < end);
        for (let moment = from; moment < window.to; moment += 1) {
          expect(covers(merged, moment)).toBe(covers(times, moment));
        }
        merged.forEach(({ start, end }, i) => {
          expect(start).toBeLessThan(end);
          expect(start).toBeGreaterThanOrEqual(merged[i - 1] ? merged[i - 1]!.end + 1 : from);
          expect(end).toBeLessThanOrEqual(window.to);
        });
      },
    ),
    runs(500),
  );
});

/** Random events in a few zones, half of them series, some with overrides. */
const DAY_MS = 24 * HOUR;
const BASE = Date.parse('2026-03-01T00:00:00Z');
const instant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');
const event = fc
  .record({
    zone: fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu'),
    start: fc.integer({ min: 0, max: 60 * 48 }),
    half: fc.integer({ min: 1, max: 60 }),
    rule: fc.constantFrom(
      null,
      'FREQ=DAILY',
      'FREQ=DAILY;INTERVAL=6',
      'FREQ=WEEKLY',
      'FREQ=WEEKLY;COUNT=5',
      'FREQ=MONTHLY',
      'FREQ=HOURLY;INTERVAL=7',
    ),
    busy: fc.boolean(),
    status: fc.constantFrom('confirmed', 'confirmed', 'cancelled'),
    excluded: fc.integer({ min: 0, max: 3 }),
    moved: fc.integer({ min: -40, max: 40 }),
  })
  .map(({ zone, start, half, rule, busy, status, excluded, moved }): Content => {
    const from = BASE + start * (HOUR / 2);
    const fields = {
      title: 'x',
      timeZone: zone,
      start: instant(from),
      end: instant(from + half * (HOUR / 2)),
      recurrence: rule,
      busy,
      status,
    };
    const content = parseContent(fields);
    const ids = occurrencesIn(content, { from: BASE, to: BASE + 90 * DAY_MS }, { left: 100_000 }).occurrences;
    const [first, second] = [ids[excluded], ids[excluded + 1]];
    return parseContent({
      ...fields,
      overrides: {
        ...(rule && first && { [first.recurrenceId]: { excluded: true } }),
        ...(rule &&
          second && {
            [second.recurrenceId]: {
              start: instant(second.start + moved * HOUR),
              busy: true,
              status: 'confirmed',
            },
          }),
      },
    });
  });

test('two events meet where, hour by hour, both are busy', () => {
  const window = { from: BASE, to: BASE + 60 * DAY_MS };
  fc.assert(
    fc.property(event, event, (a, b) => {
      const [ours, theirs] = [a, b].map(
        (content) => busyTimes(content, window, { left: 1_000_000 }).times,
      ) as [Interval[], Interval[]];
      const busyHalves = (content: Content): Set<number> => {
        const halves = new Set<number>();
        for (const { start, end, override } of occurrencesIn(content, window, { left: 1_000_000 })
          .occurrences) {
          const merged = { ...content, ...override };
          for (let at = start; merged.busy && merged.status !== 'cancelled' && at < end; at += HOUR / 2) {
            halves.add(at);
          }
        }
        return halves;
      };
      const [one, other] = [busyHalves(a), busyHalves(b)];
      expect(meetings(ours, theirs, 1).length > 0).toBe([...one].some((half) => other.has(half)));
    }),
    runs(300),
  );
});
