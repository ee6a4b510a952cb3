import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventRecord } from '../calendar/event.js';
import { ownUid, uidOf, writeCalendar, writeEvent, type WrittenEvent } from '../interchange/write.js';
import type { EventService } from './events.js';
import { everyEvent } from './every-event.js';
import type { EventStore, FoundEvent } from './ports.js';

/** A calendar as it is given out: its entity tag's text, and what makes its iCalendar text where that is wanted. */
export interface ExportedCalendar {
  tag: string;
  text(): Promise<string>;
}

/** Giving out events as iCalendar (RFC 5545). */
export interface ExportService {
  /** One event. @throws not-found */
  event(userId: string, eventId: string): Promise<ExportedCalendar>;
  /** All of the user's events, own and shared, but those in the trash. */
  calendar(userId: string): Promise<ExportedCalendar>;
}

export interface ExportDependencies {
  events: EventStore;
  read: EventService['read'];
}

const PAGE = 200;
/** So many events are written without letting others have a turn. */
const TURN = 25;

export function createExportService({ events, read }: ExportDependencies): ExportService {
  return {
    event: async (userId, eventId) => {
      const { event } = await read(userId, eventId);
      return { tag: String(event.version), text: async () => writeCalendar([writeEvent(event)]) };
    },
    calendar: async (userId) => {
      const found: EventRecord[] = [];
      for await (const page of liveEvents(events, userId)) {
        found.push(...page.map(({ event }) => event));
      }
      return { tag: tagOf(found), text: () => calendarText(found) };
    },
  };
}

/** The user's events that are not in the trash. */
export const liveEvents = (events: EventStore, userId: string): AsyncGenerator<FoundEvent[]> =>
  everyEvent(events, { userId, state: 'live', limit: PAGE });

/** It changes with whatever the text changes with: which events there are, and their versions. */
function tagOf(found: readonly EventRecord[]): string {
  const hash = createHash('sha256');
  found.forEach(({ id, version }) => hash.update(`${id} ${version}\n`));
  return hash.digest('base64url').slice(0, 22);
}

async function calendarText(found: readonly EventRecord[]): Promise<string> {
  const written: WrittenEvent[] = [];
  const uids = new Set<string>();
  for (const [index, event] of found.entries()) {
    if (index % TURN === TURN - 1) {
      await nextTurn();
    }
    // Two people may have imported the same event, and shared it with each other: a reader would take them for one.
    const uid = uids.has(uidOf(event)) ? ownUid(event.id) : uidOf(event);
    uids.add(uid);
    written.push(writeEvent(event, uid));
  }
  return writeCalendar(written, { feed: true });
}
