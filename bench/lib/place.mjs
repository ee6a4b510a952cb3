import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseOf, drop } from './database.mjs';
import { openEmbeddedStore, openMongoStore } from './product.mjs';
import { Sower } from './sower.mjs';

/** @typedef {'embedded' | 'MongoDB'} StoreName */
/** @typedef {ReturnType<typeof newPlace>} Place */

/** @type {Set<string>} */
const folders = new Set();
// Whatever happens, nothing of it stays.
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** What a round has less of where each write crosses a network: it takes about as long. @param {StoreName} store */
export const shareOf = (store) => (store === 'MongoDB' ? 4 : 1);

/**
 * Where a Convene keeps its data: an empty store that is filled before the program is started on it.
 *
 * @param {StoreName} store
 */
export function newPlace(store) {
  const folder = mkdtempSync(path.join(tmpdir(), 'convene-bench-'));
  folders.add(folder);
  const secret = 'a secret of the benchmarks, and of nothing else'.padEnd(48, '.');
  const database = store === 'MongoDB' ? databaseOf(process.env.MONGODB_URI ?? '') : '';
  return {
    folder,
    secret,
    database,
    /** What the program has to be told. @type {Record<string, string>} */
    environment: { DATA_DIR: folder, JWT_SECRET: secret, MONGODB_URI: database },
    /**
     * Fills the store, past the program.
     *
     * @template T
     * @param {(sower: Sower) => Promise<T>} work
     */
    async sow(work) {
      const opened = await (database ? openMongoStore(database) : openEmbeddedStore(folder));
      try {
        return await work(new Sower(opened, secret));
      } finally {
        await opened.close();
      }
    },
    async remove() {
      rmSync(folder, { recursive: true, force: true });
      folders.delete(folder);
      if (database) await drop(database);
    },
  };
}
