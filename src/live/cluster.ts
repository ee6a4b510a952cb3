import { randomBytes } from 'node:crypto';
import { Unavailable, type NodeRecord, type NodeStore } from '../service/ports.js';

/**
 * This process among those on the same store. The store is the witness: each process says there, once a second,
 * that it lives. One that has not been able to say so for a while tells its sockets nothing more before it has
 * looked at the store anew: so the others need not wait for one that is dead or cut off.
 */
export interface Cluster {
  readonly nodeId: string;
  /** Whether this process may tell its sockets what it hears. */
  isCurrent(): boolean;
  /**
   * Resolves once every other process has seen what the store had when this was called, or is known to tell nobody.
   *
   * @param asked the ids of those that have confirmed it already, over a faster way
   * @throws unavailable where a living one has not within {@link CONFIRM_MS}
   */
  confirm(asked?: Promise<Set<string>>): Promise<void>;
  /** Whether another process has not said for so long that it lives that its sockets must be gone. */
  isDead(nodeId: string): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const BEAT_MS = 1_000;
/** Without a beat for so long, a process tells its sockets nothing more. */
const FENCE_MS = 4_000;
/** Without a beat for so long, another process is dead, or has found itself cut off. */
const SILENT_MS = 4_500;
/** As long as Redis still knows of it, it may only be slow. */
const SLOW_MS = 10_000;
/** Without a beat for so long, another process's record is taken from the list. */
const FORGET_MS = 10 * 60_000;
const CONFIRM_MS = 5_000;
/** How long the fast way has before the store is asked. */
const FAST_MS = 400;
const LOOK_AGAIN_MS = 250;

export interface ClusterSettings {
  nodes: NodeStore;
  /** Looks at the store anew (`beacon.ts`). */
  look(): Promise<void>;
  onError(error: unknown): void;
  /** Milliseconds that never go back. */
  now?: () => number;
}

/** What is known of another process. */
interface Seen {
  beats: number;
  /** When its number of beats was first seen, in this process's time. */
  at: number;
}

export function createCluster({ nodes, look, onError, now = steadyTime }: ClusterSettings): Cluster {
  const nodeId = randomBytes(8).toString('hex');
  const seen = new Map<string, Seen>();
  let done = 0;
  let lastBeat = now();
  let lapsed = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const isCurrent = (): boolean => {
    lapsed ||= now() - lastBeat > FENCE_MS;
    return !lapsed;
  };

  const observe = (all: readonly NodeRecord[]): NodeRecord[] => {
    const others = all.filter(({ id }) => id !== nodeId);
    for (const { id, beats } of others) {
      if (seen.get(id)?.beats !== beats) {
        seen.set(id, { beats, at: now() });
      }
    }
    return others;
  };
  const silentFor = (id: string): number => now() - (seen.get(id)?.at ?? now());

  const forgetDead = (others: readonly NodeRecord[]): void => {
    for (const { id, beats } of others) {
      if (silentFor(id) > FORGET_MS) {
        seen.delete(id);
        nodes.forget(id, beats).catch(onError);
      }
    }
  };

  const beat = async (): Promise<void> => {
    const startedAt = now();
    const all = await nodes.beat(nodeId, done);
    forgetDead(observe(all));
    const asked = all.find(({ id }) => id === nodeId)?.asked ?? 0;
    if (!isCurrent() || asked > done) {
      await look();
      done = Math.max(done, asked);
      await nodes.beat(nodeId, done);
    }
    lastBeat = startedAt;
    lapsed = false;
    // What took too long was too long for the others to wait.
    isCurrent();
  };

  const beatLater = (): void => {
    timer = setTimeout(() => {
      beat()
        .catch(onError)
        .finally(() => stopped || beatLater());
    }, BEAT_MS);
  };

  /** Those who have neither confirmed nor fallen silent. */
  const waitFor = async (waiting: Set<string>, isSlow: () => boolean, deadline: number): Promise<void> => {
    const wanted = new Map((await nodes.ask(nodeId)).map(({ id, asked }) => [id, asked]));
    while (waiting.size > 0) {
      for (const { id, done: reached } of observe(await nodes.beat(nodeId, done))) {
        if (reached >= (wanted.get(id) ?? 0)) {
          waiting.delete(id);
        }
      }
      for (const id of waiting) {
        if (!wanted.has(id) || silentFor(id) > (isSlow() ? SLOW_MS : SILENT_MS)) {
          waiting.delete(id);
        }
      }
      if (waiting.size > 0 && now() > deadline) {
        throw new Unavailable(`processes that have not confirmed: ${[...waiting].join(', ')}`);
      }
      await (waiting.size > 0 && pause(LOOK_AGAIN_MS));
    }
  };

  return {
    nodeId,
    isCurrent,
    confirm: async (asked) => {
      const deadline = now() + CONFIRM_MS - LOOK_AGAIN_MS;
      // Looked at below, perhaps after it has failed, perhaps never.
      asked?.catch(() => {});
      const others = observe(await nodes.beat(nodeId, done)).map(({ id }) => id);
      const waiting = new Set(others.filter((id) => silentFor(id) <= SLOW_MS));
      if (waiting.size === 0) {
        return;
      }
      // Those whom Redis knows and who do not answer keep it waiting to the end.
      let isSlow = asked !== undefined;
      const fast = (asked ?? Promise.resolve(new Set<string>())).then(
        (ids) => {
          isSlow = false;
          ids.forEach((id) => waiting.delete(id));
        },
        () => {},
      );
      await Promise.race([fast, pause(asked ? FAST_MS : 0)]);
      if (waiting.size > 0) {
        await waitFor(waiting, () => isSlow, deadline);
      }
    },
    isDead: (id) => silentFor(id) > SLOW_MS,
    start: async () => {
      await beat();
      beatLater();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await nodes.forget(nodeId).catch(onError);
    },
  };
}

/** The only process there can be. */
export const soleNode = (): Cluster => ({
  nodeId: 'sole',
  isCurrent: () => true,
  confirm: async () => {},
  isDead: () => false,
  start: async () => {},
  stop: async () => {},
});

const steadyTime = (): number => performance.now();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
