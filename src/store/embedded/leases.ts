import type { LeaseStore } from '../../service/ports.js';

/** Leases of the one process that has this store open: they end with it. */
export function embeddedLeases(): LeaseStore {
  const leases = new Map<string, { holder: string; until: number }>();
  return {
    take: async (key, holder, ms) => {
      const now = performance.now();
      const lease = leases.get(key);
      if (lease && lease.holder !== holder && lease.until > now) {
        return false;
      }
      leases.set(key, { holder, until: now + ms });
      return true;
    },
    giveBack: async (key, holder) => {
      if (leases.get(key)?.holder === holder) {
        leases.delete(key);
      }
    },
  };
}
