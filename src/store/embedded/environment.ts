import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { open, type Database, type Key, type RootDatabase } from 'lmdb';
import { checkDataFile, DATA_FILE, DataDamaged } from './data-file.js';
import { lockDirectory } from './lock.js';
import { asUnavailable, whyNoRoom } from './room.js';

/** The layout of the data; a directory with another one is refused, but for those that `upgrade.ts` brings to it. */
export const FORMAT = 2;
const FORMATS: readonly unknown[] = [1, FORMAT];
/** So many pages are looked at before the data file is opened: all of a small one, the upper ones of a large one. */
const PAGES_AT_START = 256;

/** The tables of an LMDB environment. */
export interface Tables {
  /** A table of JSON values. */
  table<V>(name: string): Database<V>;
  /** The same table, its values as the JSON text that they are stored as. */
  textTable(name: string): Database<string>;
  /** The names of all that there are. */
  names(): string[];
  /** What this data is known by, wherever it is copied to. */
  id: string;
}

/** The table of what is said of the data file itself: its `format` and its `id`. */
export const META = 'meta';

/** An LMDB environment of which this process is the only user, and its one writer. */
export interface Environment extends Tables {
  /**
   * Runs `work` in a write transaction and resolves with what it returns once that is flushed to disk. Works
   * that wait at the same time share one transaction and one flush. A work that throws writes nothing.
   *
   * @throws Unavailable where the disk is full, or does not take what is written.
   */
  write<T>(work: () => T): Promise<T>;
  /** Whether a write is being done at this moment: what is read now may be undone. */
  isWriting(): boolean;
  close(): Promise<void>;
}

/** @throws DirectoryInUse, DataDamaged, or an error that says what is wrong with the directory. */
export async function openEnvironment(directory: string): Promise<Environment> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(directory);
  try {
    const file = path.join(directory, DATA_FILE);
    if (existsSync(file)) {
      accessSync(file, constants.R_OK | constants.W_OK);
      checkBefore(file);
    } else {
      await makeFile(file);
    }
    const root = openFile(file);
    return environment(root, idOf(root, directory) ?? makeId(root), directory, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

function checkBefore(file: string): void {
  try {
    checkDataFile(file, PAGES_AT_START);
  } catch (error) {
    if (error instanceof DataDamaged) {
      error.message += ' Restore a backup (npm run restore), or set DATA_DIR to another directory.';
    }
    throw error;
  }
}

/** Opens a data file that nobody writes to, to read it; whoever does has checked it. */
export function openForReading(file: string): Tables & { close(): Promise<void> } {
  const root = openFile(file, { readOnly: true });
  return { ...tables(root, idOf(root, path.dirname(file)) ?? ''), close: () => root.close() };
}

export const openFile = (file: string, options: { readOnly?: true } = {}): RootDatabase =>
  open({
    path: file,
    maxDbs: 64,
    encoding: 'json',
    // A transaction is not acknowledged before it is flushed.
    overlappingSync: false,
    ...options,
  });

/** Made aside and put in place whole, so that one that is empty or unfinished is never a new one. */
async function makeFile(file: string): Promise<void> {
  const aside = `${file}.new`;
  rmSync(aside, { force: true });
  const root = openFile(aside);
  const meta = metaOf(root);
  root.transactionSync(() => {
    meta.putSync('format', FORMAT);
    meta.putSync('id', randomUUID());
  });
  await root.close();
  renameSync(aside, file);
  rmSync(`${aside}-lock`, { force: true });
}

/** Checks the format; answers the id. Data of earlier versions has none. */
function idOf(root: RootDatabase, directory: string): string | undefined {
  const meta = [...root.getKeys()].includes(META) ? metaOf(root) : undefined;
  const format = meta?.get('format');
  if (!FORMATS.includes(format)) {
    throw new Error(
      `The data in ${directory} has format ${String(format)}; this version of Convene reads format ${FORMAT}. ` +
        'Use the version that wrote it, or another DATA_DIR.',
    );
  }
  return meta?.get('id') as string | undefined;
}

function makeId(root: RootDatabase): string {
  const [id, meta] = [randomUUID(), metaOf(root)];
  root.transactionSync(() => meta.putSync('id', id));
  return id;
}

const metaOf = (root: RootDatabase): Database<unknown, string> =>
  root.openDB<unknown, string>({ name: META, encoding: 'json' });

const tables = (root: RootDatabase, id: string): Tables => ({
  table: <V>(name: string) => root.openDB<V, Key>({ name, encoding: 'json' }),
  textTable: (name) => root.openDB<string, Key>({ name, encoding: 'string' }),
  names: () => [...root.getKeys()].map(String),
  id,
});

/** A group is written after so many turns at the latest. */
const MAX_TURNS = 8;

interface Waiting {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

function environment(
  root: RootDatabase,
  id: string,
  directory: string,
  unlock: () => Promise<void>,
): Environment {
  let waiting: Waiting[] = [];
  let closed = false;
  let writing = false;

  const transact = <T>(work: () => T): T => {
    try {
      return root.transactionSync(() => {
        writing = true;
        return work();
      });
    } finally {
      writing = false;
    }
  };

  /** A flush costs more than all else: while each turn of the event loop brings more to write, it waits for them. */
  const gather = (turns: number): void => {
    const before = waiting.length;
    setImmediate(() => {
      if (turns === 1 || waiting.length === before) {
        flush();
      } else {
        gather(turns - 1);
      }
    });
  };

  const flush = (): void => {
    const group = waiting;
    waiting = [];
    if (group.length === 0) {
      return;
    }
    const full = whyNoRoom(directory);
    if (full) {
      group.forEach(({ reject }) => reject(full));
      return;
    }
    try {
      const results = transact(() => group.map(({ work }) => work()));
      group.forEach(({ resolve }, i) => resolve(results[i]));
    } catch (error) {
      const unavailable = asUnavailable(error);
      // The whole transaction is gone. Else each on its own, so that only the one to blame is refused.
      group.forEach((one) => (unavailable ? one.reject(unavailable) : runAlone(transact, one)));
    }
  };

  return {
    ...tables(root, id),
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (closed) {
          reject(new Error('The store is closed'));
          return;
        }
        if (waiting.length === 0) {
          // With what comes in this very turn.
          queueMicrotask(() => gather(MAX_TURNS));
        }
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      }),
    isWriting: () => writing,
    close: async () => {
      closed = true;
      flush();
      await root.close();
      await unlock();
    },
  };
}

function runAlone(transact: (work: () => unknown) => unknown, { work, resolve, reject }: Waiting): void {
  try {
    resolve(transact(work));
  } catch (error) {
    reject(asUnavailable(error) ?? error);
  }
}
