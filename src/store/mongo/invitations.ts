import type { AccountStore } from '../../service/ports.js';
import type { Collections } from './documents.js';
import { toInvitationDocument } from './records.js';

/** What a registration does with its invitation, beside the methods of the port. */
export interface MongoInvitations extends Pick<AccountStore, 'insertInvitation' | 'isInvitation'> {
  /** Holds a good one for the user who is about to be stored; false where there is none. */
  take(hash: string, userId: string, at: string): Promise<boolean>;
  /** Lets go of one that was held for a user who was not stored after all. */
  giveBack(hash: string, userId: string): Promise<void>;
  /** Away with one that was used. */
  drop(hash: string): Promise<void>;
  removeOf(userId: string): Promise<void>;
}

/** After this long, whoever holds one for a user who is not there has died. */
const HELD_MS = 60_000;

export function mongoInvitations({ invitations, users }: Collections): MongoInvitations {
  const good = (hash: string, at: string) => ({ _id: { $eq: hash }, forgetAt: { $gt: new Date(at) } });

  /** By whom one is held that would have been used or given back by now, had they not died. */
  const abandonedBy = async (hash: string, at: string): Promise<string | null> => {
    const found = await invitations.findOne(good(hash, at));
    if (!found?.heldBy || !found.heldAt || found.heldAt.getTime() > Date.now() - HELD_MS) {
      return null;
    }
    // It has been used where the user is there.
    return (await users.findOne({ _id: found.heldBy }, { projection: { _id: 1 } })) ? null : found.heldBy;
  };

  const hold = async (
    hash: string,
    at: string,
    from: string | null,
    userId: string | null,
  ): Promise<boolean> => {
    const { matchedCount } = await invitations.updateOne(
      { ...good(hash, at), heldBy: from },
      { $set: { heldBy: userId, heldAt: userId === null ? null : new Date() } },
    );
    return matchedCount === 1;
  };

  return {
    insertInvitation: async (invitation, limit) => {
      const { createdBy, createdAt } = invitation;
      const open = { createdBy: { $eq: createdBy }, forgetAt: { $gt: new Date(createdAt) } };
      if ((await invitations.countDocuments(open, { limit })) >= limit) {
        return false;
      }
      await invitations.insertOne(toInvitationDocument(invitation));
      return true;
    },
    isInvitation: async (hash, at) =>
      (await invitations.findOne({ ...good(hash, at), heldBy: null }, { projection: { _id: 1 } })) !== null ||
      (await abandonedBy(hash, at)) !== null,

    take: async (hash, userId, at) => {
      if (await hold(hash, at, null, userId)) {
        return true;
      }
      const holder = await abandonedBy(hash, at);
      return holder !== null && (await hold(hash, at, holder, userId));
    },
    giveBack: async (hash, userId) => {
      await invitations.updateOne(
        { _id: { $eq: hash }, heldBy: userId },
        { $set: { heldBy: null, heldAt: null } },
      );
    },
    drop: async (hash) => {
      await invitations.deleteOne({ _id: { $eq: hash } });
    },
    removeOf: async (userId) => {
      await invitations.deleteMany({ createdBy: { $eq: userId } });
    },
  };
}
