import { Types } from 'mongoose';
import type { Collections, IntentDocument } from './documents.js';
import { mongoLosses } from './losses.js';

/** After this long whoever had the intent is dead: it would have done it, or given up. */
const ABANDONED_MS = 120_000;

/**
 * What takes several writes is put down as an intent first, and settled afterwards, whatever became of it.
 * What a crash has left is settled by whoever sweeps next: when a store opens, and every minute.
 */
export interface Intents {
  declare(
    kind: IntentDocument['kind'],
    eventIds: Types.ObjectId[],
    of?: Types.ObjectId,
  ): Promise<IntentDocument>;
  /** Brings the intent to its one end or the other, by what is stored, and strikes it out. */
  settle(intent: IntentDocument): Promise<void>;
  /** Shows what has split off an event before that event itself goes. */
  settleSplits(of: Types.ObjectId): Promise<void>;
  /** Settles what has been abandoned, and splits that have happened. */
  sweep(now: Date): Promise<void>;
}

export function mongoIntents(collections: Collections): Intents {
  const { events, intents } = collections;
  const losses = mongoLosses(collections);

  /** Inserted completely, they stand; else what there is of them goes. Nobody was told yet: either is right. */
  const settleInsert = async ({ _id, eventIds }: IntentDocument): Promise<void> => {
    const inserted = { _id: { $in: eventIds }, batch: _id };
    const found = await events.find(inserted, { projection: { members: 1 } }).toArray();
    if (found.length < eventIds.length) {
      // Who looked in between has seen some of them.
      for (const { _id: id, members } of found) {
        const lost = members.map(({ userId }) => userId);
        await losses.put(id.toHexString(), lost, Date.now());
      }
      await events.deleteMany(inserted);
    }
  };

  /** Where the old event bears its mark it has happened: the new one is shown. Else that one goes, unseen. */
  const settleSplit = async ({ _id, eventIds, of }: IntentDocument): Promise<void> => {
    const pending = { _id: { $in: eventIds }, batch: _id, state: 'pending' as const };
    const marked = of && (await events.findOne({ _id: of, splits: _id }, { projection: { _id: 1 } }));
    if (!of || !marked) {
      await events.deleteMany(pending);
      return;
    }
    await events.updateMany(pending, { $set: { state: 'live' } });
    await events.updateOne({ _id: of }, { $pull: { splits: _id } });
  };

  const settle = async (intent: IntentDocument): Promise<void> => {
    if (intent.kind === 'insert') {
      await settleInsert(intent);
    } else if (intent.kind === 'split') {
      await settleSplit(intent);
    } else {
      await Promise.all(intent.eventIds.map((id) => removeRemains(collections, id)));
    }
    await intents.deleteOne({ _id: intent._id });
  };

  return {
    declare: async (kind, eventIds, of) => {
      const intent = { _id: new Types.ObjectId(), kind, eventIds, at: new Date(), ...(of && { of }) };
      await intents.insertOne(intent);
      return intent;
    },
    settle,
    settleSplits: async (of) => {
      const marked = await events.findOne({ _id: of }, { projection: { splits: 1 } });
      const waiting = marked?.splits ?? [];
      if (waiting.length > 0) {
        await Promise.all((await intents.find({ _id: { $in: waiting } }).toArray()).map(settle));
      }
    },
    sweep: async (now) => {
      const latest = new Date(now.getTime() - ABANDONED_MS);
      for (const intent of await intents.find({ kind: 'split' }).toArray()) {
        const marked = intent.of && (await events.findOne({ _id: intent.of, splits: intent._id }));
        if (marked) {
          await settle(intent);
        }
      }
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
    await buckets.deleteMany({ '_id.eventId': eventId });
  }
}
