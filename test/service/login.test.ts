import { afterAll, expect, jest, test } from '@jest/globals';
import type { Store } from '../../src/service/ports.js';
import { newUser } from '../store/samples.js';
import { embeddedStore } from './house.js';

/** What the hashing itself is asked to do. */
const work: string[] = [];
const argon2 = await import('@node-rs/argon2');
jest.unstable_mockModule('@node-rs/argon2', () => ({
  ...argon2,
  hash: async (password: string, options: object) => {
    work.push('hash');
    return argon2.hash(password, options);
  },
  verify: async (hash: string, password: string) => {
    work.push(`verify ${hash.split('$').slice(1, 4).join('$')}`);
    return argon2.verify(hash, password);
  },
}));
const { createAccountService } = await import('../../src/service/accounts.js');
const { createPasswords } = await import('../../src/service/passwords.js');
const { createTokens } = await import('../../src/service/tokens.js');

const clock = { now: () => new Date() };
const stores: Store[] = [];

async function openAccounts() {
  const store = await embeddedStore();
  stores.push(store);
  const passwords = createPasswords();
  const ada = newUser({ passwordHash: await passwords.hash('correct horse') });
  await store.accounts.insertUser(ada);
  const accounts = createAccountService({
    accounts: store.accounts,
    tokens: createTokens('x'.repeat(32), clock),
    passwords,
    endSessions: async () => {},
    clock,
    registration: 'open',
  });
  const origin = { userAgent: '', address: '' };
  return { ada, login: (email: string, password: string) => accounts.login({ email, password }, origin) };
}

afterAll(() => Promise.all(stores.map((store) => store.close())));

const refusal = { code: 'invalid-credentials' };

/** What each login makes the hashing do, from the first one after the start on. */
async function workOf(logins: 'known' | 'unknown'): Promise<string[][]> {
  const { ada, login } = await openAccounts();
  const done: string[][] = [];
  for (let i = 0; i < 3; i += 1) {
    work.splice(0);
    const email = logins === 'known' ? ada.email : 'nobody@example.com';
    await expect(login(email, 'wrong password')).rejects.toMatchObject(refusal);
    done.push([...work]);
  }
  return done;
}

test('a login costs the same hashing whether or not there is such an account, the first one included', async () => {
  const known = await workOf('known');
  expect(known).toEqual(await workOf('unknown'));
  expect(known).toEqual(Array.from({ length: 3 }, () => ['verify argon2id$v=19$m=19456,t=2,p=1']));
});

test('a right password costs no more, and does not help where there is no account', async () => {
  const { ada, login } = await openAccounts();
  work.splice(0);
  expect(await login(ada.email, 'correct horse')).toMatchObject({ user: { id: ada.id } });
  expect(work).toHaveLength(1);
  await expect(login('nobody@example.com', 'correct horse')).rejects.toMatchObject(refusal);
});
