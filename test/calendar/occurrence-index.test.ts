import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { OccurrenceIndex, placesOf, type Placed } from '../../src/calendar/occurrence-index.js';
import { clockOf, occurrencesIn, type Window } from '../../src/calendar/occurrences.js';
import { busyTimes, meetings } from '../../src/calendar/schedule.js';
import { runs } from '../support/arbitraries.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-03-02T12:00:00Z');
const HORIZON: Window = { from: NOON - 30 * DAY, to: NOON + 90 * DAY };
const plenty = () => ({ left: 1e7 });
const instant = (ms: number): string => new Date(ms).toISOString();

const hours = (from: number, to: number) => fc.integer({ min: from, max: to }).map((n) => n * HOUR);
const content: fc.Arbitrary<Content> = fc
  .record({
    start: hours(-40 * 24, 100 * 24),
    length: fc.oneof(hours(0, 5), hours(0, 5), hours(40, 300)),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    recurrence: fc.constantFrom(
      null,
      'FREQ=DAILY',
      'FREQ=WEEKLY',
      'FREQ=HOURLY;INTERVAL=7',
      'FREQ=DAILY;COUNT=5',
    ),
    busy: fc.boolean(),
    status: fc.constantFrom('confirmed', 'cancelled'),
    changed: fc.array(
      fc.record({
        nth: fc.nat(6),
        by: fc.option(hours(-90, 90), { nil: undefined }),
        excluded: fc.boolean(),
        busy: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ start, length, changed, ...fields }) => {
    const at = NOON + start;
    const plain = {
      title: 'x',
      start: instant(at),
      end: instant(at + length),
      ...fields,
      busy: fields.busy && length > 0,
    };
    const clock = clockOf(parseContent(plain));
    const overrides = changed.map(({ nth, by, excluded, busy }) => [
      clock.format(clock.start + nth * DAY),
      excluded
        ? { excluded: true }
        : {
            busy: busy && (length > 0 || by !== undefined),
            ...(by !== undefined && {
              start: instant(at + nth * DAY + by),
              end: instant(at + nth * DAY + by + HOUR),
            }),
          },
    ]);
    return parseContent({ ...plain, ...(fields.recurrence && { overrides: Object.fromEntries(overrides) }) });
  });

const idOf = (n: number): string => n.toString(16).padStart(24, '0');
const placed = (id: string, version: number, of: Content): Placed => ({
  id,
  version,
  places: placesOf(of, HORIZON, plenty()) ?? [],
});

/** What is done to a calendar, a batch at a time: events by number put with a content, or dropped. */
const history = fc.array(
  fc.array(fc.tuple(fc.nat(11), fc.option(content, { nil: null, freq: 5 })), { minLength: 1, maxLength: 6 }),
  { maxLength: 6 },
);
const window = fc
  .tuple(hours(-30 * 24, 90 * 24), hours(1, 40 * 24))
  .map(([from, length]): Window => ({ from: NOON + from, to: Math.min(NOON + from + length, HORIZON.to) }))
  .filter(({ from, to }) => from < to);

function play(batches: [number, Content | null][][]): {
  index: OccurrenceIndex;
  calendar: Map<string, Content>;
} {
  const index = new OccurrenceIndex(HORIZON);
  const calendar = new Map<string, Content>();
  batches.forEach((batch, version) => {
    const puts = new Map<string, Content>();
    for (const [n, of] of batch) {
      const id = idOf(n);
      if (of) {
        calendar.set(id, of);
        puts.set(id, of);
      } else {
        calendar.delete(id);
        puts.delete(id);
        index.drop(id);
      }
    }
    index.put([...puts].map(([id, of]) => placed(id, version, of)));
  });
  return { index, calendar };
}

/** What a walk through all events finds, in the order of the list. */
const bruteForce = (calendar: Map<string, Content>, within: Window) =>
  [...calendar]
    .flatMap(([eventId, of]) =>
      occurrencesIn(of, within, plenty()).occurrences.map(({ recurrenceId, start, end }) => ({
        start,
        end,
        eventId,
        recurrenceId,
      })),
    )
    .sort(
      (a, b) => a.start - b.start || compare(a.eventId, b.eventId) || compare(a.recurrenceId, b.recurrenceId),
    );
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

describe('an index of occurrences', () => {
  test('finds in every window what a walk through all events finds, in order, forwards and backwards', () => {
    fc.assert(
      fc.property(history, window, fc.nat(), (batches, within, pick) => {
        const { index, calendar } = play(batches);
        const expected = bruteForce(calendar, within);
        const shown = (found: Iterable<{ eventId: string; start: number; end: number; wall: number }>) =>
          [...found].map(({ eventId, start, end, wall }) => {
            const of = calendar.get(eventId);
            return { start, end, eventId, recurrenceId: of ? clockOf(of).format(wall) : '' };
          });
        expect(shown(index.within(within))).toEqual(expected);
        expect(shown(index.within(within, { backwards: true }))).toEqual(expected.toReversed());
        const some = expected[pick % Math.max(1, expected.length)]?.start ?? within.from;
        expect(shown(index.within(within, { since: some }))).toEqual(
          expected.filter(({ start }) => start >= some),
        );
        expect(shown(index.within(within, { until: some, backwards: true }))).toEqual(
          expected.filter(({ start }) => start <= some).toReversed(),
        );
        const total = [...calendar.values()].reduce(
          (sum, of) => sum + (placesOf(of, HORIZON, plenty())?.length ?? 0),
          0,
        );
        expect(index.size).toBe(total);
        expect(index.rows).toBeGreaterThanOrEqual(total);
      }),
      runs(150),
    );
  });

  test('finds the meetings that a comparison with every event finds', () => {
    fc.assert(
      fc.property(
        history,
        content,
        fc.nat(11),
        fc.integer({ min: 1, max: 40 }),
        (batches, own, except, most) => {
          const { index, calendar } = play(batches);
          const ours = busyTimes(own, HORIZON, plenty()).times;
          const expected = [...calendar]
            .filter(([id]) => id !== idOf(except))
            .flatMap(([eventId, of]) =>
              meetings(ours, busyTimes(of, HORIZON, plenty()).times, Infinity).map((one) => ({
                ...one,
                eventId,
              })),
            );
          const all = index.encounters(ours, idOf(except), Infinity);
          const sorted = (found: typeof all) => found.map((one) => JSON.stringify(one)).sort();
          expect(sorted(all)).toEqual(sorted(expected));
          const times = all.map(({ ours: { start }, theirs }) => [start, theirs.start]);
          expect(times).toEqual([...times].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
          expect(index.encounters(ours, idOf(except), most)).toEqual(all.slice(0, most));
        },
      ),
      runs(150),
    );
  });

  test('knows the versions it was given, and drops what has been replaced', () => {
    const daily = parseContent({
      title: 'x',
      start: instant(NOON),
      end: instant(NOON + HOUR),
      recurrence: 'FREQ=DAILY',
    });
    const index = new OccurrenceIndex(HORIZON);
    for (let version = 1; version <= 50; version += 1) {
      index.put([placed(idOf(1), version, daily)]);
    }
    expect(index.versionOf(idOf(1))).toBe(50);
    expect(index.size).toBe(90);
    expect(index.rows).toBeLessThan(3 * 90);
    index.drop(idOf(1));
    expect(index.versionOf(idOf(1))).toBeUndefined();
    expect([...index.within(HORIZON)]).toEqual([]);
  });

  test('says where an event is too much to be indexed', () => {
    const hourly = parseContent({
      title: 'x',
      start: instant(NOON),
      end: instant(NOON + 1000),
      recurrence: 'FREQ=HOURLY',
    });
    expect(placesOf(hourly, HORIZON, { left: 100 })).toBeNull();
  });
});
