import type { Content } from '../calendar/content.js';
import type { EventRecord } from '../calendar/event.js';
import type { LogEntry } from '../calendar/history.js';
import { equal } from '../calendar/json.js';
import type { Person } from '../protocol/accounts.js';
import type { ScheduleConflict } from '../protocol/schedule.js';
import type { Broadcaster, EventStore } from './ports.js';
import type { ScheduleService } from './schedule.js';

/** What somebody did to an event. */
export interface EventChanged {
  before: EventRecord;
  after: EventRecord;
  entries: readonly LogEntry[];
  by: Person;
}

/** Tells members of the schedule conflicts that somebody else's change has made for them. */
export interface ClashWatch {
  /** Looks after the change was told and answered; what fails is logged. */
  changed(change: EventChanged): void;
  /** Resolves when nothing is being looked at any more. */
  idle(): Promise<void>;
}

export interface ClashWatchDependencies {
  events: EventStore;
  schedule: ScheduleService;
  broadcaster: Broadcaster;
  onError(error: unknown, doing: string): void;
}

/** A change of an event with more members is not looked at for all of them. */
const MAX_MEMBERS = 200;

const TIMING = ['start', 'end', 'timeZone', 'allDay', 'status', 'busy', 'recurrence', 'overrides'] as const;

export function createClashWatch({
  events,
  schedule,
  broadcaster,
  onError,
}: ClashWatchDependencies): ClashWatch {
  // One change after the other: looking is work, and nobody waits for it.
  let queue = Promise.resolve();

  const look = async ({ before, after, entries, by }: EventChanged): Promise<void> => {
    for (const userId of await concerned(before, after, entries, by.id)) {
      const now = await conflictsOf(after.content, after.id, userId);
      const joined = entries.some(
        ({ kind, membership }) => kind === 'share' && membership?.userId === userId,
      );
      const known =
        joined || before.deletedAt !== null ? [] : await conflictsOf(before.content, after.id, userId);
      const conflicts = now.filter((conflict) => !known.some((one) => equal(one, conflict)));
      if (conflicts.length > 0 && (await isMember(after.id, userId))) {
        const payload = { eventId: after.id, conflicts, by };
        const notices = [{ message: 'conflict:detected' as const, to: [userId], payload }];
        await broadcaster.publish({ eventId: after.id, changes: [], notices });
      }
    }
  };

  /** Asked last of all: who has left meanwhile hears nothing of the event any more. */
  const isMember = async (eventId: string, userId: string): Promise<boolean> =>
    (await events.find(eventId, [userId]))?.members.has(userId) ?? false;

  /** Those for whom the change can have made a conflict: all other members, or the ones who joined. */
  const concerned = async (
    before: EventRecord,
    after: EventRecord,
    entries: readonly LogEntry[],
    authorId: string,
  ): Promise<string[]> => {
    if (after.deletedAt !== null) {
      return [];
    }
    const joined = entries.flatMap(({ kind, membership }) =>
      kind === 'share' && membership ? [membership.userId] : [],
    );
    const all = movesTime(before, after)
      ? (await events.members(after.id)).map(({ userId }) => userId)
      : joined;
    return all.filter((userId) => userId !== authorId).slice(0, MAX_MEMBERS);
  };

  const conflictsOf = async (
    content: Content,
    eventId: string,
    userId: string,
  ): Promise<ScheduleConflict[]> => {
    const audience = { callerId: userId, userIds: [userId], participants: false };
    return (await schedule.check({ content, eventId }, audience)).conflicts;
  };

  return {
    changed: (change) => {
      queue = queue
        .then(() => look(change))
        .catch((error: unknown) => onError(error, 'looking for schedule conflicts'));
    },
    idle: () => queue,
  };
}

const movesTime = (before: EventRecord, after: EventRecord): boolean =>
  before.deletedAt !== after.deletedAt ||
  TIMING.some((field) => !equal(before.content[field], after.content[field]));
