import { describe, expect, test } from '@jest/globals';
import { parseContent } from '../../src/calendar/content.js';
import { occurrencesIn } from '../../src/calendar/occurrences.js';
import { spanOf } from '../../src/calendar/event.js';
import { formatInstant } from '../../src/calendar/time.js';

const at = (text: string): number => Date.parse(text);
const event = (fields: Record<string, unknown> = {}) =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });

/** The occurrences between two instants, as `recurrenceId start end`. */
const occurrences = (content: ReturnType<typeof event>, from: string, to: string): string[] =>
  occurrencesIn(content, { from: at(from), to: at(to) }, { left: 100_000 }).occurrences.map(
    ({ recurrenceId, start, end }) => `${recurrenceId} ${formatInstant(start)} ${formatInstant(end)}`,
  );

const refusal = (
  fields: Record<string, unknown>,
): { code: string; errors: { pointer: string; message: string }[] } => {
  try {
    event(fields);
  } catch (error) {
    const { code, extras } = error as {
      code: string;
      extras: { errors: { pointer: string; message: string }[] };
    };
    return { code, errors: extras.errors };
  }
  throw new Error('it was accepted');
};

describe('a series in its own zone', () => {
  test('stays at its local time when the clocks change', () => {
    const weekly = event({
      timeZone: 'America/New_York',
      start: '2026-03-02T09:00:00',
      end: '2026-03-02T10:00:00',
      recurrence: 'FREQ=WEEKLY',
    });
    expect(occurrences(weekly, '2026-03-01T00:00:00Z', '2026-03-20T00:00:00Z')).toEqual([
      '2026-03-02T09:00:00 2026-03-02T14:00:00Z 2026-03-02T15:00:00Z',
      '2026-03-09T09:00:00 2026-03-09T13:00:00Z 2026-03-09T14:00:00Z',
      '2026-03-16T09:00:00 2026-03-16T13:00:00Z 2026-03-16T14:00:00Z',
    ]);
  });

  test('that starts in a DST gap shifts on that day alone, and lasts as long as was said', () => {
    const daily = event({
      timeZone: 'America/New_York',
      start: '2026-03-08T02:30:00',
      end: '2026-03-08T03:15:00',
      recurrence: { frequency: 'daily', count: 3 },
    });
    expect(daily).toMatchObject({ start: '2026-03-08T07:30:00Z', end: '2026-03-08T08:15:00Z' });
    expect(occurrences(daily, '2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z')).toEqual([
      '2026-03-08T02:30:00 2026-03-08T07:30:00Z 2026-03-08T08:15:00Z',
      '2026-03-09T02:30:00 2026-03-09T06:30:00Z 2026-03-09T07:15:00Z',
      '2026-03-10T02:30:00 2026-03-10T06:30:00Z 2026-03-10T07:15:00Z',
    ]);
    expect(parseContent(daily)).toEqual(daily);
  });

  test('that starts behind a gap does not slip into it', () => {
    const daily = event({
      timeZone: 'America/New_York',
      start: '2026-03-08T03:30:00',
      end: '2026-03-08T04:00:00',
      recurrence: { frequency: 'daily', count: 2 },
    });
    expect(
      occurrences(daily, '2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z').map((text) => text.slice(0, 19)),
    ).toEqual(['2026-03-08T03:30:00', '2026-03-09T03:30:00']);
  });

  test('that starts in the second of two equal hours does so once', () => {
    const daily = event({
      timeZone: 'America/New_York',
      start: '2026-11-01T06:30:00Z', // 01:30 for the second time
      end: '2026-11-01T07:00:00Z',
      recurrence: { frequency: 'daily', count: 2 },
    });
    expect(occurrences(daily, '2026-10-01T00:00:00Z', '2026-12-01T00:00:00Z')).toEqual([
      '2026-11-01T01:30:00 2026-11-01T06:30:00Z 2026-11-01T07:00:00Z',
      '2026-11-02T01:30:00 2026-11-02T06:30:00Z 2026-11-02T07:00:00Z',
    ]);
  });

  test('of days lasts days, however long they are', () => {
    const days = event({
      timeZone: 'America/New_York',
      allDay: true,
      start: '2026-03-07',
      end: '2026-03-09',
      recurrence: 'FREQ=MONTHLY;COUNT=2',
    });
    expect(occurrences(days, '2026-03-01T00:00:00Z', '2026-05-01T00:00:00Z')).toEqual([
      '2026-03-07 2026-03-07T05:00:00Z 2026-03-09T04:00:00Z',
      '2026-04-07 2026-04-07T04:00:00Z 2026-04-09T04:00:00Z',
    ]);
  });
});

describe('overrides', () => {
  const series = event({
    recurrence: 'FREQ=DAILY;COUNT=4',
    overrides: {
      '2026-03-03T15:00:00': { excluded: true },
      '2026-03-04T15:00:00': { start: '2026-03-20T10:00:00Z' },
      '2026-03-05T15:00:00': { title: 'Last' },
      '2026-03-10T08:00:00': {},
    },
  });

  test('exclude, move out of a window and into it, and add', () => {
    expect(
      occurrences(series, '2026-03-01T00:00:00Z', '2026-03-11T00:00:00Z').map((text) => text.slice(0, 19)),
    ).toEqual(['2026-03-02T15:00:00', '2026-03-05T15:00:00', '2026-03-10T08:00:00']);
    expect(occurrences(series, '2026-03-20T00:00:00Z', '2026-03-21T00:00:00Z')).toEqual([
      '2026-03-04T15:00:00 2026-03-20T10:00:00Z 2026-03-20T11:00:00Z',
    ]);
  });

  test('widen the span of the event', () => {
    expect(spanOf(series)).toEqual({
      startAt: at('2026-03-02T15:00:00Z'),
      from: at('2026-03-02T15:00:00Z'),
      until: at('2026-03-20T11:00:00Z'),
    });
  });
});

describe('cost', () => {
  test('an expansion says how far its budget took it', () => {
    const hourly = event({ recurrence: 'FREQ=HOURLY' });
    const window = { from: at('2026-03-02T00:00:00Z'), to: at('2027-03-02T00:00:00Z') };
    const { occurrences: found, reached } = occurrencesIn(hourly, window, { left: 500 });
    expect(reached).toBeLessThan(window.to);
    expect(found.length).toBeGreaterThan(100);
    expect(found.every(({ start }) => start < reached)).toBe(true);
  });

  test('rules that cost much, or never occur, are refused in no time', () => {
    const started = performance.now();
    for (const rule of [
      'FREQ=HOURLY;INTERVAL=2;BYHOUR=10',
      'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31',
      'FREQ=HOURLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=59',
      `FREQ=DAILY;BYHOUR=${Array.from({ length: 24 }, (_, i) => i).join()};BYMINUTE=${Array.from({ length: 60 }, (_, i) => i).join()}`,
      'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300',
      'FREQ=YEARLY;BYWEEKNO=53;BYDAY=WE',
    ]) {
      expect(refusal({ start: '2026-03-02T09:00:00Z', recurrence: rule }).code).toBe('invalid-recurrence');
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('a start that the rule does not produce is refused with the first that it would', () => {
    expect(refusal({ recurrence: 'FREQ=WEEKLY;BYDAY=TU' })).toEqual({
      code: 'invalid-recurrence',
      errors: [
        {
          pointer: '/recurrence',
          message: "does not produce the event's start; the first that it produces is 2026-03-03T15:00:00",
        },
      ],
    });
  });
});
