import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import type { Source } from '../transfer.js';
import { checkDataFile, DATA_FILE } from './data-file.js';
import { openEnvironment, openFile, openForReading } from './environment.js';
import { DirectoryInUse, lockDirectory } from './lock.js';
import { embeddedSource } from './source.js';

/** A data directory, or a backup of one, to be read whole. */
export interface OpenSource extends Source {
  id: string;
  close(): Promise<void>;
}

export const hasData = (directory: string): boolean => existsSync(path.join(directory, DATA_FILE));

/** Looks whether the data file of a directory that nobody writes to is whole. @throws DataDamaged */
export const checkData = (directory: string): void => checkDataFile(path.join(directory, DATA_FILE));

/** Opens a data directory, and keeps every other process from it. @throws DirectoryInUse, DataDamaged */
export async function openData(directory: string): Promise<OpenSource> {
  const environment = await openEnvironment(directory);
  try {
    checkData(directory);
    return { ...embeddedSource(environment), id: environment.id, close: environment.close };
  } catch (error) {
    await environment.close();
    throw error;
  }
}

/** Opens a copy that nobody writes to. @throws DataDamaged */
export function openCopy(file: string): OpenSource {
  checkDataFile(file);
  const tables = openForReading(file);
  const close = async (): Promise<void> => {
    await tables.close();
    rmSync(`${file}-lock`, { force: true });
  };
  return { ...embeddedSource(tables), id: tables.id, close };
}

/**
 * Copies the data file of a directory as it is at one instant, whether or not another process writes it meanwhile,
 * and without what is free in it.
 *
 * LMDB lets several processes in, each of which reads a snapshot. Our own lock keeps out those who would write.
 */
export async function copyData(directory: string, to: string): Promise<void> {
  const file = path.join(directory, DATA_FILE);
  await checkIfIdle(directory);
  rmSync(to, { force: true });
  const root = openFile(file, { readOnly: true });
  try {
    await root.backup(to, true);
  } finally {
    await root.close();
  }
  keepCopy(to);
}

/** Puts a copy in place as the data file of a directory that has none. @param copy lies in the directory */
export function installData(copy: string, directory: string): void {
  renameSync(copy, path.join(directory, DATA_FILE));
  syncPath(directory);
}

export async function lockForRestore(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return lockDirectory(directory);
}

/** What a process has open and writes cannot be looked at from here, but for its head; it has been by that process. */
async function checkIfIdle(directory: string): Promise<void> {
  const file = path.join(directory, DATA_FILE);
  try {
    const unlock = await lockDirectory(directory);
    try {
      checkDataFile(file);
    } finally {
      await unlock();
    }
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) {
      throw error;
    }
    checkDataFile(file, 0);
  }
}

/** Makes a file its owner's alone, and durable. */
export function keepCopy(file: string): void {
  chmodSync(file, 0o600);
  syncPath(file);
}

function syncPath(name: string): void {
  const descriptor = openSync(name, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
