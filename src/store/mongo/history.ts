import type { EventStore } from '../../service/ports.js';
import type { Collections } from './documents.js';
import { isDuplicateKey } from './errors.js';
import { removeRemains } from './intents.js';
import { objectId, toBucket, toEntries } from './mapping.js';
import { toBucketDocument } from './records.js';

type HistoryMethods = Pick<EventStore, 'embeddedLog' | 'putBucket' | 'trimLog' | 'bucket' | 'entryOfChange'>;

/** An event's log: the newest entries in its document, the older ones in buckets. */
export function mongoHistory(collections: Collections): HistoryMethods {
  const { events, buckets } = collections;

  const putBucket: EventStore['putBucket'] = async (bucket) => {
    const { _id, ...held } = toBucketDocument(bucket);
    try {
      await buckets.insertOne({ _id, ...held });
    } catch (error) {
      if (!isDuplicateKey(error)) {
        throw error;
      }
      // Of two that begin alike the longer stays, whoever comes last: its entries may have been trimmed already.
      await buckets.updateOne({ _id, toVersion: { $lt: held.toVersion } }, { $set: held });
    }
    // Erased meanwhile: whoever erased it may have looked for buckets before this one was there.
    await removeRemains(collections, _id.eventId);
  };

  const bucket: EventStore['bucket'] = async (eventId, version) => {
    const found = await buckets.findOne(
      { '_id.eventId': objectId(eventId), '_id.fromVersion': { $lte: version } },
      { sort: { '_id.fromVersion': -1 } },
    );
    return found && toBucket(found);
  };

  /** First where entries come from, then where they go to: none is missed on its way. */
  const entryOfChange: EventStore['entryOfChange'] = async (eventId, userId, changeId) => {
    const id = objectId(eventId);
    const entry = { $elemMatch: { by: { $eq: userId }, changeId: { $eq: changeId } } };
    const embedded = await events.findOne({ _id: id, log: entry }, { projection: { log: entry } });
    const moved = embedded
      ? null
      : await buckets.findOne({ '_id.eventId': id, entries: entry }, { projection: { entries: entry } });
    return toEntries(embedded?.log ?? moved?.entries ?? [])[0] ?? null;
  };

  return {
    embeddedLog: async (eventId) => {
      const found = await events.findOne({ _id: objectId(eventId) }, { projection: { log: 1 } });
      return toEntries(found?.log ?? []);
    },
    putBucket,
    trimLog: async (eventId, toVersion) => {
      await events.updateOne(
        { _id: objectId(eventId) },
        { $pull: { log: { version: { $lte: toVersion } } } },
      );
    },
    bucket,
    entryOfChange,
  };
}
