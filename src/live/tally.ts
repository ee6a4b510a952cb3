import type { ClientMessage } from '../protocol/live.js';
import type { Cluster } from './cluster.js';

/** Hears how the socket door does its work, to keep count of it. Nothing that it is told names anybody. */
export interface Tally {
  /** A message was answered; `outcome` is `ok` or the code of the problem. */
  answered(message: ClientMessage | 'unknown', outcome: string, seconds: number): void;
  /** A connection was closed because it took too long to read. */
  dropped(transport: string): void;
  /** The store was looked at for what nobody told. */
  looked(seconds: number): void;
  /** So many changes were read from the store because they were missing. */
  repaired(changes: number): void;
  /** It was waited until the other processes had confirmed, or could not be waited for. */
  confirmed(outcome: 'ok' | 'unavailable', seconds: number): void;
}

/** How many are there at the moment. */
export interface LiveStanding {
  sockets: { json: number; msgpack: number };
  watchedEvents: number;
  subscriptions: number;
  /** Whether Redis answers; null where there is none. */
  isBusUp: boolean | null;
}

/** The cluster, and the tally hears of each confirmation. */
export function countConfirmations(cluster: Cluster, tally: Tally): Cluster {
  return {
    ...cluster,
    confirm: async (asked) => {
      const started = performance.now();
      const seconds = (): number => (performance.now() - started) / 1000;
      try {
        await cluster.confirm(asked);
        tally.confirmed('ok', seconds());
      } catch (error) {
        tally.confirmed('unavailable', seconds());
        throw error;
      }
    },
  };
}
