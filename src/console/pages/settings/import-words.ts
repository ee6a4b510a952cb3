import type { ImportReport } from '../../../client/index.js';

const events = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

/** What came of a file: “12 events created, 1 updated, 2 skipped:” */
export function importWords({ created, updated, skipped }: ImportReport): string {
  if (created + updated + skipped.length === 0) {
    return 'everything in it is here already.';
  }
  const parts = [
    created > 0 && `${events(created)} created`,
    updated > 0 && `${created > 0 ? updated : events(updated)} updated`,
    skipped.length > 0 && `${skipped.length} skipped`,
  ].filter(Boolean);
  return `${parts.join(', ')}${skipped.length > 0 ? ':' : '.'}`;
}

const MOST_UID = 60;

/** Which one was skipped, and why. */
export function skippedWords({ uid, reason }: ImportReport['skipped'][number]): string {
  const name = uid === null ? 'Without a UID' : uid.length > MOST_UID ? `${uid.slice(0, MOST_UID)}…` : uid;
  return `${name}: ${reason}`;
}
