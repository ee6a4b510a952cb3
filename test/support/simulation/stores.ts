import type { LogEntry } from '../../../src/calendar/history.js';
import { Unavailable, type EventStore, type NodeRecord, type NodeStore } from '../../../src/service/ports.js';
import { elapsed, sleep } from './time.js';
import type { World } from './world.js';

type Method = (...given: unknown[]) => Promise<unknown>;

/** How things stand with a process; it may be cut off from the store, until so many milliseconds of the run. */
export interface Health {
  isDead: boolean;
  cutOffUntil: number;
}

/** Never comes. */
export const never = (): Promise<never> => new Promise(() => undefined);

/**
 * A store as one process has it: each answer takes its time, some never come because the process is dead, and some
 * are that it cannot be reached, whether it did what was asked or not.
 */
export function distant<T extends object>(store: T, world: World, owner: () => Health): T {
  const way = async (): Promise<void> => {
    if (world.chance.happens(0.4)) {
      await sleep(world.chance.between(1, 12));
    }
    while (owner().cutOffUntil > elapsed()) {
      await sleep(owner().cutOffUntil - elapsed());
    }
    if (owner().isDead) {
      await never();
    }
  };
  const asked = async (name: string, method: Method, given: unknown[]): Promise<unknown> => {
    await way();
    if (world.strikes('store away', isSafe(name, given) ? 0.002 : 0)) {
      throw new Unavailable('as simulated');
    }
    const answer = await method(...given);
    await way();
    const isUnanswered = world.isMute && name === 'commit' && answer === true;
    if (
      isUnanswered ||
      (name === 'commit' && world.strikes('store away after writing', isSafe(name, given) ? 0.01 : 0))
    ) {
      throw new Unavailable('as simulated');
    }
    return answer;
  };
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    (...given: unknown[]) => asked(name, method as Method, given),
  ]);
  return Object.fromEntries(methods) as T;
}

/** Whether whoever asks will ask again: a client's edit, or a reading. */
function isSafe(name: string, [given]: unknown[]): boolean {
  const { entries = [] } = (name === 'commit' ? given : {}) as { entries?: LogEntry[] };
  return entries.every(({ kind }) => kind === 'edit');
}

/** Others are faster now and then: what was decided is decided anew. */
export const contended = (store: EventStore, world: World): EventStore => ({
  ...store,
  commit: async (commit) => !world.strikes('lost race', 0.03) && store.commit(commit),
});

/** The processes on a store, as `store/mongo/nodes.ts` keeps them. */
export function memoryNodes(): NodeStore {
  const nodes = new Map<string, NodeRecord>();
  const others = (id: string): NodeRecord[] => [...nodes.values()].filter((one) => one.id !== id);
  return {
    sharedName: async () => 'simulated',
    beat: async (id, done) => {
      const known = nodes.get(id) ?? { id, beats: 0, asked: done, done };
      nodes.set(id, { ...known, beats: known.beats + 1, done: Math.max(known.done, done) });
      return structuredClone([...nodes.values()]);
    },
    ask: async (id) => {
      others(id).forEach((one) => nodes.set(one.id, { ...one, asked: one.asked + 1 }));
      return structuredClone(others(id));
    },
    forget: async (id, beats) => {
      if (beats === undefined || (nodes.get(id)?.beats ?? 0) <= beats) {
        nodes.delete(id);
      }
    },
  };
}
