import { CodedError } from '../calendar/errors.js';
import { eventView } from '../protocol/events.js';
import type { Actor, ChangePipeline, Draft, EventState, Outcome } from './commit-change.js';
import type { EventService } from './events.js';
import { everyEvent } from './every-event.js';
import { removalOf, transferTo } from './membership-drafts.js';
import type { EventQuery, EventStore, FoundEvent, News } from './ports.js';

/** Takes a user out of every event. */
export interface LeaveEvents {
  /**
   * Ends each of the user's memberships: of their own events as `heirOf` says at that moment (the user who gets
   * them, or null: they are erased), of others' with an `unshare`. Again: what is left is done.
   */
  leave(userId: string, heirOf: () => Promise<string | null>): Promise<void>;
  /** Ends the user's membership of an event that is another's. */
  leaveEvent(userId: string, eventId: string): Promise<void>;
}

export interface LeaveDependencies {
  events: EventStore;
  pipeline: ChangePipeline;
  erase: EventService['erase'];
  /** Asked before each page; throws where the process is to end. */
  goOn(): void;
}

/** So many events are worked on at once. */
const PAGE = 16;
/** Whatever others are adding at the same time: after so many passes the rest is left for another time. */
const MAX_PASSES = 5;

export function createLeaveEvents({ events, pipeline, erase, goOn }: LeaveDependencies): LeaveEvents {
  const asked: Pick<EventStore, 'list'> = {
    list: async (query) => {
      goOn();
      return events.list(query);
    },
  };

  const giveUp = async (userId: string, eventId: string, heir: string | null): Promise<void> => {
    await pipeline.submit({
      eventId,
      actor: actorOf(userId),
      concerns: heir === null ? [] : [heir],
      // Nobody is asked: the account is gone already.
      permit: () => undefined,
      decide: (state, at) => draftsOf(state, userId, heir, at),
      news: (outcome) => ({ notices: noticesOf(outcome, userId) }),
    });
  };

  const leaveOne = (userId: string, { event, role }: FoundEvent, heir: string | null): Promise<void> =>
    role === 'owner' && heir === null ? erase(actorOf(userId), event.id, {}) : giveUp(userId, event.id, heir);

  const leavePage = async (
    userId: string,
    page: FoundEvent[],
    heir: string | null,
  ): Promise<PromiseRejectedResult[]> => {
    const results = await Promise.allSettled(page.map((found) => leaveOne(userId, found, heir)));
    return results.filter((result) => result.status === 'rejected').filter(({ reason }) => !isMoot(reason));
  };

  /** Goes through the user's events once; answers how many there were. One that fails does not keep the others. */
  const pass = async (
    userId: string,
    state: EventQuery['state'],
    heirOf: () => Promise<string | null>,
  ): Promise<number> => {
    const failures: PromiseRejectedResult[] = [];
    let count = 0;
    for await (const page of everyEvent(asked, { userId, state, limit: PAGE })) {
      failures.push(...(await leavePage(userId, page, await heirOf())).slice(0, 1));
      count += page.length;
    }
    if (failures[0]) {
      throw failures[0].reason;
    }
    return count;
  };

  return {
    leave: async (userId, heirOf) => {
      for (let passes = 0; passes < MAX_PASSES; passes += 1) {
        const found = (await pass(userId, 'live', heirOf)) + (await pass(userId, 'trash', heirOf));
        if (found === 0) {
          return;
        }
      }
    },
    leaveEvent: (userId, eventId) => giveUp(userId, eventId, null),
  };
}

const actorOf = (userId: string): Actor => ({ userId, sessionId: '', via: 'rest' });

/** The event has gone, or changed hands, at the same moment: the next pass sees what there is to do. */
const isMoot = (error: unknown): boolean =>
  error instanceof CodedError && (error.code === 'not-found' || error.code === 'forbidden');

/** By what the membership is now: nothing, an `unshare`, or both a `transfer` and an `unshare` in one write. */
function draftsOf(state: EventState, userId: string, heir: string | null, grantedAt: string): Draft[] {
  const membership = state.membershipOf(userId);
  if (!membership) {
    return [];
  }
  if (membership.role !== 'owner') {
    // Of an event in the trash it ends when it comes back.
    return state.event.deletedAt === null ? [removalOf(userId, membership.role)] : [];
  }
  return heir === null ? [] : [...transferTo(heir, state, userId, grantedAt), removalOf(userId, 'editor')];
}

/** The heir hears of an event that is not in the trash. */
function noticesOf({ event, entries, by }: Outcome, userId: string): News['notices'] {
  const heir = entries.find(({ kind }) => kind === 'transfer')?.membership?.userId;
  if (heir === undefined || heir === userId || event.deletedAt !== null) {
    return [];
  }
  const payload = { eventId: event.id, event: eventView(event, 'owner'), role: 'owner' as const, by };
  return [{ message: 'event:shared', to: [heir], payload }];
}
