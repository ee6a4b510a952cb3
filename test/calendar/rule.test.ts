import { describe, expect, test } from '@jest/globals';
import { parseContent } from '../../src/calendar/content.js';
import type { CodedError } from '../../src/calendar/errors.js';

// The second of March 2026 is a Monday.
const TIMED = { title: 'x', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' };
const ALL_DAY = { title: 'x', start: '2026-03-02', end: '2026-03-03', allDay: true };

function ruleOf(recurrence: unknown, event: object = TIMED): unknown {
  try {
    return parseContent({ ...event, recurrence }).recurrence;
  } catch (error) {
    const { code, extras } = error as CodedError;
    return [code, ...(extras.errors ?? []).map(({ pointer }) => pointer)];
  }
}
const invalid = (...pointers: string[]) => [
  'invalid-recurrence',
  ...pointers.map((at) => `/recurrence${at}`),
];
const malformed = (...pointers: string[]) => [
  'validation-failed',
  ...pointers.map((at) => `/recurrence${at}`),
];

test.each<[string, object]>([
  ['FREQ=DAILY', { frequency: 'daily' }],
  ['RRULE:FREQ=DAILY', { frequency: 'daily' }],
  ['rrule:freq=daily;interval=2', { frequency: 'daily', interval: 2 }],
  ['FREQ=HOURLY;COUNT=3', { frequency: 'hourly', count: 3 }],
  ['FREQ=WEEKLY;BYDAY=MO,WE', { frequency: 'weekly', byDay: [{ day: 'mo' }, { day: 'we' }] }],
  ['FREQ=WEEKLY;WKST=SU;BYDAY=MO', { frequency: 'weekly', firstDayOfWeek: 'su', byDay: [{ day: 'mo' }] }],
  [
    'FREQ=MONTHLY;BYDAY=1MO,+2MO,-5MO',
    {
      frequency: 'monthly',
      byDay: [
        { day: 'mo', nthOfPeriod: 1 },
        { day: 'mo', nthOfPeriod: 2 },
        { day: 'mo', nthOfPeriod: -5 },
      ],
    },
  ],
  ['FREQ=MONTHLY;BYMONTHDAY=2,-1,+15', { frequency: 'monthly', byMonthDay: [2, -1, 15] }],
  ['FREQ=YEARLY;BYMONTH=3,11;BYMONTHDAY=02', { frequency: 'yearly', byMonth: ['3', '11'], byMonthDay: [2] }],
  ['FREQ=YEARLY;BYMONTH=03', { frequency: 'yearly', byMonth: ['3'] }],
  ['FREQ=YEARLY;BYYEARDAY=61,-366', { frequency: 'yearly', byYearDay: [61, -366] }],
  ['FREQ=YEARLY;BYWEEKNO=10;BYDAY=MO', { frequency: 'yearly', byWeekNo: [10], byDay: [{ day: 'mo' }] }],
  [
    'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1',
    { frequency: 'monthly', byDay: [{ day: 'mo' }, { day: 'tu' }], bySetPosition: [1, -1] },
  ],
  ['FREQ=DAILY;BYHOUR=15;BYMINUTE=0,30', { frequency: 'daily', byHour: [15], byMinute: [0, 30] }],
  ['FREQ=DAILY;UNTIL=20260630T090000', { frequency: 'daily', until: '2026-06-30T09:00:00' }],
  ['FREQ=DAILY;UNTIL=20260630T090000Z', { frequency: 'daily', until: '2026-06-30T09:00:00' }],
  ['FREQ=DAILY;UNTIL=20260630', { frequency: 'daily', until: '2026-06-30T23:59:59' }],
  ['FREQ=DAILY;', { frequency: 'daily' }],
])('%s', (text, rule) => {
  expect(ruleOf(text)).toEqual(rule);
  // The object says the same.
  expect(ruleOf(rule)).toEqual(rule);
});

test('an UNTIL in UTC is read in the zone of the event', () => {
  const berlin = { ...TIMED, timeZone: 'Europe/Berlin' };
  expect(ruleOf('FREQ=DAILY;UNTIL=20260630T220000Z', berlin)).toMatchObject({ until: '2026-07-01T00:00:00' });
  expect(ruleOf('FREQ=DAILY;UNTIL=20260630T220000', berlin)).toMatchObject({ until: '2026-06-30T22:00:00' });
});

test('an UNTIL at the end of time is the end of time in every zone', () => {
  for (const timeZone of ['UTC', 'Europe/Berlin', 'America/New_York']) {
    expect(ruleOf('FREQ=DAILY;UNTIL=99991231T235959Z', { ...TIMED, timeZone })).toMatchObject({
      until: expect.stringMatching(/^9999-12-31T/),
    });
  }
});

test('until of an all-day event is a date', () => {
  for (const until of ['2026-06-30', '2026-06-30T09:00:00']) {
    expect(ruleOf({ frequency: 'daily', until }, ALL_DAY)).toEqual({
      frequency: 'daily',
      until: '2026-06-30',
    });
  }
  expect(ruleOf('FREQ=DAILY;UNTIL=20260630', ALL_DAY)).toEqual({ frequency: 'daily', until: '2026-06-30' });
});

test('until includes the start, by the event’s own clock', () => {
  const newYork = { ...TIMED, timeZone: 'America/New_York' };
  expect(ruleOf({ frequency: 'daily', until: '2026-03-02T10:00:00' }, newYork)).toMatchObject({
    until: '2026-03-02T10:00:00',
  });
  expect(ruleOf({ frequency: 'daily', until: '2026-03-02T09:59:59' }, newYork)).toEqual(invalid('/until'));
  expect(ruleOf({ frequency: 'daily', until: '2026-03-02' }, newYork)).toMatchObject({
    until: '2026-03-02T23:59:59',
  });
  expect(ruleOf({ frequency: 'daily', until: '2026-03-01' }, newYork)).toEqual(invalid('/until'));
  expect(ruleOf({ frequency: 'daily', until: '2026-03-02' }, ALL_DAY)).toMatchObject({ until: '2026-03-02' });
});

test('months are strings; numbers are taken', () => {
  expect(ruleOf({ frequency: 'yearly', byMonth: [3, '12'] })).toEqual({
    frequency: 'yearly',
    byMonth: ['3', '12'],
  });
});

test('RFC 8984’s type names are taken and left away', () => {
  expect(
    ruleOf({ '@type': 'RecurrenceRule', frequency: 'weekly', byDay: [{ '@type': 'NDay', day: 'mo' }] }),
  ).toEqual({ frequency: 'weekly', byDay: [{ day: 'mo' }] });
});

describe('text that is no rule', () => {
  test.each([
    '',
    'RRULE:',
    'DAILY',
    'FREQ',
    'FREQ=',
    'INTERVAL=2',
    'FREQ=DAILY;FREQ=DAILY',
    'FREQ=DAILY;COUNT=1;COUNT=1',
    'FREQ=DAILY;X-FOO=1',
    'FREQ=DAILY;BYSECOND=1',
    'FREQ=DAILY;RSCALE=GREGORIAN',
    'FREQ=DAILY;TOSTRING=1',
    'FREQ=DAILY;__PROTO__=1',
    'FREQ=DAILY;INTERVAL=x',
    'FREQ=DAILY;INTERVAL=1.5',
    'FREQ=DAILY;INTERVAL=9999999',
    'FREQ=DAILY;COUNT=',
    'FREQ=DAILY;BYDAY=',
    'FREQ=DAILY;BYDAY=XX',
    'FREQ=DAILY;BYDAY=MO,',
    'FREQ=MONTHLY;BYMONTHDAY=1,,2',
    'FREQ=YEARLY;BYMONTH=x',
    'FREQ=DAILY;UNTIL=2026-06-30',
    'FREQ=DAILY;UNTIL=20260231',
    'FREQ=DAILY;UNTIL=20260630T250000',
    'FREQ=DAILY;A=B=C',
    'FREQ=DAILY;'.repeat(21),
  ])('%j', (text) => {
    expect(ruleOf(text)).toEqual(invalid(''));
  });

  test.each([
    ['FREQ=SECONDLY', '/frequency'],
    ['FREQ=MINUTELY', '/frequency'],
    ['FREQ=FORTNIGHTLY', '/frequency'],
    ['FREQ=DAILY;INTERVAL=0', '/interval'],
    ['FREQ=DAILY;INTERVAL=-1', '/interval'],
    ['FREQ=DAILY;INTERVAL=1001', '/interval'],
    ['FREQ=DAILY;COUNT=0', '/count'],
    ['FREQ=DAILY;COUNT=10001', '/count'],
    ['FREQ=DAILY;WKST=XX', '/firstDayOfWeek'],
    ['FREQ=MONTHLY;BYDAY=0MO', '/byDay/0/nthOfPeriod'],
    ['FREQ=MONTHLY;BYDAY=54MO', '/byDay/0/nthOfPeriod'],
    ['FREQ=MONTHLY;BYMONTHDAY=0', '/byMonthDay/0'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,32', '/byMonthDay/1'],
    ['FREQ=MONTHLY;BYMONTHDAY=-32', '/byMonthDay/0'],
    ['FREQ=YEARLY;BYYEARDAY=367', '/byYearDay/0'],
    ['FREQ=YEARLY;BYWEEKNO=54', '/byWeekNo/0'],
    ['FREQ=YEARLY;BYMONTH=13', '/byMonth/0'],
    ['FREQ=YEARLY;BYMONTH=0', '/byMonth/0'],
    ['FREQ=DAILY;BYHOUR=24', '/byHour/0'],
    ['FREQ=DAILY;BYHOUR=-1', '/byHour/0'],
    ['FREQ=DAILY;BYMINUTE=60', '/byMinute/0'],
    ['FREQ=DAILY;BYHOUR=1;BYSETPOS=0', '/bySetPosition/0'],
    ['FREQ=DAILY;BYHOUR=1;BYSETPOS=367', '/bySetPosition/0'],
  ])('%s is out of range', (text, pointer) => {
    expect(ruleOf(text)).toEqual(invalid(pointer));
  });
});

describe('what RFC 5545 forbids (section 3.3.10), and what the contract refuses', () => {
  const nth = [{ day: 'mo', nthOfPeriod: 1 }];
  test.each<[object, string, object?]>([
    ...['monthly', 'weekly', 'daily', 'hourly'].map((frequency): [object, string] => [
      { frequency, byWeekNo: [10] },
      '/byWeekNo',
    ]),
    ...['monthly', 'weekly', 'daily'].map((frequency): [object, string] => [
      { frequency, byYearDay: [61] },
      '/byYearDay',
    ]),
    [{ frequency: 'weekly', byMonthDay: [2] }, '/byMonthDay'],
    ...['weekly', 'daily', 'hourly'].map((frequency): [object, string] => [
      { frequency, byDay: nth },
      '/byDay',
    ]),
    [{ frequency: 'yearly', byWeekNo: [10], byDay: nth }, '/byDay'],
    ...['yearly', 'monthly', 'weekly', 'daily', 'hourly'].map((frequency): [object, string] => [
      { frequency, bySetPosition: [1] },
      '/bySetPosition',
    ]),
    [{ frequency: 'daily', count: 2, until: '2026-06-30T09:00:00' }, '/until'],
    [{ frequency: 'hourly' }, '/frequency', ALL_DAY],
    [{ frequency: 'daily', byHour: [0] }, '/byHour', ALL_DAY],
    [{ frequency: 'daily', byMinute: [0] }, '/byMinute', ALL_DAY],
    [{ frequency: 'daily', until: 'x' }, '/until'],
    [{ frequency: 'daily', until: '2026-06-30T09:00:00Z' }, '/until'],
    [{ frequency: 'daily', until: '2026-02-30' }, '/until'],
    [{ frequency: 'secondly' }, '/frequency'],
    [{ frequency: 'Daily' }, '/frequency'],
    [{ frequency: 'daily', interval: 0 }, '/interval'],
    [{ frequency: 'daily', byMonth: ['5L'] }, '/byMonth/0'],
    [{ frequency: 'daily', byMonth: ['03'] }, '/byMonth/0'],
    [{ frequency: 'daily', byMonth: [13] }, '/byMonth/0'],
    [{ frequency: 'weekly', byDay: [] }, '/byDay'],
    [{ frequency: 'weekly', byDay: [{ day: 'xx' }] }, '/byDay/0/day'],
  ])('%j', (rule, pointer, event = TIMED) => {
    expect(ruleOf(rule, event)).toEqual(invalid(pointer));
  });

  test('several faults are told together', () => {
    expect(ruleOf({ frequency: 'weekly', byMonthDay: [1], byYearDay: [61] })).toEqual(
      invalid('/byYearDay', '/byMonthDay'),
    );
  });

  test.each([
    { frequency: 'yearly', byWeekNo: [10] },
    { frequency: 'yearly', byYearDay: [61] },
    { frequency: 'hourly', byYearDay: [61] },
    { frequency: 'monthly', byDay: nth },
    { frequency: 'yearly', byDay: [{ day: 'mo', nthOfPeriod: 9 }] },
    { frequency: 'monthly', byDay: [{ day: 'mo' }], bySetPosition: [1] },
    { frequency: 'daily', byMonthDay: [2] },
    { frequency: 'daily', interval: 1_000 },
    { frequency: 'daily', count: 10_000 },
  ])('%j is taken', (rule) => {
    expect(ruleOf(rule)).toEqual(rule);
  });
});

describe('what has not the shape of a rule is no valid body', () => {
  test.each<[unknown, string]>([
    [5, ''],
    [true, ''],
    [[], ''],
    [['FREQ=DAILY'], ''],
    [{}, '/frequency'],
    [{ frequency: 5 }, '/frequency'],
    [{ frequency: null }, '/frequency'],
    [{ frequency: 'daily', interval: '2' }, '/interval'],
    [{ frequency: 'daily', interval: 1.5 }, '/interval'],
    [{ frequency: 'daily', interval: null }, '/interval'],
    [{ frequency: 'daily', count: {} }, '/count'],
    [{ frequency: 'daily', until: 5 }, '/until'],
    [{ frequency: 'daily', byDay: 'mo' }, '/byDay'],
    [{ frequency: 'daily', byDay: ['mo'] }, '/byDay/0'],
    [{ frequency: 'daily', byDay: [{}] }, '/byDay/0/day'],
    [{ frequency: 'daily', byDay: [{ day: 1 }] }, '/byDay/0/day'],
    [{ frequency: 'daily', byDay: [{ day: 'mo', nth: 1 }] }, '/byDay/0/nth'],
    [{ frequency: 'daily', byMonthDay: ['1'] }, '/byMonthDay/0'],
    [{ frequency: 'daily', byMonth: [true] }, '/byMonth/0'],
    [{ frequency: 'daily', byMonth: '3' }, '/byMonth'],
    [{ frequency: 'daily', firstDayOfWeek: 1 }, '/firstDayOfWeek'],
    [{ frequency: 'daily', rscale: 'gregorian' }, '/rscale'],
    [{ frequency: 'daily', bySecond: [1] }, '/bySecond'],
    [{ FREQ: 'DAILY', frequency: 'daily' }, '/FREQ'],
  ])('%j', (rule, pointer) => {
    expect(ruleOf(rule)).toEqual(malformed(pointer));
  });

  test('a rule out of range beside another fault is a fault of the body', () => {
    const sent = { ...TIMED, title: '', recurrence: { frequency: 'secondly' } };
    expect(() => parseContent(sent)).toThrow(expect.objectContaining({ code: 'validation-failed' }));
  });
});
