import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from 'mongoose';
import type { AccountStore, Store } from '../../src/service/ports.js';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { testDatabase, whySkipped, type TestDatabase } from './mongo-server.js';
import { newId, newUser } from './samples.js';

const suite = whySkipped ? describe.skip : describe;
const AT = '2126-03-01T08:00:00.000Z';
const LONG_AGO = new Date(Date.now() - 3_600_000);

suite(`a process that dies between two writes of an account to MongoDB${whySkipped}`, () => {
  let database: TestDatabase;
  let store: Store;
  let accounts: AccountStore;
  let connection: Connection;
  beforeAll(async () => {
    database = await testDatabase();
    store = await openMongoStore(database.uri);
    ({ accounts } = store);
    ({ connection } = database);
  });
  afterAll(async () => {
    await store.close();
    await database.remove();
  });

  const guest = () => newUser({ createdAt: AT });
  const invited = async (): Promise<string> => {
    const hash = newId();
    const expiresAt = '2126-03-08T08:00:00.000Z';
    await accounts.insertInvitation({ hash, createdBy: newId(), createdAt: AT, expiresAt }, 10);
    return hash;
  };
  /** What has been written when a process has got as far as holding the invitation for this user. */
  const hold = (hash: string, heldBy: string, heldAt: Date) =>
    connection
      .collection<{ _id: string }>('invitations')
      .updateOne({ _id: hash }, { $set: { heldBy, heldAt } });

  test('registering, before the user is stored: the invitation is good again after a while', async () => {
    const hash = await invited();
    await hold(hash, newId(), new Date());
    expect(await accounts.isInvitation(hash, AT)).toBe(false);
    expect(await accounts.insertUser(guest(), hash)).toBe('invitation-unknown');
    await hold(hash, newId(), LONG_AGO);
    expect(await accounts.isInvitation(hash, AT)).toBe(true);
    expect(await accounts.insertUser(guest(), hash)).toBe('stored');
    expect(await accounts.insertUser(guest(), hash)).toBe('invitation-unknown');
  });

  test('registering, once the user is stored: the invitation has been used', async () => {
    const hash = await invited();
    const user = guest();
    await accounts.insertUser(user);
    await hold(hash, user.id, LONG_AGO);
    expect(await accounts.isInvitation(hash, AT)).toBe(false);
    expect(await accounts.insertUser(guest(), hash)).toBe('invitation-unknown');
  });

  test('leaving, before the account is gone: it is on record, and goes when that is looked at', async () => {
    const user = guest();
    await accounts.insertUser(user);
    const departures = connection.collection<{ _id: string; transferTo: null; at: string }>('departures');
    await departures.insertOne({ _id: user.id, transferTo: null, at: AT });
    expect(await accounts.departures('', 10)).toEqual([{ userId: user.id, transferTo: null, at: AT }]);
    await accounts.removeUser(user.id);
    expect(await accounts.user(user.id)).toBeNull();
    expect(await accounts.insertUser(newUser({ emailKey: user.emailKey }))).toBe('stored');
  });
});
