import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFeeds } from '../../src/live/feeds.js';
import type { Change } from '../../src/protocol/history.js';

const EVENT = '66f0c0ffee0123456789abcd';
const by = { id: EVENT, username: 'ada', name: 'Ada' };
const change = (version: number): Change => ({
  eventId: EVENT,
  version,
  kind: 'edit',
  patch: [],
  by,
  at: '2026-01-01T00:00:00.000Z',
});
const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A store with one event, and sockets that note what they are sent. */
function world() {
  const state = { stored: 1, current: true };
  const members = new Set<string>();
  const heard = new Map<string, number[]>();
  const feeds = createFeeds({
    emit: ({ version }, except) => {
      members.forEach((id) => !except.includes(id) && heard.get(id)?.push(version));
    },
    withdraw: () => {},
    catchUp: async (_, after) =>
      Array.from({ length: state.stored - after }, (_unused, i) => change(after + 1 + i)),
    isCurrent: () => state.current,
    onError: (error) => {
      throw error;
    },
  });
  const join = (id: string, read: () => Promise<{ version: number }>) =>
    feeds.join(EVENT, id, read, () => {
      members.add(id);
      heard.set(id, []);
    });
  const read = async () => ({ version: state.stored });
  return { state, feeds, heard, join, read };
}

describe('joining', () => {
  test('a change sent while the event was being read makes it read again', async () => {
    const { state, feeds, heard, join } = world();
    let reads = 0;
    const joined = await join('a', async () => {
      const version = state.stored;
      reads += 1;
      if (reads === 1) {
        state.stored = 2;
        feeds.deliver(change(2)); // stored and told after the read began
      }
      return { version };
    });
    expect(joined.version).toBe(2);
    feeds.deliver(change(3));
    expect(heard.get('a')).toEqual([3]);
  });

  test('a change that was read before it is told is not told to that socket, but to the others', async () => {
    const { state, feeds, heard, join, read } = world();
    await join('early', read);
    state.stored = 3; // stored, not told yet
    expect((await join('late', read)).version).toBe(3);
    feeds.deliver(change(2));
    feeds.deliver(change(3));
    feeds.deliver(change(4));
    expect(heard.get('early')).toEqual([2, 3, 4]);
    expect(heard.get('late')).toEqual([4]);
  });

  test('after everybody has left, the next one starts from what it read', async () => {
    const { state, feeds, heard, join, read } = world();
    await join('a', read);
    feeds.emptied(EVENT);
    state.stored = 5;
    await join('b', read);
    feeds.deliver(change(6));
    expect(heard.get('b')).toEqual([6]);
  });
});

describe('order', () => {
  test('a change that overtook others waits for them', async () => {
    const { feeds, heard, join, read } = world();
    await join('a', read);
    [3, 4, 2, 2, 3].forEach((version) => feeds.deliver(change(version)));
    expect(heard.get('a')).toEqual([2, 3, 4]);
  });

  test('one that never comes is read from the store, within a second', async () => {
    const { state, feeds, heard, join, read } = world();
    await join('a', read);
    state.stored = 4;
    feeds.deliver(change(4));
    expect(heard.get('a')).toEqual([]);
    await tick(900);
    expect(heard.get('a')).toEqual([2, 3, 4]);
    feeds.close();
  });

  test('whatever the order of telling and joining, each socket hears each version above its answer once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.constant('store'), fc.constant('tell'), fc.constant('join'), fc.constant('shuffle')),
          {
            maxLength: 40,
          },
        ),
        fc.integer({ min: 0, max: 3 }),
        async (steps, slow) => {
          const { state, feeds, heard, join } = world();
          const untold: Change[] = [];
          const answers = new Map<string, Promise<{ version: number }>>();
          for (const step of steps) {
            if (step === 'store') {
              state.stored += 1;
              untold.push(change(state.stored));
            } else if (step === 'tell') {
              untold.splice(0, 1).forEach(feeds.deliver);
            } else if (step === 'shuffle') {
              untold.reverse();
            } else {
              const id = `socket ${answers.size}`;
              answers.set(
                id,
                join(id, async () => {
                  const version = state.stored;
                  for (let i = 0; i < slow; i += 1) {
                    await Promise.resolve();
                  }
                  return { version };
                }),
              );
            }
            await Promise.resolve();
          }
          untold.forEach(feeds.deliver);
          for (const [id, answer] of answers) {
            const { version } = await answer;
            expect(heard.get(id)).toEqual(
              Array.from({ length: state.stored - version }, (_, i) => version + 1 + i),
            );
          }
          feeds.close();
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('while this process may not tell what it hears', () => {
  test('it tells nothing, and what the store has as soon as that is read', async () => {
    const { state, feeds, heard, join, read } = world();
    await join('a', read);
    state.current = false;
    state.stored = 3;
    feeds.deliver(change(2));
    feeds.deliver(change(3));
    expect(heard.get('a')).toEqual([]);
    feeds.heal(EVENT, [change(2), change(3)]);
    state.current = true;
    feeds.deliver(change(4));
    expect(heard.get('a')).toEqual([2, 3, 4]);
  });
});

describe('settling', () => {
  test('reads at once what is missing before something that is held back', async () => {
    const { state, feeds, heard, join, read } = world();
    await join('a', read);
    state.stored = 3;
    feeds.deliver(change(3));
    await feeds.settle(EVENT);
    expect(heard.get('a')).toEqual([2, 3]);
    feeds.close();
  });
});
