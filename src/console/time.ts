/** A date and a time of day as a clock in some zone shows them: `2026-03-02` and `15:00`. */
export interface Wall {
  date: string;
  time: string;
}

const DAY = 86_400_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** What clocks in the zone show at an instant (RFC 3339, or a date, which is the same everywhere). */
export function wallIn(zone: string, instant: string | Date): Wall {
  if (typeof instant === 'string' && !instant.includes('T')) {
    return { date: instant, time: '00:00' };
  }
  const parts = clockOf(zone).formatToParts(new Date(instant));
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '00';
  return {
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
  };
}

/** A local date-time as the API takes it: read in the event's zone. */
export const localOf = ({ date, time }: Wall): string => `${date}T${time}:00`;

/** How many minutes after a wall-clock time another is; only for lengths, not across changes of clocks. */
export const minutesBetween = (from: Wall, to: Wall): number =>
  (Date.parse(`${localOf(to)}Z`) - Date.parse(`${localOf(from)}Z`)) / 60_000;

export function addMinutes(wall: Wall, minutes: number): Wall {
  const moved = new Date(Date.parse(`${localOf(wall)}Z`) + minutes * 60_000).toISOString();
  return { date: moved.slice(0, 10), time: moved.slice(11, 16) };
}

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** The day of the week of a date, 0 for Monday. */
export const weekdayOf = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

interface Span {
  start: string;
  end: string;
  allDay: boolean;
}

/** A time as people read it: “Mon 2 Mar 2026, 15:00 – 16:00”. */
export function spanWords({ start, end, allDay }: Span, zone: string, locale?: string): string {
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  if (allDay) {
    const format = new Intl.DateTimeFormat(locale, { ...day, timeZone: 'UTC' });
    return format.formatRange(new Date(start), new Date(addDays(end, -1)));
  }
  const format = new Intl.DateTimeFormat(locale, {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  });
  return format.formatRange(new Date(start), new Date(end));
}

/** How far a zone is from UTC at an instant: “GMT+1”. */
export function offsetWords(zone: string, at = new Date()): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(
    at,
  );
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
