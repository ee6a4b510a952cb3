import { mayKnow, type Role } from '../calendar/access.js';
import type { Change } from '../protocol/history.js';
import type { Snapshot } from '../service/ports.js';
import type { Audience } from './audience.js';
import type { CatchUp, Feeds } from './feeds.js';
import { room, type Rooms } from './io.js';
import type { Sessions } from './sessions.js';

/**
 * Looks at the store for what nobody told this process: changes whose writer died before it could tell, or told
 * while the processes could not reach each other; memberships and sessions that ended meanwhile.
 */
export interface Beacon {
  /** Looks now; when it resolves, everybody here has heard, or has left, as the store had it when it began. */
  look(): Promise<void>;
  /** Looks every few seconds, in its own time: what is on its way is left to come by itself. */
  start(): void;
  stop(): void;
}

export interface BeaconSettings {
  feeds: Feeds;
  rooms: Rooms;
  audience: Audience;
  sessions: Sessions;
  catchUp: CatchUp;
  /** The versions of those of these events that exist, in one query. */
  versions(eventIds: readonly string[]): Promise<Map<string, number>>;
  find(eventId: string, userIds: readonly string[]): Promise<Snapshot | null>;
  onError(error: unknown): void;
  /** Hears of each look that found the store, and how long it took: also of what it found missing. */
  onLook?(seconds: number): void;
}

const INTERVAL_MS = 5_000;
/** What is on its way gets this long to come by itself. */
const GRACE_MS = 300;
/** Further behind, the event itself is shorter than its changes. */
const MAX_CHANGES = 200;
const AT_ONCE = 8;

export function createBeacon(settings: BeaconSettings): Beacon {
  const { feeds, rooms, audience, sessions, catchUp, versions, find, onError } = settings;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** Over so many changes somebody may have left: whoever stays is looked at anew, and told to subscribe again. */
  const startOver = async (eventId: string, sent: number): Promise<void> => {
    const users = rooms.sockets(room.event(eventId)).map(({ data }) => data.caller.userId);
    const found = await find(eventId, [...new Set(users)]);
    const behind = { eventId, version: found?.event.version ?? sent + 1 };
    const roleOf = (userId: string): Role | null => found?.members.get(userId)?.role ?? null;
    const gone = audience.clear(eventId, (userId) => found !== null && mayKnow(roleOf(userId), found.event));
    // Who subscribes again and may not is told so then.
    gone.forEach((socket) => socket.emit('event:behind', behind));
    if (found) {
      rooms.tell([room.event(eventId)], 'event:behind', behind);
      feeds.skip(eventId, found.event.version);
    }
  };

  /** The notices of a loss that nobody gave: to the sockets that leave on account of it. */
  const heal = (eventId: string, changes: readonly Change[]): void => {
    const before = rooms.sockets(room.event(eventId));
    feeds.heal(eventId, changes);
    for (const socket of before.filter(({ data }) => !data.subscriptions.has(eventId))) {
      const { userId } = socket.data.caller;
      const removed = changes.findLast(({ membership }) => isLoss(membership, userId));
      const deleted = changes.findLast(({ kind }) => kind === 'delete');
      if (removed) {
        socket.emit('event:unshared', { eventId, by: removed.by });
      } else if (deleted) {
        socket.emit('event:deleted', { eventId, version: deleted.version, by: deleted.by });
      }
    }
  };

  const bringUp = async (eventId: string, stored: number | undefined): Promise<void> => {
    const sent = feeds.sent(eventId) ?? null;
    if (sent === null) {
      feeds.noted(eventId, stored ?? 0);
    } else if (stored === undefined || stored - sent > MAX_CHANGES) {
      await startOver(eventId, sent);
    } else if (stored > sent) {
      heal(eventId, await catchUp(eventId, sent));
    }
  };

  /** In one query for all that is watched; then one for each event of which something is missing. */
  const lookAtEvents = async (graceMs: number): Promise<void> => {
    const watched = feeds.watched();
    if (watched.length === 0) {
      return;
    }
    const stored = await versions(watched);
    const isBehind = (eventId: string): boolean => {
      const sent = feeds.sent(eventId);
      return sent !== undefined && sent !== stored.get(eventId);
    };
    let behind = watched.filter(isBehind);
    if (graceMs > 0 && behind.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, graceMs));
      behind = behind.filter(isBehind);
    }
    await inTurns(behind, (eventId) => bringUp(eventId, stored.get(eventId)));
  };

  const lookNow = async (graceMs: number): Promise<void> => {
    const started = performance.now();
    await sessions.check();
    await lookAtEvents(graceMs);
    settings.onLook?.((performance.now() - started) / 1000);
  };

  const later = (): void => {
    timer = setTimeout(() => {
      lookNow(GRACE_MS)
        .catch(onError)
        .finally(() => stopped || later());
    }, INTERVAL_MS);
  };

  return {
    look: () => lookNow(0),
    start: later,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

const isLoss = (membership: Change['membership'], userId: string): boolean =>
  membership?.userId === userId && membership.role === null;

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
