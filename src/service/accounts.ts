import type { z } from 'zod';
import {
  LoginSchema,
  RegisterSchema,
  UpdateMeSchema,
  type Tokens as TokenPair,
  type User,
} from '../protocol/accounts.js';
import { parse } from '../protocol/parse.js';
import { problem } from '../protocol/problems.js';
import { emailKey, usernameFrom, usernameKey } from './identity.js';
import { newId } from './ids.js';
import {
  createInvitationService,
  invitationNotGood,
  registrationClosed,
  type InvitationService,
  type Registration,
} from './invitations.js';
import type { Passwords } from './passwords.js';
import type { AccountStore, Broadcaster, Clock, UserRecord } from './ports.js';
import {
  createSessionService,
  userView,
  wrongCredentials,
  type Origin,
  type SessionService,
} from './sessions.js';
import { notSignedIn, type AccessClaims, type Tokens } from './tokens.js';

/** Accounts, their sessions, and invitations to register. */
export interface AccountService
  extends Omit<SessionService, 'open' | 'endOthers'>, Pick<InvitationService, 'invite'> {
  /** @throws validation-failed, already-registered, registration-closed */
  register(body: unknown, origin: Origin): Promise<TokenPair>;
  /** @throws validation-failed, invalid-credentials: alike whether or not the account exists */
  login(body: unknown, origin: Origin): Promise<TokenPair>;
  me(userId: string): Promise<User>;
  /**
   * Changes name, username or password. A new password ends every other session of the user, sockets included.
   *
   * @throws validation-failed, already-registered, invalid-credentials for a wrong current password
   */
  updateMe(caller: AccessClaims, body: unknown): Promise<User>;
}

export interface AccountDependencies {
  accounts: AccountStore;
  tokens: Tokens;
  passwords: Passwords;
  endSessions: Broadcaster['endSessions'];
  clock: Clock;
  registration: Registration;
}

const MAX_USERNAME_ATTEMPTS = 20;
/** How often a change is made anew because the password was changed meanwhile. */
const MAX_UPDATE_ATTEMPTS = 5;

export function createAccountService(deps: AccountDependencies): AccountService {
  const { accounts, passwords, clock, registration } = deps;
  const { open, endOthers, ...sessions } = createSessionService(deps);
  const invitations = createInvitationService(deps);

  /** A username that was not chosen is made from the address, and again with a number while it is taken. */
  const store = async (user: UserRecord, chosen: boolean, invitation?: string): Promise<UserRecord> => {
    for (let tries = 0; tries < MAX_USERNAME_ATTEMPTS; tries += 1) {
      const candidate = numbered(user, tries);
      const result = await accounts.insertUser(candidate, invitation);
      if (result === 'stored') {
        return candidate;
      }
      if (result === 'invitation-unknown') {
        throw invitationNotGood();
      }
      if (result === 'email-taken' || chosen) {
        throw alreadyRegistered(result === 'email-taken' ? 'email' : 'username');
      }
    }
    throw alreadyRegistered('username');
  };

  const requireUser = async (userId: string): Promise<UserRecord> => {
    const user = await accounts.user(userId);
    if (!user) {
      throw notSignedIn();
    }
    return user;
  };

  return {
    ...sessions,
    invite: invitations.invite,

    register: async (body, origin) => {
      if (registration === 'closed') {
        throw registrationClosed();
      }
      const { email, password, name, username, invitation } = parse(RegisterSchema, body);
      const invited = await invitations.required(invitation);
      await refuseTaken(accounts, email, username);
      const now = clock.now();
      const chosen = username ?? usernameFrom(email);
      const user: UserRecord = {
        id: newId(now),
        email,
        emailKey: emailKey(email),
        username: chosen,
        usernameKey: usernameKey(chosen),
        name: name ?? '',
        passwordHash: await passwords.hash(password),
        createdAt: now.toISOString(),
      };
      return open(await store(user, username !== undefined, invited), origin);
    },

    login: async (body, origin) => {
      const credentials = parse(LoginSchema, body);
      const user = await userOf(accounts, credentials);
      if (!(await passwords.matches(user?.passwordHash, credentials.password)) || !user) {
        throw wrongCredentials();
      }
      return open(user, origin);
    },

    me: async (userId) => userView(await requireUser(userId)),

    updateMe: async ({ userId, sessionId }, body) => {
      const wish = parse(UpdateMeSchema, body);
      for (let tries = 0; tries < MAX_UPDATE_ATTEMPTS; tries += 1) {
        const user = await requireUser(userId);
        await requirePassword(passwords, user, wish.currentPassword);
        const change = await changeOf(user, wish, passwords);
        // Decided upon the password that was checked: where it has been changed meanwhile, all is looked at anew.
        const result = await accounts.updateUser(userId, user.passwordHash, change);
        if (result === 'username-taken') {
          throw alreadyRegistered('username');
        }
        if (result === 'stored') {
          if (change.passwordHash !== undefined) {
            await endOthers(userId, 'password-changed', sessionId);
          }
          return userView({ ...user, ...change });
        }
      }
      throw problem('unavailable', 'This account is being changed at the same moment. Try again.', {
        retryAfter: 1,
      });
    },
  };
}

function numbered(user: UserRecord, tries: number): UserRecord {
  const suffix = tries === 0 ? '' : String(Math.floor(Math.random() * 10 ** Math.min(7, tries + 1)));
  const username = `${user.username}${suffix}`;
  return { ...user, username, usernameKey: usernameKey(username), name: user.name || username };
}

/** @throws invalid-credentials where a password was given, and is not the user's */
export async function requirePassword(
  passwords: Passwords,
  user: UserRecord,
  given: string | undefined,
): Promise<void> {
  if (given !== undefined && !(await passwords.matches(user.passwordHash, given))) {
    throw problem('invalid-credentials', 'This is not the password of your account.');
  }
}

type Change = Parameters<AccountStore['updateUser']>[2];

async function changeOf(
  user: UserRecord,
  { name, username, password }: z.output<typeof UpdateMeSchema>,
  passwords: Passwords,
): Promise<Change> {
  return {
    ...(username !== undefined && { username, usernameKey: usernameKey(username) }),
    ...(name !== undefined && { name: name || (username ?? user.username) }),
    ...(password !== undefined && { passwordHash: await passwords.hash(password) }),
  };
}

const alreadyRegistered = (what: 'email' | 'username') =>
  problem('already-registered', `This ${what} is already registered.`, {
    errors: [{ pointer: `/${what}`, message: 'is already registered' }],
  });

/** Looked up before the costly hash; what decides is the store's own check at the insertion. */
async function refuseTaken(accounts: AccountStore, email: string, username?: string): Promise<void> {
  if (await accounts.userByEmail(emailKey(email))) {
    throw alreadyRegistered('email');
  }
  if (username !== undefined && (await accounts.userByUsername(usernameKey(username)))) {
    throw alreadyRegistered('username');
  }
}

/** The user with this email or username. */
export function userOf(
  accounts: AccountStore,
  { email, username }: { email?: string | undefined; username?: string | undefined },
): Promise<UserRecord | null> {
  return email === undefined
    ? accounts.userByUsername(usernameKey(username ?? ''))
    : accounts.userByEmail(emailKey(email));
}
