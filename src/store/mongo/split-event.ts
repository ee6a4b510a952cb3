import type { Connection, mongo, Types } from 'mongoose';
import type { Collections, EventDocument } from './documents.js';
import { isTransient } from './errors.js';
import type { Intents } from './intents.js';

/** What a commit does to an event's document: operators, or a pipeline. */
export type EventUpdate = mongo.UpdateFilter<EventDocument> | mongo.Document[];

/** A commit with an event that comes into being in the same step. */
export interface SplitCommit {
  filter: { _id: Types.ObjectId; version: number };
  update: EventUpdate;
  /** The new event. */
  document: EventDocument;
}

/** Writes both or neither; false where the filter matches nothing (any more). */
export type SplitEvent = (commit: SplitCommit) => Promise<boolean>;

export const splitInTransaction =
  (connection: Connection, { events }: Collections): SplitEvent =>
  async ({ filter, update, document }) => {
    const session = await connection.startSession();
    try {
      session.startTransaction();
      const { matchedCount } = await events.updateOne(filter, update, { session });
      if (matchedCount === 0) {
        await session.abortTransaction();
        return false;
      }
      await events.insertOne(document, { session });
      await session.commitTransaction();
      return true;
    } catch (error) {
      await session.abortTransaction().catch(() => undefined);
      if (isTransient(error)) {
        // Somebody else is writing the same event: nothing was written here, and the caller looks again.
        return false;
      }
      throw error;
    } finally {
      await session.endSession();
    }
  };

/**
 * On a server without transactions: behind an intent the new event is stored where no list finds it; the one
 * update of the old event, marked with the intent, decides; then the new event is shown. Whoever dies in between
 * leaves it to the sweep, which goes by the mark.
 */
export const splitByIntent =
  ({ events }: Collections, intents: Intents): SplitEvent =>
  async ({ filter, update, document }) => {
    const intent = await intents.declare('split', [document._id], filter._id);
    try {
      await events.insertOne({ ...document, state: 'pending', batch: intent._id });
    } catch (error) {
      await intents.settle(intent);
      throw error;
    }
    // Where this fails it may yet happen: only the sweep, much later, can tell by what is stored.
    const { matchedCount } = await events.updateOne(filter, marked(update, intent._id));
    await intents.settle(intent);
    return matchedCount === 1;
  };

function marked(update: EventUpdate, intent: Types.ObjectId): EventUpdate {
  if (Array.isArray(update)) {
    const splits = { $concatArrays: [{ $ifNull: ['$splits', []] }, [intent]] };
    return [...update, { $set: { splits } }];
  }
  return { ...update, $push: { ...update.$push, splits: intent } };
}
