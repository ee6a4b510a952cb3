import type { Change } from '../protocol/history.js';

/** Sends one change to the sockets subscribed to its event, but for these. */
export type Emit = (change: Change, except: string[]) => void;
/** Reads from the store the changes after a version, in order. */
export type CatchUp = (eventId: string, afterVersion: number) => Promise<Change[]>;

/**
 * What this process has sent of one event. It sees to the order: a change that overtook another is held back
 * until the others are there, or have been read from the store.
 */
interface Feed {
  /** The newest version sent to the room, or known to everybody in it; null while nobody is in it. */
  version: number | null;
  /** The newest version seen at all. */
  seen: number;
  held: Map<number, Change>;
  /** Sockets whose first answer was newer than what the room has been sent so far. */
  ahead: Map<string, number>;
  /** How many are about to join. */
  joining: number;
  timer: NodeJS.Timeout | null;
}

/** How long a change waits for those before it. */
const HOLD_MS = 500;

export interface Feeds {
  deliver(change: Change): void;
  /**
   * Lets a socket in without a gap and without a change that it knows already. `read` reads the event; `join` is
   * called with what it read, in the same tick in which it is known that nothing newer has been sent.
   */
  join<T extends { version: number }>(
    eventId: string,
    socketId: string,
    read: () => Promise<T>,
    join: (read: T) => void,
  ): Promise<T>;
  /** Nobody is in the event's room any more. */
  emptied(eventId: string): void;
  close(): void;
}

/** How often a subscription is read again because changes overtook it. */
const MAX_READS = 50;

export function createFeeds(emit: Emit, catchUp: CatchUp, onError: (error: unknown) => void): Feeds {
  const feeds = new Map<string, Feed>();

  const feedOf = (eventId: string): Feed => {
    const known = feeds.get(eventId);
    if (known) {
      return known;
    }
    const feed: Feed = { version: null, seen: 0, held: new Map(), ahead: new Map(), joining: 0, timer: null };
    feeds.set(eventId, feed);
    return feed;
  };

  const send = (feed: Feed, change: Change): void => {
    const except = [...feed.ahead].filter(([, version]) => version >= change.version).map(([id]) => id);
    for (const [id, version] of feed.ahead) {
      if (version <= change.version) {
        feed.ahead.delete(id);
      }
    }
    feed.version = change.version;
    emit(change, except);
  };

  const sendHeld = (feed: Feed): void => {
    for (let next = nextHeld(feed); next; next = nextHeld(feed)) {
      feed.held.delete(next.version);
      send(feed, next);
    }
  };

  const fillGap = async (eventId: string, feed: Feed): Promise<void> => {
    feed.timer = null;
    if (feed.version === null || feed.held.size === 0) {
      return;
    }
    try {
      for (const change of await catchUp(eventId, feed.version)) {
        deliver(change);
      }
    } catch (error) {
      onError(error);
      feed.timer = setTimeout(() => void fillGap(eventId, feed), HOLD_MS);
    }
  };

  const deliver = (change: Change): void => {
    const feed = feeds.get(change.eventId);
    if (!feed) {
      return;
    }
    feed.seen = Math.max(feed.seen, change.version);
    if (feed.version === null || change.version <= feed.version) {
      return;
    }
    feed.held.set(change.version, change);
    sendHeld(feed);
    if (feed.held.size > 0 && feed.timer === null) {
      feed.timer = setTimeout(() => void fillGap(change.eventId, feed), HOLD_MS);
    }
  };

  const forgetIfUnused = (eventId: string, feed: Feed): void => {
    if (feed.joining === 0 && feed.version === null) {
      feeds.delete(eventId);
    }
  };

  return {
    deliver,
    join: async (eventId, socketId, read, join) => {
      const feed = feedOf(eventId);
      feed.joining += 1;
      try {
        for (let reads = 0; reads < MAX_READS; reads += 1) {
          const found = await read();
          if (feed.seen <= found.version) {
            feed.version ??= found.version;
            if (found.version > feed.version) {
              feed.ahead.set(socketId, found.version);
            }
            join(found);
            return found;
          }
        }
        throw new Error(`Event ${eventId} changed faster than it could be read`);
      } finally {
        feed.joining -= 1;
        forgetIfUnused(eventId, feed);
      }
    },
    emptied: (eventId) => {
      const feed = feeds.get(eventId);
      if (feed) {
        feed.version = null;
        feed.held.clear();
        feed.ahead.clear();
        forgetIfUnused(eventId, feed);
      }
    },
    close: () => {
      for (const { timer } of feeds.values()) {
        clearTimeout(timer ?? undefined);
      }
      feeds.clear();
    },
  };
}

const nextHeld = (feed: Feed): Change | undefined =>
  feed.version === null ? undefined : feed.held.get(feed.version + 1);
