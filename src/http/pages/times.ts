import { parseDate, parseInstant, parseLocal, toWallClock, type WallClock } from '../../calendar/time.js';

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });

const clock = (wall: WallClock): string => new Date(wall).toISOString().slice(11, 19).replace(/:00$/, '');
const day = (wall: WallClock): string => `${WEEKDAY.format(wall)} ${DAY.format(wall)}`;

/** A date, a local time or an instant, as calendars and clocks in `timeZone` show it; null where it is none. */
export function showTime(text: string, timeZone: string): string | null {
  const date = parseDate(text);
  if (date !== null) {
    return day(date);
  }
  const instant = parseInstant(text);
  const wall = instant === null ? parseLocal(text) : toWallClock(instant, timeZone);
  return wall === null ? null : `${day(wall)}, ${clock(wall)}`;
}

/** When something was done: to the minute. */
export function showMoment(at: string, timeZone: string): string {
  const wall = toWallClock(Date.parse(at), timeZone);
  return `${DAY.format(wall)}, ${clock(wall).slice(0, 5)}`;
}
