import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatDate,
  formatInstant,
  formatLocal,
  parseDate,
  parseInstant,
  parseLocal,
  toInstant,
  toWallClock,
  zoneNamed,
} from '../../src/calendar/time.js';
import { runs, zone } from '../support/arbitraries.js';

const inZone = (local: string, timeZone: string): string =>
  formatInstant(toInstant(parseLocal(local) ?? Number.NaN, timeZone));

test.each([
  ['2026-03-02T15:00:00Z', '2026-03-02T15:00:00Z'],
  ['2026-03-02t15:00:00z', '2026-03-02T15:00:00Z'],
  ['2026-03-02T15:00:00.999999Z', '2026-03-02T15:00:00Z'],
  ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59Z'],
  ['2026-03-02T15:00:00+05:30', '2026-03-02T09:30:00Z'],
  ['2026-03-02T15:00:00-00:00', '2026-03-02T15:00:00Z'],
  ['2026-03-02T00:30:00+14:00', '2026-03-01T10:30:00Z'],
  ['2026-12-31T23:59:59-23:59', '2027-01-01T23:58:59Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00Z'],
])('RFC 3339: %s is %s', (text, canonical) => {
  expect(formatInstant(parseInstant(text) ?? Number.NaN)).toBe(canonical);
});

test.each([
  '2026-03-02',
  '2026-03-02T15:00:00',
  '2026-03-02T15:00Z',
  '2026-03-02 15:00:00Z',
  '2026-03-02T15:00:00+0530',
  '2026-03-02T15:00:00+24:00',
  '2026-03-02T15:00:00+01:60',
  '2026-03-02T24:00:00Z',
  '2026-03-02T15:60:00Z',
  '2026-03-02T15:00:61Z',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '+012026-01-01T00:00:00Z',
  '2026-03-02T15:00:00.Z',
  '2026-03-02T15:00:00Z ',
  '２０２６-03-02T15:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '',
])('%j is no instant', (text) => {
  expect(parseInstant(text)).toBeNull();
});

test('dates and local times exist in the calendar, or are none', () => {
  expect(formatDate(parseDate('2024-02-29') ?? Number.NaN)).toBe('2024-02-29');
  expect(['2023-02-29', '2026-3-2', '2026-03-02T00:00:00', '', '0000-01-01'].map(parseDate)).toEqual(
    Array(5).fill(null),
  );
  expect(formatLocal(parseLocal('2026-03-02T09:05') ?? Number.NaN)).toBe('2026-03-02T09:05:00');
  expect(formatLocal(parseLocal('2026-03-02T09:05:07.9') ?? Number.NaN)).toBe('2026-03-02T09:05:07');
  expect(
    ['2026-03-02', '2026-03-02T09', '2026-03-02T09:05:00Z', '2026-02-30T00:00:00'].map(parseLocal),
  ).toEqual(Array(4).fill(null));
});

test('a time in a DST gap takes the offset before the gap; a repeated time is the first', () => {
  expect(inZone('2026-03-08T02:30:00', 'America/New_York')).toBe('2026-03-08T07:30:00Z');
  expect(inZone('2026-11-01T01:30:00', 'America/New_York')).toBe('2026-11-01T05:30:00Z');
  expect(inZone('2026-03-29T02:30:00', 'Europe/Berlin')).toBe('2026-03-29T01:30:00Z');
  expect(inZone('2026-10-25T02:30:00', 'Europe/Berlin')).toBe('2026-10-25T00:30:00Z');
  // Half an hour of DST, and a day that never was.
  expect(inZone('2026-10-04T02:15:00', 'Australia/Lord_Howe')).toBe('2026-10-03T15:45:00Z');
  expect(inZone('2011-12-30T12:00:00', 'Pacific/Apia')).toBe('2011-12-30T22:00:00Z');
});

test('what a clock in a zone shows leads back to the instant, or to the first time that it shows it', () => {
  fc.assert(
    fc.property(zone, fc.integer({ min: 0, max: 4_102_444_800 }), (timeZone, seconds) => {
      const instant = seconds * 1000;
      const wall = toWallClock(instant, timeZone);
      expect(toInstant(wall, timeZone)).toBeLessThanOrEqual(instant);
      expect(toWallClock(toInstant(wall, timeZone), timeZone)).toBe(wall);
      expect(parseInstant(formatInstant(instant))).toBe(instant);
      expect(parseLocal(formatLocal(wall))).toBe(wall);
    }),
    runs(300),
  );
});

test('a clock in a zone shows what the runtime says that it shows', () => {
  fc.assert(
    fc.property(zone, fc.integer({ min: 0, max: 4_102_444_800 }), (timeZone, seconds) => {
      const shown = new Intl.DateTimeFormat('sv-SE', {
        timeZone,
        dateStyle: 'short',
        timeStyle: 'medium',
      }).format(seconds * 1000);
      expect(formatLocal(toWallClock(seconds * 1000, timeZone))).toBe(shown.replace(' ', 'T'));
    }),
    runs(100),
  );
});

test.each([
  ['UTC', 'UTC'],
  ['utc', 'UTC'],
  ['europe/berlin', 'Europe/Berlin'],
  ['AMERICA/NEW_YORK', 'America/New_York'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Etc/GMT+5', 'Etc/GMT+5'],
])('the zone %s is %s', (name, canonical) => {
  expect(zoneNamed(name)).toBe(canonical);
});

test('an alias keeps the name that it was called, and means the same', () => {
  expect(zoneNamed('US/Eastern')).toBe('US/Eastern');
  expect(inZone('2026-07-01T12:00:00', 'US/Eastern')).toBe('2026-07-01T16:00:00Z');
  expect(zoneNamed('Asia/Calcutta')).not.toBeNull();
});

test.each([
  '',
  'Nowhere/Atall',
  '+02:00',
  '-05',
  'Z',
  'Europe/Berlin ',
  'Europe\0',
  '../etc',
  'E'.repeat(100),
  '1',
])('%j is no zone, twice asked', (name) => {
  expect(zoneNamed(name)).toBeNull();
  expect(zoneNamed(name)).toBeNull();
});

test('more unknown names than are remembered change nothing', () => {
  for (let i = 0; i < 1_100; i += 1) {
    expect(zoneNamed(`Nowhere/N${i}`)).toBeNull();
  }
  expect(zoneNamed('Asia/Tokyo')).toBe('Asia/Tokyo');
  expect(zoneNamed('Nowhere/N5')).toBeNull();
});
