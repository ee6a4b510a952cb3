import { refuseFields } from '../calendar/errors.js';
import { DeleteMeSchema } from '../protocol/accounts.js';
import { parse } from '../protocol/parse.js';
import { problem } from '../protocol/problems.js';
import { requirePassword, userOf } from './accounts.js';
import type { Departures } from './departures.js';
import type { Passwords } from './passwords.js';
import type { AccountStore, Clock } from './ports.js';
import { notSignedIn } from './tokens.js';

/** Deletes accounts. */
export interface AccountDeletion {
  /**
   * The account is gone at once: nobody signs in to it, and email and username are free. Then its sessions end,
   * and its events are erased, or become another user's; if that is interrupted, it is finished later.
   *
   * @throws validation-failed, invalid-credentials, user-not-found for the other user; unavailable
   */
  deleteMe(userId: string, body: unknown): Promise<void>;
}

export interface DeletionDependencies {
  accounts: AccountStore;
  passwords: Passwords;
  departures: Pick<Departures, 'finish'>;
  clock: Clock;
}

export function createAccountDeletion(deps: DeletionDependencies): AccountDeletion {
  const { accounts, passwords, departures, clock } = deps;
  return {
    deleteMe: async (userId, body) => {
      const { password, transferTo } = parse(DeleteMeSchema, body);
      const user = await accounts.user(userId);
      if (!user) {
        throw notSignedIn();
      }
      await requirePassword(passwords, user, password);
      const heir = transferTo === undefined ? null : await heirOf(accounts, transferTo, userId);
      const departure = { userId, transferTo: heir, at: clock.now().toISOString() };
      if (!(await accounts.depart(departure))) {
        throw notSignedIn();
      }
      await departures.finish(departure);
    },
  };
}

async function heirOf(
  accounts: AccountStore,
  named: { email?: string | undefined; username?: string | undefined },
  userId: string,
): Promise<string> {
  const name = named.email === undefined ? 'username' : 'email';
  const heir = await userOf(accounts, named);
  if (!heir) {
    throw problem('user-not-found', `There is no user with this ${name}.`, {
      errors: [{ pointer: `/transferTo/${name}`, message: 'is not known' }],
    });
  }
  if (heir.id === userId) {
    throw refuseFields([{ pointer: `/transferTo/${name}`, message: 'must name somebody else' }]);
  }
  return heir.id;
}
