import { expect, test } from '@jest/globals';
import type { AccountStore, FeedRecord, FeedStore } from '../../src/service/ports.js';
import { atOnce, newId, newUser } from './samples.js';

let made = 0;
const newFeed = (more: Partial<FeedRecord> = {}): FeedRecord => ({
  id: newId(),
  userId: newId(),
  hash: (made += 1).toString(16).padStart(64, 'a'),
  label: 'Phone ~ $x',
  createdAt: new Date(Date.UTC(2026, 0, 1) + made).toISOString(),
  lastUsedAt: null,
  ...more,
});

/** `FeedStore`: who may read whose calendar. */
export function feedsContract(store: () => FeedStore, accounts: () => AccountStore): void {
  test('a feed is found by its hash and by its user, the oldest first', async () => {
    const first = newFeed();
    const second = newFeed({ userId: first.userId, lastUsedAt: '2026-02-01T00:00:00.000Z' });
    await store().insert(second, 9);
    await store().insert(first, 9);
    await store().insert(newFeed(), 9);
    expect(await store().byHash(first.hash)).toStrictEqual(first);
    expect(await store().of(first.userId)).toStrictEqual([first, second]);
    expect(await store().byHash('f'.repeat(64))).toBeNull();
    expect(await store().of(newId())).toEqual([]);
  });

  test('a user has no more than the limit', async () => {
    const { userId } = newFeed();
    const insert = () => store().insert(newFeed({ userId }), 2);
    expect([await insert(), await insert(), await insert()]).toEqual([true, true, false]);
    expect(await store().of(userId)).toHaveLength(2);
    expect(await store().insert(newFeed(), 2)).toBe(true);
  });

  test('it remembers when it was used last, until it is gone', async () => {
    const feed = newFeed();
    await store().insert(feed, 9);
    await store().used(feed.hash, '2026-03-01T00:00:00.000Z');
    expect(await store().byHash(feed.hash)).toStrictEqual({
      ...feed,
      lastUsedAt: '2026-03-01T00:00:00.000Z',
    });
    await store().remove(feed.userId, feed.id);
    await store().used(feed.hash, '2026-03-02T00:00:00.000Z');
    expect(await store().byHash(feed.hash)).toBeNull();
  });

  test('is revoked by its user alone, once', async () => {
    const feed = newFeed();
    await store().insert(feed, 9);
    expect(await store().remove(newId(), feed.id)).toBe(false);
    expect(await store().byHash(feed.hash)).toStrictEqual(feed);
    const removed = await atOnce(5, () => store().remove(feed.userId, feed.id));
    expect(removed.filter(Boolean)).toHaveLength(1);
    expect(await store().of(feed.userId)).toEqual([]);
    expect(await store().byHash(feed.hash)).toBeNull();
  });

  test.each(['removeUser', 'depart'] as const)('goes with its user’s account (%s)', async (how) => {
    const user = newUser();
    await accounts().insertUser(user);
    const [own, others] = [newFeed({ userId: user.id }), newFeed()];
    await store().insert(own, 9);
    await store().insert(others, 9);
    await (how === 'depart'
      ? accounts().depart({ userId: user.id, transferTo: null, at: own.createdAt })
      : accounts().removeUser(user.id));
    expect(await store().byHash(own.hash)).toBeNull();
    expect(await store().of(user.id)).toEqual([]);
    expect(await store().byHash(others.hash)).toStrictEqual(others);
  });
}
