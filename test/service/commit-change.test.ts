import { describe, expect, test } from '@jest/globals';
import { noSuchEvent, permitChange } from '../../src/calendar/access.js';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { sizeOf } from '../../src/calendar/json.js';
import type { Command, Outcome } from '../../src/service/commit-change.js';
import { Unavailable, type EventStore } from '../../src/service/ports.js';
import {
  actor,
  ADA,
  BOB,
  CAT,
  createEvent,
  embeddedStore,
  logOf,
  memoryStore,
  openHouse,
  provenVersions,
  randomFrom,
  unhurried,
  VIEWER,
} from './house.js';

const PLAN = parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' });

/** The wish to set some fields. */
const wish = (eventId: string, fields: Partial<Content>, more: Partial<Command> = {}): Command => ({
  eventId,
  actor: actor(ADA),
  permit: ({ event, roleOf }) => permitChange(roleOf(more.actor?.userId ?? ADA), 'edit', event),
  decide: ({ event }) => [{ kind: 'edit', content: { ...event.content, ...fields } }],
  ...more,
});
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

/** How often each method of a store was called. */
function counted(store: EventStore): { store: EventStore; calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const counting = Object.entries(store).map(([name, method]) => [
    name,
    (...given: unknown[]) => {
      calls[name] = (calls[name] ?? 0) + 1;
      return (method as (...all: unknown[]) => unknown)(...given);
    },
  ]);
  return { store: Object.fromEntries(counting) as EventStore, calls };
}

describe('commands that wait for each other', () => {
  test('share one write, each with its own version and answer, in their order', async () => {
    const { events, close } = await embeddedStore();
    const { store, calls } = counted(events);
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        house.pipeline.submit({
          ...wish(eventId, {}),
          decide: ({ event: { content } }) => [
            { kind: 'edit', content: { ...content, metadata: { ...content.metadata, [`k${i}`]: i } } },
          ],
        }),
      ),
    );
    expect(outcomes.map(({ event }) => event.version)).toEqual(outcomes.map((_, i) => i + 2));
    expect(outcomes.map(({ entries }) => entries.map(({ version }) => version))).toEqual(
      outcomes.map((_, i) => [i + 2]),
    );
    expect(outcomes.map(({ event }) => Object.keys(event.content.metadata).length)).toEqual(
      outcomes.map((_, i) => i + 1),
    );
    // 64 at a time.
    expect(calls['commit']).toBe(4);
    expect(house.told(eventId).map(({ version }) => version)).toEqual(outcomes.map((_, i) => i + 2));
    const versions = await provenVersions(events, eventId);
    expect(Object.keys(versions.at(-1)!.metadata)).toHaveLength(200);
    await close();
  });

  test('what one is refused does not touch the others', async () => {
    const store = memoryStore();
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    const broken = {
      decide: (): never => {
        throw new Error('broken');
      },
    };
    const all = await Promise.all([
      code(house.pipeline.submit(wish(eventId, { title: 'A' }))),
      code(house.pipeline.submit(wish(eventId, { title: 'B' }, { actor: actor(VIEWER) }))),
      code(house.pipeline.submit(wish(eventId, { title: 'C' }, broken))),
      code(house.pipeline.submit(wish(eventId, { title: 'D' }, { actor: actor('f'.repeat(24)) }))),
      code(house.pipeline.submit(wish(eventId, { location: 'E' }))),
    ]);
    expect(all).toEqual(['done', 'forbidden', 'Error: broken', 'not-found', 'done']);
    expect((await provenVersions(store, eventId)).at(-1)).toEqual({ ...PLAN, title: 'A', location: 'E' });
  });

  test('several versions of one command are written together or not at all', async () => {
    const store = memoryStore();
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    const { entries, event } = await house.pipeline.submit({
      ...wish(eventId, {}),
      decide: () => [
        { kind: 'edit', content: { ...PLAN, title: 'A' } },
        { kind: 'edit', content: { ...PLAN, title: 'A' } },
        { kind: 'edit', content: { ...PLAN, title: 'B' } },
      ],
    });
    // The second would have changed nothing.
    expect(entries.map(({ version, patch }) => [version, patch.length])).toEqual([
      [2, 2],
      [3, 2],
    ]);
    expect(event).toMatchObject({ version: 3, content: { title: 'B' } });
    expect(house.news).toHaveLength(1);
  });

  test('are decided on what the ones before them decided, roles included', async () => {
    const store = memoryStore();
    const house = openHouse(unhurried(store, randomFrom(1)));
    const eventId = await createEvent(store, PLAN);
    const first = house.pipeline.submit(wish(eventId, { title: 'A' }));
    const removed = house.pipeline.submit({
      ...wish(eventId, {}),
      concerns: [BOB],
      decide: () => [
        {
          kind: 'unshare',
          revoked: [BOB],
          membership: { userId: BOB, role: null, previousRole: 'editor' },
        },
      ],
    });
    const late = code(house.pipeline.submit(wish(eventId, { title: 'B' }, { actor: actor(BOB) })));
    await Promise.all([first, removed]);
    expect(await late).toBe('not-found');
    expect(store.document(eventId).members.has(BOB)).toBe(false);
    expect((await provenVersions(store, eventId)).at(-1)!.title).toBe('A');
  });
});

describe('a change that was sent before', () => {
  const sent = (eventId: string, fields: Partial<Content>, by = ADA): Command =>
    wish(eventId, fields, { actor: actor(by), changeId: 'x' });

  test('gets its first answer, also within the same write, and writes nothing', async () => {
    const { store, calls } = counted(memoryStore());
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    // While the first write is under way the others gather for the next.
    const [, first, ...again] = await Promise.all([
      house.pipeline.submit(wish(eventId, { location: 'Room' })),
      ...['A', 'A', 'B'].map((title) => house.pipeline.submit(sent(eventId, { title }))),
    ]);
    for (const one of [...again, await house.pipeline.submit(sent(eventId, { title: 'C' }))]) {
      expect(one).toMatchObject({ entries: [], repeated: first!.entries[0], event: { version: 3 } });
    }
    expect(calls['commit']).toBe(1);
    expect(house.told(eventId)).toHaveLength(2);
  });

  test('is another’s own where another sends it, and another event’s', async () => {
    const store = memoryStore();
    const house = openHouse(store);
    const [one, other] = [await createEvent(store, PLAN), await createEvent(store, PLAN)];
    for (const [eventId, by] of [
      [one, ADA],
      [one, BOB],
      [other, ADA],
    ] as const) {
      const { repeated, entries } = await house.pipeline.submit(
        sent(eventId, { title: `${eventId} ${by}` }, by),
      );
      expect([repeated, entries.length]).toEqual([undefined, 1]);
    }
  });

  test('is refused to a sender who has lost the right since', async () => {
    const store = memoryStore();
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    await house.pipeline.submit(sent(eventId, { title: 'A' }, BOB));
    store.document(eventId).members.get(BOB)!.role = 'viewer';
    expect(await code(house.pipeline.submit(sent(eventId, { title: 'A' }, BOB)))).toBe('forbidden');
    store.document(eventId).members.delete(BOB);
    expect(await code(house.pipeline.submit(sent(eventId, { title: 'A' }, BOB)))).toBe('not-found');
  });

  test('is not remembered where it was refused', async () => {
    const store = memoryStore();
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    const refused = {
      ...sent(eventId, {}),
      decide: (): never => {
        throw noSuchEvent();
      },
    };
    expect(await code(house.pipeline.submit(refused))).toBe('not-found');
    expect(await house.pipeline.submit(sent(eventId, { title: 'A' }))).toMatchObject({
      event: { version: 2 },
    });
  });

  test('and written by another process while this one was looking, is answered with the event as it is then', async () => {
    const store = memoryStore();
    const other = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    let first: Outcome | undefined;
    const house = openHouse({
      ...store,
      find: async (id, users) => {
        const found = await store.find(id, users);
        first ??= await other.pipeline.submit(sent(eventId, { title: 'A' }));
        return found;
      },
    });
    const second = await house.pipeline.submit(sent(eventId, { title: 'A' }));
    expect(second).toMatchObject({
      entries: [],
      repeated: first!.entries[0],
      event: { version: 2, content: { title: 'A' } },
    });
    expect(await logOf(store, eventId)).toHaveLength(2);
    expect(house.told(eventId)).toEqual([]);
  });

  test('and written by another process between this one’s looking and its write, is not written twice', async () => {
    const store = memoryStore();
    const other = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    let first: Outcome | undefined;
    const house = openHouse({
      ...store,
      commit: async (commit) => {
        first ??= await other.pipeline.submit(sent(eventId, { title: 'A' }));
        return store.commit(commit);
      },
    });
    const second = await house.pipeline.submit(sent(eventId, { title: 'A' }));
    expect(second).toMatchObject({ entries: [], repeated: first!.entries[0] });
    expect(await logOf(store, eventId)).toHaveLength(2);
  });
});

describe('when the store', () => {
  test('never lets a write through, the answer is unavailable, soon, and nothing was told', async () => {
    const { store, calls } = counted({ ...memoryStore(), commit: async () => false });
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    const began = performance.now();
    const all = Array.from({ length: 3 }, () => code(house.pipeline.submit(wish(eventId, { title: 'A' }))));
    expect(await Promise.all(all)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(calls['commit']).toBe(60);
    expect(house.news).toEqual([]);
    // Nothing is left that would hold up the next.
    expect(await code(house.pipeline.submit(wish(eventId, {})))).toBe('done');
  });

  test('is away, that is the answer to all that were to be written together; the next may be luckier', async () => {
    const store = memoryStore();
    let away = true;
    const house = openHouse({
      ...store,
      commit: async (commit) => {
        if (away) {
          throw new Unavailable('away');
        }
        return store.commit(commit);
      },
    });
    const eventId = await createEvent(store, PLAN);
    const all = ['A', 'B', 'C'].map((title) => code(house.pipeline.submit(wish(eventId, { title }))));
    expect(await Promise.all(all)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(house.news).toEqual([]);
    away = false;
    expect(await house.pipeline.submit(wish(eventId, { title: 'D' }))).toMatchObject({
      event: { version: 2 },
    });
  });

  test('has no such event, or has it no more, that is not found', async () => {
    const store = memoryStore();
    const eventId = await createEvent(store, PLAN);
    const house = openHouse({
      ...store,
      commit: async (commit) => {
        await store.erase(eventId, 1, new Date().toISOString());
        return store.commit(commit);
      },
    });
    expect(await code(house.pipeline.submit(wish('0'.repeat(24), { title: 'A' })))).toBe('not-found');
    expect(await code(house.pipeline.submit(wish(eventId, { title: 'A' })))).toBe('not-found');
  });

  test('has not answered yet, nobody has heard of anything', async () => {
    const store = memoryStore();
    const eventId = await createEvent(store, PLAN);
    const happened: string[] = [];
    const house = openHouse(
      {
        ...store,
        commit: async (commit) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          happened.push('stored');
          return store.commit(commit);
        },
      },
      { publish: async () => void happened.push('told') },
    );
    await house.pipeline.submit(wish(eventId, { title: 'A' })).then(() => happened.push('answered'));
    expect(happened).toEqual(['stored', 'told', 'answered']);
  });

  test('limits the size of a document, as MongoDB does, many large changes at once are written in several', async () => {
    const memory = memoryStore();
    const { store, calls } = counted({
      ...memory,
      commit: async (commit) => {
        const { log } = memory.document(commit.event.id);
        if (sizeOf([commit.event, log, commit.entries]) > 16 * 1024 * 1024) {
          throw new Error('BSONObj size is invalid');
        }
        return memory.commit(commit);
      },
    });
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        house.pipeline.submit(wish(eventId, { overrides: filled(50, String(i % 10)) })),
      ),
    );
    expect(outcomes.map(({ event }) => event.version)).toEqual(outcomes.map((_, i) => i + 2));
    expect(house.errors).toEqual([]);
    expect(house.told(eventId).map(({ version }) => version)).toEqual(outcomes.map((_, i) => i + 2));
    expect(calls['commit']).toBeGreaterThan(20);
    await provenVersions(store, eventId);
  });

  test('cannot move the log, the change is done all the same, and the log moves later', async () => {
    const store = memoryStore();
    let broken = true;
    const house = openHouse({
      ...store,
      putBucket: async (bucket) => {
        if (broken) {
          throw new Error('full');
        }
        return store.putBucket(bucket);
      },
    });
    const eventId = await createEvent(store, PLAN);
    for (let i = 0; i < 100; i += 1) {
      await house.pipeline.submit(wish(eventId, { title: `T${i}` }));
    }
    await house.pipeline.submit(wish(eventId, {}));
    expect(house.errors).toHaveLength(2);
    expect(store.document(eventId).log).toHaveLength(101);
    broken = false;
    for (let i = 0; i < 32; i += 1) {
      await house.pipeline.submit(wish(eventId, { title: `U${i}` }));
    }
    await house.pipeline.submit(wish(eventId, {}));
    expect(store.document(eventId).log.length).toBeLessThan(64);
    await provenVersions(store, eventId);
  });
});

/** Overrides with so many descriptions of nearly 20,000 characters. */
const filled = (count: number, letter: string): Content['overrides'] =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      new Date(Date.UTC(2026, 2, 3 + i)).toISOString().slice(0, 19),
      { description: letter.repeat(19_900) },
    ]),
  );

test('what cannot be told is stored, and the one who wrote it hears that it was not told', async () => {
  const store = memoryStore();
  const house = openHouse(store, {
    publish: async () => {
      throw new Error('nobody confirmed');
    },
  });
  const eventId = await createEvent(store, PLAN);
  expect(await code(house.pipeline.submit(wish(eventId, { title: 'A' })))).toBe('Error: nobody confirmed');
  expect((await provenVersions(store, eventId)).at(-1)!.title).toBe('A');
});

test('a wish that changes nothing is answered with the event as it is; nothing is written or told', async () => {
  const { store, calls } = counted(memoryStore());
  const house = openHouse(store);
  const eventId = await createEvent(store, PLAN);
  const same = await house.pipeline.submit(wish(eventId, { title: 'Plan' }, { changeId: 'x' }));
  const none = await house.pipeline.submit({ ...wish(eventId, {}), decide: () => [] });
  for (const outcome of [same, none]) {
    expect(outcome).toMatchObject({ entries: [], event: { version: 1 }, role: 'owner' });
    expect(outcome.repeated).toBeUndefined();
  }
  expect(calls['commit']).toBeUndefined();
  expect(house.news).toEqual([]);
});

test('an entry holds who did what, through which door, when, and in whose words', async () => {
  const store = memoryStore();
  const house = openHouse(store);
  const eventId = await createEvent(store, PLAN);
  const { entries, event } = await house.pipeline.submit(
    wish(eventId, { title: 'A' }, { actor: { ...actor(CAT), via: 'rest' }, note: 'why', changeId: 'x' }),
  );
  expect(entries).toEqual([
    {
      version: 2,
      kind: 'edit',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      by: CAT,
      via: 'rest',
      patch: [
        { op: 'test', path: '/title', value: 'Plan' },
        { op: 'replace', path: '/title', value: 'A' },
      ],
      note: 'why',
      changeId: 'x',
    },
  ]);
  expect(event).toMatchObject({
    updatedBy: CAT,
    updatedAt: entries[0]!.at,
    createdAt: '2026-03-01T00:00:00.000Z',
  });
});

test('the times of an event do not go back, though the clock may', async () => {
  const store = memoryStore();
  const eventId = await createEvent(store, PLAN);
  store.document(eventId).event.updatedAt = '9000-01-01T00:00:00.000Z';
  const { event, entries } = await openHouse(store).pipeline.submit(wish(eventId, { title: 'A' }));
  expect([event.updatedAt, entries[0]!.at]).toEqual(Array(2).fill('9000-01-01T00:00:00.000Z'));
});

test('events do not wait for each other', async () => {
  const store = memoryStore();
  const [stuck, free] = [await createEvent(store, PLAN), await createEvent(store, PLAN)];
  const house = openHouse({
    ...store,
    commit: (commit) => (commit.event.id === stuck ? new Promise(() => {}) : store.commit(commit)),
  });
  void house.pipeline.submit(wish(stuck, { title: 'A' }));
  expect(await code(house.pipeline.submit(wish(free, { title: 'A' })))).toBe('done');
});
