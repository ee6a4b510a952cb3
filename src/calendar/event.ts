import type { Content } from './content.js';
import { changedOccurrences, clockOf, lastRegularEnd } from './occurrences.js';
import { FAR_FUTURE, type Millis } from './time.js';

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
  /** The end of the last one, or the far future. */
  until: Millis;
}

/** The bounds of everything that an event with this content can occupy; wider than it at most. */
export function spanOf(content: Content): Span {
  const clock = clockOf(content);
  const startAt = clock.instantOf(clock.start);
  const span: Span = { startAt, from: startAt, until: lastRegularEnd(content) };
  const changed = changedOccurrences(content);
  for (const { start, end } of changed) {
    span.from = Math.min(span.from, start);
    span.until = Math.max(span.until, end);
  }
  // What has no length is in a window that begins with it; a span that ended there would not be.
  const isInstant = content.start === content.end || changed.some(({ start }) => start === span.until);
  if (isInstant && span.from < span.until && span.until < FAR_FUTURE) {
    span.until += 1;
  }
  return span;
}
