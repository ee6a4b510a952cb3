import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '../../src/service/ports.js';
import { accountChangesContract } from './account-changes.contract.js';
import { accountsContract } from './accounts.contract.js';
import { changedContract } from './changed.contract.js';
import { commitsContract } from './commits.contract.js';
import { eventsContract } from './events.contract.js';
import { feedsContract } from './feeds.contract.js';
import { historyContract } from './history.contract.js';
import { idempotencyContract, idempotencyCrashContract } from './idempotency.contract.js';
import { leasesContract } from './leases.contract.js';
import { listsContract } from './lists.contract.js';
import { pagingContract } from './paging.contract.js';
import { changeOf, memberOf, newEvent, newId, newSession, newUser, queryOf } from './samples.js';
import { splitContract } from './split.contract.js';
import { valuesContract } from './values.contract.js';
import { webhooksContract } from './webhooks.contract.js';

/** A way to open a store: the same data each time. */
export interface Opener {
  open(): Promise<Store>;
  /** Ends what was needed, and removes the data. */
  remove(): Promise<void>;
}

/** A store that is open while the tests of this suite run. */
class OpenStore {
  store!: Store;
  private opener!: Opener;

  constructor(prepare: () => Promise<Opener>) {
    beforeAll(async () => {
      this.opener = await prepare();
      this.store = await this.opener.open();
    });
    afterAll(async () => {
      await this.store.close();
      await this.opener.remove();
    });
  }

  events = () => this.store.events;
  accounts = () => this.store.accounts;
  leases = () => this.store.leases;
  idempotency = () => this.store.idempotency;
  feeds = () => this.store.feeds;

  async reopen(): Promise<void> {
    await this.store.close();
    this.store = await this.opener.open();
  }
}

/** What `service/ports.ts` says of stores, against one of them. */
export function storeContract(prepare: () => Promise<Opener>): void {
  const opened = new OpenStore(prepare);
  const { events, accounts } = opened;

  describe('events', () => eventsContract(events));
  describe('changes of events', () => commitsContract(events));
  describe('events that split', () => splitContract(events));
  describe('lists of events', () => listsContract(events));
  describe('pages of events', () => pagingContract(events));
  describe('what has become of events', () => changedContract(events));
  describe('history', () => historyContract(events));
  describe('values', () => valuesContract(events));
  describe('accounts', () => accountsContract(accounts));
  describe('changes of accounts', () => accountChangesContract(accounts));
  describe('leases', () => leasesContract(opened.leases));
  describe('feeds', () => feedsContract(opened.feeds, accounts));
  describe('webhooks', () => webhooksContract(() => opened.store));
  describe('idempotency keys', () => {
    idempotencyContract(opened.idempotency);
    idempotencyCrashContract(() => opened.reopen(), opened.idempotency);
  });

  test('answers a ping', async () => {
    await opened.store.ping();
  });

  test('has everything after it was closed and opened again', async () => {
    const [user, friend] = [newUser(), newId()];
    const session = newSession(user.id);
    const { event, ...rest } = newEvent({ ownerId: user.id, fields: { metadata: { 'a.b': { $c: null } } } });
    await accounts().insertUser(user);
    await accounts().insertSession(session);
    await events().insert([{ event, ...rest }]);
    const change = changeOf(event, { granted: [memberOf(friend)] });
    await events().commit(change);
    const bucket = { eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries: rest.entries };
    await events().putBucket(bucket);
    await events().trimLog(event.id, 1);

    await opened.reopen();

    expect(await accounts().userByEmail(user.emailKey)).toStrictEqual(user);
    expect(await accounts().session(session.id)).toStrictEqual(session);
    const found = await events().find(event.id, [friend]);
    expect(found).toStrictEqual({ event: change.event, members: new Map([[friend, memberOf(friend)]]) });
    expect(await events().embeddedLog(event.id)).toStrictEqual(change.entries);
    expect(await events().bucket(event.id, 2)).toStrictEqual(bucket);
    expect(await events().list(queryOf(friend))).toHaveLength(1);
  });
}

/** What it says of single events alone. */
export function singleEventsContract(prepare: () => Promise<Opener>): void {
  const { events } = new OpenStore(prepare);
  eventsContract(events);
  commitsContract(events);
  describe('that split', () => splitContract(events));
}
