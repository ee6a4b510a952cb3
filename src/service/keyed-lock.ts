/** Runs work for several keys while no other work for any of them runs in this process; first come, first served. */
export function createKeyedLock(): <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<void>>();
  return async (keys, work) => {
    const own = [...new Set(keys)];
    // Everybody queues for all keys at once, so that nobody holds one while waiting for another.
    const before = own.map((key) => tails.get(key) ?? Promise.resolve());
    let finish: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const tail = Promise.all([...before, done]).then(() => undefined);
    own.forEach((key) => tails.set(key, tail));
    try {
      await Promise.all(before);
      return await work();
    } finally {
      finish();
      own.filter((key) => tails.get(key) === tail).forEach((key) => tails.delete(key));
    }
  };
}
