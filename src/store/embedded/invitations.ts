import type { AccountStore, InvitationRecord } from '../../service/ports.js';
import type { Environment } from './environment.js';

/** Invitations, by hash and by who made them. What is not a method of the port runs inside a transaction. */
export function embeddedInvitations(environment: Environment) {
  const invitations = environment.table<InvitationRecord>('invitations');
  const invitationsOfUser = environment.table<true>('invitationsOfUser');

  const hashesOf = (userId: string): string[] =>
    [...invitationsOfUser.getKeys({ start: [userId, ''], end: [userId, '\u{10ffff}'] })].map(
      (key) => (key as string[])[1] ?? '',
    );
  const isGood = (hash: string, at: string): boolean => (invitations.get(hash)?.expiresAt ?? '') > at;
  const remove = (hash: string): void => {
    const found = invitations.get(hash);
    if (found) {
      invitations.removeSync(hash);
      invitationsOfUser.removeSync([found.createdBy, hash]);
    }
  };

  const insert = (invitation: InvitationRecord, limit: number): boolean => {
    const { hash, createdBy, createdAt } = invitation;
    hashesOf(createdBy)
      .filter((one) => !isGood(one, createdAt))
      .forEach(remove);
    if (hashesOf(createdBy).length >= limit) {
      return false;
    }
    invitations.putSync(hash, invitation);
    invitationsOfUser.putSync([createdBy, hash], true);
    return true;
  };

  const port: Pick<AccountStore, 'insertInvitation' | 'isInvitation'> = {
    insertInvitation: (invitation, limit) => environment.write(() => insert(invitation, limit)),
    isInvitation: async (hash, at) => isGood(hash, at),
  };
  return { port, isGood, remove, removeOf: (userId: string) => hashesOf(userId).forEach(remove) };
}
