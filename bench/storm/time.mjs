/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Works on many things, some at a time, in order.
 *
 * @template T, R
 * @param {readonly T[]} items
 * @param {(item: T, i: number) => Promise<R>} work
 * @param {number} atOnce
 * @returns {Promise<R[]>}
 */
export async function inTurns(items, work, atOnce = 8) {
  const rest = items.entries();
  /** @type {R[]} */
  const results = [];
  const worker = async () => {
    for (const [i, item] of rest) results[i] = await work(item, i);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
