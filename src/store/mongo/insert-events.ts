import type { Connection } from 'mongoose';
import type { Collections, EventDocument } from './documents.js';
import { isTransient } from './errors.js';
import type { Intents } from './intents.js';

/** Stores events that do not exist yet, all or none. */
export type InsertEvents = (documents: EventDocument[]) => Promise<void>;

const MAX_ATTEMPTS = 3;

/** Several in a transaction. It is tried again by hand: the driver's own way takes up to two minutes to give up. */
export const inTransaction =
  (connection: Connection, { events }: Collections): InsertEvents =>
  async (documents) => {
    for (let attempt = 1; ; attempt += 1) {
      const session = await connection.startSession();
      try {
        session.startTransaction();
        await events.insertMany(documents, { session });
        await session.commitTransaction();
        return;
      } catch (error) {
        await session.abortTransaction().catch(() => undefined);
        if (!isTransient(error) || attempt === MAX_ATTEMPTS) {
          throw error;
        }
      } finally {
        await session.endSession();
      }
    }
  };

/**
 * Several on a server without transactions: one after the other, behind an intent, and taken back where one
 * fails. A reader may see the first ones a moment before the last; a crash in between leaves them to the sweep.
 */
export const byIntent =
  ({ events }: Collections, intents: Intents): InsertEvents =>
  async (documents) => {
    const intent = await intents.declare(
      'insert',
      documents.map(({ _id }) => _id),
    );
    try {
      await events.insertMany(documents.map((document) => ({ ...document, batch: intent._id })));
    } finally {
      await intents.settle(intent);
    }
  };
