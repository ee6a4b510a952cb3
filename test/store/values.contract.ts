import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/calendar/json.js';
import type { Operation } from '../../src/calendar/patch.js';
import type { EventStore, NewEvent } from '../../src/service/ports.js';
import { changeOf, memberOf, newEvent, newId, queryOf } from './samples.js';

const nested = (depth: number, leaf: unknown): unknown =>
  depth === 0 ? leaf : { 'a.$': nested(depth - 1, leaf) };

/** Keys that mean something to a database, to JavaScript or to a driver. */
const KEYS = [
  '', ' ', '.', '..', 'a.b', '.a', 'a.', '$', '$set', '$$ROOT', '$ref', '$id', 'a$', '$.a', '%', '%%', '%2E', '%24', '%5F',
  '0', '1', '10', '-1', '01', '1.5', '_id', 'id', '_bsontype', '_doc', '__v', '$__', '$isMongooseMap', 'isMongooseBuffer',
  'toObject', 'toJSON', 'toBSON', 'valueOf', 'toString', 'hasOwnProperty', 'then', 'length', 'ä', '日本', '😀', '~', '/', '~1',
  '\u0001', '\n', '"', "'", '\\', '\ufeff', '__defineGetter__', '$numberLong', '$date', '$oid', 'x'.repeat(500),
]; // prettier-ignore

const VALUES: unknown[] = [
  null, true, false, 0, -1, 1.5, 0.1, 1e-7, 1e21, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, 2 ** 53 + 2, 5e-324,
  1.7976931348623157e308, '', ' ', '$', '$a', '$$NOW', '{"$set":1}', '2026-03-02T15:00:00.000Z', '66f0c0ffee0123456789abcd',
  'x'.repeat(5000), '😀👨‍👩‍👧'.repeat(20), 'e\u0301', '\u0001\u001f', '\ufffd', {}, [], [[]], [{}], [null], { a: {} }, { a: [] }, { a: null },
  [1, 'a', null, { b: [2, { c: {} }] }], nested(30, 1),
]; // prettier-ignore

const awkward: Record<string, JsonObject> = {
  'all keys': Object.fromEntries(KEYS.map((key, i) => [key, i])),
  'all keys, nested': Object.fromEntries(KEYS.map((key) => [key, { [key]: { [key]: {} } }])),
  'all values': Object.fromEntries(VALUES.map((value, i) => [`v${i}`, value])) as JsonObject,
  'all values in a list': { list: VALUES } as JsonObject,
  'thirty deep': nested(30, [{ '': null }]) as JsonObject,
  'all keys, over lists of objects': Object.fromEntries(
    KEYS.map((key) => [key, { [key]: [{ [key]: [[{}]] }] }]),
  ),
  'looks like a reference': { x: { $ref: 'users', $id: '1', $db: 'admin' } },
  'looks like an operator': { $set: { a: 1 }, x: { $gt: '' }, y: { $literal: 1 } },
  'looks like a type of the driver': {
    x: { _bsontype: 'ObjectId', id: 'x' },
    y: { _bsontype: 'Long', low: 1 },
  },
  'looks like an extended type': {
    x: { $date: '2026-01-01T00:00:00Z' },
    y: { $numberLong: '1' },
    z: { $oid: '0' },
  },
};

const key = fc
  .oneof(fc.constantFrom(...KEYS), fc.string({ unit: 'grapheme', maxLength: 5 }))
  .filter((text) => !/\0|^(__proto__|constructor|prototype)$/.test(text));
const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.constantFrom(...VALUES.slice(0, 30)),
  tree: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const metadataArbitrary = fc.dictionary(key, tree, {
  maxKeys: 4,
  noNullPrototype: true,
}) as fc.Arbitrary<JsonObject>;

const replaced = (before: JsonObject, after: JsonObject): Operation[] => [
  { op: 'test', path: '/metadata', value: before },
  { op: 'replace', path: '/metadata', value: after },
];

/** `EventStore`: what is stored comes back exactly, whatever callers do with it. */
export function valuesContract(store: () => EventStore): void {
  const insert = async (event: NewEvent): Promise<NewEvent> => {
    await store().insert([event]);
    return event;
  };

  /** Puts metadata in every place that can hold it, by every way that leads there, and looks at each. */
  const survives = async (metadata: JsonObject): Promise<void> => {
    const withIt = (event: NewEvent): NewEvent => {
      const content = {
        ...event.event.content,
        metadata,
        overrides: { '2026-03-09T15:00:00': { metadata } },
      };
      const [entry] = event.entries;
      const entries = [{ ...entry!, patch: replaced({}, metadata) }];
      return { ...event, event: { ...event.event, content }, entries };
    };
    const { event, entries } = await insert(withIt(newEvent()));
    expect((await store().find(event.id, []))?.event).toStrictEqual(event);
    expect(await store().embeddedLog(event.id)).toStrictEqual(entries);
    expect((await store().list(queryOf(event.ownerId)))[0]?.event).toStrictEqual(event);

    const bare = { ...event.content, metadata: {} };
    const emptied = { ...changeOf(event), event: { ...event, version: 2, content: bare } };
    const patch = replaced(metadata, {});
    expect(await store().commit({ ...emptied, entries: [{ ...emptied.entries[0]!, patch }] })).toBe(true);
    const filled = {
      ...changeOf(emptied.event),
      event: { ...event, version: 3 },
      granted: [memberOf(newId())],
    };
    const back = replaced({}, metadata);
    expect(await store().commit({ ...filled, entries: [{ ...filled.entries[0]!, patch: back }] })).toBe(true);
    expect((await store().find(event.id, []))?.event).toStrictEqual(filled.event);
    const log = await store().embeddedLog(event.id);
    expect(log.slice(1).map((entry) => entry.patch)).toStrictEqual([patch, back]);

    const bucket = { eventId: event.id, fromVersion: 1, toVersion: 3, base: event.content, entries: log };
    await store().putBucket(bucket);
    expect(await store().bucket(event.id, 1)).toStrictEqual(bucket);
  };

  describe('content, patches and bases survive exactly', () => {
    test.each(Object.keys(awkward))('%s', async (name) => {
      await survives(awkward[name]!);
    });

    test('whatever a client thinks of', async () => {
      await fc.assert(fc.asyncProperty(metadataArbitrary, survives), { numRuns: 30 });
    });

    test('text that looks like a path or a variable, in every field of an event and of its members', async () => {
      const fields = { title: '$title', description: '$$ROOT', location: 'a.b', tags: ['$tag', '.', '%'] };
      const { event } = await insert(newEvent({ fields }));
      const change = changeOf(event, {
        fields: { title: '$content.title', location: '$$NOW' },
        entry: { note: '$note', changeId: '$$CURRENT' },
        granted: [{ ...memberOf(newId()), grantedBy: '$ownerId', grantedAt: '$$NOW' }],
      });
      expect(await store().commit(change)).toBe(true);
      expect((await store().find(event.id, []))?.event).toStrictEqual(change.event);
      expect(await store().members(event.id)).toEqual(expect.arrayContaining(change.granted));
      expect((await store().embeddedLog(event.id))[1]).toStrictEqual(change.entries[0]);
      expect(await store().entryOfChange(event.id, event.updatedBy, '$$CURRENT')).toStrictEqual(
        change.entries[0],
      );
    });

    test('a description of 20,000 characters and a thousand overrides', async () => {
      const dates = Array.from({ length: 1000 }, (_, i) =>
        new Date(Date.UTC(2026, 2, 3 + i)).toISOString().slice(0, 19),
      );
      const overrides = Object.fromEntries(dates.map((date) => [date, { excluded: true }]));
      const { event } = await insert(newEvent({ fields: { description: '漢'.repeat(20_000), overrides } }));
      expect((await store().find(event.id, []))?.event).toStrictEqual(event);
    });

    test('instants to the millisecond, in the very form they were given', async () => {
      const instants = { createdAt: '1999-12-31T23:59:59.999Z', updatedAt: '2026-03-01T08:00:00.000Z' };
      const { event } = await insert(newEvent({ ...instants, deletedAt: '2026-03-01T08:00:00.001Z' }));
      expect((await store().find(event.id, []))?.event).toStrictEqual(event);
      const [found] = await store().list(queryOf(event.ownerId, { state: 'trash', sort: 'updatedAt' }));
      expect(found).toStrictEqual({ event, role: 'owner', key: Date.parse(instants.updatedAt) });
    });
  });

  test('members that are undefined are absent', async () => {
    const event = newEvent();
    const nothing = { note: undefined, changeId: undefined, membership: undefined } as object;
    const content = {
      ...event.event.content,
      overrides: { '2026-03-09T15:00:00': { title: undefined, busy: false } },
    };
    const given = {
      ...event,
      event: { ...event.event, content: content as typeof event.event.content },
      entries: event.entries.map((entry) => ({ ...entry, ...nothing })),
      members: event.members.map((member) => ({ ...member, label: undefined })),
    };
    await store().insert([given]);
    const found = await store().find(event.event.id, [event.event.ownerId]);
    expect(found?.event.content.overrides).toStrictEqual({ '2026-03-09T15:00:00': { busy: false } });
    expect([...found!.members.values()]).toStrictEqual(event.members);
    expect(await store().embeddedLog(event.event.id)).toStrictEqual(event.entries);

    const change = changeOf(found!.event, { granted: [{ ...memberOf(newId()), label: undefined } as never] });
    await store().commit({ ...change, entries: change.entries.map((entry) => ({ ...entry, ...nothing })) });
    expect((await store().embeddedLog(event.event.id))[1]).toStrictEqual(change.entries[0]);
    expect(Object.keys((await store().members(event.event.id))[1]!)).not.toContain('label');

    const bucket = {
      eventId: event.event.id,
      fromVersion: 1,
      toVersion: 1,
      base: {},
      entries: given.entries,
    };
    await store().putBucket(bucket);
    expect((await store().bucket(event.event.id, 1))?.entries).toStrictEqual(event.entries);
  });

  test('what is read and what was written changes nothing in the store by being changed', async () => {
    const event = newEvent({ fields: { tags: ['a'], metadata: { 'a.b': { c: 1 } } } });
    const before = structuredClone(event);
    await insert(event);
    expect(event).toStrictEqual(before);
    const attempt = (change: () => void): void => {
      try {
        change();
      } catch (error) {
        // Frozen.
        expect(error).toHaveProperty('name', 'TypeError');
      }
    };
    const spoil = ({ event: { content } }: { event: NewEvent['event'] }): void => {
      attempt(() => content.tags.push('spoilt'));
      attempt(() => (content.metadata['a.b'] = 'spoilt'));
      attempt(() => (content.title = 'spoilt'));
    };
    const { id, ownerId } = event.event;
    spoil(event);
    const found = (await store().find(id, [ownerId]))!;
    spoil(found);
    found.members.get(ownerId)!.role = 'viewer';
    spoil((await store().list(queryOf(ownerId)))[0]!);
    (await store().embeddedLog(id))[0]!.patch.length = 0;
    (await store().members(id))[0]!.role = 'viewer';
    expect(await store().find(id, [ownerId])).toStrictEqual({
      event: before.event,
      members: new Map([[ownerId, before.members[0]]]),
    });
    expect(await store().embeddedLog(id)).toStrictEqual(before.entries);
    expect(await store().members(id)).toStrictEqual(before.members);
  });

  test('those who read at the same moment get what each asked for, and change nothing of the others’', async () => {
    const [one, other] = [newEvent({ fields: { tags: ['a'] } }), newEvent()];
    await insert(one);
    await insert(other);
    const asked: [string, string[]][] = [
      [one.event.id, [one.event.ownerId]],
      [other.event.id, [one.event.ownerId, other.event.ownerId]],
      [one.event.id, [other.event.ownerId]],
      [newId(), [one.event.ownerId]],
      [one.event.id, [one.event.ownerId]],
      ['no id', []],
    ];
    const read = async () => Promise.all(asked.map(([id, userIds]) => store().find(id, userIds)));
    const found = await read();
    expect(found.map((each) => each && [each.event.id, [...each.members.keys()]])).toEqual([
      [one.event.id, [one.event.ownerId]],
      [other.event.id, [other.event.ownerId]],
      [one.event.id, []],
      null,
      [one.event.id, [one.event.ownerId]],
      null,
    ]);
    const kept = structuredClone(found[4]);
    found[0]!.members.get(one.event.ownerId)!.role = 'viewer';
    found[0]!.members.clear();
    try {
      found[0]!.event.content.tags.push('spoilt');
    } catch (error) {
      expect(error).toHaveProperty('name', 'TypeError');
    }
    expect(found[4]).toStrictEqual(kept);
    expect((await read())[4]).toStrictEqual(kept);
  });
}
