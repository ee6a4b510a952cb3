import type { Logger } from 'pino';
import { networkOf } from './address.js';
import { createCounter, type Counter } from './counter.js';
import { RateLimited, type Limits, type Rate, type Standing, type Window } from './limits.js';
import { createPace, type Pace } from './pace.js';
import { openRedis, type SharedRedis } from './redis.js';

/** Keeps whoever comes from taking more than their share. Both doors ask it. */
export interface Throttle {
  /**
   * Takes points of a limit; null where there are no limits.
   *
   * @param key a user's id, an address, or whatever else the limit is counted by
   * @throws rate-limited
   */
  take(limit: Window, key: string, points?: number): Promise<Standing | null>;
  /** Gives a key all its points of a limit back. */
  forget(limit: Window, key: string): Promise<void>;
  /** Before a socket is let in. @throws rate-limited */
  connection(address: string): Promise<void>;
  /**
   * Before a socket's message is looked at: an edit or rollback counts for its user, anything else for the socket.
   * At once, in this process alone. @throws rate-limited
   */
  message(kind: 'edit' | 'other', userId: string, socketId: string): void;
  close(): void;
}

export interface ThrottleSettings {
  /** null: there are none. */
  limits: Limits | null;
  /** undefined: in memory. */
  redisUrl: string | undefined;
  /** Of every key in Redis: the same in all processes of a deployment, and in no other's. */
  prefix: string;
  log: Logger;
}

/**
 * Exact over every process where there is a Redis. While it is away each process counts for itself: all that it
 * would have allowed, but of logins and guesses a fraction, so that guessing gains nothing by it.
 */
export async function openThrottle({ limits, redisUrl, prefix, log }: ThrottleSettings): Promise<Throttle> {
  if (!limits) {
    return UNLIMITED;
  }
  const redis = redisUrl === undefined ? null : await openRedis(redisUrl, prefix, log);
  return createThrottle(limits, redis, prefix);
}

const UNLIMITED: Throttle = {
  take: () => Promise.resolve(null),
  forget: () => Promise.resolve(),
  connection: () => Promise.resolve(),
  message: () => {},
  close: () => {},
};

const SWEEP_MS = 60_000;

function createThrottle(limits: Limits, redis: SharedRedis | null, prefix: string): Throttle {
  const counters = countersFor(limits, redis, prefix);
  const edits = createPace(limits.edits);
  const messages = createPace(limits.messages);
  const sweeping = setInterval(() => [edits, messages].forEach((pace) => pace.sweep()), SWEEP_MS).unref();

  return {
    take: (limit, key, points = 1) => counters[limit].take(key, points),
    forget: (limit, key) => counters[limit].forget(key),
    connection: async (address) => {
      await counters.connections.take(networkOf(address), 1);
    },
    message: (kind, userId, socketId) =>
      kind === 'edit' ? pass(edits, userId, limits.edits) : pass(messages, socketId, limits.messages),
    close: () => {
      clearInterval(sweeping);
      redis?.close();
    },
  };
}

/** What is stricter while Redis is away. */
const GUARDED: readonly string[] = ['logins', 'guesses', 'accountGuesses'] satisfies Window[];
const FRACTION = 5;

function countersFor(limits: Limits, redis: SharedRedis | null, prefix: string): Record<Window, Counter> {
  const { edits: _, messages: __, ...windows } = limits;
  const counters = Object.entries(windows).map(([name, rate]: [string, Rate]) => {
    const points = GUARDED.includes(name) ? Math.ceil(rate.points / FRACTION) : rate.points;
    const alone = { ...rate, points };
    return [name, createCounter({ prefix: `${prefix}:${name}`, rate, alone, redis })] as const;
  });
  return Object.fromEntries(counters) as Record<Window, Counter>;
}

function pass(pace: Pace, key: string, { points }: Rate): void {
  const wait = pace.take(key);
  if (wait > 0) {
    throw new RateLimited({ limit: points, remaining: 0, reset: Math.ceil(wait / 1000) });
  }
}
