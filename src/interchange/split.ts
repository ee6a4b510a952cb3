/** A calendar file, taken apart but not read. */
export interface CalendarFile {
  /** The components of the calendars in it, in order, as they stand there. */
  components: { name: string; text: string }[];
  /** What floating times are told in, by a custom of many programs. */
  timeZone: string | null;
}

export const MAX_COMPONENTS = 5_000;
const MAX_DEPTH = 5;

/** Why a file is no calendar, or too large a one. */
export class CalendarFault extends Error {
  constructor(
    readonly kind: 'malformed' | 'too-large',
    message: string,
  ) {
    super(message);
  }
}

/** Takes a file apart, so that what is wrong with one event is that event's matter. @throws CalendarFault */
export function splitCalendar(file: string): CalendarFile {
  const result: CalendarFile = { components: [], timeZone: null };
  const open: string[] = [];
  let begin = 0;
  let isCalendar = false;
  for (let at = 0; at < file.length;) {
    const next = lineAfter(file, at);
    const [, what, name] = MARK.exec(file.slice(at, Math.min(next, at + 80))) ?? [];
    const depth = open.length;
    if (what?.toUpperCase() === 'BEGIN' && name !== undefined) {
      enter(name.toUpperCase(), open);
      isCalendar = true;
      begin = depth === 1 ? at : begin;
    } else if (what !== undefined) {
      leave(name?.toUpperCase(), open);
      if (depth === 2) {
        result.components.push({ name: name?.toUpperCase() ?? '', text: file.slice(begin, next) });
      }
      if (result.components.length > MAX_COMPONENTS) {
        throw new CalendarFault('too-large', `A file may have at most ${MAX_COMPONENTS} components.`);
      }
    } else if (depth === 1) {
      result.timeZone ??=
        /^X-WR-TIMEZONE[^:\r\n]*:([^\r\n]+)/i.exec(file.slice(at, next))?.[1]?.trim() ?? null;
    }
    at = next;
  }
  if (!isCalendar || open.length > 0) {
    throw new CalendarFault(
      'malformed',
      isCalendar ? 'The calendar has no end.' : 'This is no iCalendar file.',
    );
  }
  return result;
}

const MARK = /^(BEGIN|END)[^\S\r\n]*:[^\S\r\n]*([A-Za-z0-9-]{1,60})[^\S\r\n]*\r?\n?$/i;

function lineAfter(file: string, at: number): number {
  const end = file.indexOf('\n', at);
  return end === -1 ? file.length : end + 1;
}

function enter(name: string, open: string[]): void {
  if ((open.length === 0) !== (name === 'VCALENDAR') || open.length >= MAX_DEPTH) {
    throw new CalendarFault('malformed', `BEGIN:${name} does not belong where it stands.`);
  }
  open.push(name);
}

function leave(name: string | undefined, open: string[]): void {
  if (open.pop() !== name) {
    throw new CalendarFault('malformed', `END:${name} ends nothing that has begun.`);
  }
}
