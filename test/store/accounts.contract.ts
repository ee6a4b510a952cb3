import { describe, expect, test } from '@jest/globals';
import type { AccountStore } from '../../src/service/ports.js';
import { atOnce, later, newId, newSession, newUser } from './samples.js';

/** `AccountStore`: users, unique by email and username, and their sessions. */
export function accountsContract(store: () => AccountStore): void {
  describe('users', () => {
    test('are found by id, email and username', async () => {
      const user = newUser({ name: '' });
      expect(await store().insertUser(user)).toBe('stored');
      expect(await store().user(user.id)).toStrictEqual(user);
      expect(await store().userByEmail(user.emailKey)).toStrictEqual(user);
      expect(await store().userByUsername(user.usernameKey)).toStrictEqual(user);
    });

    test('are null where there are none, also by what they are called otherwise', async () => {
      const user = newUser();
      await store().insertUser(user);
      expect(await store().user(newId())).toBeNull();
      expect(await store().userByEmail(user.usernameKey)).toBeNull();
      expect(await store().userByEmail(user.email)).toBeNull();
      expect(await store().userByUsername(user.emailKey)).toBeNull();
      expect(await store().userByEmail('')).toBeNull();
      expect(await store().userByUsername('$ne')).toBeNull();
    });

    test('several at once: those that exist', async () => {
      const [a, b] = [newUser(), newUser()];
      await store().insertUser(a);
      await store().insertUser(b);
      const found = await store().users([b.id, newId(), a.id]);
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining([a, b]));
      expect(await store().users([a.id, a.id])).toEqual([a]);
      expect(await store().users([])).toEqual([]);
    });

    test('are unique by email, then by username, and a refused one leaves nothing behind', async () => {
      const user = newUser();
      await store().insertUser(user);
      const refused = [
        newUser({ emailKey: user.emailKey }),
        newUser({ usernameKey: user.usernameKey }),
        newUser({ emailKey: user.emailKey, usernameKey: user.usernameKey }),
      ];
      expect(await store().insertUser(refused[0]!)).toBe('email-taken');
      expect(await store().insertUser(refused[1]!)).toBe('username-taken');
      expect(await store().insertUser(refused[2]!)).toBe('email-taken');
      expect(await store().users(refused.map(({ id }) => id))).toEqual([]);
      expect(await store().userByUsername(refused[0]!.usernameKey)).toBeNull();
      expect(await store().userByEmail(refused[1]!.emailKey)).toBeNull();
      expect(await store().insertUser(newUser({ usernameKey: refused[0]!.usernameKey }))).toBe('stored');
    });

    test('with the email of one and the username of another: the email is named', async () => {
      const [a, b] = [newUser(), newUser()];
      await store().insertUser(a);
      await store().insertUser(b);
      expect(await store().insertUser(newUser({ emailKey: a.emailKey, usernameKey: b.usernameKey }))).toBe(
        'email-taken',
      );
    });

    test('that register at once under one name: one of 20 is stored', async () => {
      for (const [key, taken] of [
        ['emailKey', 'email-taken'],
        ['usernameKey', 'username-taken'],
      ] as const) {
        const { [key]: shared } = newUser();
        const answers = await atOnce(20, () => store().insertUser(newUser({ [key]: shared })));
        expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
        expect(answers.filter((answer) => answer === taken)).toHaveLength(19);
      }
    });

    test('have names of any script', async () => {
      const user = newUser({
        name: 'Łukasz 東京 😀 $set',
        username: 'ж.東_1',
        usernameKey: `ж.東_${newId()}`,
      });
      await store().insertUser(user);
      expect(await store().userByUsername(user.usernameKey)).toStrictEqual(user);
    });
  });

  describe('sessions', () => {
    const inserted = async (more: Parameters<typeof newSession>[1] = {}, userId = newId()) => {
      const session = newSession(userId, more);
      await store().insertSession(session);
      return session;
    };
    const next = (n: number) => ({
      refreshHash: n.toString(16).padStart(64, '0'),
      lastUsedAt: later(n),
      expiresAt: '2126-04-30T08:00:00.000Z',
    });

    test('come back as they were', async () => {
      const session = await inserted({ userAgent: '', address: '' });
      expect(await store().session(session.id)).toStrictEqual(session);
      expect(await store().session(newId())).toBeNull();
    });

    test('take a new refresh token in place of the current one', async () => {
      const session = await inserted();
      expect(await store().rotateSession(session.id, session.refreshHash, next(1))).toBe(true);
      expect(await store().session(session.id)).toStrictEqual({ ...session, ...next(1) });
      expect(await store().rotateSession(session.id, session.refreshHash, next(2))).toBe(false);
      expect(await store().rotateSession(newId(), session.refreshHash, next(2))).toBe(false);
      expect(await store().session(session.id)).toStrictEqual({ ...session, ...next(1) });
    });

    test('are rotated by one of 20 at once', async () => {
      const session = await inserted();
      const rotated = await atOnce(20, (i) =>
        store().rotateSession(session.id, session.refreshHash, next(i)),
      );
      expect(rotated.filter(Boolean)).toHaveLength(1);
      expect((await store().session(session.id))?.refreshHash).toBe(next(rotated.indexOf(true)).refreshHash);
    });

    test('end once, stay on record, and are not rotated any more', async () => {
      const session = await inserted();
      await store().revokeSession(session.id, later(1));
      await store().revokeSession(session.id, later(2));
      await store().revokeSession(newId(), later(2));
      expect(await store().session(session.id)).toStrictEqual({ ...session, revokedAt: later(1) });
      expect(await store().rotateSession(session.id, session.refreshHash, next(3))).toBe(false);
    });

    test('of a user end together, but for one and for others’', async () => {
      const userId = newId();
      const [a, b, c] = [await inserted({}, userId), await inserted({}, userId), await inserted({}, userId)];
      const other = await inserted();
      expect((await store().revokeSessions(userId, later(1), b.id)).sort()).toEqual([a.id, c.id].sort());
      expect((await store().session(a.id))?.revokedAt).toBe(later(1));
      expect(await store().session(b.id)).toStrictEqual(b);
      expect(await store().revokeSessions(userId, later(2))).toEqual([b.id]);
      expect(await store().revokeSessions(userId, later(3))).toEqual([]);
      expect((await store().session(a.id))?.revokedAt).toBe(later(1));
      expect(await store().session(other.id)).toStrictEqual(other);
      expect(await store().revokeSessions(newId(), later(3))).toEqual([]);
    });

    test('ended by several at once are each answered once', async () => {
      const userId = newId();
      const sessions = await atOnce(5, () => inserted({}, userId));
      const answers = await atOnce(8, () => store().revokeSessions(userId, later(1)));
      expect(answers.flat().sort()).toEqual(sessions.map(({ id }) => id).sort());
    });

    describe('that have ended among others', () => {
      const ended = (ids: readonly string[]) => store().endedAmong(ids);

      test('are those revoked and those unknown, and no others', async () => {
        const userId = newId();
        const [a, b, c] = [await inserted({}, userId), await inserted(), await inserted({}, userId)];
        expect(await ended([a.id, b.id, c.id])).toStrictEqual(new Set());
        await store().revokeSession(b.id, later(1));
        const unknown = newId();
        expect(await ended([a.id, b.id, unknown, c.id, b.id])).toStrictEqual(new Set([b.id, unknown]));
        await store().revokeSessions(userId, later(2), c.id);
        expect(await ended([a.id, b.id, c.id])).toStrictEqual(new Set([a.id, b.id]));
      });

      test('are not those that live on with another refresh token', async () => {
        const session = await inserted();
        await store().rotateSession(session.id, session.refreshHash, next(1));
        expect(await ended([session.id])).toStrictEqual(new Set());
      });

      test('are texts that are no ids, whatever they look like', async () => {
        const { id, userId } = await inserted();
        const texts = [
          '',
          ' ',
          '$ne',
          'a.b',
          `${id}0`,
          id.slice(1),
          id.toUpperCase(),
          userId,
          'ä\0',
          'x'.repeat(300),
        ];
        const unlike = texts.filter((text) => text !== id);
        expect(await ended([...unlike, id])).toStrictEqual(new Set(unlike));
      });

      test('are none where none are asked about', async () => {
        await inserted();
        expect(await ended([])).toStrictEqual(new Set());
      });

      test('are found among 2,000', async () => {
        const ids = (await atOnce(2000, () => inserted())).map(({ id }) => id);
        const some = ids.filter((_, i) => i % 100 === 7);
        await Promise.all(some.map((id) => store().revokeSession(id, later(1))));
        const unknown = Array.from({ length: 20 }, newId);
        expect(await ended([...unknown, ...ids])).toStrictEqual(new Set([...unknown, ...some]));
      });
    });

    test('that have expired may be forgotten, others not', async () => {
      const userId = newId();
      await inserted({ expiresAt: '2020-01-01T00:00:00.000Z' }, userId);
      const lasting = await inserted({}, userId);
      await inserted({}, userId);
      expect(await store().session(lasting.id)).toStrictEqual(lasting);
    });
  });

  test('what is read belongs to the reader', async () => {
    const user = newUser();
    await store().insertUser(user);
    (await store().user(user.id))!.name = 'spoilt';
    expect(await store().user(user.id)).toStrictEqual(user);
  });
}
