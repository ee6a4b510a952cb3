import ICAL from 'ical.js';
import {
  DAY,
  formatDate,
  formatLocal,
  parseDate,
  parseLocal,
  toInstant,
  toWallClock,
  type Millis,
  type WallClock,
} from '../calendar/time.js';
import type { ForeignZones } from './foreign-zones.js';
import type { Property } from './jcal.js';

/** Why an event cannot be taken. */
export class Refused extends Error {}

/** A time as iCalendar tells it. `zone`: null for a date, and for a time without a zone. */
export interface ForeignTime {
  wall: WallClock;
  isDate: boolean;
  zone: string | null;
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(Z?))?$/;

/** A property's value as a time. @throws Refused */
export function readTime(property: Property, value: unknown, zones: ForeignZones): ForeignTime {
  const name = property[0].toUpperCase();
  const [, date, time, utc] = TIME.exec(typeof value === 'string' ? value : '') ?? [];
  // RFC 5545 knows a 60th second, for those that are put in.
  const wall =
    date === undefined
      ? null
      : time === undefined
        ? parseDate(date)
        : parseLocal(`${date}T${time.replace(/60$/, '59')}`);
  if (wall === null) {
    throw new Refused(`${name} is no date or time`);
  }
  if (time === undefined || utc) {
    return { wall, isDate: time === undefined, zone: utc ? 'UTC' : null };
  }
  const tzid = [property[1]['tzid']].flat()[0];
  const zone = tzid === undefined ? null : zones.named(tzid, new Date(wall).getUTCFullYear());
  if (tzid !== undefined && zone === null) {
    throw new Refused(`the time zone ${tzid.slice(0, 60)} is not known`);
  }
  return { wall, isDate: false, zone };
}

/** How an event tells its times, and how it is told of others. */
export class EventClock {
  constructor(
    readonly timeZone: string,
    readonly allDay: boolean,
  ) {}

  /** The instant; for an all-day event the midnight of the date on the wall. @throws Refused */
  instantOf({ wall, isDate, zone }: ForeignTime): Millis {
    if (isDate !== this.allDay) {
      throw new Refused('its times are partly dates and partly times of day');
    }
    return isDate ? wall : toInstant(wall, zone ?? this.timeZone);
  }

  /** The local start that an occurrence is known by. A date names, in a timed event, the occurrence of that day. */
  keyOf(time: ForeignTime, start: WallClock): string {
    if (this.allDay) {
      return formatDate(time.wall);
    }
    if (time.isDate) {
      return formatLocal(time.wall + (((start % DAY) + DAY) % DAY));
    }
    const zone = time.zone ?? this.timeZone;
    return formatLocal(
      zone === this.timeZone ? time.wall : toWallClock(toInstant(time.wall, zone), this.timeZone),
    );
  }

  /** Days count on the calendar, the rest in exact time (RFC 5545, section 3.3.6). @throws Refused */
  after({ wall, zone }: ForeignTime, duration: string): Millis {
    const { days, exact } = readDuration(duration);
    return this.allDay
      ? wall + days * DAY + exact
      : toInstant(wall + days * DAY, zone ?? this.timeZone) + exact;
  }
}

const MAX_DURATION = 400;

function readDuration(text: string): { days: number; exact: Millis } {
  try {
    const { weeks, days, hours, minutes, seconds, isNegative } = ICAL.Duration.fromString(text);
    const all = weeks * 7 + days;
    const exact = ((hours * 60 + minutes) * 60 + seconds) * 1000;
    if (!isNegative && all <= MAX_DURATION && exact <= MAX_DURATION * DAY) {
      return { days: all, exact };
    }
  } catch {
    // What is no duration is as good as one that cannot be.
  }
  throw new Refused('DURATION is none that an event can have');
}
