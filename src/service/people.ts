import type { Person } from '../protocol/accounts.js';
import type { AccountStore, UserRecord } from './ports.js';

/** Names somebody. */
export type Named = (id: string) => Person;

/** Names people to those who share an event with them. */
export interface People {
  /** These users by id. One whose account is gone is named too: what they did stays in the log. */
  named(ids: Iterable<string>): Promise<Named>;
}

export const personOf = ({ id, username, name }: UserRecord): Person => ({ id, username, name });

const FORMER = { username: 'former-member', name: 'former member' };

export function createPeople(accounts: AccountStore): People {
  return {
    named: async (ids) => {
      const users = await accounts.users([...new Set(ids)]);
      const byId = new Map(users.map((user) => [user.id, personOf(user)]));
      return (id) => byId.get(id) ?? { id, ...FORMER };
    },
  };
}
