/** The right to read a user's calendar with a token, until it is revoked. */
export interface FeedRecord {
  id: string;
  userId: string;
  /** SHA-256 of the token, in hex. */
  hash: string;
  label: string;
  /** RFC 3339, to the millisecond. */
  createdAt: string;
  /** As of some time within the last minutes; null: it has not been used. */
  lastUsedAt: string | null;
}

/** Feeds. They go with their user's account: `AccountStore.removeUser` takes them away. */
export interface FeedStore {
  /**
   * Stores a feed; false where its user has `limit` of them already. (Several processes that are asked at the same
   * moment may go beyond it by one each.)
   */
  insert(feed: FeedRecord, limit: number): Promise<boolean>;
  /** A user's feeds, the oldest first. */
  of(userId: string): Promise<FeedRecord[]>;
  byHash(hash: string): Promise<FeedRecord | null>;
  /** Notes that the feed with this hash was used; where there is none, nothing happens. */
  used(hash: string, at: string): Promise<void>;
  /** Revokes a feed of this user; false where they have none with this id. */
  remove(userId: string, id: string): Promise<boolean>;
}
