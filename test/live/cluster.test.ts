import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createCluster, type Cluster } from '../../src/live/cluster.js';
import { Unavailable, type NodeRecord, type NodeStore } from '../../src/service/ports.js';

/** Where the processes meet; `away` stands for a store that does not answer. */
function meetingPlace(): NodeStore & { away: boolean; records: Map<string, NodeRecord> } {
  const records = new Map<string, NodeRecord>();
  const others = (id: string): NodeRecord[] => [...records.values()].filter((one) => one.id !== id);
  const place = {
    away: false,
    records,
    sharedName: async () => 'test',
    beat: async (id: string, done: number) => {
      if (place.away) {
        throw new Unavailable('away');
      }
      const known = records.get(id) ?? { id, beats: 0, asked: done, done };
      records.set(id, { ...known, beats: known.beats + 1, done: Math.max(known.done, done) });
      return structuredClone([...records.values()]);
    },
    ask: async (id: string) => {
      others(id).forEach((one) => (one.asked += 1));
      return structuredClone(others(id));
    },
    forget: async (id: string) => {
      records.delete(id);
    },
  };
  return place;
}

let place: ReturnType<typeof meetingPlace>;
const running: Cluster[] = [];

/** A process; `looks` counts how often it has looked at the store anew. */
async function process(look: () => Promise<void> = async () => {}) {
  const looks = { count: 0 };
  const cluster = createCluster({
    nodes: place,
    look: async () => {
      await look();
      looks.count += 1;
    },
    onError: () => {},
  });
  await cluster.start();
  running.push(cluster);
  return { cluster, looks };
}

/** What became of a promise, once so much time has passed. */
async function after(ms: number, promise: Promise<unknown>): Promise<string> {
  let state = 'pending';
  promise.then(
    () => (state = 'resolved'),
    (error: unknown) => (state = error instanceof Unavailable ? 'unavailable' : 'failed'),
  );
  await jest.advanceTimersByTimeAsync(ms);
  return state;
}

beforeEach(() => {
  jest.useFakeTimers();
  place = meetingPlace();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((cluster) => cluster.stop()));
  jest.useRealTimers();
});

describe('5: confirming that a revocation has been seen', () => {
  test('alone there is nobody to wait for', async () => {
    const { cluster } = await process();
    expect(await after(0, cluster.confirm())).toBe('resolved');
  });

  test('another process has looked at the store anew before it is confirmed', async () => {
    const { cluster } = await process();
    const other = await process();
    const confirmed = cluster.confirm();
    expect(await after(0, confirmed)).toBe('pending');
    expect(other.looks.count).toBe(0);
    expect(await after(1_600, confirmed)).toBe('resolved');
    expect(other.looks.count).toBe(1);
  });

  test('a faster confirmation is enough, and asks nobody to look', async () => {
    const { cluster } = await process();
    const other = await process();
    const confirmed = cluster.confirm(Promise.resolve(new Set([other.cluster.nodeId])));
    expect(await after(10, confirmed)).toBe('resolved');
    expect(other.looks.count).toBe(0);
  });

  test('a confirmation of some is not one of all', async () => {
    const { cluster } = await process();
    const [one, two] = [await process(), await process()];
    const confirmed = cluster.confirm(Promise.resolve(new Set([one.cluster.nodeId])));
    expect(await after(300, confirmed)).toBe('pending');
    expect(await after(1_600, confirmed)).toBe('resolved');
    expect(two.looks.count).toBe(1);
  });

  test('one that is alive and cannot look makes it unavailable within 5 s', async () => {
    const { cluster } = await process();
    await process(() => new Promise((resolve) => setTimeout(resolve, 30_000)));
    place.records.forEach((record) => (record.beats += 1));
    // Its beats go on, as those of one that is too busy to look.
    const busy = setInterval(() => place.records.forEach((record) => (record.beats += 1)), 500);
    expect(await after(5_000, cluster.confirm())).toBe('unavailable');
    clearInterval(busy);
  });

  test('one that has fallen silent is waited for until it tells nobody anything any more', async () => {
    const { cluster } = await process();
    const other = await process();
    await jest.advanceTimersByTimeAsync(1_500);
    const place_ = place;
    other.cluster.isCurrent();
    // Stopped as by SIGSTOP: no timer of it runs. Its record stays.
    const record = place_.records.get(other.cluster.nodeId);
    await other.cluster.stop();
    if (record) {
      place_.records.set(record.id, record);
    }
    const confirmed = cluster.confirm();
    expect(await after(3_000, confirmed)).toBe('pending');
    expect(other.cluster.isCurrent()).toBe(true);
    expect(await after(1_800, confirmed)).toBe('resolved');
    expect(other.cluster.isCurrent()).toBe(false);
  });

  test('one that Redis still knows of may only be slow: that is unavailable', async () => {
    const { cluster } = await process();
    const other = await process();
    const record = place.records.get(other.cluster.nodeId);
    await other.cluster.stop();
    if (record) {
      place.records.set(record.id, record);
    }
    const never = new Promise<Set<string>>(() => {});
    expect(await after(5_000, cluster.confirm(never))).toBe('unavailable');
    // After ten seconds it is not alive any more.
    await jest.advanceTimersByTimeAsync(5_500);
    expect(await after(0, cluster.confirm(never))).toBe('resolved');
  });
});

describe('5: a process that cannot say that it lives', () => {
  test('tells nothing after 4 s, and nothing again before it has looked', async () => {
    let mayLook = false;
    const { cluster, looks } = await process(async () => {
      if (!mayLook) {
        throw new Error('not yet');
      }
    });
    place.away = true;
    await jest.advanceTimersByTimeAsync(3_500);
    expect(cluster.isCurrent()).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(cluster.isCurrent()).toBe(false);
    place.away = false;
    await jest.advanceTimersByTimeAsync(3_000);
    expect(cluster.isCurrent()).toBe(false);
    mayLook = true;
    await jest.advanceTimersByTimeAsync(1_100);
    expect(looks.count).toBe(1);
    expect(cluster.isCurrent()).toBe(true);
  });
});
