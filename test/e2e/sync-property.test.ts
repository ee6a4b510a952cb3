import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PATIENCE, runs } from '../support/arbitraries.js';
import { Convene, type Answer, type Person } from '../support/convene.js';
import { Poller } from '../support/poller.js';

let convene: Convene;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
});
afterAll(() => convene.close());

const threePeople = async (): Promise<Person[]> => [
  await convene.person(),
  await convene.person(),
  await convene.person(),
];

/** What somebody may do with an event; whether they may is for the server to say. */
const DEEDS = {
  edit: (by, url, other) => by.patch(url, { title: `By ${other.id}`, location: `${Math.random()}` }),
  move: (by, url, _, day) => by.patch(url, { start: `2026-03-0${day}T08:00:00Z` }),
  undo: (by, url) => by.post(`${url}/undo`),
  rollback: (by, url) => by.post(`${url}/rollback/1`),
  share: (by, url, other) => by.post(`${url}/share`, { userId: other.id, role: 'editor' }),
  demote: (by, url, other) => by.put(`${url}/permissions/${other.id}`, { role: 'viewer' }),
  transfer: (by, url, other) => by.put(`${url}/permissions/${other.id}`, { role: 'owner' }),
  unshare: (by, url, other) => by.delete(`${url}/permissions/${other.id}`),
  leave: (by, url) => by.delete(`${url}/permissions/${by.id}`),
  trash: (by, url) => by.delete(url),
  restore: (by, url) => by.post(`${url}/restore`),
  erase: (by, url) => by.delete(`${url}?permanent=true`),
  override: (by, url, _, day) =>
    by.patch(`${url}/occurrences/2026-03-1${day}T15:00:00?scope=this`, { title: 'Just this' }),
  split: (by, url, _, day) =>
    by.patch(`${url}/occurrences/2026-03-1${day}T15:00:00?scope=following`, { title: 'The rest' }),
  drop: (by, url, _, day) => by.delete(`${url}/occurrences/2026-03-1${day}T15:00:00?scope=this`),
} satisfies Record<string, (by: Person, url: string, other: Person, day: number) => Promise<Answer>>;

const whose = fc.nat({ max: 2 });
const stepArbitrary = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant('create' as const), by: whose, recurs: fc.boolean() }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      step: fc.constantFrom(...(Object.keys(DEEDS) as (keyof typeof DEEDS)[])),
      by: whose,
      other: whose,
      which: fc.nat({ max: 99 }),
      day: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('page' as const),
      by: whose,
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
);

test(
  'whatever happens between two pages, a copy ends up as what is listed',
  async () => {
    const carriedOut = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 25, maxLength: 60 }), async (steps) => {
        const people = await threePeople();
        const pollers = people.map((person) => new Poller(person));
        const ids: string[] = [];
        const create = async (by: Person, recurs: boolean): Promise<void> => {
          const series = { start: '2026-03-10T15:00:00Z', end: '2026-03-10T16:00:00Z' };
          const recurrence = { frequency: 'daily', count: 9 };
          const { id } = await by.createEvent(recurs ? { ...series, recurrence } : {});
          // Most are shared from the start, or little would come of what others do.
          const others = people.filter(({ id: userId }) => userId !== by.id);
          const shares = others.map(({ id: userId }) => ({ userId, role: 'editor' }));
          await by.post(`/api/events/${id}/share`, { shares: shares.slice(ids.length % 2) });
          ids.push(id);
        };
        for (const one of steps) {
          const by = people[one.by]!;
          if (one.step === 'create') {
            await create(by, one.recurs);
          } else if (one.step === 'page') {
            await pollers[one.by]!.page(one.limit);
          } else if (ids.length > 0) {
            const url = `/api/events/${ids[one.which % ids.length]}`;
            const { status, body } = await DEEDS[one.step](by, url, people[one.other]!, one.day);
            if (status < 300) {
              carriedOut.add(one.step);
            }
            ids.push(...(body.following ? [body.following.id] : []));
          }
        }
        for (const poller of pollers) {
          // The round that is under way, and one after it.
          await poller.poll(3);
          await poller.poll();
          await poller.expectUpToDate();
          expect(await poller.poll()).toEqual({ events: [], removed: [] });
        }
      }),
      { ...runs(10) },
    );
    // The others were refused, by chance, each time.
    expect(carriedOut.size).toBeGreaterThan(Object.keys(DEEDS).length / 2);
  },
  PATIENCE * 4,
);

test('whoever asks while others write has it all, once they are done', async () => {
  const [reader, ...writers] = (await threePeople()) as [Person, ...Person[]];
  const poller = new Poller(reader);
  const over = new AbortController();
  const write = async (by: Person, n: number): Promise<void> => {
    const { id } = await by.createEvent();
    const url = `/api/events/${id}`;
    for (let i = 0; i < 12; i += 1) {
      await DEEDS.share(by, url, reader);
      await DEEDS.edit(by, url, reader);
      await (i % 3 === n % 3 ? DEEDS.trash(by, url) : DEEDS.unshare(by, url, reader));
      await DEEDS.restore(by, url);
    }
    await (n % 2 === 0 ? DEEDS.erase(by, url) : DEEDS.share(by, url, reader));
  };
  const polling = (async () => {
    while (!over.signal.aborted) {
      await poller.page(2);
    }
  })();
  await Promise.all(writers.flatMap((by) => [0, 1, 2, 3].map((n) => write(by, n))));
  over.abort();
  await polling;
  await poller.poll();
  await poller.poll();
  await poller.expectUpToDate();
}, 60_000);
