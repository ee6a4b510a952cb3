import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { open, type Database, type Key, type RootDatabase } from 'lmdb';
import { lockDirectory } from './lock.js';

/** The layout of the data; a directory with another one is refused. */
const FORMAT = 1;

/** An LMDB environment of which this process is the only user, and its one writer. */
export interface Environment {
  /** A table of JSON values. */
  table<V>(name: string): Database<V>;
  /**
   * Runs `work` in a write transaction and resolves with what it returns once that is flushed to disk. Works
   * that wait at the same time share one transaction and one flush. A work that throws writes nothing.
   */
  write<T>(work: () => T): Promise<T>;
  close(): Promise<void>;
}

/** @throws DirectoryInUse, or an error that says what is wrong with the directory. */
export async function openEnvironment(directory: string): Promise<Environment> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(directory);
  try {
    const root = open({
      path: path.join(directory, 'convene.lmdb'),
      maxDbs: 32,
      encoding: 'json',
      // A transaction is not acknowledged before it is flushed.
      overlappingSync: false,
    });
    checkFormat(root, directory);
    return environment(root, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

function checkFormat(root: RootDatabase, directory: string): void {
  const meta = root.openDB<number, string>({ name: 'meta', encoding: 'json' });
  const format = meta.get('format');
  if (format === undefined) {
    root.transactionSync(() => meta.putSync('format', FORMAT));
  } else if (format !== FORMAT) {
    throw new Error(
      `The data in ${directory} has format ${format}; this version of Convene reads format ${FORMAT}. ` +
        'Use the version that wrote it, or another DATA_DIR.',
    );
  }
}

interface Waiting {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

function environment(root: RootDatabase, unlock: () => Promise<void>): Environment {
  let waiting: Waiting[] = [];
  let closed = false;

  const flush = (): void => {
    const group = waiting;
    waiting = [];
    try {
      const results = root.transactionSync(() => group.map(({ work }) => work()));
      group.forEach(({ resolve }, i) => resolve(results[i]));
    } catch {
      // The whole transaction is gone: each on its own, so that only the one to blame is refused.
      group.forEach((one) => runAlone(root, one));
    }
  };

  return {
    table: <V>(name: string) => root.openDB<V, Key>({ name, encoding: 'json' }),
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (closed) {
          reject(new Error('The store is closed'));
          return;
        }
        if (waiting.length === 0) {
          setImmediate(flush);
        }
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      }),
    close: async () => {
      closed = true;
      if (waiting.length > 0) {
        flush();
      }
      await root.close();
      await unlock();
    },
  };
}

function runAlone(root: RootDatabase, { work, resolve, reject }: Waiting): void {
  try {
    resolve(root.transactionSync(work));
  } catch (error) {
    reject(error);
  }
}
