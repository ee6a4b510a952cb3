import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { spanOf } from '../../src/calendar/event.js';
import { DAY, FAR_FUTURE, toInstant } from '../../src/calendar/time.js';
import { content, runs } from '../support/arbitraries.js';

const span = (fields: Record<string, unknown> = {}) =>
  spanOf(
    parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields }),
  );
const at = (text: string): number => Date.parse(text);
const instantOf = (time: string, { allDay, timeZone }: Content): number =>
  allDay ? toInstant(at(`${time}T00:00:00Z`), timeZone) : at(time);

test('a single event spans from its start to its end', () => {
  expect(span()).toEqual({
    startAt: at('2026-03-02T15:00:00Z'),
    from: at('2026-03-02T15:00:00Z'),
    until: at('2026-03-02T16:00:00Z'),
  });
});

test('an all-day event spans its days in its own zone', () => {
  const days = { allDay: true, start: '2026-03-07', end: '2026-03-09', timeZone: 'America/New_York' };
  expect(span(days)).toEqual({
    startAt: at('2026-03-07T05:00:00Z'),
    from: at('2026-03-07T05:00:00Z'),
    until: at('2026-03-09T04:00:00Z'),
  });
});

test('an endless series has no end', () => {
  expect(span({ recurrence: { frequency: 'daily' } }).until).toBe(FAR_FUTURE);
});

test('a series with an end spans its last occurrence', () => {
  const { until } = span({ recurrence: { frequency: 'daily', until: '2026-03-10T15:00:00' } });
  expect(until).toBeGreaterThanOrEqual(at('2026-03-10T16:00:00Z'));
  expect(until).toBeLessThan(at('2026-03-11T00:00:00Z'));
});

test('overrides widen it, excluded ones do not', () => {
  const overrides = {
    '2020-01-01T00:00:00': { excluded: true },
    '2026-03-04T15:00:00': {},
    '2026-03-05T15:00:00': { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' },
  };
  expect(span({ overrides })).toEqual({
    startAt: at('2026-03-02T15:00:00Z'),
    from: at('2026-03-01T10:00:00Z'),
    until: at('2026-03-04T16:00:00Z'),
  });
});

test('nothing that an event occupies lies outside its span', () => {
  fc.assert(
    fc.property(content, (event) => {
      const { startAt, from, until } = spanOf(event);
      const [start, end] = [instantOf(event.start, event), instantOf(event.end, event)];
      expect(startAt).toBe(start);
      expect(from).toBeLessThanOrEqual(start);
      expect(until).toBeGreaterThanOrEqual(end);
      for (const [key, override] of Object.entries(event.overrides)) {
        if (override.excluded) {
          continue;
        }
        const own = toInstant(at(event.allDay ? `${key}T00:00:00Z` : `${key}Z`), event.timeZone);
        const begins = override.start === undefined ? own : instantOf(override.start, event);
        expect(from).toBeLessThanOrEqual(begins);
        const ends = override.end === undefined ? undefined : instantOf(override.end, event);
        expect(until).toBeGreaterThanOrEqual(ends ?? begins + (end - start) - (event.allDay ? DAY / 8 : 0));
      }
    }),
    runs(200),
  );
});
