import { randomUUID } from 'node:crypto';
import { problem } from '../protocol/problems.js';
import type { LeaseStore } from './ports.js';

/** How long a lease is good for if its process dies, and how long it is waited for. */
const LEASE_MS = 20_000;
const WAIT_MS = 5_000;

export interface LeaseTerms {
  /** Ends the lease of a process that died; the work must not take longer. */
  leaseMs?: number;
  waitMs?: number;
  /** What is thrown where others keep a lease for longer than that. */
  refusal?: () => Error;
}

/**
 * Runs work while no other process runs work for any of these keys. Leases are taken in one order everywhere, so
 * that two who want the same ones do not wait for each other.
 *
 * @throws the refusal (unavailable, unless said otherwise) where others keep one for too long
 */
export async function withLeases<T>(
  leases: LeaseStore,
  keys: readonly string[],
  work: () => Promise<T>,
  { leaseMs = LEASE_MS, waitMs = WAIT_MS, refusal = busy }: LeaseTerms = {},
): Promise<T> {
  const holder = randomUUID();
  const taken: string[] = [];
  try {
    for (const key of [...new Set(keys)].sort()) {
      const deadline = performance.now() + waitMs;
      while (!(await leases.take(key, holder, leaseMs))) {
        if (performance.now() > deadline) {
          throw refusal();
        }
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      }
      taken.push(key);
    }
    return await work();
  } finally {
    await Promise.all(taken.map((key) => leases.giveBack(key, holder)));
  }
}

const busy = (): Error =>
  problem('unavailable', 'Others are writing to the same calendar. Try again.', { retryAfter: 1 });
