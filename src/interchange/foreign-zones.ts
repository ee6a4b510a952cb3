import ICAL from 'ical.js';
import { toInstant, zoneNamed } from '../calendar/time.js';
import type { Component } from './jcal.js';

/** The time zones that a file names, as IANA zones. */
export interface ForeignZones {
  /** null: not known, and not told by the file either. `year`: when it is to be right. */
  named(tzid: string, year: number): string | null;
}

/** So many definitions of unknown names are compared with the zones that there are. */
const MAX_COMPARED = 20;

/** @param definitions the file's VTIMEZONEs */
export function foreignZones(definitions: readonly Component[]): ForeignZones {
  const found = new Map<string, string | null>();
  let compared = 0;
  const lookUp = (tzid: string, year: number): string | null => {
    const direct = directly(tzid);
    if (direct !== null) {
      return direct;
    }
    const definition = definitions.find(([, properties]) => valueOf(properties, 'tzid') === tzid);
    if (!definition) {
      return null;
    }
    const told = valueOf(definition[1], 'x-lic-location');
    const located = told === null ? null : directly(told);
    if (located !== null || compared >= MAX_COMPARED) {
      return located;
    }
    compared += 1;
    return alike(definition, year);
  };
  return {
    named: (tzid, year) => {
      const known = found.get(tzid);
      if (known !== undefined) {
        return known;
      }
      const zone = lookUp(tzid, year);
      found.set(tzid, zone);
      return zone;
    },
  };
}

const valueOf = (properties: Component[1], name: string): string | null => {
  const value = properties.find(([one]) => one === name)?.[3];
  return typeof value === 'string' ? value : null;
};

/** `Europe/Berlin`, `/mozilla.org/20050126_1/Europe/Berlin`, `/freeassociation.sourceforge.net/Europe/Berlin`. */
function directly(tzid: string): string | null {
  const segments = tzid.trim().split('/').filter(Boolean);
  for (const many of [segments.length, 3, 2]) {
    const zone = zoneNamed(segments.slice(-many).join('/'));
    if (zone !== null) {
      return /^(etc\/)?(utc|gmt|zulu|uct)$/i.test(zone) ? 'UTC' : zone;
    }
  }
  return null;
}

/** Those that are meant most often, where several have had the same clocks. */
const USUAL = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Athens',
  'Europe/Moscow',
  'Asia/Kolkata',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
];

/** An IANA zone whose clocks showed the same as the definition's all through a year. */
function alike(definition: Component, year: number): string | null {
  if (!isHarmless(definition)) {
    return null;
  }
  const zone = new ICAL.Timezone(new ICAL.Component(definition));
  const samples = Array.from({ length: 24 }, (_, i) => {
    const [month, day] = [Math.floor(i / 2) + 1, i % 2 === 0 ? 2 : 16];
    const local = ICAL.Time.fromData({ year, month, day, hour: 12, minute: 0, second: 0 }, zone);
    return { wall: Date.UTC(year, month - 1, day, 12), offset: zone.utcOffset(local) * 1000 };
  });
  const fits = (name: string): boolean =>
    samples.every(({ wall, offset }) => wall - toInstant(wall, name) === offset);
  return [...USUAL, ...Intl.supportedValuesOf('timeZone')].find(fits) ?? null;
}

/** What programs write; other rules might keep the reader busy for ever. */
function isHarmless([, , parts]: Component): boolean {
  return (
    parts.length <= 50 &&
    parts.every(([, properties]) =>
      properties
        .filter(([name]) => name === 'rrule')
        .every((property) => {
          const rule = property[3] as Record<string, unknown>;
          return (
            rule['freq'] === 'YEARLY' &&
            Object.keys(rule).every((key) => ['freq', 'until', 'bymonth', 'byday', 'wkst'].includes(key)) &&
            /^([1-9]|1[0-2])$/.test(String(rule['bymonth'])) &&
            /^(-1|\+?[1-4])?[A-Z]{2}$/.test(String(rule['byday']))
          );
        }),
    )
  );
}
