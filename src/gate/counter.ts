import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited, type Rate, type Standing } from './limits.js';
import type { SharedRedis } from './redis.js';

/** One limit, counted by key in windows that begin with the first point taken. */
export interface Counter {
  /** Takes points, of which more than there are in all count as all. @throws rate-limited */
  take(key: string, points: number): Promise<Standing>;
  /** Gives a key all its points back. */
  forget(key: string): Promise<void>;
}

export interface CounterSettings {
  /** Where the keys are in Redis. */
  prefix: string;
  rate: Rate;
  /** What each process allows for itself while Redis is away. */
  alone: Rate;
  /** null: there is none, and this process is the only one. */
  redis: SharedRedis | null;
}

export function createCounter({ prefix, rate, alone, redis }: CounterSettings): Counter {
  const local = new RateLimiterMemory(options(redis ? alone : rate));
  const shared =
    redis && new RateLimiterRedis({ ...options(rate), keyPrefix: prefix, storeClient: redis.client });

  /** In Redis where it answers, otherwise here. */
  const ask = async <T>(question: (limiter: Limiter) => Promise<T>): Promise<T> => {
    if (shared && redis.isUp()) {
      try {
        return await question(shared);
      } catch (error) {
        if (error instanceof RateLimited) {
          throw error;
        }
        redis.failed(error);
      }
    }
    return question(local);
  };
  return {
    take: (key, points) => ask((limiter) => consume(limiter, key, points)),
    forget: async (key) => {
      await Promise.all([local.delete(key), shared && ask((limiter) => limiter.delete(key))]);
    },
  };
}

type Limiter = RateLimiterMemory | RateLimiterRedis;

const options = ({ points, seconds }: Rate) => ({ points, duration: seconds });

async function consume(limiter: Limiter, key: string, points: number): Promise<Standing> {
  try {
    return standing(limiter, await limiter.consume(key, Math.min(points, limiter.points)));
  } catch (error) {
    throw error instanceof RateLimiterRes ? new RateLimited(standing(limiter, error)) : error;
  }
}

const standing = ({ points }: Limiter, { remainingPoints, msBeforeNext }: RateLimiterRes): Standing => ({
  limit: points,
  remaining: remainingPoints,
  reset: Math.max(0, Math.ceil(msBeforeNext / 1000)),
});
