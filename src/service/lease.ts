import { randomUUID } from 'node:crypto';
import { problem } from '../protocol/problems.js';
import type { LeaseStore } from './ports.js';

/** How long a lease is good for if its process dies, and how long it is waited for. */
const LEASE_MS = 20_000;
const WAIT_MS = 5_000;

/**
 * Runs work while no other process runs work for any of these keys. Leases are taken in one order everywhere, so
 * that two who want the same ones do not wait for each other.
 *
 * @throws unavailable where others keep one for too long
 */
export async function withLeases<T>(
  leases: LeaseStore,
  keys: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  const taken: string[] = [];
  try {
    for (const key of [...new Set(keys)].sort()) {
      await take(leases, key, holder);
      taken.push(key);
    }
    return await work();
  } finally {
    await Promise.all(taken.map((key) => leases.giveBack(key, holder)));
  }
}

async function take(leases: LeaseStore, key: string, holder: string): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!(await leases.take(key, holder, LEASE_MS))) {
    if (performance.now() > deadline) {
      throw problem('unavailable', 'Others are writing to the same calendar. Try again.', { retryAfter: 1 });
    }
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
  }
}
