import mongoose, { type Connection, type Types } from 'mongoose';
import { findMongoServer, mongoSettings } from '../support/stores.js';

const found = await findMongoServer();

/** Added to a suite's name where it is skipped. */
export const whySkipped = typeof found === 'string' ? ` (skipped: ${found})` : '';

/** A database of its own on the server under test, to be looked into beside the store. */
export interface TestDatabase {
  uri: string;
  connection: Connection;
  remove(): Promise<void>;
}

export async function testDatabase(): Promise<TestDatabase> {
  if (typeof found === 'string') {
    throw new Error(found);
  }
  const { mongodbUri: uri = '', remove } = mongoSettings(await found.start());
  const connection = await mongoose.createConnection(uri).asPromise();
  return {
    uri,
    connection,
    remove: async () => {
      await connection.destroy();
      await remove();
      await found.stop();
    },
  };
}

export const objectId = (id: string): Types.ObjectId => new mongoose.Types.ObjectId(id);
