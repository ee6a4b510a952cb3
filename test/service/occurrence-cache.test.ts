import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OccurrenceIndex } from '../../src/calendar/occurrence-index.js';
import type { EventRecord } from '../../src/calendar/event.js';
import { clockOf, occurrencesIn } from '../../src/calendar/occurrences.js';
import { createOccurrenceCache, type OccurrenceCache } from '../../src/service/occurrence-cache.js';
import type { Store } from '../../src/service/ports.js';
import {
  AT,
  changeOf,
  DAY,
  HOUR,
  later,
  memberOf,
  newEvent,
  newId,
  NOON,
  queryOf,
} from '../store/samples.js';
import { runs } from '../support/arbitraries.js';
import { openStore, storeSettings } from '../support/stores.js';

/* When a user's events take place, kept in memory: it is to say what the store says, whatever happened meanwhile. */

const settings = storeSettings();
let store: Store;
beforeAll(async () => {
  store = await openStore(settings);
});
afterAll(async () => {
  await store.close();
  await settings.remove();
});

const WINDOW = { from: NOON - 20 * DAY, to: NOON + 60 * DAY };

/** A cache, and a clock that goes as the events' times do. */
function openCache(events = store.events, maxRows?: number) {
  const time = { now: Date.parse(AT) };
  const errors: unknown[] = [];
  const cache = createOccurrenceCache({
    events,
    clock: { now: () => new Date(time.now) },
    ...(maxRows !== undefined && { maxRows }),
    onError: (error) => errors.push(error),
  });
  return { cache, time, errors };
}

async function made(cache: OccurrenceCache, userId: string): Promise<OccurrenceIndex> {
  cache.lookedThrough(userId, 1_000);
  for (;;) {
    const index = await cache.of(userId, WINDOW);
    if (index) {
      return index;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the store has in the window: a text for each occurrence. */
async function stored(userId: string): Promise<string[]> {
  const live = await store.events.list(queryOf(userId));
  return live
    .flatMap(({ event: { id, content } }) =>
      occurrencesIn(content, WINDOW, { left: 1e6 }).occurrences.map(
        ({ recurrenceId, start, end }) => `${id} ${recurrenceId} ${start} ${end}`,
      ),
    )
    .sort();
}

async function indexed(index: OccurrenceIndex | null, userId: string): Promise<string[]> {
  const live = await store.events.list(queryOf(userId));
  const clocks = new Map(live.map(({ event }) => [event.id, clockOf(event.content)]));
  return [...(index?.within(WINDOW) ?? [])]
    .map(({ eventId, wall, start, end }) => `${eventId} ${clocks.get(eventId)?.format(wall)} ${start} ${end}`)
    .sort();
}

const fields = fc
  .record({
    day: fc.integer({ min: -30, max: 70 }),
    hours: fc.constantFrom(1, 5, 80),
    recurrence: fc.constantFrom(null, 'FREQ=WEEKLY', 'FREQ=DAILY;COUNT=4'),
  })
  .map(({ day, hours, recurrence }) => ({
    start: new Date(NOON + day * DAY).toISOString(),
    end: new Date(NOON + day * DAY + hours * HOUR).toISOString(),
    recurrence,
  }));
const step = fc.record({
  doing: fc.constantFrom('insert', 'edit', 'edit', 'trash', 'restore', 'share', 'unshare', 'erase', 'look'),
  which: fc.nat(),
  fields,
});

test('says what the store says, after whatever sequence of changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const [me, other] = [newId(), newId()];
      const { cache, time, errors } = openCache();
      const all: EventRecord[] = [];
      const insert = async (of: object, at = AT): Promise<void> => {
        const created = newEvent({ ownerId: me, fields: { ...of }, createdAt: at, updatedAt: at });
        await store.events.insert([created]);
        all.push(created.event);
      };
      await insert({ recurrence: 'FREQ=WEEKLY' });
      await made(cache, me);
      let seconds = 0;
      for (const { doing, which, fields: of } of steps) {
        seconds += 20;
        time.now = Date.parse(later(seconds));
        const at = later(seconds);
        const i = which % Math.max(1, all.length);
        const event = all[i];
        const change = async (options: Parameters<typeof changeOf>[1] = {}): Promise<void> => {
          if (event) {
            const commit = changeOf(event, { ...options, envelope: { ...options.envelope, updatedAt: at } });
            await store.events.commit(commit);
            all[i] = commit.event;
          }
        };
        if (doing === 'insert') {
          await insert(of, at);
        } else if (doing === 'edit') {
          await change({ fields: of });
        } else if (doing === 'trash' || doing === 'restore') {
          await change({ envelope: { deletedAt: doing === 'trash' ? at : null } });
        } else if (doing === 'share') {
          await change({ granted: [memberOf(other), memberOf(me, 'editor')] });
        } else if (doing === 'unshare') {
          await change({ revoked: [me] });
        } else if (doing === 'erase' && event) {
          await store.events.erase(event.id, event.version, at);
          all.splice(i, 1);
        }
        if (doing === 'look') {
          expect(await indexed(await cache.of(me, WINDOW), me)).toEqual(await stored(me));
        }
      }
      const index = await cache.of(me, WINDOW);
      expect(index).not.toBeNull();
      expect(await indexed(index, me)).toEqual(await stored(me));
      expect(errors).toEqual([]);
      await cache.close();
    }),
    runs(20),
  );
});

test('a change that was acknowledged before is in it, though an older question is still being answered', async () => {
  const me = newId();
  const { event, ...rest } = newEvent({ ownerId: me });
  await store.events.insert([{ event, ...rest }]);
  let answer: () => void = () => undefined;
  let isHeld = false;
  const slow = {
    ...store.events,
    changed: async (query: Parameters<Store['events']['changed']>[0]) => {
      const found = await store.events.changed(query);
      if (isHeld) {
        isHeld = false;
        await new Promise<void>((resolve) => (answer = resolve));
      }
      return found;
    },
  };
  const { cache } = openCache(slow);
  await made(cache, me);
  isHeld = true;
  const before = cache.of(me, WINDOW);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await store.events.commit(changeOf(event, { fields: { recurrence: 'FREQ=WEEKLY' } }));
  const after = cache.of(me, WINDOW);
  answer();
  await before;
  expect(await indexed(await after, me)).toEqual(await stored(me));
  await cache.close();
});

test('there is none for few events, beyond the horizon, for too many occurrences, and not for long', async () => {
  const [few, many, someday] = [newId(), newId(), newId()];
  const { cache, time, errors } = openCache(store.events, 1_000);
  await store.events.insert([
    newEvent({ ownerId: many, fields: { recurrence: 'FREQ=WEEKLY' } }),
    newEvent({ ownerId: someday, fields: { recurrence: 'FREQ=DAILY' } }),
    newEvent({ ownerId: few }),
  ]);
  cache.lookedThrough(few, 20);
  await made(cache, many);
  expect(await cache.of(few, WINDOW)).toBeNull();
  expect(await cache.of(many, { from: NOON, to: NOON + 4_000 * DAY })).toBeNull();
  expect(await cache.of(many, { from: NOON - 4_000 * DAY, to: NOON })).toBeNull();

  cache.lookedThrough(someday, 1_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await cache.of(someday, WINDOW)).toBeNull();

  time.now += 16 * 60_000;
  expect(await cache.of(many, WINDOW)).toBeNull();
  await made(cache, many);
  time.now -= 3 * DAY;
  expect(await cache.of(many, WINDOW)).toBeNull();
  expect(errors).toEqual([]);
  await cache.close();
});
