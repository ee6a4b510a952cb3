import type { OccurrenceView as Occurrence } from '../../protocol/events.js';
import { DEFAULT_COLOR } from './colors.js';

/** What the calendar knows of an occurrence beside its times. */
export interface ItemProps {
  occurrence: Occurrence;
  /** Somebody else's, shared with the caller. */
  isShared: boolean;
  isSeries: boolean;
}

/** As FullCalendar takes it; said here, as its own types want a browser. */
export interface Item {
  id: string;
  title: string;
  start: string;
  end: string;
  allDay: boolean;
  color: string;
  className: string;
  editable: boolean;
  extendedProps: ItemProps;
}

export const itemId = (eventId: string, recurrenceId: string): string => `${eventId}/${recurrenceId}`;

/** An occurrence as an item of the calendar. */
export function itemOf(occurrence: Occurrence): Item {
  const { eventId, recurrenceId, title, start, end, allDay, color, role, status, recurrence } = occurrence;
  const isShared = role !== 'owner';
  const props: ItemProps = { occurrence, isShared, isSeries: recurrence !== null };
  const classes = [`is-${status}`, isShared && 'is-shared', role === 'viewer' && 'is-fixed'];
  return {
    id: itemId(eventId, recurrenceId),
    title,
    start,
    end,
    allDay,
    color: color ?? DEFAULT_COLOR,
    className: classes.filter(Boolean).join(' '),
    editable: role !== 'viewer',
    extendedProps: props,
  };
}

export interface Moved {
  start: Date | null;
  end: Date | null;
  startStr: string;
  endStr: string;
  allDay: boolean;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Where an item was dragged or stretched to, as fields of the content. It lasts as long as before, unless its end was
 * what was moved, or it became all-day or stopped being so.
 */
export function movedFields(
  { start, end, allDay }: Pick<Occurrence, 'start' | 'end' | 'allDay'>,
  to: Moved,
  isResize: boolean,
): { start: string; end: string; allDay?: boolean } {
  const length = Date.parse(end) - Date.parse(start);
  const toggled = allDay !== to.allDay;
  const lasting = !toggled ? length : to.allDay ? DAY : HOUR;
  const from = to.allDay ? Date.parse(to.startStr.slice(0, 10)) : (to.start?.getTime() ?? 0);
  const until =
    isResize && to.end ? (to.allDay ? Date.parse(to.endStr.slice(0, 10)) : to.end.getTime()) : from + lasting;
  return {
    start: written(from, to.allDay),
    end: written(until, to.allDay),
    ...(toggled && { allDay: to.allDay }),
  };
}

/** In UTC to the second, or as a date. */
const written = (instant: number, allDay: boolean): string =>
  allDay
    ? new Date(instant).toISOString().slice(0, 10)
    : new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');
