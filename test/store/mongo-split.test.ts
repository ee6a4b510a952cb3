import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Collection } from 'mongoose';
import type { NewEvent } from '../../src/service/ports.js';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { objectId, testDatabase, whySkipped, type TestDatabase } from './mongo-server.js';
import { AT, newEvent, queryOf } from './samples.js';
import { splitOf } from './split.contract.js';

const suite = whySkipped ? describe.skip : describe;
const LONG_AGO = new Date(Date.now() - 3_600_000);

suite(`a split without transactions that is cut short${whySkipped}`, () => {
  let database: TestDatabase;
  let intents: Collection;
  let events: Collection;
  beforeAll(async () => {
    database = await testDatabase();
    intents = database.connection.collection('intents');
    events = database.connection.collection('events');
  });
  afterAll(() => database.remove());

  /** A split as it is on disk when a process dies in it: the new event hidden, the old one decided or not. */
  async function cutShort(decided: boolean, when: Date): Promise<{ before: NewEvent; half: NewEvent }> {
    const before = newEvent();
    const half = newEvent({ ownerId: before.event.ownerId });
    const store = await openMongoStore(database.uri, { transactions: false });
    await store.events.insert([before]);
    await store.events.commit(splitOf(before, half));
    await store.close();
    const ids = { of: objectId(before.event.id), half: objectId(half.event.id) };
    const { insertedId } = await intents.insertOne({
      kind: 'split',
      eventIds: [ids.half],
      of: ids.of,
      at: when,
    });
    await events.updateOne({ _id: ids.half }, { $set: { state: 'pending', batch: insertedId } });
    await events.updateOne({ _id: ids.of }, decided ? { $set: { splits: [insertedId] } } : { $set: {} });
    return { before, half };
  }
  async function afterReopening({ before, half }: { before: NewEvent; half: NewEvent }) {
    const store = await openMongoStore(database.uri, { transactions: false });
    const listed = (await store.events.list(queryOf(before.event.ownerId))).map(({ event }) => event.id);
    const there = await store.events.versions([half.event.id]);
    await store.close();
    const left = await intents.countDocuments({ of: objectId(before.event.id) });
    return { shown: listed.includes(half.event.id), there: there.size === 1, intents: left };
  }

  test('after the old event was written: the new one is shown at the next start', async () => {
    expect(await afterReopening(await cutShort(true, new Date()))).toEqual({
      shown: true,
      there: true,
      intents: 0,
    });
  });

  test('before that, long ago: the new one is gone', async () => {
    expect(await afterReopening(await cutShort(false, LONG_AGO))).toEqual({
      shown: false,
      there: false,
      intents: 0,
    });
  });

  test('before that, a moment ago: it is left to whoever may be at it, and not shown', async () => {
    expect(await afterReopening(await cutShort(false, new Date()))).toEqual({
      shown: false,
      there: true,
      intents: 1,
    });
  });

  test('and the old event erased: the new one stays, and is shown', async () => {
    const store = await openMongoStore(database.uri, { transactions: false });
    const { before, half } = await cutShort(true, new Date());
    expect(await store.events.erase(before.event.id, 2, AT)).toBe(true);
    await store.close();
    expect(await afterReopening({ before, half })).toEqual({ shown: true, there: true, intents: 0 });
  });
});
