import type { FeedRecord, FeedStore } from '../../service/ports.js';
import type { Environment } from './environment.js';

/** Feeds, by the hash of their token and by whose they are. `removeOf` runs inside a transaction. */
export function embeddedFeeds(environment: Environment): {
  port: FeedStore;
  removeOf: (userId: string) => void;
} {
  const feeds = environment.table<FeedRecord>('feeds');
  const feedsOfUser = environment.table<string>('feedsOfUser');

  const hashesOf = (userId: string): string[] =>
    [...feedsOfUser.getRange({ start: [userId, ''], end: [userId, '\u{10ffff}'] })].map(({ value }) => value);
  const feedsOf = (userId: string): FeedRecord[] =>
    hashesOf(userId)
      .flatMap((hash) => feeds.get(hash) ?? [])
      .sort((a, b) => (a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id) ? -1 : 1));

  const insert = (feed: FeedRecord, limit: number): boolean => {
    if (hashesOf(feed.userId).length >= limit) {
      return false;
    }
    feeds.putSync(feed.hash, feed);
    feedsOfUser.putSync([feed.userId, feed.id], feed.hash);
    return true;
  };
  const used = (hash: string, lastUsedAt: string): void => {
    const feed = feeds.get(hash);
    if (feed) {
      feeds.putSync(hash, { ...feed, lastUsedAt });
    }
  };
  const remove = (userId: string, id: string): boolean => {
    const hash = feedsOfUser.get([userId, id]);
    if (hash === undefined) {
      return false;
    }
    feeds.removeSync(hash);
    feedsOfUser.removeSync([userId, id]);
    return true;
  };

  return {
    port: {
      insert: (feed, limit) => environment.write(() => insert(feed, limit)),
      of: async (userId) => feedsOf(userId),
      byHash: async (hash) => feeds.get(hash) ?? null,
      used: (hash, at) => environment.write(() => used(hash, at)),
      remove: (userId, id) => environment.write(() => remove(userId, id)),
    },
    removeOf: (userId) => feedsOf(userId).forEach(({ id }) => remove(userId, id)),
  };
}
