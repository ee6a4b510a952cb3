import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { NodeStore, Store } from '../../src/service/ports.js';
import { atOnce } from './samples.js';
import type { Opener } from './store.contract.js';

/** The nodes of a store that has them. */
export const nodesOf = ({ nodes }: Store): NodeStore => {
  if (!nodes) {
    throw new Error('Several processes may be on this store, but it has no list of them');
  }
  return nodes;
};
const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

/** `NodeStore`: two processes on one store, each through a connection of its own. */
export function nodesContract(prepare: () => Promise<Opener>): void {
  let opener: Opener;
  let stores: [Store, Store];
  let here: NodeStore;
  let there: NodeStore;
  beforeAll(async () => {
    opener = await prepare();
    stores = await Promise.all([opener.open(), opener.open()]);
    [here, there] = [nodesOf(stores[0]), nodesOf(stores[1])];
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await opener.remove();
  });
  afterEach(async () => {
    for (const { id } of await seen()) {
      await here.forget(id);
    }
  });
  /** All nodes, in the order of their ids: those that nobody on the list asks. It changes what they are asked. */
  const seen = async () => (await there.ask('nobody')).sort(byId);
  const beat = async (nodes: NodeStore, id: string, done = 0) => (await nodes.beat(id, done)).sort(byId);

  describe('beats', () => {
    test('rise by one each, and are seen over another connection', async () => {
      expect(await beat(here, 'a')).toEqual([{ id: 'a', beats: 1, asked: 0, done: 0 }]);
      expect(await beat(here, 'a')).toEqual([{ id: 'a', beats: 2, asked: 0, done: 0 }]);
      expect(await beat(there, 'b')).toEqual([
        { id: 'a', beats: 2, asked: 0, done: 0 },
        { id: 'b', beats: 1, asked: 0, done: 0 },
      ]);
      expect(await beat(here, 'a')).toEqual([
        { id: 'a', beats: 3, asked: 0, done: 0 },
        { id: 'b', beats: 1, asked: 0, done: 0 },
      ]);
    });

    test('at once, the first among them, are all counted', async () => {
      const ids = Array.from({ length: 20 }, (_, i) => (i < 10 ? 'a' : `n${i}`));
      const answers = await atOnce(20, (i) => beat(i % 2 ? here : there, ids[i]!));
      expect(answers.every((nodes, i) => nodes.some(({ id }) => id === ids[i]))).toBe(true);
      const found = await seen();
      expect(found.map(({ id, beats }) => [id, beats])).toEqual([
        ['a', 10],
        ...ids.slice(10).map((id) => [id, 1]),
      ]);
    });

    test('of ids that look like something else', async () => {
      const ids = ['$ne', 'a.b', 'layout', 'name', 'ä'];
      for (const id of ids) {
        await here.beat(id, 0);
      }
      expect((await seen()).map(({ id }) => id)).toEqual(ids);
    });
  });

  describe('asking', () => {
    test('raises the others, and not oneself', async () => {
      await here.beat('a', 0);
      await there.beat('b', 0);
      await there.beat('c', 0);
      expect((await here.ask('a')).sort(byId)).toEqual([
        { id: 'b', beats: 1, asked: 1, done: 0 },
        { id: 'c', beats: 1, asked: 1, done: 0 },
      ]);
      expect((await there.ask('b')).sort(byId)).toEqual([
        { id: 'a', beats: 1, asked: 1, done: 0 },
        { id: 'c', beats: 1, asked: 2, done: 0 },
      ]);
      expect((await beat(here, 'a')).map(({ asked }) => asked)).toEqual([1, 1, 2]);
    });

    test('at once is counted each time', async () => {
      await here.beat('a', 0);
      const answers = await atOnce(20, (i) => (i % 2 ? here : there).ask('b'));
      expect(Math.max(...answers.flat().map(({ asked }) => asked))).toBe(20);
      expect(await beat(here, 'a')).toEqual([{ id: 'a', beats: 1 + 1, asked: 20, done: 0 }]);
    });

    test('where nobody else is, asks nobody', async () => {
      expect(await here.ask('a')).toEqual([]);
      await here.beat('a', 0);
      expect(await here.ask('a')).toEqual([]);
    });
  });

  test('what was done is seen by who asked, and never falls', async () => {
    await here.beat('a', 0);
    await there.ask('b');
    await there.ask('b');
    expect(await beat(here, 'a', 2)).toEqual([{ id: 'a', beats: 2, asked: 2, done: 2 }]);
    expect(await beat(here, 'a', 1)).toEqual([{ id: 'a', beats: 3, asked: 2, done: 2 }]);
    expect(await there.ask('b')).toEqual([{ id: 'a', beats: 3, asked: 3, done: 2 }]);
  });

  describe('a node is forgotten', () => {
    test('whatever it says, without beats', async () => {
      await here.beat('a', 0);
      await here.beat('b', 0);
      await there.forget('a');
      await there.forget('a');
      await there.forget('nobody');
      expect((await beat(here, 'b')).map(({ id }) => id)).toEqual(['b']);
    });

    test('unless it has lived on, with beats', async () => {
      await here.beat('a', 0);
      await here.beat('a', 0);
      await there.forget('a', 1);
      expect((await seen()).map(({ id }) => id)).toEqual(['a']);
      await there.forget('a', 2);
      expect(await seen()).toEqual([]);
    });

    test('and is there again once it says that it lives; what it is asked then it has not done yet', async () => {
      await here.beat('a', 0);
      await there.ask('b');
      await here.beat('a', 1);
      await there.forget('a');
      const [back] = await here.beat('a', 1);
      expect(back).toMatchObject({ id: 'a', beats: 1 });
      const [asked] = await there.ask('b');
      expect(asked!.asked).toBe(back!.asked + 1);
      expect(asked!.done).toBeLessThan(asked!.asked);
    });
  });

  describe('the shared name', () => {
    const opened = async (work: (open: Opener['open']) => Promise<void>) => {
      const other = await prepare();
      const open: Store[] = [];
      try {
        await work(async () => {
          const store = await other.open();
          open.push(store);
          return store;
        });
      } finally {
        await Promise.all(open.map((store) => store.close()));
        await other.remove();
      }
    };

    test('is one for all, also where 20 ask at once for the first time', async () => {
      await opened(async (open) => {
        const fresh = (await atOnce(4, open)).map(nodesOf);
        const names = await atOnce(20, (i) => fresh[i % 4]!.sharedName());
        expect(new Set(names).size).toBe(1);
        expect(names[0]).toMatch(/^\S{16,}$/);
        expect(await nodesOf(await open()).sharedName()).toBe(names[0]);
      });
    });

    test('is another one elsewhere, and no node', async () => {
      await opened(async (open) => {
        const elsewhere = nodesOf(await open());
        expect(await elsewhere.sharedName()).not.toBe(await here.sharedName());
        expect(await elsewhere.beat('a', 0)).toHaveLength(1);
        expect(await elsewhere.ask('a')).toEqual([]);
      });
    });
  });
}
