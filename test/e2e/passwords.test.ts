import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { imprint } from '../support/callers.js';
import { Convene, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  ada = await convene.person();
});
afterAll(() => convene.close());

const login = (email: string, password: string): Promise<Answer> =>
  convene.anonymous.post('/api/auth/login', { email, password });

test('passwords are the same however their letters are composed, and not when they merely look alike', async () => {
  const email = 'composed@example.com';
  const [composed, decomposed] = ['Å\u00e9 Zürich ﬁn', 'A\u030ae\u0301 Zu\u0308rich ﬁn'];
  await convene.anonymous.post('/api/auth/register', { email, password: decomposed });
  expect((await login(email, decomposed)).status).toBe(200);
  expect((await login(email, composed)).status).toBe(200);
  expectProblem(await login(email, composed.replace('ﬁ', 'fi')), 401, 'invalid-credentials');
  expectProblem(await login(email, composed.toLowerCase()), 401, 'invalid-credentials');
});

test('a password of 128 characters counts to the last one, whatever script they are of', async () => {
  const email = 'long@example.com';
  const password = '🔑ñ語'.repeat(42) + '🔑a';
  expect(Array.from(password)).toHaveLength(128);
  expect((await convene.anonymous.post('/api/auth/register', { email, password })).status).toBe(201);
  expect((await login(email, password)).status).toBe(200);
  expectProblem(await login(email, `${password.slice(0, -1)}b`), 401, 'invalid-credentials');
  expectProblem(await login(email, password.slice(0, -1)), 401, 'invalid-credentials');
});

test.each([
  ['a wrong one', 'wrong password'],
  ['none', ''],
  ['one that is too long', 'x'.repeat(1_025)],
  ['one with NUL', 'pass\0word'],
  ['one of a lone surrogate', '\ud800'.repeat(8)],
])(
  'with %s for a password the answer is the same to the last byte, whether or not there is such an account',
  async (_, password) => {
    const [known, unknown] = [
      await login(ada.user.email, password),
      await login('nobody@example.com', password),
    ];
    expect(imprint(known)).toBe(imprint(unknown));
    expect([401, 422]).toContain(known.status);
  },
);
