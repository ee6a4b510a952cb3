import type { AccountStore, SessionRecord, UserRecord } from '../../service/ports.js';
import type { Environment } from './environment.js';

/**
 * The account store on LMDB: users by id, by email and by username; sessions by id and by user.
 */
export function embeddedAccounts(environment: Environment): AccountStore {
  const users = environment.table<UserRecord>('users');
  const emails = environment.table<string>('emails');
  const usernames = environment.table<string>('usernames');
  const sessions = environment.table<SessionRecord>('sessions');
  const sessionsOfUser = environment.table<true>('sessionsOfUser');

  const userOf = (id: string | undefined): UserRecord | null =>
    id === undefined ? null : (users.get(id) ?? null);
  const sessionIds = (userId: string): string[] =>
    [...sessionsOfUser.getKeys({ start: [userId, ''], end: [userId, '\u{10ffff}'] })].map(
      (key) => (key as string[])[1] ?? '',
    );

  const insertUser = (user: UserRecord): 'stored' | 'email-taken' | 'username-taken' => {
    if (emails.get(user.emailKey) !== undefined) {
      return 'email-taken';
    }
    if (usernames.get(user.usernameKey) !== undefined) {
      return 'username-taken';
    }
    users.putSync(user.id, user);
    emails.putSync(user.emailKey, user.id);
    usernames.putSync(user.usernameKey, user.id);
    return 'stored';
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
    insertUser: (user) => environment.write(() => insertUser(user)),
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
  };
}
