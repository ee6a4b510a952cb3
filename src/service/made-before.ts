import type { Content } from '../calendar/content.js';
import type { EventRecord } from '../calendar/event.js';
import type { ConflictMode, ConflictReport } from '../protocol/schedule.js';
import type { Actor } from './commit-change.js';
import { idOf } from './ids.js';
import type { EventStore } from './ports.js';
import type { HistoryReader } from './read-history.js';
import type { ScheduleService } from './schedule.js';

/** An event that is there already, and what it meets now. */
export interface MadeBefore {
  made: EventRecord;
  report?: ConflictReport;
}

/**
 * What an actor who does something once has made in an earlier run, each in its place and as it was then; nothing where
 * this is the first.
 */
export type FindMadeBefore = (
  actor: Actor,
  count: number,
  mode: ConflictMode,
) => Promise<(MadeBefore | undefined)[]>;

interface Dependencies {
  events: EventStore;
  history: HistoryReader;
  schedule: ScheduleService;
}

export function createFindMadeBefore({ events, history, schedule }: Dependencies): FindMadeBefore {
  const find = async (eventId: string, by: string, mode: ConflictMode): Promise<MadeBefore | undefined> => {
    const event = (await events.find(eventId, []))?.event;
    if (!event) {
      return undefined;
    }
    const made = asCreated(event, await history.contentAt(event, 1), by);
    if (mode === 'ignore') {
      return { made };
    }
    const audience = await schedule.audience(by, null, false);
    return { made, report: await schedule.check({ content: made.content, eventId }, audience) };
  };

  return async ({ userId, once }, count, mode) => {
    if (!once?.again) {
      return [];
    }
    const ids = Array.from({ length: count }, (_, index) => idOf(once.token, index));
    const there = await events.versions(ids);
    return Promise.all(ids.map(async (id) => (there.has(id) ? find(id, userId, mode) : undefined)));
  };
}

/** Whatever has become of it. */
const asCreated = (event: EventRecord, content: Content, by: string): EventRecord => ({
  ...event,
  version: 1,
  ownerId: by,
  content,
  updatedAt: event.createdAt,
  updatedBy: by,
  deletedAt: null,
});
