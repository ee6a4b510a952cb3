import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventStore, Store } from '../../src/service/ports.js';
import { accountsContract } from './accounts.contract.js';
import { eventsContract } from './events.contract.js';
import { historyContract } from './history.contract.js';
import { listsContract } from './lists.contract.js';
import { pagingContract } from './paging.contract.js';
import { changeOf, memberOf, newEvent, newId, newSession, newUser, queryOf } from './samples.js';
import { valuesContract } from './values.contract.js';

/** A way to open a store: the same data each time. */
export interface Opener {
  open(): Promise<Store>;
  /** Ends what was needed, and removes the data. */
  remove(): Promise<void>;
}

/** What `service/ports.ts` says of stores, against one of them. */
export function storeContract(prepare: () => Promise<Opener>): void {
  let opener: Opener;
  let store: Store;
  beforeAll(async () => {
    opener = await prepare();
    store = await opener.open();
  });
  afterAll(async () => {
    await store.close();
    await opener.remove();
  });
  const events = () => store.events;

  describe('events', () => eventsContract(events));
  describe('lists of events', () => listsContract(events));
  describe('pages of events', () => pagingContract(events));
  describe('history', () => historyContract(events));
  describe('values', () => valuesContract(events));
  describe('accounts', () => accountsContract(() => store.accounts));

  test('answers a ping', async () => {
    await store.ping();
  });

  test('has everything after it was closed and opened again', async () => {
    const [user, friend] = [newUser(), newId()];
    const session = newSession(user.id);
    const { event, ...rest } = newEvent({ ownerId: user.id, fields: { metadata: { 'a.b': { $c: null } } } });
    await store.accounts.insertUser(user);
    await store.accounts.insertSession(session);
    await store.events.insert([{ event, ...rest }]);
    const change = changeOf(event, { granted: [memberOf(friend)] });
    await store.events.commit(change);
    const bucket = { eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries: rest.entries };
    await store.events.putBucket(bucket);
    await store.events.trimLog(event.id, 1);

    await store.close();
    store = await opener.open();

    expect(await store.accounts.userByEmail(user.emailKey)).toStrictEqual(user);
    expect(await store.accounts.session(session.id)).toStrictEqual(session);
    const found = await store.events.find(event.id, [friend]);
    expect(found).toStrictEqual({ event: change.event, members: new Map([[friend, memberOf(friend)]]) });
    expect(await store.events.embeddedLog(event.id)).toStrictEqual(change.entries);
    expect(await store.events.bucket(event.id, 2)).toStrictEqual(bucket);
    expect(await store.events.list(queryOf(friend))).toHaveLength(1);
  });
}

/** One part of it alone. */
export function contractOf(part: (events: () => EventStore) => void, prepare: () => Promise<Opener>): void {
  let opener: Opener;
  let store: Store;
  beforeAll(async () => {
    opener = await prepare();
    store = await opener.open();
  });
  afterAll(async () => {
    await store.close();
    await opener.remove();
  });
  part(() => store.events);
}
