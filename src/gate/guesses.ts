import { createHash } from 'node:crypto';
import { CodedError } from '../calendar/errors.js';
import { comparable, DeleteMeSchema, LoginSchema, UpdateMeSchema } from '../protocol/accounts.js';
import type { AccountDeletion } from '../service/account-deletion.js';
import type { AccountService } from '../service/accounts.js';
import { networkOf } from './address.js';
import { RateLimited } from './limits.js';
import type { Throttle } from './throttle.js';

/**
 * Tries a password, unless this address has guessed too often at this account: then it is not even looked at.
 * Nobody can lock anybody else out: of the wrong passwords from everywhere together only the wrong ones take notice.
 *
 * @param account whatever it is called by
 * @param check throws invalid-credentials where the password is wrong
 * @throws rate-limited, and what `check` throws
 */
export async function guessing<T>(
  throttle: Throttle,
  account: string,
  address: string,
  check: () => Promise<T>,
): Promise<T> {
  const anywhere = digest(account);
  const here = digest(account, networkOf(address));
  // Taken beforehand and given back, so that many at the same time are no more than one after the other.
  await throttle.take('guesses', here);
  try {
    const result = await check();
    await throttle.forget('guesses', here);
    return result;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'invalid-credentials') {
      await wrong(throttle, anywhere, here);
    }
    throw error;
  }
}

/** What a guess takes of its address's share while the account is guessed at from everywhere. */
const SUSPECT_POINTS = 10;

/** @throws rate-limited where too many are guessing at this account */
async function wrong(throttle: Throttle, anywhere: string, here: string): Promise<void> {
  try {
    await throttle.take('accountGuesses', anywhere);
  } catch (error) {
    if (error instanceof RateLimited) {
      await throttle.take('guesses', here, SUSPECT_POINTS - 1);
    }
    throw error;
  }
}

/** Names and addresses do not stand in Redis as they are, nor at any length. */
const digest = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22);

/** Accounts whose passwords cannot be guessed at length: not from outside, and not with a token that was stolen. */
export function guardAccounts(accounts: AccountService, throttle: Throttle): AccountService {
  return {
    ...accounts,
    login: (body, origin) => {
      const login = () => accounts.login(body, origin);
      const { data } = LoginSchema.safeParse(body);
      const account = data && comparable(data.email ?? data.username ?? '');
      return account === undefined ? login() : guessing(throttle, account, origin.address, login);
    },
    updateMe: (caller, body) => {
      const update = () => accounts.updateMe(caller, body);
      const guesses = UpdateMeSchema.safeParse(body).data?.currentPassword !== undefined;
      return guesses ? guessing(throttle, `session ${caller.sessionId}`, '', update) : update();
    },
  };
}

export function guardDeletion(deletion: AccountDeletion, throttle: Throttle): AccountDeletion {
  return {
    ...deletion,
    deleteMe: (userId, body) => {
      const remove = () => deletion.deleteMe(userId, body);
      const guesses = DeleteMeSchema.safeParse(body).success;
      return guesses ? guessing(throttle, `user ${userId}`, '', remove) : remove();
    },
  };
}
