import DataLoader from 'dataloader';

/**
 * Reads of which all that are asked for within a millisecond are one: a look at a server costs the same for one as for
 * many. It begins after the last of them was asked for, and nothing is kept, so that each sees all that was acknowledged
 * before.
 *
 * @param read answers what there is of each of these, in their order; a key may be among them several times
 * @param most so many are read at once at most
 */
export function together<K, V>(
  read: (keys: readonly K[]) => Promise<V[]>,
  most: number,
): (key: K) => Promise<V> {
  const loader = new DataLoader<K, V>(read, {
    cache: false,
    maxBatchSize: most,
    // Not `setImmediate`: between the error of a broken connection and its end, the driver would wait for an answer on it.
    batchScheduleFn: (start) => setTimeout(start, 0),
  });
  return (key) => loader.load(key);
}
