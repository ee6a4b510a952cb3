import { afterEach, describe, expect, test } from '@jest/globals';
import { RateLimited } from '../../src/gate/limits.js';
import type { Throttle } from '../../src/gate/throttle.js';
import { limitsWith, many, open, outcomeOf } from './limits.js';

let throttle: Throttle;
afterEach(() => throttle.close());

describe('a limit', () => {
  test('of 50 lets exactly 50 of 200 at the same time through', async () => {
    throttle = await open(limitsWith({ writes: { points: 50, seconds: 60 } }));
    const { passed, refused } = await outcomeOf(many(200, () => throttle.take('writes', 'ada')));
    expect(passed.map(({ remaining }) => remaining)).toEqual(many(50, (i) => 49 - i));
    expect(refused).toHaveLength(150);
    for (const { code, standing, extras } of refused) {
      expect({ code, standing }).toEqual({
        code: 'rate-limited',
        standing: { limit: 50, remaining: 0, reset: 60 },
      });
      expect(extras['retryAfter']).toBe(60);
    }
  });

  test('is of one key and of one name', async () => {
    const one = { points: 1, seconds: 60 };
    throttle = await open(limitsWith({ reads: one, writes: one }));
    const { passed } = await outcomeOf([
      throttle.take('reads', 'ada'),
      throttle.take('reads', 'bob'),
      throttle.take('writes', 'ada'),
    ]);
    expect(passed).toHaveLength(3);
  });

  test('is there again once its time is over', async () => {
    throttle = await open(limitsWith({ reads: { points: 1, seconds: 1 } }));
    await throttle.take('reads', 'ada');
    const refusal = await throttle.take('reads', 'ada').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ extras: { retryAfter: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await throttle.take('reads', 'ada');
  });

  test('that is smaller than what something costs still lets it through, alone', async () => {
    throttle = await open(limitsWith({ writes: { points: 3, seconds: 60 } }));
    await expect(throttle.take('writes', 'ada', 20)).resolves.toMatchObject({ limit: 3, remaining: 0 });
    await expect(throttle.take('writes', 'ada')).rejects.toThrow(RateLimited);
  });

  test('can be forgotten', async () => {
    throttle = await open(limitsWith({ guesses: { points: 1, seconds: 60 } }));
    await throttle.take('guesses', 'ada');
    await throttle.forget('guesses', 'ada');
    await throttle.take('guesses', 'ada');
  });
});

describe('sockets', () => {
  test('a network has so many new connections, an IPv6 /64 as one', async () => {
    throttle = await open(limitsWith({ connections: { points: 2, seconds: 60 } }));
    await throttle.connection('2001:db8::1');
    await throttle.connection('2001:db8::2');
    await expect(throttle.connection('2001:db8::3')).rejects.toThrow(RateLimited);
    await throttle.connection('2001:db8:0:1::1');
  });

  const passing = (kind: 'edit' | 'other', user: string, socket: string, times = 100): number =>
    many(times, () => {
      try {
        throttle.message(kind, user, socket);
        return 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate-limited', extras: { retryAfter: expect.any(Number) } });
        return 0;
      }
    }).reduce<number>((sum, one) => sum + one, 0);

  test('edits are a user’s, whichever socket they come through; other messages a socket’s', async () => {
    // So slow that nothing comes back while this runs.
    const slow = { points: 60, seconds: 86_400 };
    throttle = await open(limitsWith({ edits: slow, messages: { ...slow, points: 50 } }));
    expect(passing('edit', 'ada', 'one')).toBe(60);
    expect(passing('other', 'ada', 'one')).toBe(50);
    expect(passing('other', 'ada', 'two')).toBe(50);
    expect(passing('edit', 'bob', 'two')).toBe(60);
  });
});

test('where limits are off there are none', async () => {
  throttle = await open(null);
  const taken = await Promise.all(many(5_000, () => throttle.take('guesses', 'ada')));
  expect(new Set(taken)).toEqual(new Set([null]));
  await throttle.connection('192.0.2.1');
  many(1_000, () => throttle.message('edit', 'ada', 'one'));
});
