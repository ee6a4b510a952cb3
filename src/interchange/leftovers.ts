import ICAL from 'ical.js';
import type { Content } from '../calendar/content.js';
import { isObject } from '../calendar/json.js';
import type { Component, Property } from './jcal.js';

/** What is kept of an imported event in its metadata, under the name `icalendar`. */
export interface Leftovers {
  /** What the event is known by elsewhere. */
  uid?: string;
  /** What is to be added to the version, so that SEQUENCE goes on from the imported one. */
  sequence?: number;
  /** Content lines, unfolded, of properties that an event has no place for. */
  properties?: string[];
  /** The text of each VALARM. */
  alarms?: string[];
  /** There was more than metadata can hold. */
  truncated?: true;
}

export const LEFTOVERS = 'icalendar';
export const MAX_UID = 255;

/** Metadata is a client's to write: what is there need not be what was put there. */
export function leftoversOf({ metadata }: Pick<Content, 'metadata'>): Leftovers {
  const kept = Object.hasOwn(metadata, LEFTOVERS) ? metadata[LEFTOVERS] : undefined;
  if (!isObject(kept)) {
    return {};
  }
  const { uid, sequence, properties, alarms } = kept;
  return {
    ...(isUid(uid) && { uid }),
    ...(typeof sequence === 'number' && Number.isInteger(sequence) && sequence > 0 && { sequence }),
    properties: strings(properties).filter((line) => LINE.test(line)),
    alarms: strings(alarms),
  };
}

// eslint-disable-next-line no-control-regex -- those are what is meant
const CONTROL = /[\0-\x1f\x7f]/;
export const isUid = (uid: unknown): uid is string =>
  typeof uid === 'string' && uid.length > 0 && uid.length <= MAX_UID && !CONTROL.test(uid);

// eslint-disable-next-line no-control-regex -- those are what is meant
const LINE = /^[A-Za-z0-9-]{1,60}[;:][^\0-\x08\x0a-\x1f\x7f]*$/;

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** The properties that are written from the event itself. */
export const OWN_PROPERTIES: ReadonlySet<string> = new Set([
  'begin',
  'end',
  'uid',
  'sequence',
  'dtstamp',
  'created',
  'last-modified',
  'dtstart',
  'dtend',
  'duration',
  'summary',
  'description',
  'location',
  'url',
  'status',
  'transp',
  'categories',
  'color',
  'rrule',
  'rdate',
  'exdate',
  'exrule',
  'recurrence-id',
  'x-convene-color',
  'x-convene-timezone',
  'x-convene-start',
]);

/** What was kept, as it goes out again; what is no property or alarm (any more) is left out. */
export function restored({ properties = [], alarms = [] }: Leftovers): {
  properties: Property[];
  alarms: Component[];
} {
  return {
    properties: properties.flatMap((line) => {
      const read = attempt(() => ICAL.parse.property(line) as Property);
      return read && !OWN_PROPERTIES.has(read[0]) ? [read] : [];
    }),
    alarms: alarms.flatMap((text) => {
      const read = attempt(() => ICAL.parse(text) as Component);
      return read?.[0] === 'valarm' ? [read] : [];
    }),
  };
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
