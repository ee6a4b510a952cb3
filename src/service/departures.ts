import { problem } from '../protocol/problems.js';
import type { EventChanged } from './clash-watch.js';
import { createLeaveEvents, type LeaveDependencies } from './leave-events.js';
import type { AccountStore, Broadcaster, Clock, Departure } from './ports.js';

/** What is left to do once somebody has deleted their account; whoever began it, it is finished. */
export interface Departures {
  /**
   * Ends the sessions and memberships of somebody who is on record as leaving. Again: what is left is done.
   *
   * @throws unavailable; what is left then is done later
   */
  finish(departure: Departure): Promise<void>;
  /**
   * Looks at a change for members whose accounts are gone, and ends their memberships: one who was given a part
   * while leaving, or who stayed a member of an event in another's trash. What fails is logged.
   */
  changed(change: Pick<EventChanged, 'after' | 'entries'>): void;
  /** Looks from now on for those that were not finished: by a crash, here or in another process. */
  start(): void;
  /** Stops, and resolves when nothing is being done any more. */
  stop(): Promise<void>;
}

export interface DepartureDependencies extends Omit<LeaveDependencies, 'goOn'> {
  accounts: AccountStore;
  endSessions: Broadcaster['endSessions'];
  clock: Clock;
  onError(error: unknown, doing: string): void;
}

const SWEEP_MS = 30_000;
/** After a departure it is looked again this soon for what was under way then, such as a share. */
const SOON_MS = 2_000;
/** On record for longer than anything can be under way, and any access token holds. */
const KEEP_MS = 60 * 60_000;
const PAGE = 50;
/** An heir may leave, too, and name an heir. */
const MAX_HEIRS = 10;

export function createDepartures(deps: DepartureDependencies): Departures {
  const { accounts, events, endSessions, clock, onError } = deps;
  const running = new Map<string, Promise<void>>();
  const looking = new Set<Promise<void>>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;

  const goOn = (): void => {
    if (stopped) {
      throw problem('unavailable', 'The server is ending. What is left of this is done once it is back.');
    }
  };
  const { leave, leaveEvent } = createLeaveEvents({ ...deps, goOn });

  /** The one who gets the events: the first in the line who is still there; null where nobody is. */
  const heirOf = async ({ transferTo }: Departure): Promise<string | null> => {
    let heir = transferTo;
    for (let n = 0; n < MAX_HEIRS && heir !== null; n += 1) {
      if (await accounts.user(heir)) {
        return heir;
      }
      heir = (await accounts.departure(heir))?.transferTo ?? null;
    }
    return null;
  };

  const finish = async (departure: Departure): Promise<void> => {
    const { userId } = departure;
    await accounts.removeUser(userId);
    const ended = await accounts.revokeSessions(userId, clock.now().toISOString());
    try {
      await endSessions(ended, 'account-deleted');
    } finally {
      await leave(userId, () => heirOf(departure));
    }
  };

  /** Two that come at once for one departure do it together. */
  const finishOnce = async (departure: Departure): Promise<void> => {
    const { userId } = departure;
    const work = running.get(userId) ?? finish(departure);
    running.set(userId, work);
    try {
      await work;
    } finally {
      running.delete(userId);
      setTimeout(lookOver, SOON_MS).unref();
    }
  };

  const sweepOne = async (departure: Departure): Promise<void> => {
    const { userId, at } = departure;
    await (running.get(userId) ?? finish(departure));
    if (clock.now().getTime() - Date.parse(at) > KEEP_MS) {
      await accounts.forgetDeparture(userId);
    }
  };

  const sweep = async (): Promise<void> => {
    for (let after = ''; !stopped;) {
      const page = await accounts.departures(after, PAGE);
      for (const departure of page) {
        goOn();
        // One that fails waits for the next time, and does not hold up the others.
        await sweepOne(departure).catch((error: unknown) => stopped || onError(error, DOING));
      }
      after = page.at(-1)?.userId ?? '';
      if (page.length < PAGE) {
        return;
      }
    }
  };

  const dismissFormer = async (eventId: string, userIds: readonly string[]): Promise<void> => {
    const there = new Set((await accounts.users(userIds)).map(({ id }) => id));
    for (const userId of userIds.filter((id) => !there.has(id))) {
      await leaveEvent(userId, eventId);
    }
  };

  const lookAt = async (eventId: string, given: readonly string[], isRestored: boolean): Promise<void> =>
    dismissFormer(eventId, isRestored ? (await events.members(eventId)).map(({ userId }) => userId) : given);

  const lookOver = (): void => {
    if (!stopped) {
      sweeping ??= sweep()
        .catch((error: unknown) => stopped || onError(error, DOING))
        .then(() => (sweeping = undefined));
    }
  };

  return {
    finish: finishOnce,
    changed: ({ after, entries }) => {
      const given = entries.flatMap(({ membership }) => (membership?.role ? [membership.userId] : []));
      const isRestored = entries.some(({ kind }) => kind === 'restore');
      if (given.length > 0 || isRestored) {
        const look = lookAt(after.id, given, isRestored)
          .catch((error: unknown) => onError(error, DOING))
          .finally(() => looking.delete(look));
        looking.add(look);
      }
    },
    start: () => {
      lookOver();
      timer = setInterval(lookOver, SWEEP_MS).unref();
    },
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await Promise.allSettled([sweeping, ...running.values(), ...looking]);
    },
  };
}

const DOING = 'finishing what an account that was deleted has left';
