import { Temporal } from 'temporal-polyfill';
import type { Plan } from './month.js';

/** The zone of the machine: of the visitor, too, most often. */
export const zone = (): string => Temporal.Now.timeZoneId();

/** When a plan is, as the API takes it. */
export function whenOf({ day, from, time, days = 1, timeZone = zone() }: Plan) {
  const today = Temporal.Now.plainDateISO();
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const date = (from === 'today' ? today : monday).add({ days: day });
  return time
    ? {
        start: `${date.toString()}T${time[0]}:00`,
        end: `${date.toString()}T${time[1]}:00`,
        timeZone,
        allDay: false,
      }
    : { start: date.toString(), end: date.add({ days }).toString(), timeZone, allDay: true };
}

/** An instant some minutes later, as the API writes it. */
export const later = (instant: string, minutes: number): string =>
  Temporal.Instant.from(instant).add({ minutes }).toString();

/** The id of a series' first occurrence on or after a day of this week, which its rule must have. */
export function occurrenceOn(day: number, time: string): string {
  const today = Temporal.Now.plainDateISO();
  return `${today.add({ days: day - (today.dayOfWeek - 1) }).toString()}T${time}:00`;
}
