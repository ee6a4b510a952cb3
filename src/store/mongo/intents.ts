import { Types } from 'mongoose';
import type { Collections, IntentDocument } from './documents.js';

/** After this long whoever had the intent is dead: it would have done it, or given up. */
const ABANDONED_MS = 120_000;

/**
 * What takes several writes is put down as an intent first, and settled afterwards, whatever became of it.
 * What a crash has left is settled by whoever sweeps next: when a store opens, and every minute.
 */
export interface Intents {
  declare(kind: IntentDocument['kind'], eventIds: Types.ObjectId[]): Promise<IntentDocument>;
  /** Brings the intent to its one end or the other, by what is stored, and strikes it out. */
  settle(intent: IntentDocument): Promise<void>;
  /** Settles what has been abandoned. */
  sweep(now: Date): Promise<void>;
}

export function mongoIntents(collections: Collections): Intents {
  const { events, intents } = collections;

  /** Inserted completely, they stand; else what there is of them goes. Nobody was told yet: either is right. */
  const settleInsert = async ({ _id, eventIds }: IntentDocument): Promise<void> => {
    const inserted = { _id: { $in: eventIds }, batch: _id };
    if ((await events.countDocuments(inserted)) < eventIds.length) {
      await events.deleteMany(inserted);
    }
  };

  const settle = async (intent: IntentDocument): Promise<void> => {
    if (intent.kind === 'insert') {
      await settleInsert(intent);
    } else {
      await Promise.all(intent.eventIds.map((id) => removeRemains(collections, id)));
    }
    await intents.deleteOne({ _id: intent._id });
  };

  return {
    declare: async (kind, eventIds) => {
      const intent = { _id: new Types.ObjectId(), kind, eventIds, at: new Date() };
      await intents.insertOne(intent);
      return intent;
    },
    settle,
    sweep: async (now) => {
      const latest = new Date(now.getTime() - ABANDONED_MS);
      for (const intent of await intents.find({ at: { $lt: latest } }).toArray()) {
        await settle(intent);
      }
    },
  };
}

/** Removes the buckets of an event that is gone; of one that is there, nothing. */
export async function removeRemains(
  { events, buckets }: Collections,
  eventId: Types.ObjectId,
): Promise<void> {
  if (!(await events.findOne({ _id: eventId }, { projection: { _id: 1 } }))) {
    await buckets.deleteMany({ eventId });
  }
}
