import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openThrottle, type Throttle } from '../../src/gate/throttle.js';
import { startRedis, whyNoRedis, type RedisServer } from '../support/redis.js';
import { limitsWith, many, open, outcomeOf } from './limits.js';

const FIFTY = { points: 50, seconds: 600 };
const limits = limitsWith({ writes: FIFTY, guesses: FIFTY, logins: FIFTY });

(whyNoRedis ? describe.skip : describe)(`limits on a Redis${whyNoRedis}`, () => {
  let redis: RedisServer;
  /** Two processes of one deployment. */
  let one: Throttle;
  let other: Throttle;
  beforeAll(async () => {
    const started = await startRedis();
    if (typeof started === 'string') {
      throw new Error(started);
    }
    redis = started;
  });
  afterAll(() => redis.remove());

  beforeEach(async () => {
    const deployment = { redisUrl: redis.url, prefix: randomUUID() };
    [one, other] = await Promise.all([open(limits, deployment), open(limits, deployment)]);
  });
  afterEach(() => [one, other].forEach((throttle) => throttle.close()));

  const both = (i: number): Throttle => (i % 2 ? one : other);

  /** Takes until a process counts as the condition says; what it takes is of a key of its own. */
  async function until(throttle: Throttle, condition: (limit: number) => boolean): Promise<void> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      const standing = await throttle.take('logins', randomUUID());
      if (standing && condition(standing.limit)) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(`it still counts to ${standing?.limit}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const shared = (limit: number): boolean => limit === 50;
  const alone = (limit: number): boolean => limit === 10;

  test('are exact over two processes: of 200 at the same time 50 get through', async () => {
    const { passed, refused } = await outcomeOf(many(200, (i) => both(i).take('writes', 'ada')));
    expect(passed.map(({ remaining }) => remaining).sort((a, b) => b - a)).toEqual(many(50, (i) => 49 - i));
    expect(refused).toHaveLength(150);
    refused.forEach(({ standing }) => expect(standing).toMatchObject({ limit: 50, remaining: 0 }));
  });

  test('are not those of another deployment on the same Redis', async () => {
    const foreign = await open(limits, { redisUrl: redis.url, prefix: randomUUID() });
    await outcomeOf(many(60, () => one.take('writes', 'ada')));
    await expect(foreign.take('writes', 'ada')).resolves.toMatchObject({ remaining: 49 });
    foreign.close();
  });

  test('are forgotten in every process', async () => {
    await outcomeOf(many(60, () => one.take('guesses', 'ada')));
    await other.forget('guesses', 'ada');
    await expect(one.take('guesses', 'ada')).resolves.toMatchObject({ remaining: 49 });
  });

  test('go on when it is killed, logins strictly; and are shared again once it is back', async () => {
    await redis.kill();
    try {
      const reads = await outcomeOf(many(40, (i) => both(i).take('writes', 'ada')));
      expect(reads).toMatchObject({ refused: [] });
      const guesses = await outcomeOf(many(200, (i) => both(i).take('guesses', 'ada')));
      expect(guesses.passed).toHaveLength(20); // ten a process
      guesses.passed.forEach(({ limit }) => expect(limit).toBe(10));
    } finally {
      await redis.start();
    }
    await until(one, shared);
    await until(other, shared);
    const { passed } = await outcomeOf(many(200, (i) => both(i).take('writes', 'bob')));
    expect(passed).toHaveLength(50);
  }, 40_000);

  test('that hangs delays nobody for long, and nobody twice', async () => {
    redis.pause();
    try {
      const started = performance.now();
      await outcomeOf([one.take('writes', 'ada'), one.take('writes', 'ada')]);
      expect(performance.now() - started).toBeLessThan(2_000);
      // From now on nobody waits: a hundred, one after the other, in less than any one of them would have to.
      const later = performance.now();
      for (let i = 0; i < 100; i += 1) {
        await one.take('reads', 'ada');
      }
      expect(performance.now() - later).toBeLessThan(400);
    } finally {
      redis.resume();
    }
    await until(one, shared);
  }, 40_000);

  test('start without it, and are shared as soon as it is there', async () => {
    await redis.kill();
    const late = await open(limits, { redisUrl: redis.url });
    try {
      await until(late, alone);
    } finally {
      await redis.start();
    }
    await until(late, shared);
    late.close();
  }, 40_000);

  test('say that it is away without its password', async () => {
    const lines: string[] = [];
    const url = redis.url.replace('//', '//ada:secret-word@');
    const refused = await openThrottle({
      limits,
      redisUrl: url,
      prefix: randomUUID(),
      log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    });
    await expect(refused.take('writes', 'ada')).resolves.toMatchObject({ remaining: 49 });
    refused.close();
    expect(lines).toEqual([expect.stringContaining('Redis is away')]);
    expect(lines[0]).not.toContain('secret-word');
  });

  test('do without one that refuses to count', async () => {
    const { Redis } = await import('ioredis');
    const administrator = new Redis(redis.url);
    await administrator.config('SET', 'maxmemory', '1');
    try {
      const { refused } = await outcomeOf(many(20, () => one.take('writes', 'ada')));
      expect(refused).toEqual([]);
      await until(one, alone);
    } finally {
      await administrator.config('SET', 'maxmemory', '0');
      administrator.disconnect();
    }
    await until(one, shared);
  }, 40_000);
});
