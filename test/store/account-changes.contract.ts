import { describe, expect, test } from '@jest/globals';
import type { AccountStore, InvitationRecord } from '../../src/service/ports.js';
import { atOnce, newId, newSession, newUser } from './samples.js';

/** Far from now: no store forgets by itself what is looked at here. */
const AT = '2126-03-01T08:00:00.123Z';
const later = (n: number): string => new Date(Date.parse(AT) + n * 1000).toISOString();

const SOON = later(1);
const LATER = later(60_000);

const newInvitation = (more: Partial<InvitationRecord> = {}): InvitationRecord => ({
  hash: newId().repeat(3).slice(0, 64),
  createdBy: newId(),
  createdAt: AT,
  expiresAt: LATER,
  ...more,
});

/** `AccountStore`: what becomes of users, invitations, and users who leave. */
export function accountChangesContract(store: () => AccountStore): void {
  const insertedUser = async (more: Parameters<typeof newUser>[0] = {}) => {
    const user = newUser(more);
    expect(await store().insertUser(user)).toBe('stored');
    return user;
  };

  describe('a user', () => {
    test('is changed, and found by the new username alone', async () => {
      const user = await insertedUser();
      const change = { name: 'Ada King', username: 'New', usernameKey: `new_${user.id}`, passwordHash: '$x' };
      expect(await store().updateUser(user.id, user.passwordHash, change)).toBe('stored');
      expect(await store().user(user.id)).toStrictEqual({ ...user, ...change });
      expect(await store().userByUsername(change.usernameKey)).toStrictEqual({ ...user, ...change });
      expect(await store().userByEmail(user.emailKey)).toStrictEqual({ ...user, ...change });
      expect(await store().userByUsername(user.usernameKey)).toBeNull();
      expect(await store().insertUser(newUser({ usernameKey: user.usernameKey }))).toBe('stored');
    });

    test('keeps what is not named, and may keep the own username', async () => {
      const user = await insertedUser();
      const { username, usernameKey } = user;
      expect(await store().updateUser(user.id, user.passwordHash, {})).toBe('stored');
      expect(await store().updateUser(user.id, user.passwordHash, { username, usernameKey })).toBe('stored');
      expect(await store().userByUsername(usernameKey)).toStrictEqual(user);
    });

    test('does not get the username of another, and nothing else is changed then', async () => {
      const [user, other] = [await insertedUser(), await insertedUser()];
      const change = { name: 'x', username: other.username, usernameKey: other.usernameKey };
      expect(await store().updateUser(user.id, user.passwordHash, change)).toBe('username-taken');
      expect(await store().user(user.id)).toStrictEqual(user);
      expect(await store().userByUsername(other.usernameKey)).toStrictEqual(other);
      expect(await store().userByUsername(user.usernameKey)).toStrictEqual(user);
    });

    test('with another password hash, or none at all, is not changed', async () => {
      const user = await insertedUser();
      expect(await store().updateUser(user.id, '$other', { name: 'x' })).toBe('gone');
      expect(await store().updateUser(newId(), user.passwordHash, { name: 'x' })).toBe('gone');
      expect(await store().user(user.id)).toStrictEqual(user);
    });

    test('gets one of 20 new passwords at once', async () => {
      const user = await insertedUser();
      const answers = await atOnce(20, (i) =>
        store().updateUser(user.id, user.passwordHash, { passwordHash: `$${i}` }),
      );
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      expect((await store().user(user.id))?.passwordHash).toBe(`$${answers.indexOf('stored')}`);
    });

    test('gets a username that 20 want at once if it is the first', async () => {
      const users = await atOnce(20, () => insertedUser());
      const usernameKey = `wanted_${newId()}`;
      const answers = await atOnce(20, (i) =>
        store().updateUser(users[i]!.id, users[i]!.passwordHash, { username: 'Wanted', usernameKey }),
      );
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      expect((await store().userByUsername(usernameKey))?.id).toBe(users[answers.indexOf('stored')]!.id);
    });
  });

  describe('the sessions of a user', () => {
    test('are those that have neither ended nor expired, the newest first', async () => {
      const userId = newId();
      const [old, ended, expired, young] = [
        newSession(userId, { createdAt: later(1) }),
        newSession(userId, { createdAt: later(2) }),
        newSession(userId, { createdAt: later(3), expiresAt: later(10) }),
        newSession(userId, { createdAt: later(4) }),
      ];
      for (const session of [old, ended, young, expired, newSession(newId())]) {
        await store().insertSession(session);
      }
      await store().revokeSession(ended.id, later(5));
      expect(await store().sessionsOf(userId, later(9), 10)).toStrictEqual([young, expired, old]);
      expect(await store().sessionsOf(userId, later(10), 10)).toStrictEqual([young, old]);
      expect(await store().sessionsOf(userId, later(10), 1)).toStrictEqual([young]);
      expect(await store().sessionsOf(newId(), later(10), 10)).toEqual([]);
    });
  });

  describe('an invitation', () => {
    const inserted = async (more: Partial<InvitationRecord> = {}) => {
      const invitation = newInvitation(more);
      expect(await store().insertInvitation(invitation, 10)).toBe(true);
      return invitation;
    };

    test('is good until it expires', async () => {
      const { hash } = await inserted();
      expect(await store().isInvitation(hash, SOON)).toBe(true);
      expect(await store().isInvitation(hash, LATER)).toBe(false);
      expect(await store().isInvitation('f'.repeat(64), SOON)).toBe(false);
    });

    test('is used up by the user who is stored with it', async () => {
      const { hash } = await inserted();
      const user = newUser({ createdAt: SOON });
      expect(await store().insertUser(user, hash)).toBe('stored');
      expect(await store().user(user.id)).toStrictEqual(user);
      expect(await store().isInvitation(hash, SOON)).toBe(false);
      const second = newUser({ createdAt: SOON });
      expect(await store().insertUser(second, hash)).toBe('invitation-unknown');
      expect(await store().user(second.id)).toBeNull();
    });

    test('that is unknown or has expired stores nobody', async () => {
      const { hash } = await inserted();
      for (const [user, by] of [
        [newUser({ createdAt: LATER }), hash],
        [newUser({ createdAt: SOON }), 'e'.repeat(64)],
      ] as const) {
        expect(await store().insertUser(user, by)).toBe('invitation-unknown');
        expect(await store().userByEmail(user.emailKey)).toBeNull();
      }
    });

    test('stays good where the user is not stored for another reason', async () => {
      const { hash } = await inserted();
      const other = await insertedUser();
      const refused = newUser({ createdAt: SOON, emailKey: other.emailKey });
      expect(await store().insertUser(refused, hash)).toBe('email-taken');
      expect(await store().isInvitation(hash, SOON)).toBe(true);
      const renamed = newUser({ createdAt: SOON, usernameKey: other.usernameKey });
      expect(await store().insertUser(renamed, hash)).toBe('username-taken');
      expect(await store().insertUser(newUser({ createdAt: SOON }), hash)).toBe('stored');
    });

    test('is used by one of 20 at once', async () => {
      const { hash } = await inserted();
      const users = Array.from({ length: 20 }, () => newUser({ createdAt: SOON }));
      const answers = await atOnce(20, (i) => store().insertUser(users[i]!, hash));
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'invitation-unknown')).toHaveLength(19);
      expect(await store().users(users.map(({ id }) => id))).toHaveLength(1);
    });

    test('is one of so many that its maker has; those that were used or have expired do not count', async () => {
      const createdBy = newId();
      const make = (more: Partial<InvitationRecord> = {}) => {
        const invitation = newInvitation({ createdBy, ...more });
        return store()
          .insertInvitation(invitation, 2)
          .then((stored) => (stored ? invitation.hash : null));
      };
      const [first] = [await make(), await make({ expiresAt: later(50) })];
      expect(first).not.toBeNull();
      expect(await make()).toBeNull();
      expect(await make({ createdBy: newId() })).not.toBeNull();
      expect(await make({ createdAt: later(50) })).not.toBeNull();
      expect(await make({ createdAt: later(50) })).toBeNull();
      await store().insertUser(newUser({ createdAt: SOON }), first!);
      expect(await make({ createdAt: later(51) })).not.toBeNull();
    });
  });

  describe('a user who leaves', () => {
    const left = async () => {
      const user = await insertedUser();
      const departure = { userId: user.id, transferTo: newId(), at: later(7) };
      expect(await store().depart(departure)).toBe(true);
      return { user, departure };
    };

    test('is found no more, and is on record', async () => {
      const { user, departure } = await left();
      expect(await store().user(user.id)).toBeNull();
      expect(await store().users([user.id])).toEqual([]);
      expect(await store().userByEmail(user.emailKey)).toBeNull();
      expect(await store().userByUsername(user.usernameKey)).toBeNull();
      expect(await store().departure(user.id)).toStrictEqual(departure);
      expect(await store().departure(newId())).toBeNull();
      await store().forgetDeparture(user.id);
    });

    test('leaves email and username to others, whom a second removal does not touch', async () => {
      const { user } = await left();
      const next = await insertedUser({ emailKey: user.emailKey, usernameKey: user.usernameKey });
      await store().removeUser(user.id);
      expect(await store().userByEmail(user.emailKey)).toStrictEqual(next);
      expect(await store().userByUsername(user.usernameKey)).toStrictEqual(next);
      await store().forgetDeparture(user.id);
    });

    test('leaves once: the first of 10 at once', async () => {
      const user = await insertedUser();
      const heirs = Array.from({ length: 10 }, () => newId());
      const answers = await atOnce(10, (i) =>
        store().depart({ userId: user.id, transferTo: heirs[i]!, at: later(i) }),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect((await store().departure(user.id))?.transferTo).toBe(heirs[answers.indexOf(true)]);
      expect(await store().depart({ userId: user.id, transferTo: null, at: AT })).toBe(false);
      await store().forgetDeparture(user.id);
    });

    test('is nobody who is not there: nothing goes on record', async () => {
      const userId = newId();
      expect(await store().depart({ userId, transferTo: null, at: AT })).toBe(false);
      expect(await store().departure(userId)).toBeNull();
    });

    test('takes the invitations along that they made', async () => {
      const user = await insertedUser();
      const own = newInvitation({ createdBy: user.id });
      const others = newInvitation();
      await store().insertInvitation(own, 10);
      await store().insertInvitation(others, 10);
      await store().depart({ userId: user.id, transferTo: null, at: AT });
      expect(await store().isInvitation(own.hash, SOON)).toBe(false);
      expect(await store().isInvitation(others.hash, SOON)).toBe(true);
      await store().forgetDeparture(user.id);
    });

    test('is forgotten with all their sessions', async () => {
      const { user } = await left();
      const [session, others] = [newSession(user.id), newSession(newId())];
      await store().insertSession(session);
      await store().insertSession(others);
      await store().forgetDeparture(user.id);
      await store().forgetDeparture(newId());
      expect(await store().departure(user.id)).toBeNull();
      expect(await store().session(session.id)).toBeNull();
      expect(await store().session(others.id)).toStrictEqual(others);
      expect(await store().sessionsOf(user.id, AT, 10)).toEqual([]);
    });

    test('is listed with the others, in the order of their ids, a page at a time', async () => {
      const all = await atOnce(5, left);
      const ids = all.map(({ user }) => user.id).sort();
      const listed: string[] = [];
      for (let after = ''; ;) {
        const page = await store().departures(after, 2);
        expect(page.length).toBeLessThanOrEqual(2);
        listed.push(...page.map(({ userId }) => userId));
        if (page.length < 2) {
          break;
        }
        after = page.at(-1)!.userId;
      }
      expect(listed).toEqual(ids);
      await Promise.all(ids.map((id) => store().forgetDeparture(id)));
      expect(await store().departures('', 10)).toEqual([]);
    });
  });
}
