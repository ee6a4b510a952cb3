import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventQuery, EventStore, NewEvent } from '../../src/service/ports.js';
import { keptArbitrary, queryArbitrary } from './list-arbitraries.js';
import { naiveList, type Kept } from './naive-list.js';
import { changeOf, DAY, HOUR, later, memberOf, newEvent, newId, NOON, queryOf, span } from './samples.js';

/** `EventStore.list`, but for its pages. */
export function listsContract(store: () => EventStore): void {
  const titles = async (userId: string, query: Partial<EventQuery> = {}): Promise<string[]> =>
    (await store().list(queryOf(userId, query))).map(({ event }) => event.content.title);
  const insert = (...events: NewEvent[]): Promise<void> => store().insert(events);
  const titled = (title: string, options: Parameters<typeof newEvent>[0] = {}): NewEvent =>
    newEvent({ ...options, fields: { title, ...options.fields } });

  test('has the user’s own events and those shared with them, each with the user’s role', async () => {
    const me = newId();
    const [viewer, editor] = [memberOf(me, 'viewer'), memberOf(me, 'editor')];
    const mine = titled('mine', { ownerId: me, ...{ keys: span(1, 2) } });
    const seen = titled('seen', { others: [memberOf(newId(), 'editor'), viewer], keys: span(2, 3) });
    const edited = titled('edited', { others: [memberOf(newId(), 'viewer'), editor], keys: span(3, 4) });
    await insert(mine, seen, edited, titled('another’s', { others: [memberOf(newId())] }));
    expect(await store().list(queryOf(me))).toEqual([
      { event: mine.event, role: 'owner', key: 1 },
      { event: seen.event, role: 'viewer', key: 2 },
      { event: edited.event, role: 'editor', key: 3 },
    ]);
    expect(await titles(me, { role: 'owner' })).toEqual(['mine']);
    expect(await titles(me, { role: 'viewer' })).toEqual(['seen']);
    expect(await titles(me, { role: 'editor' })).toEqual(['edited']);
    expect(await titles(newId())).toEqual([]);
  });

  test('by status and by tag, whole tags alone', async () => {
    const me = newId();
    await insert(
      titled('a', { ownerId: me, fields: { title: 'a', tags: ['work', 'später'] } }),
      titled('b', { ownerId: me, fields: { title: 'b', tags: ['Work', 'homework'], status: 'tentative' } }),
      titled('c', { ownerId: me, fields: { title: 'c', tags: ['$work', 'a.b'], status: 'cancelled' } }),
    );
    expect(await titles(me, { status: 'tentative' })).toEqual(['b']);
    expect(await titles(me, { status: 'confirmed' })).toEqual(['a']);
    expect(await titles(me, { tag: 'work' })).toEqual(['a']);
    expect(await titles(me, { tag: '$work' })).toEqual(['c']);
    expect(await titles(me, { tag: 'a.b', status: 'cancelled' })).toEqual(['c']);
    expect(await titles(me, { tag: 'wor' })).toEqual([]);
    expect(await titles(me, { tag: 'später', status: 'tentative' })).toEqual([]);
  });

  test('by the beginnings of words', async () => {
    const me = newId();
    await insert(
      titled('Größe und Gewicht', {
        ownerId: me,
        fields: { title: 'Größe und Gewicht', description: 'on the 3rd floor' },
      }),
      titled('Weights', { ownerId: me, fields: { title: 'Weights', location: '東京 駅前' } }),
    );
    expect(await titles(me, { words: ['große'] })).toEqual([]);
    expect(
      await titles(me, { words: ['große'.normalize('NFKD').replace(/\p{M}/gu, ''), 'flo', '3'] }),
    ).toEqual([]);
    expect(await titles(me, { words: ['gro', 'flo', '3'] })).toEqual(['Größe und Gewicht']);
    expect(await titles(me, { words: ['weig'] })).toEqual(['Weights']);
    expect(await titles(me, { words: ['駅'] })).toEqual(['Weights']);
    expect(await titles(me, { words: ['京'] })).toEqual([]);
    expect(await titles(me, { words: ['ewicht'] })).toEqual([]);
    expect(await titles(me, { words: ['weights', 'missing'] })).toEqual([]);
  });

  test('takes words for text and not for a pattern', async () => {
    const me = newId();
    await insert(titled('aaaa', { ownerId: me }), titled('b', { ownerId: me }));
    for (const word of ['.', '.*', 'a+', '(a+)+$', '[a]', '^a', 'a|b', 'a{1}', '\\w', '$']) {
      expect(await titles(me, { words: [word] })).toEqual([]);
    }
  });

  test('by the last update', async () => {
    const me = newId();
    const dated = (n: number): NewEvent =>
      titled(`${n}`, { ownerId: me, updatedAt: later(n), keys: span(n, n + 1) });
    await insert(dated(1), dated(2), dated(3));
    const updatedSince = Date.parse(later(2));
    expect(await titles(me, { updatedSince })).toEqual(['2', '3']);
    expect(await titles(me, { updatedSince: updatedSince + 1 })).toEqual(['3']);
    expect(await titles(me, { updatedSince, sort: 'updatedAt', descending: true })).toEqual(['3', '2']);
  });

  describe('windows', () => {
    const me = newId();
    beforeAll(() =>
      insert(
        titled('before', { ownerId: me, keys: span(NOON - 2 * HOUR, NOON) }),
        titled('across', { ownerId: me, keys: span(NOON - HOUR, NOON + HOUR) }),
        titled('instant', { ownerId: me, keys: span(NOON, NOON) }),
        titled('inside', { ownerId: me, keys: span(NOON + 1, NOON + HOUR) }),
        titled('instant at its end', { ownerId: me, keys: span(NOON + HOUR, NOON + HOUR) }),
        titled('after', { ownerId: me, keys: span(NOON + HOUR, NOON + 2 * HOUR) }),
        titled('week', { ownerId: me, keys: span(NOON - 3 * DAY, NOON + 4 * DAY) }),
        titled('year', { ownerId: me, keys: span(NOON - 200 * DAY, NOON + 100 * DAY) }),
        titled('moved earlier', { ownerId: me, keys: span(NOON + 1, NOON + 100 * DAY, NOON + 99 * DAY) }),
        titled('endless', { ownerId: me, keys: span(NOON - 9000 * DAY, 253_402_300_799_000) }),
      ),
    );

    test.each([
      [
        { from: NOON, to: NOON + HOUR },
        ['endless', 'year', 'week', 'across', 'instant', 'inside', 'moved earlier'],
      ],
      [{ from: NOON + 1, to: NOON + 2 }, ['endless', 'year', 'week', 'across', 'inside', 'moved earlier']],
      [{ from: NOON, to: NOON }, ['endless', 'year', 'week', 'across']],
      [{ from: NOON + HOUR - 1, to: NOON }, ['endless', 'year', 'week', 'across']],
      [{ from: NOON - 1, to: NOON }, ['endless', 'year', 'week', 'before', 'across']],
      [{ from: NOON + 2 * HOUR }, ['endless', 'year', 'week', 'moved earlier']],
      [{ to: NOON - 2 * DAY }, ['endless', 'year', 'week']],
      [{ from: NOON + 300 * DAY, to: NOON + 301 * DAY }, ['endless']],
      [{ to: NOON - 9000 * DAY }, []],
    ])('%j', async (window, expected) => {
      expect(await titles(me, { window })).toEqual(expected);
      expect(await titles(me, { window, descending: true })).toEqual(expected.toReversed());
      expect((await titles(me, { window, sort: 'updatedAt' })).sort()).toEqual(expected.toSorted());
    });
  });

  test.each([2, 16, 128, 1024].flatMap((days) => [days * DAY - 1, days * DAY, days * DAY + 1]))(
    'windows at the very ends of an event of %d ms, wherever it sorts',
    async (length) => {
      const me = newId();
      const [start, end] = [NOON, NOON + length];
      await insert(
        titled('first', { ownerId: me, keys: span(start, end, start) }),
        titled('last', { ownerId: me, keys: span(start, end, end) }),
      );
      const seen = (from: number, to: number) => titles(me, { window: { from, to } });
      expect(await seen(end - 1, end + HOUR)).toEqual(['first', 'last']);
      expect(await seen(start - HOUR, start + 1)).toEqual(['first', 'last']);
      expect(await seen(end, end + HOUR)).toEqual([]);
      expect(await seen(start - HOUR, start)).toEqual([]);
    },
  );

  test('a window finds what has become longer, or is the longest, since the last look', async () => {
    const me = newId();
    const short = titled('short', { ownerId: me, keys: span(NOON, NOON + 1) });
    const seen = () => titles(me, { window: { from: NOON + HOUR, to: NOON + 2 * HOUR } });
    await insert(short);
    expect(await seen()).toEqual([]);
    await insert(titled('long', { ownerId: me, keys: span(NOON, NOON + 2 * HOUR) }));
    expect(await seen()).toEqual(['long']);
    await store().commit(changeOf(short.event, { keys: span(NOON - HOUR, NOON + 3 * HOUR) }));
    expect(await seen()).toEqual(['short', 'long']);
    const theirs = titled('shared', { keys: span(NOON - DAY, NOON + DAY) });
    await insert(theirs);
    await store().commit(changeOf(theirs.event, { granted: [memberOf(me)], keys: theirs.keys }));
    expect(await seen()).toEqual(['shared', 'short', 'long']);
  });

  describe('the trash', () => {
    test('is seen by the owner alone, and apart from the rest', async () => {
      const [owner, editor] = [newId(), newId()];
      const others = [memberOf(editor, 'editor')];
      await insert(
        titled('thrown away', { ownerId: owner, others, deletedAt: later(9) }),
        titled('kept', { ownerId: owner, others }),
      );
      expect(await titles(owner)).toEqual(['kept']);
      expect(await titles(owner, { state: 'trash' })).toEqual(['thrown away']);
      expect(await titles(owner, { state: 'trash', role: 'viewer' })).toEqual([]);
      expect(await titles(editor)).toEqual(['kept']);
      expect(await titles(editor, { state: 'trash' })).toEqual([]);
    });

    test('takes an event in, gives it back, and follows its owner', async () => {
      const [owner, heir] = [newId(), newId()];
      const { event } = newEvent({ ownerId: owner });
      await insert(
        titled('x', { id: event.id, ownerId: owner, others: [memberOf(heir)], fields: { tags: ['t'] } }),
      );
      const before = (await store().find(event.id, []))!.event;
      const thrown = changeOf(before, { envelope: { deletedAt: later(1) } });
      await store().commit(thrown);
      expect([await titles(owner), await titles(heir), await titles(owner, { tag: 't' })]).toEqual([
        [],
        [],
        [],
      ]);
      expect(await titles(owner, { state: 'trash', tag: 't' })).toEqual(['x']);
      const restored = changeOf(thrown.event, { envelope: { deletedAt: null } });
      await store().commit(restored);
      expect([await titles(owner), await titles(heir), await titles(owner, { tag: 't' })]).toEqual([
        ['x'],
        ['x'],
        ['x'],
      ]);
      const roles = [memberOf(owner, 'editor'), memberOf(heir, 'owner')];
      const given = changeOf(restored.event, { envelope: { ownerId: heir }, granted: roles });
      await store().commit(given);
      await store().commit(changeOf(given.event, { envelope: { deletedAt: later(4) } }));
      expect(await titles(owner, { state: 'trash' })).toEqual([]);
      expect(await titles(heir, { state: 'trash' })).toEqual(['x']);
    });
  });

  test('is in order, both ways, equal keys by id', async () => {
    const me = newId();
    const all = [5, 1, 3, 3, 3, 2].map((n, i) =>
      newEvent({ ownerId: me, keys: span(n, n + 10), updatedAt: later(-n), fields: { title: `${i}` } }),
    );
    await store().insert(all);
    const kept: Kept[] = all.map(({ event, keys, members }) => ({ event, keys, members }));
    for (const sort of ['start', 'updatedAt'] as const) {
      for (const descending of [false, true]) {
        for (const limit of [1, 4, 6, 100]) {
          const query = queryOf(me, { sort, descending, limit });
          expect(await store().list(query)).toEqual(naiveList(kept, query));
        }
      }
    }
  });

  test('orders instants before 1970 and far in the future', async () => {
    const me = newId();
    const instants = [-62_135_510_400_000, -1, 0, 1, 2 ** 31, 253_402_300_799_000];
    await store().insert(instants.map((n) => newEvent({ ownerId: me, keys: span(n, n) })).toReversed());
    expect((await store().list(queryOf(me))).map(({ key }) => key)).toEqual(instants);
  });

  test('answers any question as a plain search through everything would', async () => {
    const users = [newId(), newId(), newId()];
    const kept = fc.sample(keptArbitrary(users), { numRuns: 70, seed: 7 });
    await store().insert(kept);
    await fc.assert(
      fc.asyncProperty(queryArbitrary(users), async (query) => {
        expect(await store().list(query)).toEqual(naiveList(kept, query));
      }),
      { numRuns: 150 },
    );
  });
}
