import { CSS_COLORS } from '../calendar/colors.js';
import type { Content } from '../calendar/content.js';
import type { EventRecord } from '../calendar/event.js';
import { formatRRule } from '../calendar/format-rrule.js';
import { changedOccurrences, clockOf, regularStarts, timesOf } from '../calendar/occurrences.js';
import { BudgetSpent } from '../calendar/recurrence.js';
import { FAR_FUTURE, formatLocal, parseInstant, toInstant, toWallClock } from '../calendar/time.js';
import {
  componentText,
  property,
  ruleProperty,
  textProperty,
  type Component,
  type Property,
} from './jcal.js';
import { leftoversOf, restored } from './leftovers.js';
import { zoneComponent, type Range } from './time-zones.js';

/** An event as it is written: its VEVENTs, and the zone that they speak of (null: of none but UTC). */
export interface WrittenEvent {
  text: string;
  zone: ({ name: string } & Range) | null;
}

/** What the event is known by: what it was imported as, or its id. The same for good. */
export const uidOf = ({ id, content }: Pick<EventRecord, 'id' | 'content'>): string =>
  leftoversOf(content).uid ?? ownUid(id);
export const ownUid = (id: string): string => `${id}@convene`;

/** A whole calendar: its events' texts between the definitions of their zones and its end. */
export function writeCalendar(events: readonly WrittenEvent[], { feed = false } = {}): string {
  const zones = new Map<string, Range>();
  for (const { zone } of events) {
    const known = zone && zones.get(zone.name);
    if (zone) {
      const from = Math.min(zone.from, known?.from ?? zone.from);
      zones.set(zone.name, { from, until: Math.max(zone.until, known?.until ?? zone.until) });
    }
  }
  return [
    'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Convene//Convene//EN\r\nCALSCALE:GREGORIAN\r\n',
    ...(feed ? ['REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\nX-PUBLISHED-TTL:PT15M\r\n'] : []),
    ...[...zones].map(([name, range]) => componentText(zoneComponent(name, range))),
    ...events.map(({ text }) => text),
    'END:VCALENDAR\r\n',
  ].join('');
}

/** An event with its changed occurrences. */
export function writeEvent(event: EventRecord, uid = uidOf(event)): WrittenEvent {
  const { content } = event;
  const { properties, alarms } = restored(leftoversOf(content));
  const series: Component = [
    'vevent',
    [
      ...identity(event, uid),
      ...timesAs(content),
      ...recurrenceOf(content),
      ...fieldsOf(content),
      ...properties,
    ],
    alarms,
  ];
  const changed = changedOccurrences(content)
    .filter(({ override }) => override && Object.keys(override).length > 0)
    .map((occurrence): Component => {
      const { override, recurrenceId } = occurrence;
      const alone = { ...timesOf(content, occurrence), recurrence: null, overrides: {} };
      const one = Object.assign({}, content, override, alone);
      return [
        'vevent',
        [
          ...identity(event, uid),
          localTime('recurrence-id', recurrenceId, content),
          ...timesAs(one),
          ...fieldsOf(one),
        ],
        [],
      ];
    });
  return { text: [series, ...changed].map(componentText).join(''), zone: zoneOf(content) };
}

function identity({ version, content, createdAt, updatedAt }: EventRecord, uid: string): Property[] {
  const stamp = (at: string): string => `${at.slice(0, 19)}Z`;
  return [
    textProperty('uid', uid),
    property('sequence', 'integer', Math.min((leftoversOf(content).sequence ?? 0) + version, 2 ** 31 - 1)),
    property('dtstamp', 'date-time', stamp(updatedAt)),
    property('created', 'date-time', stamp(createdAt)),
    property('last-modified', 'date-time', stamp(updatedAt)),
  ];
}

/** What has no length has no end (section 3.6.1). */
function timesAs(content: Content): Property[] {
  const { start, end, allDay, timeZone, recurrence, overrides } = content;
  const ends = start === end ? [] : [timeAs('dtend', end, content)];
  if (allDay) {
    const zone = timeZone === 'UTC' ? [] : [property('x-convene-timezone', 'unknown', timeZone)];
    return [property('dtstart', 'date', start), ...ends, ...zone];
  }
  const begins = timeAs('dtstart', start, content);
  if (!('tzid' in begins[1]) && timeZone !== 'UTC') {
    // The second of two hours that clocks show alike: a local time cannot say it, and a rule needs a local time.
    return recurrence === null && Object.keys(overrides).length === 0
      ? [begins, ...ends, property('x-convene-timezone', 'unknown', timeZone)]
      : [
          localTime('dtstart', formatLocal(toWallClock(parseInstant(start) ?? 0, timeZone)), content),
          ...ends,
          property('x-convene-start', 'unknown', start),
        ];
  }
  return [begins, ...ends];
}

/** A time in its zone where its local time means it, in UTC otherwise. */
function timeAs(name: string, time: string, { allDay, timeZone }: Content): Property {
  if (allDay) {
    return property(name, 'date', time);
  }
  const instant = parseInstant(time) ?? 0;
  const wall = toWallClock(instant, timeZone);
  return timeZone === 'UTC' || toInstant(wall, timeZone) !== instant
    ? property(name, 'date-time', time)
    : property(name, 'date-time', formatLocal(wall), { tzid: timeZone });
}

function localTime(name: string, local: string, { allDay, timeZone }: Content): Property {
  if (allDay) {
    return property(name, 'date', local);
  }
  return timeZone === 'UTC'
    ? property(name, 'date-time', `${local}Z`)
    : property(name, 'date-time', local, { tzid: timeZone });
}

function recurrenceOf(content: Content): Property[] {
  const { recurrence, overrides, timeZone } = content;
  const isRegular = regularCheck(content);
  const keys = Object.entries(overrides);
  const excluded = keys.filter(([, { excluded: out }]) => out).map(([key]) => key);
  const added = keys.filter(([key, { excluded: out }]) => !out && !isRegular(key)).map(([key]) => key);
  return [
    ...(recurrence ? [ruleProperty(formatRRule(recurrence, timeZone))] : []),
    ...excluded.map((key) => localTime('exdate', key, content)),
    ...added.map((key) => localTime('rdate', key, content)),
  ];
}

const LOOK_BUDGET = 200_000;

/** Which keys the rule produces. One that it is too far to find is none: it is then said twice, which means once. */
function regularCheck(content: Content): (key: string) => boolean {
  const clock = clockOf(content);
  const instants = Object.keys(content.overrides).map((key) => clock.instantOf(clock.parse(key) ?? 0));
  const found = new Set<string>();
  if (instants.length > 0) {
    const window = { from: Math.min(...instants), to: Math.max(...instants) + 1 };
    try {
      for (const wall of regularStarts(content, clock, window, { left: LOOK_BUDGET })) {
        found.add(clock.format(wall));
      }
    } catch (error) {
      if (!(error instanceof BudgetSpent)) {
        throw error;
      }
    }
  }
  return (key) => found.has(key);
}

function fieldsOf({ title, description, location, url, status, busy, tags, color }: Content): Property[] {
  return [
    textProperty('summary', title),
    ...(description ? [textProperty('description', description)] : []),
    ...(location ? [textProperty('location', location)] : []),
    ...(url === null ? [] : [property('url', 'uri', url)]),
    textProperty('status', status.toUpperCase()),
    textProperty('transp', busy ? 'OPAQUE' : 'TRANSPARENT'),
    ...(tags.length > 0 ? [textProperty('categories', ...tags)] : []),
    ...(color === null ? [] : [colorProperty(color)]),
  ];
}

/** RFC 7986 (section 5.9) knows the names alone. */
const colorProperty = (color: string): Property =>
  property(CSS_COLORS.has(color.toLowerCase()) ? 'color' : 'x-convene-color', 'unknown', color);

/** The zone that an event's times name, and when. */
function zoneOf(content: Content): WrittenEvent['zone'] {
  const { allDay, timeZone, recurrence, start, end } = content;
  if (allDay || timeZone === 'UTC') {
    return null;
  }
  const clock = clockOf(content);
  const times = changedOccurrences(content).flatMap((one) => [one.start, one.end]);
  const keys = Object.keys(content.overrides).map((key) => clock.instantOf(clock.parse(key) ?? 0));
  const all = [parseInstant(start) ?? 0, parseInstant(end) ?? 0, ...times, ...keys];
  return { name: timeZone, from: Math.min(...all), until: recurrence ? FAR_FUTURE : Math.max(...all) };
}
