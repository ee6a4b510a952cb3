import type { FeedStore } from '../../service/ports.js';
import type { Collections } from './documents.js';
import { toFeed, toFeedDocument } from './records.js';

/** Feeds, by the hash of their token. */
export const mongoFeeds = ({ feeds }: Pick<Collections, 'feeds'>): FeedStore => ({
  insert: async (feed, limit) => {
    if ((await feeds.countDocuments({ userId: { $eq: feed.userId } }, { limit })) >= limit) {
      return false;
    }
    await feeds.insertOne(toFeedDocument(feed));
    return true;
  },
  of: async (userId) =>
    (await feeds.find({ userId: { $eq: userId } }, { sort: { createdAt: 1, id: 1 } }).toArray()).map(toFeed),
  byHash: async (hash) => {
    const found = await feeds.findOne({ _id: { $eq: hash } });
    return found && toFeed(found);
  },
  used: async (hash, at) => {
    await feeds.updateOne({ _id: { $eq: hash } }, { $set: { lastUsedAt: at } });
  },
  remove: async (userId, id) => {
    const { deletedCount } = await feeds.deleteOne({ userId: { $eq: userId }, id: { $eq: id } });
    return deletedCount === 1;
  },
});
