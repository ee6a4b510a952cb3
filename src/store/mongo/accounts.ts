import { trusted, Types, type Collection, type mongo } from 'mongoose';
import type { AccountStore, UserRecord } from '../../service/ports.js';
import type { Collections, UserDocument } from './documents.js';
import { mongoDepartures } from './departures.js';
import { isDuplicateKey, isUnavailable } from './errors.js';
import { mongoInvitations } from './invitations.js';
import { toSession, toSessionDocument, toUser, toUserDocument } from './records.js';
import type { Models } from './schemas.js';
import { together } from './together.js';

/** So many are read at once. */
const MOST = 1_000;

/** Reads by id, null where there is none; what is read at the same moment is read together. */
const byId = <Document extends { _id: string }, Record>(
  collection: Collection<Document>,
  toRecord: (document: mongo.WithId<Document>) => Record,
): ((id: string) => Promise<Record | null>) =>
  together(async (ids) => {
    const found = await collection
      .find({ _id: { $in: [...new Set(ids)] } } as mongo.Filter<Document>)
      .toArray();
    const documents = new Map(found.map((one) => [one._id as string, one]));
    return ids.map((id) => {
      const document = documents.get(id);
      return document ? toRecord(document) : null;
    });
  }, MOST);

/** The account store on MongoDB: users, unique by email and by username, and their sessions. */
export function mongoAccounts({ User, Session }: Models, collections: Collections): AccountStore {
  const { users, sessions } = collections;
  const oneAtATime = queue();
  const { take, giveBack, drop, removeOf, ...invitations } = mongoInvitations(collections);

  const insertOne = async (user: UserRecord): Promise<'stored' | 'email-taken' | 'username-taken'> => {
    try {
      await oneAtATime(() => User.insertOne(toUserDocument(user)));
      return 'stored';
    } catch (error) {
      const taken = isDuplicateKey(error) ? await takenKey(user, error.keyPattern) : null;
      if (taken) {
        return taken;
      }
      throw error;
    }
  };

  /** The server names one key; which of two is up to it. */
  const takenKey = async (
    { emailKey }: Pick<UserRecord, 'emailKey'>,
    keyPattern: unknown,
  ): Promise<'email-taken' | 'username-taken' | null> => {
    const named = Object.keys(keyPattern ?? {});
    if (named.includes('emailKey') || (await User.exists({ emailKey }))) {
      return 'email-taken';
    }
    return named.includes('usernameKey') ? 'username-taken' : null;
  };

  /** Where it is not known whether the user was stored, whether the invitation was used is found out later. */
  const insertInvited = async (user: UserRecord, hash: string) => {
    if (!(await take(hash, user.id, user.createdAt))) {
      return 'invitation-unknown';
    }
    let result: Awaited<ReturnType<typeof insertOne>>;
    try {
      result = await insertOne(user);
    } catch (error) {
      await (isUnavailable(error) ? undefined : giveBack(hash, user.id));
      throw error;
    }
    await (result === 'stored' ? drop(hash) : giveBack(hash, user.id));
    return result;
  };

  const userOf = byId(users, toUser);
  const one = async (user: Promise<UserDocument | null>): Promise<UserRecord | null> => {
    const found = await user;
    return found && toUser(found);
  };

  return {
    ...invitations,
    ...mongoDepartures(collections, removeOf),
    insertUser: (user, invitation) =>
      invitation === undefined ? insertOne(user) : insertInvited(user, invitation),
    updateUser: async (id, passwordHash, change) => {
      try {
        const { matchedCount } = await oneAtATime(() =>
          User.updateOne({ _id: id, passwordHash }, { $set: { passwordHash, ...change } }),
        );
        return matchedCount === 1 ? 'stored' : 'gone';
      } catch (error) {
        if (isDuplicateKey(error)) {
          return 'username-taken';
        }
        throw error;
      }
    },
    user: userOf,
    userByEmail: (emailKey) => one(users.findOne({ emailKey: { $eq: emailKey } })),
    userByUsername: (usernameKey) => one(users.findOne({ usernameKey: { $eq: usernameKey } })),
    users: async (ids) => (await Promise.all([...new Set(ids)].map(userOf))).filter((user) => user !== null),

    insertSession: async (session) => {
      await sessions.insertOne(toSessionDocument(session));
    },
    session: byId(sessions, toSession),
    rotateSession: async (id, expectedHash, { refreshHash, lastUsedAt, expiresAt }) => {
      const { matchedCount } = await Session.updateOne(
        { _id: id, refreshHash: expectedHash, revokedAt: null },
        { $set: { refreshHash, lastUsedAt, expiresAt, forgetAt: new Date(expiresAt) } },
      );
      return matchedCount === 1;
    },
    revokeSession: async (id, at) => {
      await Session.updateOne({ _id: id, revokedAt: null }, { $set: { revokedAt: at } });
    },
    revokeSessions: async (userId, at, except) => {
      // Marked as this call's, so that it answers just those that it, and nobody else, has ended.
      const endedBy = new Types.ObjectId();
      await Session.updateMany(
        { userId, revokedAt: null, ...(except !== undefined && { _id: trusted({ $ne: except }) }) },
        { $set: { revokedAt: at, endedBy } },
      );
      const ended = await Session.find({ userId, endedBy }, { _id: 1 }).lean();
      return ended.map(({ _id }) => _id);
    },
    sessionsOf: async (userId, at, limit) => {
      const filter = { userId: { $eq: userId }, revokedAt: null, expiresAt: { $gt: at } };
      const found = await sessions.find(filter, { sort: { createdAt: -1, _id: -1 }, limit }).toArray();
      return found.map(toSession);
    },
    endedAmong: async (sessionIds) => {
      const filter = { _id: { $in: [...sessionIds] }, revokedAt: null };
      const alive = await sessions.find(filter, { projection: { _id: 1 } }).toArray();
      const lasting = new Set(alive.map(({ _id }) => _id));
      return new Set(sessionIds.filter((id) => !lasting.has(id)));
    },
  };
}

/**
 * Runs works one after the other. For inserts that may meet under one unique key: MongoDB lets one of them win,
 * but compatible servers have been seen to end several in deadlocks that take them seconds to notice.
 */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
