import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import type { EventQuery, Store } from '../../src/service/ports.js';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { testDatabase, whySkipped, type TestDatabase } from './mongo-server.js';
import { memberOf, newEvent, newId, newSession, newUser, queryOf } from './samples.js';

/** What the server would do for a query; empty where it does not say. */
const planOf = async (database: TestDatabase, [name, , filter, options]: Read): Promise<string> => {
  const cursor = database.connection.collection(name).find(filter, options);
  const { queryPlanner } = (await cursor.explain('queryPlanner')) as {
    queryPlanner?: { winningPlan?: unknown };
  };
  return JSON.stringify(queryPlanner?.winningPlan ?? '');
};
type Read = [collection: string, method: string, filter: object, options: object];

const database = whySkipped ? undefined : await testDatabase();
await database?.connection.collection('x').insertOne({});
const explains =
  database && /SCAN|IDHACK/.test(await planOf(database, ['x', 'find', { _id: 1 }, {}]).catch(() => ''));
const why = whySkipped || (explains ? '' : ' (skipped: the server does not explain its plans)');
if (!explains) {
  await database?.remove();
}
const suite = explains ? describe : describe.skip;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-02T12:00:00Z');

suite(`MongoDB serves by an index${why}`, () => {
  let store: Store;
  const me = newId();
  const others = Array.from({ length: 20 }, newId);
  const user = newUser();
  const session = newSession(user.id);
  let eventId = '';

  beforeAll(async () => {
    store = await openMongoStore(database!.uri);
    const events = Array.from({ length: 3000 }, (_, i) => {
      const startAt = NOW + (i - 1500) * HOUR * 8;
      const ownerId = i % 3 === 0 ? me : others[i % 20]!;
      return newEvent({
        ownerId,
        others: [memberOf(others[(i + 7) % 20]!)],
        fields: { tags: i % 500 === 0 ? ['rare', 'usual'] : ['usual'] },
        keys: { span: { startAt, from: startAt, until: startAt + HOUR } },
        updatedAt: new Date(NOW + i * 1000).toISOString(),
        entry: { changeId: `c${i}` },
      });
    });
    eventId = events[0]!.event.id;
    for (let i = 0; i < events.length; i += 500) {
      await store.events.insert(events.slice(i, i + 500));
    }
    for (const { event, entries } of events.slice(0, 300)) {
      await store.events.putBucket({ eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries });
    }
    for (let i = 0; i < 300; i += 1) {
      await store.accounts.insertUser(newUser());
      await store.accounts.insertSession(newSession(newId()));
    }
    await store.accounts.insertUser(user);
    await store.accounts.insertSession(session);
  });
  afterAll(async () => {
    mongoose.set('debug', false);
    await store.close();
    await database!.remove();
  });

  /** The reads that a call really makes, as Mongoose hands them to the driver. */
  const readsOf = async (call: () => Promise<unknown>): Promise<Read[]> => {
    const reads: Read[] = [];
    mongoose.set('debug', (...read: unknown[]) => {
      reads.push(read as Read);
    });
    await call();
    mongoose.set('debug', false);
    return reads.filter(([, method]) => /^find(One)?$/.test(method));
  };
  const list = (query: Partial<EventQuery>) => () => store.events.list(queryOf(me, { limit: 50, ...query }));
  const by = { _id: /"_id_"|"version"|IDHACK/ };

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['an event by its id', () => store.events.find(eventId, [me]), by._id],
    ['the versions of events', () => store.events.versions([eventId, newId()]), by._id],
    ['a list in start order', list({}), /"member_start"/],
    ['a list the other way round', list({ descending: true }), /"member_start"/],
    ['the next page', list({ after: { key: NOW, id: newId() } }), /"member_start"/],
    ['a window', list({ window: { from: NOW, to: NOW + 30 * DAY } }), /"member_window"/],
    ['a list by a rare tag', list({ tag: 'rare' }), /"tag_start"/],
    ['a list by the last update', list({ sort: 'updatedAt' }), /"member_|"updated"/],
    ['what was updated lately', list({ sort: 'updatedAt', updatedSince: NOW + 2_990_000 }), /"updated"/],
    ['the trash', list({ state: 'trash' }), /"member_start"/],
    [
      'what has changed lately',
      () => store.events.changed({ userId: me, since: NOW + 2_990_000, limit: 50 }),
      /"updated"/,
    ],
    [
      'what has changed since long ago',
      () => store.events.changed({ userId: me, since: 0, limit: 50 }),
      /"member_|"updated"/,
    ],
    ['losses', () => store.events.losses({ userId: me, since: 0, limit: 50 }), /"user_at"/],
    ['a bucket', () => store.events.bucket(eventId, 1), /"event_version"/],
    [
      'the entry of a change',
      () => store.events.entryOfChange(eventId, me, 'nope'),
      /"event_change"|"event_version"/,
    ],
    ['a session by its id', () => store.accounts.session(session.id), by._id],
    ['the ended ones of sessions', () => store.accounts.endedAmong([session.id, newId()]), by._id],
    ['a user by email', () => store.accounts.userByEmail(user.emailKey), /"email"/],
    ['a user by name', () => store.accounts.userByUsername(user.usernameKey), /"username"/],
    ['a user by id', () => store.accounts.user(user.id), by._id],
  ])('%s', async (_, call, index) => {
    const reads = await readsOf(call);
    expect(reads).not.toEqual([]);
    const plan = await planOf(database!, reads.at(-1)!);
    expect(plan).toMatch(/IXSCAN|IDHACK/);
    expect(plan).toMatch(index);
    expect(plan).not.toContain('COLLSCAN');
  });
});
