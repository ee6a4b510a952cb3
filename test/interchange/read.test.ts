import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import ical, { type VEvent } from 'node-ical';
import type { Content } from '../../src/calendar/content.js';
import { occurrencesIn } from '../../src/calendar/occurrences.js';
import { readFile } from '../../src/interchange/groups.js';
import { readEvent } from '../../src/interchange/read.js';
import { writeCalendar, writeEvent } from '../../src/interchange/write.js';
import { content, PATIENCE, runs } from '../support/arbitraries.js';

const record = (of: Content) => ({
  id: '66f0c0ffee0123456789abcd',
  version: 3,
  ownerId: '66f0c0ffee0123456789abce',
  content: of,
  createdAt: '2026-01-01T10:00:00.123Z',
  updatedAt: '2026-01-02T10:00:00.456Z',
  updatedBy: '66f0c0ffee0123456789abce',
  deletedAt: null,
});

const read = async (file: string): Promise<Content> => {
  const { groups, context } = await readFile(file, async () => undefined);
  return readEvent(groups[0]!, context);
};
const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]): string =>
  calendar('BEGIN:VEVENT', 'UID:x@example.com', 'SUMMARY:x', ...lines, 'END:VEVENT');

const DAY = 86_400_000;
/** Each occurrence: when it is and what is said of it. */
const occurrences = (
  of: Content,
  from = Date.parse(of.start) - 400 * DAY,
  to = Date.parse(of.start) + 1200 * DAY,
) =>
  occurrencesIn(of, { from, to }, { left: 1_000_000 }).occurrences.map(({ start, end, override }) => {
    const { title, description, location, url, status, busy, tags, color } = { ...of, ...override };
    return { start, end, title, description, location, url, status, busy: busy && end > start, tags, color };
  });

test(
  'what is written and read again occurs when it did, and says the same',
  async () => {
    await fc.assert(
      fc.asyncProperty(content, async (of) => {
        const back = await read(writeCalendar([writeEvent(record(of))]));
        expect(
          occurrences(back, Date.parse(of.start) - 400 * DAY, Date.parse(of.start) + 1200 * DAY),
        ).toEqual(occurrences(of));
      }),
      runs(300),
    );
  },
  PATIENCE,
);

const ZONED = 'DTSTART;TZID=America/New_York:19970902T090000';
const hours = ['DTEND;TZID=America/New_York:19970902T100000'];

/** RFC 5545, section 3.8.5.3, and what is built upon it. */
const SAMPLES: [string, string[]][] = [
  ['daily for 10 occurrences', [ZONED, ...hours, 'RRULE:FREQ=DAILY;COUNT=10']],
  ['daily until December 24', [ZONED, ...hours, 'RRULE:FREQ=DAILY;UNTIL=19971224T000000Z']],
  ['every other week', [ZONED, ...hours, 'RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU']],
  [
    'weekly on two days, but one',
    [
      ZONED,
      ...hours,
      'RRULE:FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH',
      'EXDATE;TZID=America/New_York:19970909T090000',
    ],
  ],
  ['a day of each month, by DURATION', [ZONED, 'DURATION:PT1H30M', 'RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=1TU']],
  [
    'the second last weekday',
    [
      ZONED.replace('0902', '0929'),
      'DURATION:PT1H',
      'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7',
    ],
  ],
  [
    'yearly in June and July',
    [ZONED.replace('0902', '0610'), 'DURATION:PT1H', 'RRULE:FREQ=YEARLY;COUNT=10;BYMONTH=6,7'],
  ],
  ['in UTC', ['DTSTART:19970902T090000Z', 'DTEND:19970902T100000Z', 'RRULE:FREQ=DAILY;COUNT=5']],
  [
    'with another day',
    [ZONED, ...hours, 'RRULE:FREQ=DAILY;COUNT=3', 'RDATE;TZID=America/New_York:19971201T120000'],
  ],
];

describe('a second reader has the occurrences that we have', () => {
  const from = new Date('1997-01-01T00:00:00Z');
  const to = new Date('1999-01-01T00:00:00Z');
  const theirs = (file: string): string[] => {
    const found = Object.values(ical.sync.parseICS(file)).find((one) => one?.type === 'VEVENT') as VEvent;
    return ical
      .expandRecurringEvent(found, { from, to })
      .map(({ start, end }) => `${start.toISOString()} ${end.toISOString()}`)
      .sort();
  };
  const ours = (of: Content): string[] =>
    occurrencesIn(of, { from: from.getTime(), to: to.getTime() }, { left: 1_000_000 })
      .occurrences.map(({ start, end }) => `${new Date(start).toISOString()} ${new Date(end).toISOString()}`)
      .sort();

  test.each(SAMPLES)('%s', async (name, lines) => {
    const of = await read(event(...lines));
    expect(ours(of).length).toBeGreaterThan(2);
    if (name !== 'with another day') {
      // node-ical does not read RDATE.
      expect(ours(of)).toEqual(theirs(event(...lines)));
    }
    const written = writeCalendar([writeEvent(record(of))]);
    if (name !== 'with another day') {
      expect(theirs(written)).toEqual(ours(of));
    }
    expect(ours(await read(written))).toEqual(ours(of));
  });
});

describe('what programs write', () => {
  test('days, without an end or with an empty one', async () => {
    expect(await read(event('DTSTART;VALUE=DATE:20260302'))).toMatchObject({
      allDay: true,
      start: '2026-03-02',
      end: '2026-03-03',
    });
    expect(await read(event('DTSTART;VALUE=DATE:20260302', 'DTEND;VALUE=DATE:20260302'))).toMatchObject({
      end: '2026-03-03',
    });
  });

  test('an instant is a reminder, and takes nobody’s time', async () => {
    expect(await read(event('DTSTART:20260302T090000Z'))).toMatchObject({
      start: '2026-03-02T09:00:00Z',
      end: '2026-03-02T09:00:00Z',
      busy: false,
    });
  });

  test('a start that the rule does not produce stays, as an added occurrence', async () => {
    // A Tuesday.
    const of = await read(
      event('DTSTART:20260303T090000Z', 'DTEND:20260303T100000Z', 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3'),
    );
    expect(occurrences(of).map(({ start }) => new Date(start).toISOString())).toEqual([
      '2026-03-03T09:00:00.000Z',
      '2026-03-09T09:00:00.000Z',
      '2026-03-16T09:00:00.000Z',
    ]);
  });

  const zone = (tzid: string, ...more: string[]): string[] => [
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    ...more,
    'BEGIN:STANDARD',
    'DTSTART:16010101T020000',
    'TZOFFSETFROM:-0400',
    'TZOFFSETTO:-0500',
    'RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    'TZOFFSETFROM:-0500',
    'TZOFFSETTO:-0400',
    'RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ];
  const inZone = (tzid: string): string[] => [
    'BEGIN:VEVENT',
    'UID:x',
    `DTSTART;TZID=${tzid}:20260302T090000`,
    `DTEND;TZID=${tzid}:20260302T100000`,
    'END:VEVENT',
  ];

  test.each([
    ['America/New_York', []],
    ['/mozilla.org/20050126_1/America/New_York', []],
    ['Eastern Standard Time', zone('Eastern Standard Time')],
    ['Home', zone('Home', 'X-LIC-LOCATION:America/New_York')],
  ])('the zone %s', async (tzid, definition) => {
    expect(await read(calendar(...definition, ...inZone(tzid)))).toMatchObject({
      timeZone: 'America/New_York',
      start: '2026-03-02T14:00:00Z',
    });
  });

  test('no zone is the calendar’s', async () => {
    expect(
      await read(
        calendar(
          'X-WR-TIMEZONE:Europe/Berlin',
          'BEGIN:VEVENT',
          'UID:x',
          'DTSTART:20260302T090000',
          'END:VEVENT',
        ),
      ),
    ).toMatchObject({ timeZone: 'Europe/Berlin', start: '2026-03-02T08:00:00Z' });
  });

  test('what an event has no place for is kept, and goes out again', async () => {
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'END:VALARM'];
    const of = await read(
      event('DTSTART:20260302T090000Z', 'SEQUENCE:4', 'ORGANIZER;CN=Ada:mailto:ada@example.com', ...alarm),
    );
    const written = writeEvent(record(of)).text.split('\r\n');
    expect(written).toEqual(
      expect.arrayContaining([
        'UID:x@example.com',
        'SEQUENCE:7',
        'ORGANIZER;CN=Ada:mailto:ada@example.com',
        ...alarm,
      ]),
    );
    const much = Array.from({ length: 100 }, (_, i) => `X-${i}:${'x'.repeat(1000)}`);
    expect((await read(event('DTSTART:20260302T090000Z', ...much))).metadata).toMatchObject({
      icalendar: { truncated: true },
    });
  });

  test.each([
    ['no start', []],
    ['an unknown zone', ['DTSTART;TZID=Nowhere:20260302T090000']],
    ['two rules', ['DTSTART:20260302T090000Z', 'RRULE:FREQ=DAILY', 'RRULE:FREQ=WEEKLY']],
    ['a rule by the second', ['DTSTART:20260302T090000Z', 'RRULE:FREQ=SECONDLY']],
    ['a rule that never occurs', ['DTSTART:20260302T090000Z', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30']],
    ['the end before the start', ['DTSTART:20260302T090000Z', 'DTEND:20260301T090000Z']],
    ['ten years', ['DTSTART:20260302T090000Z', 'DURATION:P9999W']],
    ['no date', ['DTSTART:yesterday']],
  ])('not with %s', async (_, lines) => {
    await expect(read(event(...lines))).rejects.toThrow(/./);
  });
});
