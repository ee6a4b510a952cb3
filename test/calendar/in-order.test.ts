import { describe, expect, test } from '@jest/globals';
import { parseContent } from '../../src/calendar/content.js';
import { spanOf } from '../../src/calendar/event.js';
import { occurrencesFromLast, occurrencesInOrder, occursIn } from '../../src/calendar/in-order.js';
import { occurrencesIn } from '../../src/calendar/occurrences.js';
import { reachOf, stretches } from '../../src/calendar/reach.js';

const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);
const event = (fields: Record<string, unknown> = {}) =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });
const plenty = () => ({ left: 1e7 });

describe('occurrences one by one', () => {
  const window = { from: at('2026-03-01T00:00:00Z'), to: at('2026-12-01T00:00:00Z') };
  test.each([
    {},
    { recurrence: 'FREQ=HOURLY;INTERVAL=5' },
    { recurrence: 'FREQ=WEEKLY', end: '2026-04-22T16:00:00Z' },
    {
      recurrence: 'FREQ=DAILY;COUNT=40',
      timeZone: 'America/New_York',
      overrides: {
        '2026-03-05T10:00:00': { start: '2026-03-20T15:00:00Z' },
        '2026-03-06T10:00:00': { excluded: true },
        '2026-11-06T08:00:00': { title: 'added' },
      },
    },
  ])('of %j are those of the whole window, in both directions', (fields) => {
    const content = event(fields);
    const { occurrences } = occurrencesIn(content, window, plenty());
    expect([...occurrencesInOrder(content, window, plenty())]).toEqual(occurrences);
    expect([...occurrencesFromLast(content, window, plenty())]).toEqual(occurrences.toReversed());
    const since = at('2026-03-20T15:00:00Z');
    const later = occurrences.filter(({ start }) => start >= since);
    expect([...occurrencesInOrder(content, window, plenty(), since)]).toEqual(later);
    expect([...occurrencesFromLast(content, window, plenty(), since)]).toEqual(later.toReversed());
  });

  test('cost what is looked at, however many there are and however long they last', () => {
    const content = event({ recurrence: 'FREQ=HOURLY', end: '2027-03-01T15:00:00Z' });
    const year = { from: at('2050-01-01T00:00:00Z'), to: at('2051-01-01T00:00:00Z') };
    for (const inOrder of [occurrencesInOrder, occurrencesFromLast]) {
      const budget = { left: 2_000 };
      expect(inOrder(content, year, budget).next().done).toBe(false);
    }
    expect(occursIn(content, year, { left: 2_000 })).toBe(true);
  });
});

test('a span goes beyond a last occurrence that has no length', () => {
  const moved = { recurrence: 'FREQ=DAILY;COUNT=2', overrides: { '2026-04-09T15:00:00': { title: 'x' } } };
  const content = event({ ...moved, end: '2026-03-02T15:00:00Z', busy: false });
  expect(spanOf(content).until).toBe(at('2026-04-09T15:00:00Z') + 1);
  expect(spanOf(event(moved)).until).toBe(at('2026-04-09T16:00:00Z'));
});

test.each([0, 1, 2 * DAY, 2 * DAY + 1, 100 * DAY, 3000 * DAY, 9e12])(
  'a span of %d ms lies in its stretch of every window that it meets',
  (length) => {
    const [from, until] = [at('2026-03-02T15:00:00Z'), at('2026-03-02T15:00:00Z') + length];
    for (const startAt of [from, until]) {
      const reach = reachOf({ startAt, from, until });
      for (const window of [
        { from: until - 1 },
        { to: from + 1 },
        { from: from - 9, to: from + 1 },
        { from: until, to: until + 1 },
      ]) {
        const stretch = stretches(window).find((one) => one.reach === reach);
        expect(stretch?.startAt.from).toBeLessThanOrEqual(startAt);
        expect(stretch?.startAt.to).toBeGreaterThanOrEqual(startAt);
      }
    }
  },
);
