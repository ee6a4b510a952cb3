import ICAL from 'ical.js';
import { ContentInputSchema, parseContent, type Content } from '../calendar/content.js';
import { CodedError } from '../calendar/errors.js';
import { equal, lengthOf, sizeOf } from '../calendar/json.js';
import { BudgetSpent, startsOf } from '../calendar/recurrence.js';
import { parseRRule, RuleSchema } from '../calendar/rule.js';
import {
  FAR_FUTURE,
  formatDate,
  formatInstant,
  formatLocal,
  parseInstant,
  toInstant,
  toWallClock,
  zoneNamed,
  DAY,
  type Millis,
  type WallClock,
} from '../calendar/time.js';
import { EventClock, readTime, Refused, type ForeignTime } from './times.js';
import type { ForeignZones } from './foreign-zones.js';
import { componentText, type Component, type Property } from './jcal.js';
import { isUid, LEFTOVERS, OWN_PROPERTIES, type Leftovers } from './leftovers.js';

/** What a file has to say beside its events. */
export interface FileContext {
  zones: ForeignZones;
  /** What times without a zone are told in. */
  floating: string;
}

/** The VEVENTs of one UID. */
export interface EventGroup {
  uid: string;
  components: Component[];
}

type Properties = readonly Property[];
const all = (properties: Properties, name: string): Property[] => properties.filter(([one]) => one === name);
const first = (properties: Properties, name: string): Property | undefined =>
  properties.find(([one]) => one === name);
const textOf = (properties: Properties, name: string): string => {
  const value = first(properties, name)?.[3];
  return typeof value === 'string' ? value : '';
};

/**
 * An event's content, with what it has no place for in its metadata.
 *
 * @throws Refused; validation-failed, invalid-recurrence
 */
export function readEvent(group: EventGroup, context: FileContext): Content {
  try {
    return readGroup(group, context);
  } catch (error) {
    if (error instanceof Refused || error instanceof CodedError) {
      throw error;
    }
    // The library has its own errors for values that it cannot make sense of; an expansion says that it costs too much.
    const reason =
      error instanceof BudgetSpent ? 'its rule never occurs, or takes too much work' : 'it cannot be read';
    throw new Refused(reason, { cause: error });
  }
}

function readGroup({ uid, components }: EventGroup, context: FileContext): Content {
  if (!isUid(uid)) {
    throw new Refused('its UID has more than 255 characters, or none');
  }
  const series = components.filter(([, properties]) => !first(properties, 'recurrence-id'));
  const [main] = series;
  if (!main) {
    throw new Refused('it is a changed occurrence of an event that the file does not have');
  }
  if (series.length > 1) {
    throw new Refused('its UID stands twice');
  }
  const changed = components.filter((component) => component !== main);
  const event = readSeries(main, context);
  const overrides = readOverrides(main[1], changed, event, context);
  const metadata = { [LEFTOVERS]: leftoversOf(main, uid) };
  return withStart({ ...event.fields, ...event.times, recurrence: event.rule, overrides, metadata }, event);
}

interface Series {
  fields: Fields;
  times: { start: string; end: string; timeZone: string; allDay: boolean };
  rule: Record<string, unknown> | null;
  clock: EventClock;
  /** The start on its own clock, and how long it takes. */
  wall: WallClock;
  duration: Millis;
}

function readSeries([, properties]: Component, { zones, floating }: FileContext): Series {
  const begin = first(properties, 'dtstart');
  if (!begin) {
    throw new Refused('it has no DTSTART');
  }
  const start = readTime(begin, begin[3], zones);
  const told = zoneNamed(textOf(properties, 'x-convene-timezone'));
  const usesTold = told !== null && (start.isDate || start.zone === 'UTC');
  const timeZone = usesTold ? told : (start.zone ?? floating);
  const clock = new EventClock(timeZone, start.isDate);
  const [from, until] = boundsOf(properties, start, clock, zones);
  const format = start.isDate ? formatDate : formatInstant;
  const exact = exactStart(properties, start, timeZone);
  const fields = fieldsOf(properties);
  const isLocal = !start.isDate && start.zone !== 'UTC' && exact === null;
  return {
    fields: { ...fields, busy: fields.busy && until > from },
    times: {
      start: isLocal ? formatLocal(start.wall) : format(exact ?? from),
      end: format(until),
      timeZone,
      allDay: start.isDate,
    },
    rule: readRule(properties, timeZone),
    clock,
    wall: start.isDate || isLocal ? start.wall : toWallClock(exact ?? from, timeZone),
    duration: until - (exact ?? from),
  };
}

/** As `write.ts` tells a start that a local time does not. */
function exactStart(properties: Properties, { wall, isDate }: ForeignTime, timeZone: string): Millis | null {
  const exact = isDate ? null : parseInstant(textOf(properties, 'x-convene-start'));
  return exact !== null && toWallClock(exact, timeZone) === wall ? exact : null;
}

function boundsOf(
  properties: Properties,
  start: ForeignTime,
  clock: EventClock,
  zones: ForeignZones,
): [Millis, Millis] {
  const from = clock.instantOf(start);
  const end = first(properties, 'dtend');
  const duration = first(properties, 'duration');
  if (end) {
    const until = clock.instantOf(readTime(end, end[3], zones));
    // A day that ends when it begins is what some programs make of one day.
    return [from, clock.allDay && until === from ? from + DAY : until];
  }
  if (duration) {
    return [from, clock.after(start, String(duration[3]))];
  }
  return [from, clock.allDay ? from + DAY : from];
}

type Fields = Pick<
  Content,
  'title' | 'description' | 'location' | 'url' | 'status' | 'busy' | 'tags' | 'color'
>;

const { shape } = ContentInputSchema;
const cut = (text: string, most: number): string =>
  lengthOf(text) <= most ? text : Array.from(text).slice(0, most).join('');
/** What no JSON may hold. */
const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed();

function fieldsOf(properties: Properties): Fields {
  const text = (name: string, most: number): string => cut(clean(textOf(properties, name)), most);
  const status = textOf(properties, 'status').toLowerCase();
  const url = shape.url.safeParse(textOf(properties, 'url'));
  const colors = ['color', 'x-convene-color'].map((name) => shape.color.safeParse(textOf(properties, name)));
  const tags = all(properties, 'categories').flatMap(([, , , ...values]) =>
    values.map((value) => cut(clean(String(value)).trim(), 50)).filter(Boolean),
  );
  return {
    title: text('summary', 200) || 'Untitled',
    description: text('description', 20_000),
    location: text('location', 500),
    url: url.data ?? null,
    status: status === 'tentative' || status === 'cancelled' ? status : 'confirmed',
    busy: textOf(properties, 'transp').toUpperCase() !== 'TRANSPARENT',
    tags: [...new Set(tags)].slice(0, 50),
    color: colors.find(({ data }) => data)?.data ?? null,
  };
}

function readRule(properties: Properties, timeZone: string): Record<string, unknown> | null {
  const rules = all(properties, 'rrule');
  if (rules.length > 1 || first(properties, 'exrule')) {
    throw new Refused('it has more than one rule');
  }
  if (!rules[0]) {
    return null;
  }
  const text = lineOf(rules[0])
    .replace(/^[^:]*:/, '')
    .replace(/;BYSECOND=0(?=;|$)/, '');
  const read = parseRRule(text, timeZone);
  if ('fault' in read) {
    throw new Refused(`RRULE: ${read.fault}`);
  }
  return read.rule;
}

const lineOf = (property: Property): string => ICAL.stringify.property(property, ICAL.design.icalendar, true);

function readOverrides(
  properties: Properties,
  changed: readonly Component[],
  { clock, wall, fields, duration }: Series,
  { zones }: FileContext,
): Record<string, Record<string, unknown>> {
  const overrides = new Map<string, Record<string, unknown>>();
  const format = clock.allDay ? formatDate : formatInstant;
  // Of a period it is the start that counts: an added occurrence takes as long as all others.
  const keysOf = (name: string): string[] =>
    all(properties, name).flatMap((property) =>
      property
        .slice(3)
        .map((value) => clock.keyOf(readTime(property, String(value).split('/')[0], zones), wall)),
    );
  for (const key of keysOf('rdate')) {
    overrides.set(key, {});
  }
  for (const [, one] of changed) {
    const id = first(one, 'recurrence-id');
    if (!id || 'range' in id[1]) {
      throw new Refused('it changes an occurrence and all that follow');
    }
    const original = readTime(id, id[3], zones);
    const begin = first(one, 'dtstart');
    const start = begin ? readTime(begin, begin[3], zones) : original;
    const key = clock.keyOf(original, wall);
    const [from, until] = boundsOf(one, start, clock, zones);
    const regular = instantOfKey(key, clock);
    const patch = {
      ...differing(fieldsOf(one), fields, until > from),
      ...(from !== regular && { start: format(from) }),
      ...(until - from !== duration && { end: format(until) }),
    };
    if (Object.keys(patch).length > 0) {
      overrides.set(key, patch);
    }
  }
  for (const key of keysOf('exdate')) {
    overrides.set(key, { excluded: true });
  }
  return Object.fromEntries(overrides);
}

const instantOfKey = (key: string, { allDay, timeZone }: EventClock): Millis => {
  const wall = Date.parse(allDay ? key : `${key}Z`);
  return allDay ? wall : toInstant(wall, timeZone);
};

function differing(one: Fields, series: Fields, lasts: boolean): Partial<Fields> {
  const fields: Fields = { ...one, busy: one.busy && lasts };
  const entries = Object.entries(fields) as [keyof Fields, unknown][];
  return Object.fromEntries(entries.filter(([name, value]) => !equal(value, series[name])));
}

/** A start that the rule does not produce stays, as an added occurrence of the series that the rule does produce. */
function withStart(input: Record<string, unknown>, event: Series): Content {
  try {
    return parseContent(input);
  } catch (error) {
    if (!(error instanceof CodedError) || !/does not produce the event's start/.test(error.message)) {
      throw error;
    }
  }
  const { clock, wall, duration } = event;
  const { count, until, ...rest } = RuleSchema.parse(event.rule);
  const next = startsOf(rest, wall, { from: wall, to: FAR_FUTURE }, { left: 20_000 }).next();
  if (next.done) {
    throw new Refused('its rule never occurs');
  }
  const begins = clock.allDay ? next.value : toInstant(next.value, clock.timeZone);
  const format = clock.allDay ? formatDate : formatInstant;
  const key = clock.allDay ? formatDate(wall) : formatLocal(wall);
  const given = (input['overrides'] ?? {}) as Record<string, unknown>;
  const ends = until !== undefined && until < (clock.allDay ? formatDate : formatLocal)(next.value);
  if (count === 1 || ends) {
    return parseContent({ ...input, recurrence: null });
  }
  return parseContent({
    ...input,
    start: format(begins),
    end: format(begins + duration),
    recurrence: {
      ...rest,
      ...(count !== undefined && { count: count - 1 }),
      ...(until !== undefined && { until }),
    },
    overrides: { ...given, [key]: given[key] ?? {} },
  });
}

/** Of the 16 KiB that metadata may take. */
const MAX_LEFTOVERS = 12 * 1024;

function leftoversOf([, properties, components]: Component, uid: string): Leftovers {
  const sequence = first(properties, 'sequence')?.[3];
  const kept: Required<Pick<Leftovers, 'properties' | 'alarms'>> = { properties: [], alarms: [] };
  let left = MAX_LEFTOVERS;
  const lost: string[] = [];
  const keep = (list: string[], text: string): void => {
    left -= sizeOf(text) + 1;
    if (left >= 0) {
      list.push(text);
    } else {
      lost.push(text);
    }
  };
  properties
    .filter(([name]) => !OWN_PROPERTIES.has(name))
    .forEach((one) => keep(kept.properties, clean(lineOf(one))));
  components
    .filter(([name]) => name === 'valarm')
    .forEach((one) => keep(kept.alarms, clean(componentText(one))));
  return {
    uid,
    ...(typeof sequence === 'number' && sequence > 0 && sequence < 2 ** 31 && { sequence }),
    ...(kept.properties.length > 0 && { properties: kept.properties }),
    ...(kept.alarms.length > 0 && { alarms: kept.alarms }),
    ...(lost.length > 0 && { truncated: true as const }),
  };
}
