import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  expandPage,
  type ListedQuery,
  type PageFound,
  type Position,
} from '../../src/service/expand-events.js';
import { indexedPage } from '../../src/service/indexed-page.js';
import { createOccurrenceCache } from '../../src/service/occurrence-cache.js';
import type { Store } from '../../src/service/ports.js';
import type { OccurrenceView } from '../../src/protocol/events.js';
import { AT, changeOf, DAY, HOUR, memberOf, newEvent, newId, NOON } from '../store/samples.js';
import { runs } from '../support/arbitraries.js';
import { openStore, storeSettings } from '../support/stores.js';

/* A page from the index is the page that looking through the events gives. */

const settings = storeSettings();
let store: Store;
beforeAll(async () => {
  store = await openStore(settings);
});
afterAll(async () => {
  await store.close();
  await settings.remove();
});

const instant = (ms: number): string => new Date(ms).toISOString();
/** Few starts and lengths, so that many begin at once, and some before the window. */
const fields = fc
  .record({
    day: fc.integer({ min: -8, max: 8 }),
    hours: fc.constantFrom(1, 24, 100),
    allDay: fc.boolean(),
    recurrence: fc.constantFrom(null, null, 'FREQ=DAILY', 'FREQ=WEEKLY;COUNT=3'),
    moved: fc.boolean(),
  })
  .map(({ day, hours, allDay, recurrence, moved }) => {
    const [start, end] = [NOON + day * DAY, NOON + day * DAY + Math.max(hours, allDay ? 24 : 1) * HOUR];
    const format = (ms: number): string => (allDay ? instant(ms).slice(0, 10) : instant(ms));
    const second = allDay ? instant(start + DAY).slice(0, 10) : instant(start + DAY).slice(0, 19);
    return {
      allDay,
      start: format(start),
      end: format(end),
      recurrence,
      overrides:
        recurrence && moved ? { [second]: { title: 'Moved', start: format(start), end: format(end) } } : {},
    };
  });

const queryOf = (userId: string, from: number, to: number, descending: boolean): ListedQuery => ({
  userId,
  state: 'live',
  words: [],
  window: { from, to },
  sort: 'start',
  descending,
});

type Ask = (
  query: ListedQuery,
  after: Position | undefined,
  limit: number,
) => Promise<PageFound<OccurrenceView>>;

async function all(ask: Ask, query: ListedQuery, limit: number): Promise<OccurrenceView[][]> {
  const pages: OccurrenceView[][] = [];
  let after: Position | undefined;
  do {
    const { items, next } = await ask(query, after, limit);
    pages.push(items);
    after = (next as Position | null) ?? undefined;
  } while (after);
  return pages;
}

test('page after page, forwards and backwards, and each goes on where the other ended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fields, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -10, max: 10 }),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (contents, from, days, limit, descending) => {
        const me = newId();
        await store.events.insert(
          contents.map((of, i) =>
            i % 3 === 2
              ? newEvent({ fields: of, others: [memberOf(me, 'viewer')] })
              : newEvent({ ownerId: me, fields: of }),
          ),
        );
        const { events } = store;
        const occurrences = createOccurrenceCache({
          events,
          clock: { now: () => new Date(AT) },
          onError: () => undefined,
        });
        const query = queryOf(me, NOON + from * DAY, NOON + (from + days) * DAY, descending);
        occurrences.lookedThrough(me, 1_000);
        const indexed: Ask = async (asked, after, most) => {
          for (;;) {
            const page = await indexedPage({ events, occurrences }, asked, after, most);
            if (page) {
              return page;
            }
            await new Promise((resolve) => setImmediate(resolve));
          }
        };
        const looked: Ask = (asked, after, most) => expandPage(events, asked, after, most);
        let turn = 0;
        const both: Ask = (...asked) => (turn++ % 2 === 0 ? indexed : looked)(...asked);
        const expected = await all(looked, query, limit);
        expect(await all(indexed, query, limit)).toEqual(expected);
        expect(await all(both, query, limit)).toEqual(expected);
        await occurrences.close();
      },
    ),
    runs(40),
  );
});

test('filters and other orders are not its business, and an event that changes meanwhile is looked at again', async () => {
  const me = newId();
  const { event, ...rest } = newEvent({ ownerId: me });
  await store.events.insert([{ event, ...rest }]);
  let meanwhile: (() => Promise<unknown>) | undefined;
  const events = {
    ...store.events,
    these: async (...asked: Parameters<Store['events']['these']>) => {
      const [first] = [meanwhile];
      meanwhile = undefined;
      await first?.();
      return store.events.these(...asked);
    },
  };
  const occurrences = createOccurrenceCache({
    events,
    clock: { now: () => new Date(AT) },
    onError: () => undefined,
  });
  occurrences.lookedThrough(me, 1_000);
  const query = queryOf(me, NOON - DAY, NOON + DAY, false);
  while (!(await occurrences.of(me, { from: NOON - DAY, to: NOON + DAY }))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const other of [
    { role: 'owner' },
    { status: 'confirmed' },
    { tag: 'x' },
    { words: ['x'] },
    { updatedSince: 0 },
    { sort: 'updatedAt' },
    { state: 'trash' },
  ] as Partial<ListedQuery>[]) {
    expect(await indexedPage({ events, occurrences }, { ...query, ...other }, undefined, 5)).toBeNull();
  }
  const change = changeOf(event, { fields: { start: '2026-03-02T10:00:00Z', end: '2026-03-02T11:00:00Z' } });
  meanwhile = () => store.events.commit(change);
  const page = await indexedPage({ events, occurrences }, query, undefined, 5);
  expect(page?.items).toMatchObject([{ version: 2, start: '2026-03-02T10:00:00Z' }]);
  await occurrences.close();
});
