import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { guardAccounts } from '../../src/gate/guesses.js';
import type { Throttle } from '../../src/gate/throttle.js';
import { problem } from '../../src/protocol/problems.js';
import type { AccountService } from '../../src/service/accounts.js';
import { limitsWith, many, open } from './limits.js';

const RIGHT = 'the right one';

/** Accounts that know one password, and count how often they are asked for it. */
let asked = 0;
const accounts = {
  login: (body: { password: string }) => {
    asked += 1;
    return body.password === RIGHT
      ? Promise.resolve('tokens')
      : Promise.reject(problem('invalid-credentials', 'No.'));
  },
} as unknown as AccountService;

let throttle: Throttle;
let guarded: AccountService;
beforeEach(async () => {
  asked = 0;
  throttle = await open(
    limitsWith({ guesses: { points: 50, seconds: 900 }, accountGuesses: { points: 100, seconds: 900 } }),
  );
  guarded = guardAccounts(accounts, throttle);
});
afterEach(() => throttle.close());

const tryToLogIn = (address: string, password = 'wrong', name: object = { email: 'ada@example.com' }) =>
  guarded.login({ ...name, password }, { address, userAgent: '' }).then(
    () => 'in',
    (error: unknown) => (error as { code: string }).code,
  );

/** How often each outcome was. */
async function tally(outcomes: Promise<string>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.all(outcomes)) {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

test('from one address, a few guesses at one account are looked at, and then none, the right one neither', async () => {
  const outcomes = await tally(many(240, () => tryToLogIn('192.0.2.1')));
  expect(outcomes).toEqual({ 'invalid-credentials': 50, 'rate-limited': 190 });
  expect(asked).toBe(50);
  expect(await tryToLogIn('192.0.2.1', RIGHT)).toBe('rate-limited');
});

test('a stranger who guesses locks nobody out: elsewhere the right password gets in', async () => {
  await tally(many(240, () => tryToLogIn('192.0.2.1')));
  expect(await tryToLogIn('192.0.2.2', RIGHT)).toBe('in');
});

test('from anywhere, 240 guesses at one account meet a refusal, and the right password still gets in', async () => {
  const outcomes = await tally(many(240, (i) => tryToLogIn(`192.0.2.${i}`)));
  expect(outcomes).toEqual({ 'invalid-credentials': 100, 'rate-limited': 140 });
  expect(await tryToLogIn('198.51.100.1', RIGHT)).toBe('in');
});

test('while an account is guessed at from everywhere, each address has few guesses', async () => {
  await tally(many(100, (i) => tryToLogIn(`192.0.2.${i}`)));
  asked = 0;
  for (let i = 0; i < 50; i += 1) {
    expect(await tryToLogIn('198.51.100.1')).toBe('rate-limited');
  }
  expect(asked).toBe(5);
});

test('a password that is right at last gives the guesses back', async () => {
  for (let round = 0; round < 3; round += 1) {
    await tally(many(30, () => tryToLogIn('192.0.2.1')));
    expect(await tryToLogIn('192.0.2.1', RIGHT)).toBe('in');
  }
});

describe('an account is the same however its name is written', () => {
  test.each([
    [{ email: 'ada@example.com' }, { email: 'ADA@Example.com' }],
    [{ username: 'ﬁona' }, { username: 'Fiona' }],
  ])('%j and %j', async (one, other) => {
    await tally(many(50, () => tryToLogIn('192.0.2.1', 'wrong', one)));
    expect(await tryToLogIn('192.0.2.1', 'wrong', other)).toBe('rate-limited');
  });

  test('and another account is another', async () => {
    await tally(many(50, () => tryToLogIn('192.0.2.1')));
    expect(await tryToLogIn('192.0.2.1', 'wrong', { username: 'bob' })).toBe('invalid-credentials');
  });
});

test('guessing half by email and half by username meets a refusal too', async () => {
  const names = [{ email: 'ada@example.com' }, { username: 'ada' }];
  const outcomes = await tally(many(240, (i) => tryToLogIn(`192.0.2.${i}`, 'wrong', names[i % 2])));
  expect(outcomes['rate-limited']).toBe(40);
});

test('what is no login counts as no guess', async () => {
  await tally(many(100, () => tryToLogIn('192.0.2.1', 'wrong', { email: 7 })));
  expect(await tryToLogIn('192.0.2.1')).toBe('invalid-credentials');
});
