import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventQuery, EventStore, FoundEvent } from '../../src/service/ports.js';
import { naiveList, type Kept } from './naive-list.js';
import { AT, changeOf, later, newEvent, newId, queryOf } from './samples.js';

/** What happens between two pages of a list. */
type Step =
  | { step: 'insert'; startAt: number; updated: number; tagged: boolean }
  | { step: 'move'; which: number; startAt: number; updated: number }
  | { step: 'erase'; which: number }
  | { step: 'page' };

const few = fc.integer({ min: 0, max: 3 });
const which = fc.nat({ max: 999 });
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('insert' as const),
      startAt: few,
      updated: few,
      tagged: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant('move' as const), which, startAt: few, updated: few }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('erase' as const), which }) },
  { weight: 4, arbitrary: fc.record({ step: fc.constant('page' as const) }) },
);
const listArbitrary = fc.record({
  sort: fc.constantFrom('start' as const, 'updatedAt' as const),
  descending: fc.boolean(),
  limit: fc.integer({ min: 1, max: 4 }),
  window: fc.constantFrom({}, {}, { from: 0, to: 1000 }),
  tagged: fc.boolean(),
});

const keysAt = (startAt: number) => ({ span: { startAt, from: startAt, until: startAt + 5 } });

/** `EventStore.list`: one page after the other, whatever happens in between. */
export function pagingContract(store: () => EventStore): void {
  test('pages never repeat or skip what was there throughout, and are what a plain search says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 10, maxLength: 25 }),
        listArbitrary,
        async (steps, { tagged, ...list }) => {
          const me = newId();
          const world = await World.of(store(), me, steps.length);
          const query = queryOf(me, { ...list, ...(tagged && { tag: 't' }) });
          const reader = new Reader(store(), query);
          const atFirst = world.snapshot(query);
          for (const step of steps) {
            await (step.step === 'page' ? reader.turn(world.kept()) : world.apply(step));
          }
          while (!reader.atEnd) {
            await reader.turn(world.kept());
          }
          const throughout = atFirst.filter((found) => world.isUntouched(found));
          expect(reader.ids.filter((id) => throughout.includes(id))).toEqual(throughout);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a page after an item that is gone goes on where it was', async () => {
    const me = newId();
    const all = [1, 2, 3, 4].map((n) => newEvent({ ownerId: me, keys: keysAt(n) }));
    await store().insert(all);
    const [, second] = await store().list(queryOf(me, { limit: 2 }));
    await store().erase(second!.event.id, 1, AT);
    const after = { key: second!.key, id: second!.event.id };
    expect((await store().list(queryOf(me, { after }))).map(({ key }) => key)).toEqual([3, 4]);
    expect((await store().list(queryOf(me, { after, descending: true }))).map(({ key }) => key)).toEqual([1]);
  });
}

/** The store beside a plain list of what should be in it. */
class World {
  private readonly all = new Map<string, Kept>();
  private readonly touched = new Set<string>();

  private constructor(
    private readonly store: EventStore,
    private readonly me: string,
  ) {}

  static async of(store: EventStore, me: string, size: number): Promise<World> {
    const world = new World(store, me);
    const events = Array.from({ length: size % 8 }, (_, i) => world.make(i % 3, i % 4, i % 2 === 0));
    await store.insert(events);
    events.forEach((event) => world.all.set(event.event.id, event));
    return world;
  }

  kept = (): Kept[] => [...this.all.values()];
  snapshot = (query: EventQuery): string[] =>
    naiveList(this.kept(), { ...query, limit: 1000 }).map(({ event }) => event.id);
  isUntouched = (id: string): boolean => !this.touched.has(id);

  private make(startAt: number, updated: number, tagged: boolean) {
    const fields = { tags: tagged ? ['t'] : [] };
    return newEvent({ ownerId: this.me, fields, keys: keysAt(startAt), updatedAt: later(updated) });
  }

  async apply(step: Exclude<Step, { step: 'page' }>): Promise<void> {
    if (step.step === 'insert') {
      const event = this.make(step.startAt, step.updated, step.tagged);
      await this.store.insert([event]);
      this.all.set(event.event.id, event);
      return;
    }
    const chosen = this.kept()[step.which % Math.max(1, this.all.size)];
    if (!chosen) {
      return;
    }
    const { id, version } = chosen.event;
    this.touched.add(id);
    if (step.step === 'erase') {
      expect(await this.store.erase(id, version, AT)).toBe(true);
      this.all.delete(id);
      return;
    }
    const envelope = { updatedAt: later(step.updated) };
    const change = changeOf(chosen.event, { envelope, keys: keysAt(step.startAt) });
    expect(await this.store.commit(change)).toBe(true);
    this.all.set(id, { ...chosen, event: change.event, keys: { ...chosen.keys, ...change.keys } });
  }
}

/** Somebody who turns the pages of a list. */
class Reader {
  readonly ids: string[] = [];
  atEnd = false;
  private after: EventQuery['after'];

  constructor(
    private readonly store: EventStore,
    private readonly query: EventQuery,
  ) {}

  async turn(kept: Kept[]): Promise<void> {
    const query = { ...this.query, ...(this.after && { after: this.after }) };
    const page: FoundEvent[] = await this.store.list(query);
    expect(page).toEqual(naiveList(kept, query));
    const last = page.at(-1);
    if (last) {
      this.after = { key: last.key, id: last.event.id };
    }
    this.ids.push(...page.map(({ event }) => event.id));
    this.atEnd = page.length < this.query.limit;
  }
}
