import type { Content } from './content.js';
import { FAR_FUTURE, parseDate, parseInstant, parseLocal, toInstant, type Millis } from './time.js';

/** An event without its members and its log. */
export interface EventRecord {
  id: string;
  version: number;
  ownerId: string;
  content: Content;
  /** RFC 3339, to the millisecond; so are the others. */
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
  deletedAt: string | null;
}

/** The instants that an index needs: where the event sorts, and between which bounds it can occur at all. */
export interface Span {
  startAt: Millis;
  /** The start of the first occurrence. */
  from: Millis;
  /** The end of the last one, or {@link FAR_FUTURE}. */
  until: Millis;
}

/** The bounds of everything that an event with this content can occupy; wider than it at most. */
export function spanOf(content: Content): Span {
  const [start, end] = [instantOf(content.start, content), instantOf(content.end, content)];
  const span: Span = { startAt: start, from: start, until: lastEnd(content, end - start, end) };
  for (const [key, override] of Object.entries(content.overrides)) {
    if (override.excluded) {
      continue;
    }
    const from = override.start === undefined ? keyInstant(key, content) : instantOf(override.start, content);
    const until = override.end === undefined ? from + (end - start) : instantOf(override.end, content);
    span.from = Math.min(span.from, from);
    span.until = Math.max(span.until, until);
  }
  return span;
}

/** A DST change between two occurrences of an all-day event makes one of them longer. */
const DST_SLACK: Millis = 3 * 3_600_000;

function lastEnd({ recurrence, timeZone, allDay }: Content, duration: Millis, end: Millis): Millis {
  if (recurrence === null) {
    return end;
  }
  if (recurrence.until === undefined) {
    return FAR_FUTURE;
  }
  const until = allDay ? parseDate(recurrence.until) : parseLocal(recurrence.until);
  return until === null ? FAR_FUTURE : toInstant(until, timeZone) + duration + DST_SLACK;
}

/** The instant that a canonical `start` or `end` means; an all-day one begins its day in the event's zone. */
export function instantOf(value: string, { allDay, timeZone }: Pick<Content, 'allDay' | 'timeZone'>): Millis {
  return allDay ? toInstant(parseDate(value) ?? 0, timeZone) : (parseInstant(value) ?? 0);
}

const keyInstant = (key: string, { allDay, timeZone }: Content): Millis =>
  toInstant((allDay ? parseDate(key) : parseLocal(key)) ?? 0, timeZone);
