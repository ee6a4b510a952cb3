import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store, UserRecord } from '../../src/service/ports.js';
import { createSessionService, type SessionService } from '../../src/service/sessions.js';
import { createTokens } from '../../src/service/tokens.js';
import { newUser } from '../store/samples.js';
import { embeddedStore } from './house.js';

let store: Store;
let sessions: SessionService;
const clock = { now: () => new Date() };
const origin = { userAgent: '', address: '' };

beforeAll(async () => {
  store = await embeddedStore();
  const tokens = createTokens('x'.repeat(32), clock);
  sessions = createSessionService({ accounts: store.accounts, tokens, endSessions: async () => {}, clock });
});
afterAll(() => store.close());

const registered = async (): Promise<UserRecord> => {
  const user = newUser();
  await store.accounts.insertUser(user);
  return user;
};

/** What becomes of a sign-in whose password was found right a moment before the user was changed or left. */
async function signsInLate(user: UserRecord): Promise<void> {
  await expect(sessions.open(user, origin)).rejects.toMatchObject({ code: 'invalid-credentials' });
  expect(await store.accounts.sessionsOf(user.id, clock.now().toISOString(), 10)).toEqual([]);
}

test('whoever signs in while the password is changed has no session afterwards', async () => {
  const user = await registered();
  await store.accounts.updateUser(user.id, user.passwordHash, { passwordHash: '$new' });
  await signsInLate(user);
});

test('whoever signs in while the account is deleted has none either', async () => {
  const user = await registered();
  await store.accounts.depart({ userId: user.id, transferTo: null, at: clock.now().toISOString() });
  await signsInLate(user);
});

test('another change of the account does not stand in the way', async () => {
  const user = await registered();
  await store.accounts.updateUser(user.id, user.passwordHash, { name: 'New' });
  const { accessToken } = await sessions.open(user, origin);
  expect(await sessions.identify(accessToken)).toMatchObject({ userId: user.id });
});
