import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { readConfig } from '../../src/config.js';
import { RateLimited, type Limits, type Standing } from '../../src/gate/limits.js';
import { openThrottle, type Throttle } from '../../src/gate/throttle.js';

/** The limits of a Convene that is told nothing else, with some changed. */
export function limitsWith(changed: Partial<Limits> = {}): Limits {
  const { limits } = readConfig({ JWT_SECRET: 'a secret that no test looks at, long enough' });
  if (!limits) {
    throw new Error('limits are on by default');
  }
  return { ...limits, ...changed };
}

export const open = (
  limits: Limits | null = limitsWith(),
  redis: { redisUrl?: string; prefix?: string } = {},
): Promise<Throttle> =>
  openThrottle({
    limits,
    redisUrl: redis.redisUrl,
    prefix: redis.prefix ?? randomUUID(),
    log: pino({ level: 'silent' }),
  });

export interface Outcome {
  passed: Standing[];
  refused: RateLimited[];
}

/** What became of them; anything but a refusal is an error. */
export async function outcomeOf(attempts: Promise<Standing | null>[]): Promise<Outcome> {
  const outcome: Outcome = { passed: [], refused: [] };
  for (const settled of await Promise.allSettled(attempts)) {
    if (settled.status === 'fulfilled') {
      outcome.passed.push(...(settled.value ? [settled.value] : []));
    } else if (settled.reason instanceof RateLimited) {
      outcome.refused.push(settled.reason);
    } else {
      throw settled.reason;
    }
  }
  return outcome;
}

export const many = <T>(times: number, attempt: (i: number) => T): T[] =>
  Array.from({ length: times }, (_, i) => attempt(i));
