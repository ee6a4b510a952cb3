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
/** How many changes of one event wait for those before them; further ones are left to the store. */
const MAX_HELD = 1_000;
/** How often a subscription is read again because changes overtook it. */
const MAX_READS = 50;

export interface Feeds {
  /** A change that was just stored, by whichever process; it is sent in its turn, once. */
  deliver(change: Change): void;
  /** Changes as they were read from the store. */
  heal(eventId: string, changes: readonly Change[]): void;
  /** Resolves once nothing of the event is held back any more. Rejects where the store cannot be read. */
  settle(eventId: string): Promise<void>;
  /** The room has been told that it is behind this version: what comes before it is not sent any more. */
  skip(eventId: string, toVersion: number): void;
  /**
   * Lets a socket in without a gap and without a change that it knows already. `read` reads the event; `join` is
   * called with what it read, in the same tick in which it is known that nothing newer has been sent. It may throw
   * where the socket has gone.
   */
  join<T extends { version: number }>(
    eventId: string,
    socketId: string,
    read: () => Promise<T>,
    join: (read: T) => void,
  ): Promise<T>;
  /** The ids of the events that somebody hears of or is about to. */
  watched(): string[];
  /** The newest version sent of an event that is watched; null: nothing yet. */
  sent(eventId: string): number | null | undefined;
  /** Says what version the store has, for those who are about to join with an older one. */
  noted(eventId: string, version: number): void;
  /** Nobody is in the event's room any more. */
  emptied(eventId: string): void;
  close(): void;
}

export interface FeedSettings {
  emit: Emit;
  /** Sends those away who may not hear of changes that were read from the store. */
  withdraw(changes: readonly Change[]): void;
  catchUp: CatchUp;
  /** Whether this process may send what others tell it; while not, everything waits for the store to be read. */
  isCurrent(): boolean;
  onError(error: unknown): void;
}

export function createFeeds({ emit, withdraw, catchUp, isCurrent, onError }: FeedSettings): Feeds {
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

  const fill = async (eventId: string, feed: Feed): Promise<void> => {
    if (feed.version !== null && feed.held.size > 0) {
      heal(eventId, await catchUp(eventId, feed.version));
    }
  };

  const fillLater = (eventId: string, feed: Feed): void => {
    feed.timer ??= setTimeout(() => {
      feed.timer = null;
      if (isCurrent()) {
        fill(eventId, feed).catch((error: unknown) => {
          onError(error);
          fillLater(eventId, feed);
        });
      }
    }, HOLD_MS);
  };

  const take = (feed: Feed, change: Change): void => {
    feed.seen = Math.max(feed.seen, change.version);
    if (feed.version === null || change.version <= feed.version) {
      return;
    }
    if (change.version === feed.version + 1 || feed.held.size < MAX_HELD) {
      feed.held.set(change.version, change);
      sendHeld(feed);
    }
  };

  const deliver = (change: Change): void => {
    const feed = feeds.get(change.eventId);
    if (!feed) {
      return;
    }
    if (!isCurrent()) {
      feed.seen = Math.max(feed.seen, change.version);
      return;
    }
    take(feed, change);
    if (feed.held.size > 0) {
      fillLater(change.eventId, feed);
    }
  };

  const heal = (eventId: string, changes: readonly Change[]): void => {
    const feed = feeds.get(eventId);
    withdraw(changes);
    changes.forEach((change) => feed && take(feed, change));
  };

  const forgetIfUnused = (eventId: string, feed: Feed): void => {
    if (feed.joining === 0 && feed.version === null) {
      feeds.delete(eventId);
    }
  };

  return {
    deliver,
    heal,
    settle: async (eventId) => {
      const feed = feeds.get(eventId);
      if (feed) {
        await fill(eventId, feed);
      }
    },
    skip: (eventId, toVersion) => {
      const feed = feeds.get(eventId);
      if (feed && feed.version !== null && feed.version < toVersion) {
        feed.version = toVersion;
        feed.seen = Math.max(feed.seen, toVersion);
        [...feed.held.keys()]
          .filter((version) => version <= toVersion)
          .forEach((version) => feed.held.delete(version));
        sendHeld(feed);
      }
    },
    join: async (eventId, socketId, read, join) => {
      const feed = feedOf(eventId);
      feed.joining += 1;
      try {
        for (let reads = 0; reads < MAX_READS; reads += 1) {
          const found = await read();
          if (feed.seen <= found.version) {
            join(found);
            feed.version ??= found.version;
            if (found.version > feed.version) {
              feed.ahead.set(socketId, found.version);
            }
            return found;
          }
        }
        throw new Error(`Event ${eventId} changed faster than it could be read`);
      } finally {
        feed.joining -= 1;
        forgetIfUnused(eventId, feed);
      }
    },
    watched: () => [...feeds.keys()],
    sent: (eventId) => feeds.get(eventId)?.version,
    noted: (eventId, version) => {
      const feed = feeds.get(eventId);
      if (feed) {
        feed.seen = Math.max(feed.seen, version);
      }
    },
    emptied: (eventId) => {
      const feed = feeds.get(eventId);
      if (feed) {
        feed.version = null;
        feed.held.clear();
        feed.ahead.clear();
        clearTimeout(feed.timer ?? undefined);
        feed.timer = null;
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
