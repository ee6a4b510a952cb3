import type { Rate } from './limits.js';

/**
 * A steady pace with bursts, in this process alone: `points` at once, then one every `seconds / points`. A window
 * would refuse a client that keeps exactly to the average, whenever its edge falls badly; and there is no promise
 * to wait for. (The generic cell rate algorithm.)
 */
export interface Pace {
  /** Milliseconds until there is room again; 0 where there was, and it has been taken. */
  take(key: string): number;
  /** Forgets those who have been still long enough to have their whole burst again. */
  sweep(): void;
}

export function createPace({ points, seconds }: Rate, now = (): number => performance.now()): Pace {
  const window = seconds * 1000;
  const each = window / points;
  /** By key: when everything that was taken will have been paid off. */
  const paidOff = new Map<string, number>();

  return {
    take: (key) => {
      const time = now();
      const then = Math.max(paidOff.get(key) ?? 0, time) + each;
      const wait = then - time - window;
      // A millionth of a millisecond: the sum of many fractions is not their product.
      if (wait > 1e-6) {
        return wait;
      }
      paidOff.set(key, then);
      return 0;
    },
    sweep: () => {
      const time = now();
      for (const [key, then] of paidOff) {
        if (then <= time) {
          paidOff.delete(key);
        }
      }
    },
  };
}
