import { setImmediate as nextTurn } from 'node:timers/promises';
import { OccurrenceIndex, placesOf, type Placed } from '../calendar/occurrence-index.js';
import type { Window } from '../calendar/occurrences.js';
import { DAY, type Millis } from '../calendar/time.js';
import { everyEvent, everyPage, placeOf } from './every-event.js';
import type { ChangedQuery, Clock, EventStore, FoundEvent, Loss } from './ports.js';

/**
 * Of users for whom it is dear to look through their events each time, when these take place, kept in memory. What
 * decides is the store: before each answer it is asked what has changed since it was asked the last time.
 */
export interface OccurrenceCache {
  /**
   * The user's occurrences as the store has them now, events in the trash aside; null where they are not indexed, or
   * the window is not within the horizon.
   */
  of(userId: string, window: Window): Promise<OccurrenceIndex | null>;
  /** Says that so many events had to be looked through: where that is many, an index is made, in its own time. */
  lookedThrough(userId: string, events: number): void;
  /** Resolves when no index is being made any more; none is begun after it. */
  close(): Promise<void>;
}

export interface OccurrenceCacheSettings {
  events: EventStore;
  clock: Clock;
  /** How many rows there may be in one index: 25 bytes each. */
  maxRows?: number;
  onError(error: unknown, doing: string): void;
}

/** Fewer are looked through each time. */
const MANY_EVENTS = 500;
/** Around the day on which an index is made; `schedule.ts` looks two years ahead of today, or of what begins later. */
const BEHIND = 366 * DAY;
const AHEAD = 3 * 366 * DAY;
/** How long an index is good for, and how long it is kept without being asked for. */
const MAX_AGE = DAY;
const IDLE = 15 * 60_000;
const MAX_ROWS = 4_000_000;
/** In all indexes together. */
const MAX_ROWS_IN_ALL = 6_000_000;
/** What one event may cost, in units of `Budget`. */
const EVENT_WORK = 200_000;
/** Whose events are too much is not tried again for so long. */
const REST = 15 * 60_000;
const PAGE = 200;
/** After so many occurrences others get their turn. */
const TURN = 5_000;

/** A user's index. */
interface Kept {
  index: OccurrenceIndex;
  /** Up to when it knows of changes. */
  upTo: Millis;
  usedAt: Millis;
  /** The bringing up to date that is under way, and the one after it, which those share who ask meanwhile. */
  running: Promise<void> | null;
  next: Promise<void> | null;
}

export function createOccurrenceCache({
  events,
  clock,
  maxRows = MAX_ROWS,
  onError,
}: OccurrenceCacheSettings): OccurrenceCache {
  const kept = new Map<string, Kept>();
  /** Users whose index is being made, or whose events are too much for one until some time. */
  const resting = new Map<string, Millis>();
  let making: Promise<void> = Promise.resolve();
  let isClosed = false;
  const now = (): Millis => clock.now().getTime();

  const bringUp = async (userId: string, { index, upTo }: Kept): Promise<Millis> => {
    const asked = now();
    const query: ChangedQuery = { userId, since: upTo - events.settledMs, limit: PAGE };
    for await (const page of everyPage(events.changed, query, placeOf)) {
      await take(index, page, maxRows);
    }
    for await (const page of everyPage(events.losses, query, placeOfLoss)) {
      const lost = page.map(({ eventId }) => eventId).filter((id) => index.versionOf(id) !== undefined);
      const found = lost.length > 0 ? await events.these(userId, lost) : [];
      const still = new Set(found.map(({ event }) => event.id));
      lost.filter((id) => !still.has(id)).forEach((id) => index.drop(id));
    }
    return asked;
  };

  /** One after the other; whoever asks while one runs, which may have missed something by then, gets the next one. */
  const upToDate = (userId: string, one: Kept): Promise<void> => {
    const run = async (): Promise<void> => {
      one.upTo = await bringUp(userId, one);
    };
    if (!one.running) {
      one.running = run().finally(() => (one.running = null));
      return one.running;
    }
    one.next ??= one.running
      .catch(() => undefined)
      .then(() => {
        one.next = null;
        return upToDate(userId, one);
      });
    return one.next;
  };

  const make = async (userId: string): Promise<void> => {
    const at = now();
    const index = new OccurrenceIndex({ from: at - BEHIND, to: at + AHEAD });
    for await (const page of everyEvent(events, {
      userId,
      state: 'live',
      window: index.horizon,
      limit: PAGE,
    })) {
      await take(index, page, maxRows);
      if (isClosed) {
        return;
      }
    }
    kept.set(userId, { index, upTo: at, usedAt: now(), running: null, next: null });
    resting.delete(userId);
    makeRoom(kept, userId);
  };

  const isGood = (one: Kept): boolean => {
    const at = now();
    const age = at - (one.index.horizon.from + BEHIND);
    return age >= 0 && age < MAX_AGE && at >= one.upTo && at - one.usedAt < IDLE && !one.index.isWorn;
  };

  return {
    of: async (userId, window) => {
      for (const [id, one] of kept) {
        if (!isGood(one)) {
          kept.delete(id);
        }
      }
      const one = kept.get(userId);
      if (!one || window.from < one.index.horizon.from || window.to > one.index.horizon.to) {
        return null;
      }
      one.usedAt = now();
      try {
        await upToDate(userId, one);
        return one.index;
      } catch (error) {
        kept.delete(userId);
        if (!(error instanceof TooMuch)) {
          throw error;
        }
        resting.set(userId, now() + REST);
        return null;
      }
    },

    lookedThrough: (userId, count) => {
      const at = now();
      const until = resting.get(userId);
      if (count <= MANY_EVENTS || isClosed || kept.has(userId) || (until !== undefined && until > at)) {
        return;
      }
      resting.forEach((time, id) => time <= at && resting.delete(id));
      resting.set(userId, at + REST);
      making = making
        .then(() => (isClosed ? undefined : make(userId)))
        .catch((error: unknown) => {
          if (!(error instanceof TooMuch)) {
            onError(error, 'indexing occurrences');
          }
        });
    },

    close: () => {
      isClosed = true;
      return making;
    },
  };
}

const placeOfLoss = ({ at, eventId }: Loss) => ({ key: at, id: eventId });

/** The user's occurrences are too many to be kept. */
class TooMuch extends Error {}

/** Takes in what of these events is not known yet, with a turn for others now and then. @throws TooMuch */
async function take(index: OccurrenceIndex, found: readonly FoundEvent[], maxRows: number): Promise<void> {
  let placed: Placed[] = [];
  let count = 0;
  const put = async (): Promise<void> => {
    index.put(placed);
    [placed, count] = [[], 0];
    if (index.rows > maxRows) {
      throw new TooMuch();
    }
    await nextTurn();
  };
  for (const { event } of found) {
    if (event.deletedAt !== null) {
      index.drop(event.id);
    } else if (index.versionOf(event.id) !== event.version) {
      const places = placesOf(event.content, index.horizon, { left: EVENT_WORK });
      if (!places) {
        throw new TooMuch();
      }
      placed.push({ id: event.id, version: event.version, places });
      count += places.length;
    }
    if (count > TURN) {
      await put();
    }
  }
  if (placed.length > 0) {
    await put();
  }
}

/** Those that have not been asked for the longest go, but for this one. */
function makeRoom(kept: Map<string, Kept>, exceptUserId: string): void {
  let rows = [...kept.values()].reduce((sum, { index }) => sum + index.rows, 0);
  const others = [...kept].filter(([id]) => id !== exceptUserId);
  for (const [id, { index }] of others.sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
    if (rows <= MAX_ROWS_IN_ALL) {
      return;
    }
    kept.delete(id);
    rows -= index.rows;
  }
}
