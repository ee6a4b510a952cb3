import type { LeaseStore } from '../../service/ports.js';
import type { Collections } from './documents.js';
import { isDuplicateKey } from './errors.js';

/**
 * One document a lease. It is taken where it is one's own, has expired, or is not there; where none of these
 * holds, making it anew is a duplicate key. The processes' clocks must agree to well within a lease's time.
 */
export function mongoLeases({ leases }: Collections): LeaseStore {
  const takeOrMake = (key: string, holder: string, now: number, ms: number) =>
    leases.updateOne(
      { _id: key, $or: [{ holder: { $eq: holder } }, { expiresAt: { $lt: new Date(now) } }] },
      { $set: { holder, expiresAt: new Date(now + ms) } },
      { upsert: true },
    );

  return {
    take: async (key, holder, ms) => {
      try {
        await takeOrMake(key, holder, Date.now(), ms);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) {
          return false;
        }
        throw error;
      }
    },
    giveBack: async (key, holder) => {
      await leases.deleteOne({ _id: key, holder: { $eq: holder } });
    },
  };
}
