import type { AccountStore, Departure } from '../../service/ports.js';
import type { Collections } from './documents.js';
import { isDuplicateKey } from './errors.js';
import { toDeparture, toDepartureDocument } from './records.js';
import { removeWebhooks } from './webhooks.js';

type Methods = 'depart' | 'removeUser' | 'departure' | 'departures' | 'forgetDeparture';

/** Users who leave: the record first, then everything else, so that a crash leaves the record. */
export function mongoDepartures(
  collections: Collections,
  removeInvitationsOf: (userId: string) => Promise<void>,
): Pick<AccountStore, Methods> {
  const { departures, users, sessions, feeds } = collections;
  /** True for whoever puts it there. */
  const record = async (departure: Departure): Promise<boolean> => {
    try {
      await departures.insertOne(toDepartureDocument(departure));
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) {
        return false;
      }
      throw error;
    }
  };

  const remove = async (userId: string): Promise<boolean> => {
    const { deletedCount } = await users.deleteOne({ _id: { $eq: userId } });
    await removeInvitationsOf(userId);
    await feeds.deleteMany({ userId: { $eq: userId } });
    await removeWebhooks(collections, { userId });
    return deletedCount === 1;
  };

  return {
    depart: async (departure) => {
      const { userId } = departure;
      if (!(await users.findOne({ _id: userId }, { projection: { _id: 1 } })) || !(await record(departure))) {
        return false;
      }
      return remove(userId);
    },
    removeUser: async (userId) => {
      await remove(userId);
    },
    departure: async (userId) => {
      const found = await departures.findOne({ _id: { $eq: userId } });
      return found && toDeparture(found);
    },
    departures: async (after, limit) =>
      (await departures.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit }).toArray()).map(
        toDeparture,
      ),
    forgetDeparture: async (userId) => {
      await sessions.deleteMany({ userId: { $eq: userId } });
      await departures.deleteOne({ _id: { $eq: userId } });
    },
  };
}
