import type { AccountStore, Departure, SessionRecord, UserRecord } from '../../service/ports.js';
import type { Environment } from './environment.js';
import { embeddedFeeds } from './feeds.js';
import { embeddedInvitations } from './invitations.js';
import { embeddedWebhooks } from './webhooks.js';

/**
 * The account store on LMDB: users by id, by email and by username; sessions by id and by user; invitations;
 * departures by user.
 */
export function embeddedAccounts(environment: Environment): AccountStore {
  const users = environment.table<UserRecord>('users');
  const emails = environment.table<string>('emails');
  const usernames = environment.table<string>('usernames');
  const sessions = environment.table<SessionRecord>('sessions');
  const sessionsOfUser = environment.table<true>('sessionsOfUser');
  const departures = environment.table<Departure>('departures');
  const invitations = embeddedInvitations(environment);
  const feeds = embeddedFeeds(environment);
  const webhooks = embeddedWebhooks(environment);

  const userOf = (id: string | undefined): UserRecord | null =>
    id === undefined ? null : (users.get(id) ?? null);
  const sessionIds = (userId: string): string[] =>
    [...sessionsOfUser.getKeys({ start: [userId, ''], end: [userId, '\u{10ffff}'] })].map(
      (key) => (key as string[])[1] ?? '',
    );

  const insertUser = (
    user: UserRecord,
    invitation?: string,
  ): Awaited<ReturnType<AccountStore['insertUser']>> => {
    if (invitation !== undefined && !invitations.isGood(invitation, user.createdAt)) {
      return 'invitation-unknown';
    }
    if (emails.get(user.emailKey) !== undefined) {
      return 'email-taken';
    }
    if (usernames.get(user.usernameKey) !== undefined) {
      return 'username-taken';
    }
    users.putSync(user.id, user);
    emails.putSync(user.emailKey, user.id);
    usernames.putSync(user.usernameKey, user.id);
    if (invitation !== undefined) {
      invitations.remove(invitation);
    }
    return 'stored';
  };

  const updateUser = (
    id: string,
    passwordHash: string,
    change: Parameters<AccountStore['updateUser']>[2],
  ): Awaited<ReturnType<AccountStore['updateUser']>> => {
    const user = userOf(id);
    if (user?.passwordHash !== passwordHash) {
      return 'gone';
    }
    const changed = { ...user, ...change };
    if ((usernames.get(changed.usernameKey) ?? id) !== id) {
      return 'username-taken';
    }
    usernames.removeSync(user.usernameKey);
    usernames.putSync(changed.usernameKey, id);
    users.putSync(id, changed);
    return 'stored';
  };

  const removeUser = (userId: string): boolean => {
    const user = userOf(userId);
    if (user) {
      users.removeSync(userId);
      emails.removeSync(user.emailKey);
      usernames.removeSync(user.usernameKey);
      invitations.removeOf(userId);
      feeds.removeOf(userId);
      webhooks.removeOf(userId);
    }
    return user !== null;
  };

  const depart = (departure: Departure): boolean => {
    const isThere = removeUser(departure.userId);
    if (isThere) {
      departures.putSync(departure.userId, departure);
    }
    return isThere;
  };

  const forgetSessions = (userId: string): void => {
    for (const id of sessionIds(userId)) {
      sessions.removeSync(id);
      sessionsOfUser.removeSync([userId, id]);
    }
  };

  const forgetExpired = (userId: string, now: string): void => {
    for (const id of sessionIds(userId)) {
      if ((sessions.get(id)?.expiresAt ?? '') < now) {
        sessions.removeSync(id);
        sessionsOfUser.removeSync([userId, id]);
      }
    }
  };

  const revoke = (id: string, at: string): boolean => {
    const session = sessions.get(id);
    if (!session || session.revokedAt !== null) {
      return false;
    }
    sessions.putSync(id, { ...session, revokedAt: at });
    return true;
  };

  return {
    insertUser: (user, invitation) => environment.write(() => insertUser(user, invitation)),
    updateUser: (id, passwordHash, change) => environment.write(() => updateUser(id, passwordHash, change)),
    user: async (id) => userOf(id),
    userByEmail: async (emailKey) => userOf(emails.get(emailKey)),
    userByUsername: async (usernameKey) => userOf(usernames.get(usernameKey)),
    users: async (ids) => [...new Set(ids)].map(userOf).filter((user) => user !== null),
    insertSession: (session) =>
      environment.write(() => {
        forgetExpired(session.userId, session.createdAt);
        sessions.putSync(session.id, session);
        sessionsOfUser.putSync([session.userId, session.id], true);
      }),
    session: async (id) => sessions.get(id) ?? null,
    rotateSession: (id, expectedHash, next) =>
      environment.write(() => {
        const session = sessions.get(id);
        if (!session || session.revokedAt !== null || session.refreshHash !== expectedHash) {
          return false;
        }
        sessions.putSync(id, { ...session, ...next });
        return true;
      }),
    revokeSession: (id, at) =>
      environment.write(() => {
        revoke(id, at);
      }),
    revokeSessions: (userId, at, except) =>
      environment.write(() => sessionIds(userId).filter((id) => id !== except && revoke(id, at))),
    sessionsOf: async (userId, at, limit) =>
      sessionIds(userId)
        .map((id) => sessions.get(id))
        .filter((session) => session !== undefined)
        .filter(({ revokedAt, expiresAt }) => revokedAt === null && expiresAt > at)
        .sort((a, b) => (a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id) ? 1 : -1))
        .slice(0, limit),
    // One that is not there has no `revokedAt` at all.
    endedAmong: async (ids) => new Set(ids.filter((id) => sessions.get(id)?.revokedAt !== null)),
    ...invitations.port,
    depart: (departure) => environment.write(() => depart(departure)),
    removeUser: (userId) =>
      environment.write(() => {
        removeUser(userId);
      }),
    departure: async (userId) => departures.get(userId) ?? null,
    departures: async (after, limit) =>
      [...departures.getRange({ start: after, limit: limit + 1 })]
        .map(({ value }) => value)
        .filter(({ userId }) => userId > after)
        .slice(0, limit),
    forgetDeparture: (userId) =>
      environment.write(() => {
        forgetSessions(userId);
        departures.removeSync(userId);
      }),
  };
}
