import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import type { Store } from '../../src/service/ports.js';
import { openEmbeddedStore } from '../../src/store/embedded/index.js';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { findProgram, isExecutable } from './programs.js';

/** Settings for a whole app, or several processes of one, on data of their own. */
export interface StoreSettings {
  /** For the titles of tests. */
  name: string;
  /** `DATA_DIR`: the generated secret, and the data where there is no `mongodbUri`. */
  dataDir: string;
  /** `MONGODB_URI`, where the tests run on MongoDB: a database that nobody else uses. */
  mongodbUri?: string;
  /** Removes the directory and the database. */
  remove(): Promise<void>;
}

/** The store that the end-to-end tests run on: MongoDB where `MONGODB_URI` is set, else the embedded one. */
export function storeSettings(): StoreSettings {
  const server = process.env['MONGODB_URI'];
  return server ? mongoSettings(server) : embeddedSettings();
}

export function embeddedSettings(): StoreSettings {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'convene-test-'));
  const remove = async (): Promise<void> => rmSync(dataDir, { recursive: true, force: true });
  return { name: 'embedded store', dataDir, remove };
}

export function mongoSettings(server: string): StoreSettings {
  const mongodbUri = withDatabase(server, `convene_test_${randomBytes(6).toString('hex')}`);
  const directory = embeddedSettings();
  return {
    name: 'MongoDB',
    dataDir: directory.dataDir,
    mongodbUri,
    remove: async () => {
      await directory.remove();
      await dropDatabase(mongodbUri);
    },
  };
}

export const openStore = ({ mongodbUri, dataDir }: StoreSettings): Promise<Store> =>
  mongodbUri === undefined ? openEmbeddedStore(dataDir) : openMongoStore(mongodbUri);

/**
 * The address with another database. Credentials belong to the database they were made in, which without
 * `authSource` is the one in the address.
 */
export function withDatabase(server: string, database: string): string {
  const [, origin = '', before = '', query = ''] = /^([^:]+:\/\/[^/?]+)\/?([^?]*)\??(.*)$/.exec(server) ?? [];
  const parameters = new URLSearchParams(query);
  if (origin.includes('@') && !parameters.has('authSource')) {
    parameters.set('authSource', before || 'admin');
  }
  return `${origin}/${database}${parameters.size > 0 ? `?${parameters.toString()}` : ''}`;
}

async function dropDatabase(uri: string): Promise<void> {
  const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    await (await connection.asPromise()).dropDatabase();
  } finally {
    await connection.destroy();
  }
}

/** A MongoDB for the tests of the store itself. */
export interface MongoServer {
  /** Its address, once it runs. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The server in `MONGODB_URI`, else a mongod that is on this machine already. Nothing is ever downloaded.
 *
 * @returns why there is none, where there is none.
 */
export async function findMongoServer(): Promise<MongoServer | string> {
  const given = process.env['MONGODB_URI'];
  if (given) {
    return { start: async () => given, stop: async () => {} };
  }
  const binary = await findMongod();
  return binary === null
    ? 'MONGODB_URI is not set, and there is no mongod on this machine'
    : localServer(binary);
}

async function localServer(systemBinary: string): Promise<MongoServer> {
  const { MongoMemoryServer } = await memoryServer();
  let server: InstanceType<typeof MongoMemoryServer> | undefined;
  return {
    start: async () => {
      server = await MongoMemoryServer.create({
        binary: { systemBinary },
        instance: { storageEngine: 'wiredTiger' },
      });
      return server.getUri();
    },
    stop: async () => {
      await server?.stop();
    },
  };
}

async function findMongod(): Promise<string | null> {
  const named = process.env['MONGOMS_SYSTEM_BINARY'];
  if (named) {
    return isExecutable(named) ? named : null;
  }
  return findProgram('mongod') ?? (await findCached());
}

/** What an earlier use of mongodb-memory-server has left on this machine. */
async function findCached(): Promise<string | null> {
  const { DryMongoBinary } = await memoryServer();
  try {
    const [, binary] = await DryMongoBinary.generateDownloadPath(await DryMongoBinary.generateOptions());
    return isExecutable(binary) ? binary : null;
  } catch {
    // It does not know this operating system, and so has nothing for it.
    return null;
  }
}

function memoryServer() {
  // It is not to download anything, whatever else it is told.
  process.env['MONGOMS_RUNTIME_DOWNLOAD'] = '0';
  process.env['MONGOMS_SYSTEM_BINARY_VERSION_CHECK'] = '0';
  return import('mongodb-memory-server');
}
