import { expect, test } from '@jest/globals';
import { withLeases } from '../../src/service/lease.js';

/** Leases of which some are somebody else's for a while. */
function leasesOf(others: Record<string, number>) {
  const held = new Set<string>();
  return {
    held,
    take: async (key: string): Promise<boolean> => {
      const left = others[key] ?? 0;
      others[key] = left - 1;
      if (left <= 0) {
        held.add(key);
      }
      return left <= 0;
    },
    giveBack: async (key: string): Promise<void> => void held.delete(key),
  };
}

test('work waits until others have given their leases back, and gives its own back', async () => {
  const leases = leasesOf({ a: 2, b: 1 });
  expect(await withLeases(leases, ['b', 'a', 'b'], async () => [...leases.held])).toEqual(['a', 'b']);
  expect([...leases.held]).toEqual([]);
});

test('who has waited in vain is told so, and keeps nothing', async () => {
  const leases = leasesOf({ b: Infinity });
  const work = async (): Promise<never> => {
    throw new Error('ran beside the others');
  };
  await expect(withLeases(leases, ['a', 'b'], work, { waitMs: 50 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  const refusal = (): Error => new Error('not now');
  await expect(withLeases(leases, ['b'], work, { waitMs: 50, refusal })).rejects.toThrow('not now');
  expect([...leases.held]).toEqual([]);
});
