import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Collection } from 'mongoose';
import type { NewEvent } from '../../src/service/ports.js';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { objectId, testDatabase, whySkipped, type TestDatabase } from './mongo-server.js';
import { AT, changeOf, newEvent, newId } from './samples.js';

const suite = whySkipped ? describe.skip : describe;
const LONG_AGO = new Date(Date.now() - 3_600_000);

suite(`a process that dies between two writes to MongoDB${whySkipped}`, () => {
  let database: TestDatabase;
  let intents: Collection;
  let events: Collection;
  let buckets: Collection;
  beforeAll(async () => {
    database = await testDatabase();
    [intents, events, buckets] = ['intents', 'events', 'buckets'].map((name) =>
      database.connection.collection(name),
    ) as [Collection, Collection, Collection];
  });
  afterAll(() => database.remove());

  /** Stores events with a bucket each, and closes. */
  const stored = async (...all: NewEvent[]): Promise<void> => {
    const store = await openMongoStore(database.uri);
    await store.events.insert(all);
    for (const { event, entries } of all) {
      await store.events.putBucket({ eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries });
    }
    await store.close();
  };
  const intended = (kind: string, all: NewEvent[], at = LONG_AGO) =>
    intents
      .insertOne({ kind, eventIds: all.map(({ event }) => objectId(event.id)), at })
      .then(({ insertedId }) => insertedId);
  const reopened = async (): Promise<void> => (await openMongoStore(database.uri)).close();
  const left = async (...all: NewEvent[]) => {
    const ids = all.map(({ event }) => objectId(event.id));
    return {
      events: await events.countDocuments({ _id: { $in: ids } }),
      buckets: await buckets.countDocuments({ '_id.eventId': { $in: ids } }),
      intents: await intents.countDocuments({ eventIds: { $in: ids } }),
    };
  };

  test('erasing, before the event is gone: it stays', async () => {
    const event = newEvent();
    await stored(event);
    await intended('erase', [event]);
    await reopened();
    expect(await left(event)).toEqual({ events: 1, buckets: 1, intents: 0 });
  });

  test('erasing, before its buckets are gone: they go at the next start', async () => {
    const [event, other] = [newEvent(), newEvent()];
    await stored(event, other);
    await intended('erase', [event]);
    await events.deleteOne({ _id: objectId(event.event.id) });
    await reopened();
    expect(await left(event)).toEqual({ events: 0, buckets: 0, intents: 0 });
    expect(await left(other)).toEqual({ events: 1, buckets: 1, intents: 0 });
  });

  test('what another process is still at is left to it', async () => {
    const event = newEvent();
    await stored(event);
    await intended('erase', [event], new Date());
    await events.deleteOne({ _id: objectId(event.event.id) });
    await reopened();
    expect(await left(event)).toEqual({ events: 0, buckets: 1, intents: 1 });
  });

  test('inserting without transactions, halfway: nothing stays of it', async () => {
    const [a, b, older] = [newEvent(), newEvent(), newEvent()];
    await stored(a, older);
    const batch = await intended('insert', [a, b, older]);
    await events.updateOne({ _id: objectId(a.event.id) }, { $set: { batch } });
    await reopened();
    expect(await left(a, b)).toMatchObject({ events: 0, intents: 0 });
    expect(await left(older)).toMatchObject({ events: 1 });
    // Who has seen it for a moment is told that it is gone.
    const store = await openMongoStore(database.uri);
    const since = Date.now() - 60_000;
    expect(await store.events.losses({ userId: a.event.ownerId, since, limit: 9 })).toMatchObject([
      { eventId: a.event.id },
    ]);
    await store.close();
  });

  test('inserting without transactions, at the very end: all of it stays', async () => {
    const [a, b] = [newEvent(), newEvent()];
    await stored(a, b);
    const batch = await intended('insert', [a, b]);
    const ids = [a, b].map(({ event }) => objectId(event.id));
    await events.updateMany({ _id: { $in: ids } }, { $set: { batch } });
    await reopened();
    expect(await left(a, b)).toMatchObject({ events: 2, intents: 0 });
  });

  test('leaves no intent behind where nothing went wrong', async () => {
    const store = await openMongoStore(database.uri, { transactions: false });
    const [a, b] = [newEvent(), newEvent()];
    await store.events.insert([a, b]);
    await expect(store.events.insert([newEvent(), a])).rejects.toThrow();
    expect(await store.events.erase(b.event.id, 7, AT)).toBe(false);
    expect(await store.events.erase(b.event.id, 1, AT)).toBe(true);
    expect(await store.events.commit(changeOf(a.event))).toBe(true);
    await store.close();
    expect(await left(a)).toMatchObject({ intents: 0 });
    expect(await left(b)).toMatchObject({ intents: 0 });
    expect(await left(a)).toMatchObject({ events: 1 });
  });

  test('a bucket that comes after its event was erased is not kept', async () => {
    const store = await openMongoStore(database.uri);
    const { event, entries } = newEvent();
    await store.events.putBucket({ eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries });
    expect(await store.events.bucket(event.id, 1)).toBeNull();
    expect(await store.events.versions([newId()])).toEqual(new Map());
    await store.close();
    expect(await buckets.countDocuments({ '_id.eventId': objectId(event.id) })).toBe(0);
  });
});
