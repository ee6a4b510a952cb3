import { Temporal } from 'temporal-polyfill';

/** Milliseconds since the epoch. */
export type Millis = number;

export const DAY: Millis = 86_400_000;

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/;
const INSTANT = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** The time that a clock on a wall shows, told as milliseconds as if that wall stood in UTC. */
export type WallClock = Millis;

/** After so many years the calendar repeats itself. */
const CYCLE = 400;
const CYCLE_MS = Date.UTC(2400, 0) - Date.UTC(2000, 0);

function fields(match: RegExpExecArray): WallClock | null {
  const part = (i: number): number => Number(match[i] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  // In a year of four digits: `Date.UTC` takes those of two for the last century's.
  const wall = Date.UTC(year + CYCLE, month - 1, day, hour, minute, second) - CYCLE_MS;
  const isDay = month >= 1 && month <= 12 && day >= 1 && new Date(wall).getUTCDate() === day;
  return isDay && year > 0 && hour < 24 && minute < 60 && second < 60 ? wall : null;
}

/** `YYYY-MM-DD`: midnight of that day on the wall; null where there is no such date. */
export function parseDate(text: string): WallClock | null {
  const match = DATE.exec(text);
  return match && fields(match);
}

/** A local date-time (RFC 8984, section 1.4.4; seconds may be left out, fractions are cut). */
export function parseLocal(text: string): WallClock | null {
  const match = LOCAL.exec(text);
  return match && fields(match);
}

/** An RFC 3339 date-time with an offset, cut to the second. */
export function parseInstant(text: string): Millis | null {
  const match = INSTANT.exec(text);
  const wall = match?.[1] === undefined ? null : parseLocal(match[1]);
  const offset = match?.[2]?.toUpperCase();
  if (wall === null || offset === undefined) {
    return null;
  }
  const instant = offset === 'Z' ? wall : wall - offsetOf(offset);
  return isInstant(instant) ? instant : null;
}

function offsetOf(text: string): Millis {
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 23 || minutes > 59) {
    return Number.NaN;
  }
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const MIN_INSTANT = Date.parse('0001-01-02T00:00:00Z');
const MAX_INSTANT = Date.parse('9999-12-30T23:59:59Z');

/** Whether an instant shows a year of four digits on every clock. NaN is none. */
export const isInstant = (instant: Millis): boolean => instant >= MIN_INSTANT && instant <= MAX_INSTANT;

/** Sorts after every instant that an event can have: the end of an endless series. */
export const FAR_FUTURE: Millis = Date.parse('9999-12-31T23:59:59Z');

/** `2026-03-02T15:00:00Z` */
export const formatInstant = (instant: Millis): string => `${new Date(instant).toISOString().slice(0, 19)}Z`;
/** `2026-03-02T15:00:00` */
export const formatLocal = (wall: WallClock): string => new Date(wall).toISOString().slice(0, 19);
/** `2026-03-02` */
export const formatDate = (wall: WallClock): string => new Date(wall).toISOString().slice(0, 10);

/**
 * The instant at which clocks in `zone` show `wall`. A time in a DST gap takes the offset before the gap,
 * a repeated time is the first one (RFC 5545, section 3.3.5).
 */
export function toInstant(wall: WallClock, zone: string): Millis {
  const steady = steadyOffset(wall, zone);
  if (steady !== null) {
    return wall - steady;
  }
  return Temporal.PlainDateTime.from(formatLocal(wall)).toZonedDateTime(zone, {
    disambiguation: 'compatible',
  }).epochMilliseconds;
}

/** What clocks in `zone` show at `instant`. */
export const toWallClock = (instant: Millis, zone: string): WallClock =>
  instant + (steadyOffset(instant, zone) ?? offsetAt(instant, zone));

/**
 * The first of the wall-clock times that mean this instant: behind a DST gap, the one in the gap.
 */
export function earliestWallClock(instant: Millis, zone: string): WallClock {
  const wall = toWallClock(instant, zone);
  const unshifted = toWallClock(instant - DAY, zone) + DAY;
  return unshifted < wall && toInstant(unshifted, zone) === instant ? unshifted : wall;
}

const offsetAt = (instant: Millis, zone: string): Millis =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;

/** By zone, the offsets at the beginnings of the days (UTC) that were asked for; `remembered` of them in all. */
const offsets = new Map<string, Map<number, Millis>>();
const MAX_OFFSETS_REMEMBERED = 500_000;
let remembered = 0;

function offsetOfDay(day: number, zone: string): Millis {
  const known = offsets.get(zone)?.get(day);
  if (known !== undefined) {
    return known;
  }
  if (remembered >= MAX_OFFSETS_REMEMBERED) {
    offsets.clear();
    remembered = 0;
  }
  const offset = offsetAt(day * DAY, zone);
  const days = offsets.get(zone) ?? new Map<number, Millis>();
  offsets.set(zone, days.set(day, offset));
  remembered += 1;
  return offset;
}

/** A zone's offset on the days around a time; null where it changes, so that one has to look closer. */
function steadyOffset(time: Millis, zone: string): Millis | null {
  if (zone === 'UTC') {
    return 0;
  }
  const day = Math.floor(time / DAY);
  const before = offsetOfDay(day - 2, zone);
  return before === offsetOfDay(day + 3, zone) ? before : null;
}

/** By what it was called; what is no zone is not remembered, as there is no end of such names. */
const zones = new Map<string, string>();
const MAX_ZONES_REMEMBERED = 1_000;

/** An IANA time zone in its usual spelling; null where the runtime knows no such zone. */
export function zoneNamed(name: string): string | null {
  const known = zones.get(name);
  if (known !== undefined) {
    return known;
  }
  const found = lookUpZone(name);
  if (found !== null) {
    if (zones.size >= MAX_ZONES_REMEMBERED) {
      zones.clear();
    }
    zones.set(name, found);
  }
  return found;
}

function lookUpZone(name: string): string | null {
  // An offset such as +02:00 is a zone to some runtimes; it knows no DST and no name, so it is none to us.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) {
    return null;
  }
  try {
    const resolved = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    // An alias resolves to another name: what the client called it is kept.
    return resolved.toLowerCase() === name.toLowerCase() ? resolved : name;
  } catch {
    return null;
  }
}
