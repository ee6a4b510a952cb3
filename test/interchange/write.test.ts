import { describe, expect, test } from '@jest/globals';
import ICAL from 'ical.js';
import fc from 'fast-check';
import { parseContent } from '../../src/calendar/content.js';
import type { EventRecord } from '../../src/calendar/event.js';
import { toWallClock } from '../../src/calendar/time.js';
import { componentText } from '../../src/interchange/jcal.js';
import { zoneComponent } from '../../src/interchange/time-zones.js';
import { writeCalendar, writeEvent } from '../../src/interchange/write.js';
import { PATIENCE, runs } from '../support/arbitraries.js';

const record = (fields: object): EventRecord => ({
  id: '66f0c0ffee0123456789abcd',
  version: 3,
  ownerId: '66f0c0ffee0123456789abce',
  content: parseContent({
    title: 'Review',
    start: '2026-03-02T15:00:00Z',
    end: '2026-03-02T16:00:00Z',
    ...fields,
  }),
  createdAt: '2026-01-01T10:00:00.123Z',
  updatedAt: '2026-01-02T10:00:00.456Z',
  updatedBy: '66f0c0ffee0123456789abce',
  deletedAt: null,
});
const lines = (fields: object): string[] =>
  writeCalendar([writeEvent(record(fields))])
    .replace(/\r\n /g, '')
    .split('\r\n');

const WEEKLY = {
  start: '2026-03-02T10:00:00',
  end: '2026-03-02T11:00:00',
  timeZone: 'America/New_York',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
};

describe('an event', () => {
  test('with all its fields', () => {
    const all = lines({
      title: 'a,b;c\\d',
      description: 'one\r\ntwo',
      location: 'Room 1',
      url: 'https://example.com/?a=b,c;d',
      status: 'tentative',
      busy: false,
      tags: ['x,y', 'z'],
      color: 'Tomato',
    });
    expect(all).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Convene//Convene//EN',
      'CALSCALE:GREGORIAN',
      'BEGIN:VEVENT',
      'UID:66f0c0ffee0123456789abcd@convene',
      'SEQUENCE:3',
      'DTSTAMP:20260102T100000Z',
      'CREATED:20260101T100000Z',
      'LAST-MODIFIED:20260102T100000Z',
      'DTSTART:20260302T150000Z',
      'DTEND:20260302T160000Z',
      'SUMMARY:a\\,b\\;c\\\\d',
      'DESCRIPTION:one\\ntwo',
      'LOCATION:Room 1',
      'URL:https://example.com/?a=b,c;d',
      'STATUS:TENTATIVE',
      'TRANSP:TRANSPARENT',
      'CATEGORIES:x\\,y,z',
      'COLOR:Tomato',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ]);
  });

  test('in its time zone, with the rule, what is left out of it, added to it and changed in it', () => {
    const all = lines({
      ...WEEKLY,
      overrides: {
        '2026-03-09T10:00:00': { excluded: true },
        '2026-03-10T09:00:00': {},
        '2026-03-16T10:00:00': { title: 'Moved', start: '2026-03-17T10:00:00' },
        '2026-03-18T10:00:00': { status: 'cancelled' },
      },
    });
    const begin = all.indexOf('BEGIN:VEVENT');
    expect(all.slice(begin).filter((line) => /^(DT(START|END)|R|EXDATE|SUMMARY|STATUS)/.test(line))).toEqual([
      'DTSTART;TZID=America/New_York:20260302T100000',
      'DTEND;TZID=America/New_York:20260302T110000',
      'RRULE:FREQ=WEEKLY;BYDAY=MO',
      'EXDATE;TZID=America/New_York:20260309T100000',
      'RDATE;TZID=America/New_York:20260310T090000',
      'RDATE;TZID=America/New_York:20260318T100000',
      'SUMMARY:Review',
      'STATUS:CONFIRMED',
      'RECURRENCE-ID;TZID=America/New_York:20260316T100000',
      'DTSTART;TZID=America/New_York:20260317T100000',
      'DTEND;TZID=America/New_York:20260317T110000',
      'SUMMARY:Moved',
      'STATUS:CONFIRMED',
      'RECURRENCE-ID;TZID=America/New_York:20260318T100000',
      'DTSTART;TZID=America/New_York:20260318T100000',
      'DTEND;TZID=America/New_York:20260318T110000',
      'SUMMARY:Review',
      'STATUS:CANCELLED',
    ]);
  });

  test('of whole days, as dates', () => {
    const all = lines({
      start: '2026-03-02',
      end: '2026-03-04',
      allDay: true,
      timeZone: 'Asia/Tokyo',
      recurrence: 'FREQ=MONTHLY;UNTIL=20261231',
      overrides: { '2026-04-02': { excluded: true } },
    });
    expect(all).toEqual(
      expect.arrayContaining([
        'DTSTART;VALUE=DATE:20260302',
        'DTEND;VALUE=DATE:20260304',
        'RRULE:FREQ=MONTHLY;UNTIL=20261231',
        'EXDATE;VALUE=DATE:20260402',
        'X-CONVENE-TIMEZONE:Asia/Tokyo',
      ]),
    );
    expect(all).not.toContain('BEGIN:VTIMEZONE');
  });

  test('in the second of two hours that clocks show alike, in UTC', () => {
    const all = lines({
      start: '2026-11-01T06:30:00Z',
      end: '2026-11-01T07:30:00Z',
      timeZone: 'America/New_York',
    });
    expect(all).toEqual(
      expect.arrayContaining([
        'DTSTART:20261101T063000Z',
        'DTEND;TZID=America/New_York:20261101T023000',
        'X-CONVENE-TIMEZONE:America/New_York',
      ]),
    );
  });

  test('keeps what it was imported with, but nothing that would be another property', () => {
    const all = lines({
      metadata: {
        icalendar: {
          uid: 'abc@example.com',
          sequence: 4,
          properties: [
            'ORGANIZER;CN=Ada:mailto:ada@example.com',
            'SUMMARY:Other',
            'X-A:b\r\nATTENDEE:mailto:x@example.com',
            'END:VEVENT',
            7,
          ],
          alarms: [
            'BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM',
            'BEGIN:VEVENT\r\nEND:VEVENT',
          ],
        },
      },
    });
    expect(all).toEqual(
      expect.arrayContaining([
        'UID:abc@example.com',
        'SEQUENCE:7',
        'ORGANIZER;CN=Ada:mailto:ada@example.com',
      ]),
    );
    expect(all.filter((line) => line.startsWith('SUMMARY'))).toEqual(['SUMMARY:Review']);
    expect(all.filter((line) => line.startsWith('ATTENDEE'))).toEqual([]);
    expect(all.filter((line) => line.startsWith('BEGIN:'))).toEqual([
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'BEGIN:VALARM',
    ]);
  });

  test('with no line of more than 75 octets, and no control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const written = writeEvent(record({ title: 'x', description: text })).text;
        expect(written.endsWith('\r\n')).toBe(true);
        for (const line of written.slice(0, -2).split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          // eslint-disable-next-line no-control-regex -- those are what is looked for
          expect(line).not.toMatch(/[\0-\x08\x0a-\x1f\x7f]/);
        }
      }),
      runs(200),
    );
  });
});

describe('a time zone', () => {
  const NOTABLE = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Africa/Casablanca',
    'America/Santiago',
    'Asia/Kolkata',
    'Asia/Jerusalem',
    'Europe/Dublin',
    'America/Caracas',
  ];
  const year = (n: number) => Date.UTC(n, 0, 1);

  test.each(NOTABLE)(
    '%s has the offsets that the runtime knows',
    (zone) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1950, max: 2080 }),
          fc.integer({ min: 0, max: 8 }),
          fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
          (first, years, places) => {
            const range = { from: year(first), until: year(first + years + 1) };
            const component = ICAL.Component.fromString(componentText(zoneComponent(zone, range)));
            const reader = new ICAL.Timezone(component);
            for (const place of places) {
              const instant = Math.floor(range.from + place * (range.until - range.from - 1));
              const offset = toWallClock(instant, zone) - instant;
              const time = ICAL.Time.fromJSDate(new Date(instant + offset), true);
              const local = ICAL.Time.fromData({ ...time.toJSON(), isDate: false }, reader);
              // Within an hour of a change a local time may mean two instants, or none.
              const steady = [-7_200_000, 7_200_000].every(
                (by) => toWallClock(instant + by, zone) - instant - by === offset,
              );
              if (steady) {
                expect([new Date(instant), reader.utcOffset(local) * 1000]).toEqual([
                  new Date(instant),
                  offset,
                ]);
              }
            }
          },
        ),
        runs(15),
      );
    },
    PATIENCE,
  );

  test('is written as its rules where these go on, and one that changes no more as what it is', () => {
    const text = (zone: string, from: number, until: number) =>
      componentText(zoneComponent(zone, { from: year(from), until: year(until) })).split('\r\n');
    expect(text('America/New_York', 2026, 2027)).toEqual([
      'BEGIN:VTIMEZONE',
      'TZID:America/New_York',
      'BEGIN:DAYLIGHT',
      'DTSTART:20070311T020000',
      'TZOFFSETFROM:-0500',
      'TZOFFSETTO:-0400',
      'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
      'END:DAYLIGHT',
      'BEGIN:STANDARD',
      'DTSTART:20071104T020000',
      'TZOFFSETFROM:-0400',
      'TZOFFSETTO:-0500',
      'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU',
      'END:STANDARD',
      'END:VTIMEZONE',
      '',
    ]);
    expect(text('Asia/Kolkata', 2026, 9999)).toHaveLength(9);
  });
});
