import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { signIn } from '../support/callers.js';
import { Convene, Person, type Answer } from '../support/convene.js';
import { claimsIn } from '../support/forge.js';

let convene: Convene;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
});
afterAll(() => convene.close());

const refreshed = (refreshToken: unknown, by: Convene = convene): Promise<Answer> =>
  by.anonymous.post('/api/auth/refresh', { refreshToken });
const bearing = (tokens: any, by: Convene = convene): Person => new Person(by, tokens.user, tokens);
const isSignedIn = async (person: Person): Promise<boolean> =>
  (await person.get('/api/auth/me')).status === 200;

/** Sends one refresh token many times at once; the pair that came of it, after it was seen that there is one. */
async function misuse(token: unknown, over: Convene[]): Promise<any> {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => refreshed(token, over[i % over.length])),
  );
  const won = answers.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  answers
    .filter(({ status }) => status !== 200)
    .forEach((answer) => expectProblem(answer, 401, 'session-revoked'));
  return won[0]?.body;
}

async function expectEnded(tokens: any, by: Convene[]): Promise<void> {
  for (const one of by) {
    expectProblem(await bearing(tokens, one).get('/api/auth/me'), 401, 'unauthenticated');
    expectProblem(await refreshed(tokens.refreshToken, one), 401, 'session-revoked');
  }
}

describe('a refresh token', () => {
  test('20 times at once: one gets a pair, and the session ends, whoever got it; no other does', async () => {
    const person = await convene.person();
    const other = await signIn(person);
    const socket = await person.connect();
    const pair = await misuse(person.tokens?.refreshToken, [convene]);
    await socket.until('session:ended', ({ reason }) => reason === 'revoked');
    await expectEnded(pair, [convene]);
    await expectEnded(person.tokens, [convene]);
    expect(await isSignedIn(other)).toBe(true);
  });

  test('at the same moment as a logout: nothing is left of the session', async () => {
    for (let round = 0; round < 10; round += 1) {
      const person = await convene.person();
      const [answer, out] = await Promise.all([
        refreshed(person.tokens?.refreshToken),
        person.post('/api/auth/logout'),
      ]);
      expect(out.status).toBe(204);
      await expectEnded(answer.status === 200 ? answer.body : person.tokens, [convene]);
    }
  });

  test('cut, lengthened, of another session or in another alphabet is none, and ends nothing', async () => {
    const [ada, bob] = [await convene.person(), await convene.person()];
    const token = ada.tokens?.refreshToken ?? '';
    const bytes = Buffer.from(token, 'base64url');
    for (const damaged of [
      token.slice(0, -1),
      token.slice(4),
      `${token}AAAA`,
      ` ${token}`,
      `${token}\n`,
      bytes.toString('hex'),
      `${bytes.toString('base64')}=`,
      Buffer.concat([
        Buffer.from(claimsIn(bob.tokens?.accessToken ?? '')['sid'] as string, 'hex'),
        bytes.subarray(12),
      ]).toString('base64url'),
      Buffer.concat([bytes.subarray(0, 36), Buffer.alloc(16)]).toString('base64url'),
      'A'.repeat(1_000),
    ]) {
      expectProblem(await refreshed(damaged), 401, 'unauthenticated');
    }
    expectProblem(await refreshed('A'.repeat(2_000)), 422, 'validation-failed', '/refreshToken');
    expect((await refreshed(token)).status).toBe(200);
  });
});

const onMongo = process.env['MONGODB_URI'] ? describe : describe.skip;

onMongo('a refresh token over two processes (needs MONGODB_URI)', () => {
  let other: Convene;
  beforeAll(async () => {
    other = await convene.beside();
  });
  afterAll(() => other.close());

  test('20 times at once, by turns: one gets a pair, and the session ends, sockets everywhere included', async () => {
    const person = await convene.person();
    const socket = await bearing(person.tokens, other).connect();
    const pair = await misuse(person.tokens?.refreshToken, [convene, other]);
    await socket.until('session:ended');
    await expectEnded(pair, [convene, other]);
  });

  test('used at one and again at the other', async () => {
    const { tokens } = await convene.person();
    const { body } = await refreshed(tokens?.refreshToken);
    expect(await isSignedIn(bearing(body, other))).toBe(true);
    expectProblem(await refreshed(tokens?.refreshToken, other), 401, 'session-revoked');
    await expectEnded(body, [convene, other]);
  });
});
