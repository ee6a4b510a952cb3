import { randomBytes } from 'node:crypto';
import { refuse } from '../calendar/errors.js';
import { CreateFeedSchema, type CreatedFeed, type Feeds } from '../protocol/feeds.js';
import { parse } from '../protocol/parse.js';
import { isId } from '../protocol/primitives.js';
import { problem } from '../protocol/problems.js';
import { newId } from './ids.js';
import type { AccountStore, Clock, FeedStore } from './ports.js';
import { hashToken, notSignedIn } from './tokens.js';

/** Tokens that calendar programs read a user's calendar with. */
export interface FeedService {
  /** A new feed, with its token. @throws validation-failed, also with {@link MAX_FEEDS} of them */
  create(userId: string, body: unknown): Promise<CreatedFeed>;
  list(userId: string): Promise<Feeds>;
  /** Its token stops working at once. @throws not-found */
  revoke(userId: string, feedId: string): Promise<void>;
  /** The user whose calendar a token reads. @throws unauthenticated */
  readerOf(token: string): Promise<string>;
}

export interface FeedDependencies {
  feeds: FeedStore;
  accounts: Pick<AccountStore, 'user'>;
  clock: Clock;
}

const MAX_FEEDS = 50;
const TOKEN_BYTES = 24;
/** Uses are noted this often at most: a read is not to be a write. */
const NOTED_MS = 60_000;

export function createFeedService({ feeds, accounts, clock }: FeedDependencies): FeedService {
  return {
    create: async (userId, body) => {
      const { label } = parse(CreateFeedSchema, body);
      const now = clock.now();
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const shown = { id: newId(now), label, createdAt: now.toISOString() };
      if (!(await feeds.insert({ ...shown, userId, hash: hashToken(token), lastUsedAt: null }, MAX_FEEDS))) {
        throw refuse('validation-failed', `You have ${MAX_FEEDS} feeds: revoke one before you make more.`);
      }
      return { ...shown, token, url: `/api/calendar.ics?token=${token}` };
    },

    list: async (userId) => ({
      items: (await feeds.of(userId)).map(({ id, label, createdAt, lastUsedAt }) => ({
        id,
        label,
        createdAt,
        lastUsedAt,
      })),
    }),

    revoke: async (userId, feedId) => {
      if (!isId(feedId) || !(await feeds.remove(userId, feedId))) {
        throw problem('not-found', 'You have no such feed.');
      }
    },

    readerOf: async (token) => {
      const feed = await feeds.byHash(hashToken(token));
      // One that was made while its user left is nobody's.
      if (!feed || !(await accounts.user(feed.userId))) {
        throw notSignedIn();
      }
      const now = clock.now();
      if (feed.lastUsedAt === null || now.getTime() - Date.parse(feed.lastUsedAt) > NOTED_MS) {
        await feeds.used(feed.hash, now.toISOString());
      }
      return feed.userId;
    },
  };
}
