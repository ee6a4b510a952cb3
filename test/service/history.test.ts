import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { advance, EMBEDDED_BYTES, type LogEntry } from '../../src/calendar/history.js';
import { sizeOf } from '../../src/calendar/json.js';
import type { EntryView } from '../../src/protocol/history.js';
import { archiveLog, mayOverflow } from '../../src/service/archive-log.js';
import type { EventStore, Store } from '../../src/service/ports.js';
import { createHistoryReader } from '../../src/service/read-history.js';
import { PATIENCE, runs, step, walk } from '../support/arbitraries.js';
import {
  actor,
  ADA,
  BOB,
  createEvent,
  embeddedStore,
  logOf,
  memoryStore,
  openHouse,
  provenVersions,
  randomFrom,
  unhurried,
  VIEWER,
  type House,
} from './house.js';

const PLAN = parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' });
const VERSIONS = 330;

/** Waits until the log has been tidied: a wish that changes nothing queues behind it. */
const settled = async (house: House, eventId: string): Promise<void> => {
  await house.edits.edit(actor(ADA), eventId, { form: 'merge-patch', body: {} }, {});
};
const replace = (house: House, eventId: string, body: Content, changeId?: string) =>
  house.edits.edit(actor(ADA), eventId, { form: 'replacement', body }, { changeId });

describe('an event with a long history', () => {
  let store: Store;
  let house: House;
  let eventId: string;
  /** The content of each version, kept beside. */
  const record: Content[] = [PLAN];

  beforeAll(async () => {
    store = await embeddedStore();
    house = openHouse(store.events);
    eventId = await createEvent(store.events, PLAN);
    const moves = fc.sample(step, { numRuns: VERSIONS * 3, seed: 7 }).values();
    while (record.length < VERSIONS) {
      const next = walk(record.at(-1)!, [moves.next().value!]);
      const body = { ...next, metadata: { ...next.metadata, n: record.length % 5 } };
      if (record.length % 7 === 0) {
        await house.edits.rollback(actor(BOB), eventId, Math.ceil(record.length / 2), {});
        const restored = record[Math.ceil(record.length / 2) - 1]!;
        if ((await event()).version > record.length) {
          record.push(restored);
        }
      }
      const { version } = await replace(house, eventId, parseContent(body), `change ${record.length + 1}`);
      if (version > record.length) {
        record.push(parseContent(body));
      }
    }
    await settled(house, eventId);
  }, PATIENCE);
  afterAll(() => store.close());

  const event = async () => (await store.events.find(eventId, []))!.event;

  test('has most of it in buckets, without a gap', async () => {
    const embedded = await store.events.embeddedLog(eventId);
    expect(embedded.length).toBeLessThan(64);
    expect(embedded.at(-1)!.version).toBe(record.length);
    expect(house.errors).toEqual([]);
    let next = embedded[0]!.version;
    while (next > 1) {
      const bucket = (await store.events.bucket(eventId, next - 1))!;
      expect(bucket.toVersion).toBe(next - 1);
      expect(bucket.base).toEqual(record[bucket.fromVersion - 2] ?? {});
      expect(bucket.entries.map(({ version }) => version)).toEqual(
        bucket.entries.map((_, i) => bucket.fromVersion + i),
      );
      next = bucket.fromVersion;
    }
  });

  test('has every version as it was', async () => {
    expect(await provenVersions(store.events, eventId)).toEqual(record);
    const now = await event();
    for (const [i, content] of record.entries()) {
      expect(await house.reader.contentAt(now, i + 1)).toEqual(content);
    }
  });

  test('has no other versions', async () => {
    const now = await event();
    for (const version of [0, -1, record.length + 1, 1e9]) {
      await expect(house.reader.contentAt(now, version)).rejects.toMatchObject({ code: 'version-not-found' });
    }
    for (const version of [0, record.length + 1]) {
      await expect(house.history.version(ADA, eventId, version)).rejects.toMatchObject({
        code: 'version-not-found',
      });
    }
  });

  test('is read as an earlier state of the event would have been', async () => {
    const now = await event();
    for (const version of [1, 2, 63, 64, 65, 200, record.length - 1]) {
      const then = { ...now, version, content: record[version - 1]! };
      expect(await house.reader.contentAt(then, Math.ceil(version / 2))).toEqual(
        record[Math.ceil(version / 2) - 1],
      );
      await expect(house.reader.contentAt(then, version + 1)).rejects.toMatchObject({
        code: 'version-not-found',
      });
      expect((await house.reader.entries(then, version - 1, version + 5)).at(-1)!.version).toBe(version);
    }
  });

  test(
    'gives any run of entries',
    async () => {
      const now = await event();
      const all = await house.reader.entries(now, 1, record.length);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: -3, max: record.length + 3 }),
          fc.integer({ min: -3, max: record.length + 3 }),
          async (from, to) => {
            expect(await house.reader.entries(now, from, to)).toEqual(
              all.filter(({ version }) => version >= from && version <= to),
            );
          },
        ),
        runs(60),
      );
      expect(await house.reader.entries(now, -Infinity, Infinity)).toEqual(all);
    },
    PATIENCE,
  );

  test.each([1, 7, 32, 50, 64, 200, 1_000])('is paged, newest first, %d at a time', async (limit) => {
    const items: EntryView[] = [];
    let cursor: string | undefined;
    do {
      const page = await house.history.entries(VIEWER, eventId, { limit, cursor });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      items.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(items.map(({ version }) => version)).toEqual(record.map((_, i) => record.length - i));
    expect(advance({}, items.toReversed() as unknown as LogEntry[])).toEqual(record.at(-1));
  });

  test('tells each version with its entry and its content', async () => {
    for (const version of [1, 2, 100, record.length]) {
      expect(await house.history.version(VIEWER, eventId, version)).toMatchObject({
        version,
        entry: { version },
        content: record[version - 1],
      });
    }
  });

  test(
    'tells the difference of any two versions, either way round',
    async () => {
      const any = fc.integer({ min: 1, max: record.length });
      await fc.assert(
        fc.asyncProperty(any, any, async (from, to) => {
          const { patch } = await house.history.diff(VIEWER, eventId, from, to);
          expect(advance(record[from - 1]!, [{ patch }] as LogEntry[])).toEqual(record[to - 1]);
        }),
        runs(60),
      );
    },
    PATIENCE,
  );

  test.each([undefined, 'title', 'metadata', 'overrides', 'color'] as const)(
    'is told by fields, and of one field alone: %s',
    async (field) => {
      const found: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await house.history.changelog(VIEWER, eventId, { limit: 20, cursor, field });
        for (const { version, changes } of page.items) {
          expect(changes.every((change) => field === undefined || change.field === field)).toBe(true);
          found.push(version);
        }
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      const expected = (await logOf(store.events, eventId))
        .filter(({ version, patch }) =>
          version === 1
            ? field === undefined || field === 'title'
            : field === undefined || patch.some(({ path }) => `${path}/`.startsWith(`/${field}/`)),
        )
        .map(({ version }) => version);
      expect(found).toEqual(expected.toReversed());
    },
  );

  test('remembers the id of each change, in buckets too', async () => {
    for (const entry of await logOf(store.events, eventId)) {
      if (entry.changeId !== undefined) {
        expect(await store.events.entryOfChange(eventId, entry.by, entry.changeId)).toEqual(entry);
        expect(await store.events.entryOfChange(eventId, BOB, entry.changeId)).toBeNull();
      }
    }
    const oldest = (await logOf(store.events, eventId)).find(({ changeId }) => changeId !== undefined)!;
    const again = await replace(house, eventId, PLAN, oldest.changeId);
    expect(again).toMatchObject({
      version: oldest.version,
      entry: oldest,
      event: record[oldest.version - 1],
    });
    expect((await event()).version).toBe(record.length);
  });

  test('merges an edit of a version long gone', async () => {
    const now = await event();
    const base = record[9]!;
    const sent = { form: 'merge-patch', body: { metadata: { late: true } } } as const;
    const { event: after, merged } = await house.edits.edit(actor(BOB), eventId, sent, { baseVersion: 10 });
    expect(base.metadata).not.toHaveProperty('late');
    expect(merged).toBe(true);
    expect(after.metadata).toEqual({ ...now.content.metadata, late: true });
    record.push({ ...now.content, metadata: after.metadata });
  });
});

/** Content that takes about so many bytes, different for each `mark`. */
function heavy(bytes: number, mark: number): Content {
  const count = Math.max(1, Math.ceil(bytes / 19_000));
  return {
    ...PLAN,
    overrides: Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        new Date(Date.UTC(2026, 2, 3 + i)).toISOString().slice(0, 19),
        { description: String(mark % 10).repeat(Math.floor(bytes / count)) },
      ]),
    ),
  };
}

describe('heavy entries', () => {
  test('near the size limit move out of the document at once', async () => {
    const store = await embeddedStore();
    const house = openHouse(store.events);
    const eventId = await createEvent(store.events, PLAN);
    const record = [PLAN];
    for (let i = 1; i <= 10; i += 1) {
      const content = heavy(1_000_000, i);
      await replace(house, eventId, content, `change ${i}`);
      record.push(content);
      await settled(house, eventId);
      expect(sizeOf(await store.events.embeddedLog(eventId))).toBeLessThanOrEqual(EMBEDDED_BYTES);
    }
    expect(await provenVersions(store.events, eventId)).toEqual(record);
    const light = { ...PLAN, title: 'Light' };
    await replace(house, eventId, light);
    expect(await replace(house, eventId, PLAN, 'change 3')).toMatchObject({ version: 4, event: record[3] });
    expect(house.errors).toEqual([]);
    await store.close();
  });

  test('of middling weight fill buckets by their bytes', async () => {
    const store = memoryStore();
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    for (let i = 1; i <= 60; i += 1) {
      await replace(house, eventId, heavy(20_000, i));
    }
    await settled(house, eventId);
    const { log, buckets } = store.document(eventId);
    expect(sizeOf(log)).toBeLessThanOrEqual(EMBEDDED_BYTES);
    expect(buckets.length).toBeGreaterThan(1);
    for (const { entries } of buckets) {
      // It was full only with its last entry.
      expect(sizeOf(entries.slice(0, -1))).toBeLessThan(512 * 1024);
      expect(entries.length).toBeLessThanOrEqual(32);
    }
    await provenVersions(store, eventId);
  });
});

describe('moving the log', () => {
  const grown = async (store: EventStore, versions: number): Promise<string> => {
    const eventId = await createEvent(store, PLAN);
    const house = openHouse({ ...store, putBucket: () => Promise.reject(new Error('not yet')) });
    for (let i = 2; i <= versions; i += 1) {
      await replace(house, eventId, { ...PLAN, metadata: { i } });
    }
    await settled(house, eventId);
    return eventId;
  };

  test('costs nothing where a crash comes between bucket and trimming', async () => {
    const store = memoryStore();
    const eventId = await grown(store, 150);
    for (let crash = 0; crash < 3; crash += 1) {
      const crashing = { ...store, trimLog: () => Promise.reject(new Error('killed')) };
      await expect(archiveLog(crashing, eventId)).rejects.toThrow('killed');
      await provenVersions(store, eventId);
    }
    await archiveLog(store, eventId);
    expect(store.document(eventId).log.length).toBeLessThan(64);
    await provenVersions(store, eventId);
  });

  test('by several processes at once comes to the same', async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const store = memoryStore();
      const eventId = await grown(store, 150);
      const random = randomFrom(seed);
      await Promise.all([1, 2, 3].map(() => archiveLog(unhurried(store, random), eventId)));
      await provenVersions(store, eventId);
      const { log, buckets } = store.document(eventId);
      expect(log.length).toBeLessThan(64);
      expect(buckets.flatMap(({ entries }) => entries).length + log.length).toBe(150);
    }
  });

  test('leaves a short log alone', async () => {
    const store = memoryStore();
    const eventId = await grown(store, 63);
    await archiveLog(store, eventId);
    expect(store.document(eventId)).toMatchObject({ buckets: [], log: { length: 63 } });
    await archiveLog(store, '0'.repeat(24));
  });

  test('is refused where entries are missing, rather than stored with a hole', async () => {
    const store = memoryStore();
    const eventId = await grown(store, 100);
    store.document(eventId).log.splice(0, 3);
    await expect(archiveLog(store, eventId)).rejects.toThrow('no entry before version 4');
    expect(store.document(eventId).buckets).toEqual([]);
  });

  test('is not in the way of readers: what moves under their eyes, they find', async () => {
    const store = memoryStore();
    const eventId = await grown(store, 150);
    const { event } = (await store.find(eventId, []))!;
    for (const between of ['embeddedLog', 'bucket'] as const) {
      for (const version of [1, 20, 33, 64, 100, 118, 119, 149]) {
        const fresh = memoryStore();
        await fresh.insert([
          { event, keys: undefined as never, entries: store.document(eventId).log, members: [] },
        ]);
        let moved = false;
        const reader = createHistoryReader({
          ...fresh,
          [between]: async (...given: [string, number]) => {
            if (!moved) {
              moved = true;
              await archiveLog(fresh, eventId);
            }
            return fresh[between](...given);
          },
        });
        expect((await reader.contentAt(event, version)).metadata).toEqual(
          version === 1 ? {} : { i: version },
        );
        expect((await reader.entries(event, 1, 150)).map((one) => one.version)).toEqual(
          Array.from({ length: 150 }, (_, i) => i + 1),
        );
      }
    }
  });

  test('is thought of at every 32nd version, however many come at once, and for each heavy entry', () => {
    const entries = (from: number, to: number): LogEntry[] =>
      Array.from(
        { length: to - from + 1 },
        (_, i) => ({ version: from + i, patch: [] }) as unknown as LogEntry,
      );
    expect(mayOverflow([])).toBeNull();
    expect(mayOverflow(entries(2, 31))).toBeNull();
    expect(mayOverflow(entries(33, 63))).toBeNull();
    for (const [from, to] of [
      [32, 32],
      [64, 64],
      [2, 65],
      [31, 33],
      [40, 96],
    ] as const) {
      expect(mayOverflow(entries(from, to))).toBe('long');
    }
    const patch = [{ op: 'add', path: '/description', value: 'x'.repeat(40_000) }] as const;
    expect(mayOverflow([{ version: 33, patch: [...patch] } as unknown as LogEntry])).toBe('heavy');
  });
});

test('history is for those who may read the event', async () => {
  const store = memoryStore();
  const house = openHouse(store);
  const eventId = await createEvent(store, PLAN);
  const stranger = 'f'.repeat(24);
  const page = { limit: 10 };
  for (const ask of [
    (by: string) => house.history.entries(by, eventId, page),
    (by: string) => house.history.version(by, eventId, 1),
    (by: string) => house.history.changelog(by, eventId, page),
    (by: string) => house.history.diff(by, eventId, 1, 1),
  ]) {
    await expect(ask(VIEWER)).resolves.toBeDefined();
    await expect(ask(stranger)).rejects.toMatchObject({ code: 'not-found' });
  }
});

test('a cursor is good for its own list alone', async () => {
  const store = memoryStore();
  const house = openHouse(store);
  const [one, other] = [await createEvent(store, PLAN), await createEvent(store, PLAN)];
  for (const eventId of [one, other]) {
    await replace(house, eventId, { ...PLAN, title: 'Two' });
  }
  const { nextCursor } = await house.history.entries(ADA, one, { limit: 1 });
  const cursor = nextCursor!;
  expect((await house.history.entries(ADA, one, { limit: 1, cursor })).items[0]!.version).toBe(1);
  const refused = { code: 'validation-failed', extras: { errors: [{ pointer: 'cursor' }] } };
  for (const ask of [
    () => house.history.entries(ADA, other, { limit: 1, cursor }),
    () => house.history.entries(BOB, one, { limit: 1, cursor }),
    () => house.history.changelog(ADA, one, { limit: 1, cursor }),
    () => house.history.entries(ADA, one, { limit: 1, cursor: `${cursor}x` }),
    () => house.history.entries(ADA, one, { limit: 1, cursor: '' }),
  ]) {
    await expect(ask()).rejects.toMatchObject(refused);
  }
});
