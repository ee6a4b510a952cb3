import mongoose, { type Connection } from 'mongoose';
import { Unavailable } from '../../service/ports.js';

/** The database of an address that names none. */
const DATABASE = 'convene';

/** How long to look for a server before a call is refused, and to wait for anything else that may not come. */
const SELECTION_MS = 4_000;
const PATIENCE_MS = 10_000;
/** How often the server is asked whether it is there, and how long it may take to answer or to be connected to. */
const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 2_500;

/**
 * A connection of its own, so that several stores fit into one process.
 *
 * Writes are acknowledged once a majority has them in its journal. Reads go to the primary and take what it
 * has (read concern `local`): a majority read may lag behind the very version that a commit has just lost to.
 */
export async function connect(uri: string): Promise<Connection> {
  const connection = mongoose.createConnection();
  try {
    return await connection.openUri(uri, {
      ...(!namesDatabase(uri) && { dbName: DATABASE }),
      appName: 'convene',
      readPreference: 'primary',
      readConcern: { level: 'local' },
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: PATIENCE_MS },
      serverSelectionTimeoutMS: SELECTION_MS,
      connectTimeoutMS: SILENCE_MS,
      // A server that has fallen silent is noticed after both together.
      heartbeatFrequencyMS: HEARTBEAT_MS,
      waitQueueTimeoutMS: PATIENCE_MS,
      // With the server away a call fails; it is not kept for later.
      bufferCommands: false,
      // Indexes are made when the store opens, and waited for.
      autoCreate: false,
      autoIndex: false,
      // What stands in a filter is a value; where an operator is meant, `trusted` says so.
      sanitizeFilter: true,
    });
  } catch (error) {
    await connection.destroy().catch(() => undefined);
    throw error;
  }
}

const namesDatabase = (uri: string): boolean => /^[^:]+:\/\/[^/?]+\/[^/?]/.test(uri);

/** Whether the server knows transactions: a replica set and a sharded cluster do, a single server does not. */
export async function hasTransactions(connection: Connection): Promise<boolean> {
  const hello = await database(connection).command({ hello: 1 });
  return typeof hello['setName'] === 'string' || hello['msg'] === 'isdbgrid';
}

const PING_MS = 2_000;

/** Resolves where the server answers soon. */
export async function ping(connection: Connection): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Unavailable(`MongoDB has not answered for ${PING_MS} ms`)), PING_MS);
  });
  try {
    await Promise.race([database(connection).command({ ping: 1 }), timeout]);
  } finally {
    clearTimeout(late);
  }
}

function database({ db }: Connection): mongoose.mongo.Db {
  if (!db) {
    throw new Unavailable('The connection to MongoDB is closed');
  }
  return db;
}
