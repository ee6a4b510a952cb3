import { Temporal } from 'temporal-polyfill';
import { DAYS } from '../calendar/rule.js';
import { DAY, formatLocal, type Millis, type WallClock } from '../calendar/time.js';
import { property, textProperty, type Component } from './jcal.js';

/** The instants between which a zone's clocks have to be known. */
export interface Range {
  from: Millis;
  until: Millis;
}

/** A change of a zone's clocks. `wall` is what they showed at that instant before it. */
interface Onset {
  at: Millis;
  wall: WallClock;
  offsetFrom: Millis;
  offsetTo: Millis;
}

/** Changes by the same amount: those that stand alone, and the first of those that come back for ever by a rule. */
interface Observance {
  alone: Onset[];
  recurring: { first: Onset; rule: Record<string, unknown> } | null;
}

interface Table {
  all: Onset[];
  observances: Observance[];
}

/** Within these years it is looked for changes; behind them go on those that have come regularly. */
const FIRST = Date.UTC(1900, 0, 1);
const LAST = Date.UTC(2090, 0, 1);
/** The calendar repeats after so many years: a rule that has held for as many is known for what it is. */
const CYCLE = 28;

/**
 * The definition of a zone (RFC 5545, section 3.6.5) with all its changes in the range, from the zone data of the
 * runtime.
 */
export function zoneComponent(zone: string, { from, until }: Range): Component {
  const { all, observances } = tableOf(zone);
  const inForce = all.findLast(({ at }) => at <= from);
  const wanted = (onset: Onset): boolean => onset === inForce || (onset.at > from && onset.at <= until);
  const parts = observances.flatMap(({ alone, recurring }) => [
    ...part(alone.filter(wanted)),
    ...(recurring && recurring.first.at <= until ? part([recurring.first], recurring.rule) : []),
  ]);
  if (!inForce) {
    parts.unshift(...part([beginning(zone, from)]));
  }
  return ['vtimezone', [textProperty('tzid', zone)], parts];
}

function part([first, ...others]: Onset[], rule?: Record<string, unknown>): Component[] {
  if (!first) {
    return [];
  }
  const { offsetFrom, offsetTo } = first;
  // Some readers do not count DTSTART where there are dates: it is one of them.
  const dates = others.length > 0 ? [first, ...others].map(({ wall }) => formatLocal(wall)) : [];
  return [
    [
      offsetTo > offsetFrom ? 'daylight' : 'standard',
      [
        property('dtstart', 'date-time', formatLocal(first.wall)),
        property('tzoffsetfrom', 'utc-offset', formatOffset(offsetFrom)),
        property('tzoffsetto', 'utc-offset', formatOffset(offsetTo)),
        ...(rule ? [property('rrule', 'recur', rule)] : []),
        ...dates.map((date) => property('rdate', 'date-time', date)),
      ],
      [],
    ],
  ];
}

/** Before the first change that is known, or where there is none. */
function beginning(zone: string, from: Millis): Onset {
  const at = Math.min(from, Date.UTC(1970, 0, 1));
  const offset = zoned(at, zone).offsetNanoseconds / 1e6;
  return { at, wall: Math.floor((at + offset) / DAY) * DAY, offsetFrom: offset, offsetTo: offset };
}

function formatOffset(offset: Millis): string {
  const clock = new Date(Math.abs(offset)).toISOString().slice(11, 19);
  return (offset < 0 ? '-' : '+') + (clock.endsWith(':00') ? clock.slice(0, 5) : clock);
}

const tables = new Map<string, Table>();
const MAX_TABLES = 1_000;

function tableOf(zone: string): Table {
  const known = tables.get(zone);
  if (known) {
    return known;
  }
  if (tables.size >= MAX_TABLES) {
    tables.clear();
  }
  const all = onsetsOf(zone);
  const groups = new Map<string, Onset[]>();
  for (const onset of all) {
    const key = `${onset.offsetFrom} ${onset.offsetTo}`;
    groups.set(key, [...(groups.get(key) ?? []), onset]);
  }
  const table = { all, observances: [...groups.values()].map(observanceOf) };
  tables.set(zone, table);
  return table;
}

const zoned = (at: Millis, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

function onsetsOf(zone: string): Onset[] {
  const onsets: Onset[] = [];
  let [now, next] = [zoned(FIRST, zone), zoned(FIRST, zone).getTimeZoneTransition('next')];
  while (next && next.epochMilliseconds < LAST) {
    const at = next.epochMilliseconds;
    const [offsetFrom, offsetTo] = [now, next].map(({ offsetNanoseconds }) => offsetNanoseconds / 1e6);
    onsets.push({ at, wall: at + (offsetFrom ?? 0), offsetFrom: offsetFrom ?? 0, offsetTo: offsetTo ?? 0 });
    [now, next] = [next, next.getTimeZoneTransition('next')];
  }
  return onsets;
}

function observanceOf(onsets: Onset[]): Observance {
  const last = onsets.at(-1);
  let begin = onsets.length;
  const lastYear = new Date(LAST).getUTCFullYear() - 1;
  while (last && begin > 0 && fits(onsets.slice(begin - 1), last, lastYear)) {
    begin -= 1;
  }
  const [first] = onsets.slice(begin);
  const rule = first && onsets.length - begin >= CYCLE ? ruleOf(onsets.slice(begin)) : null;
  return first && rule
    ? { alone: onsets.slice(0, begin), recurring: { first, rule } }
    : { alone: onsets, recurring: null };
}

/** Whether these changes come once a year up to the last one known, in a week of the same month, at the same time. */
function fits(onsets: Onset[], last: Onset, lastYear: number): boolean {
  const [first] = onsets;
  const [a, b] = [new Date(first?.wall ?? 0), new Date(last.wall)];
  const dates = onsets.map(({ wall }) => new Date(wall).getUTCDate());
  return (
    a.getUTCFullYear() === lastYear + 1 - onsets.length &&
    a.getUTCMonth() === b.getUTCMonth() &&
    a.getUTCDay() === b.getUTCDay() &&
    a.getTime() % DAY === b.getTime() % DAY &&
    Math.max(...dates) - Math.min(...dates) < 7
  );
}

/** "The last Sunday of March", "the second Sunday of March", or else "the Sunday from the 23rd to the 29th". */
function ruleOf(onsets: Onset[]): Record<string, unknown> | null {
  const dates = onsets.map(({ wall }) => new Date(wall).getUTCDate());
  const [least, most] = [Math.min(...dates), Math.max(...dates)];
  const one = new Date(onsets[0]?.wall ?? 0);
  const month = one.getUTCMonth() + 1;
  const day = DAYS[(one.getUTCDay() + 6) % 7]?.toUpperCase() ?? '';
  const yearly = { freq: 'YEARLY', bymonth: [month] };
  if (most - least !== 6) {
    return null;
  }
  if (most === new Date(Date.UTC(2001, month, 0)).getUTCDate()) {
    return { ...yearly, byday: [`-1${day}`] };
  }
  return least % 7 === 1
    ? { ...yearly, byday: [`${(least + 6) / 7}${day}`] }
    : { ...yearly, bymonthday: Array.from({ length: 7 }, (_, i) => least + i), byday: [day] };
}
