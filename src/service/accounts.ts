import type { z } from 'zod';
import {
  LoginSchema,
  RefreshSchema,
  RegisterSchema,
  LogoutSchema,
  type Tokens as TokenPair,
  type User,
} from '../protocol/accounts.js';
import { problem } from '../protocol/problems.js';
import { newId } from './ids.js';
import { emailKey, usernameFrom, usernameKey } from './identity.js';
import { parse } from '../protocol/parse.js';
import type { Passwords } from './passwords.js';
import type { AccountStore, Broadcaster, Clock, SessionRecord, UserRecord } from './ports.js';
import {
  ACCESS_SECONDS,
  hashToken,
  notSignedIn,
  REFRESH_DAYS,
  type AccessClaims,
  type Tokens,
} from './tokens.js';

/** Where a sign-in comes from, as the user is shown it among their sessions. */
export interface Origin {
  userAgent: string;
  address: string;
}

/** Accounts and sessions. */
export interface AccountService {
  /** @throws validation-failed, already-registered, registration-closed */
  register(body: unknown, origin: Origin): Promise<TokenPair>;
  /** @throws validation-failed, invalid-credentials: alike whether or not the account exists */
  login(body: unknown, origin: Origin): Promise<TokenPair>;
  /** A new pair for a refresh token, which is good once. @throws unauthenticated, session-revoked, token-expired */
  refresh(body: unknown): Promise<TokenPair>;
  /** Ends the caller's session, or with `everywhere` all of theirs, sockets included. */
  logout(caller: AccessClaims, body: unknown): Promise<void>;
  /** Whom a genuine access token speaks for, as long as its session lasts. @throws unauthenticated, token-expired */
  identify(token: string): Promise<AccessClaims>;
  me(userId: string): Promise<User>;
}

export interface AccountDependencies {
  accounts: AccountStore;
  tokens: Tokens;
  passwords: Passwords;
  endSessions: Broadcaster['endSessions'];
  clock: Clock;
  registration: 'open' | 'closed';
}

const DAY = 86_400_000;
const MAX_USERNAME_ATTEMPTS = 20;

export function createAccountService(deps: AccountDependencies): AccountService {
  const { accounts, tokens, passwords, clock } = deps;

  const expiry = (now: Date): string => new Date(now.getTime() + REFRESH_DAYS * DAY).toISOString();

  const pairFor = (user: UserRecord, sessionId: string, refreshToken: string): TokenPair => ({
    user: userView(user),
    accessToken: tokens.access(user.id, sessionId),
    refreshToken,
    tokenType: 'Bearer',
    expiresIn: ACCESS_SECONDS,
  });

  const signIn = async (user: UserRecord, { userAgent, address }: Origin): Promise<TokenPair> => {
    const now = clock.now();
    const id = newId(now);
    const refreshToken = tokens.refresh(id);
    const session: SessionRecord = {
      id,
      userId: user.id,
      refreshHash: hashToken(refreshToken),
      createdAt: now.toISOString(),
      lastUsedAt: now.toISOString(),
      expiresAt: expiry(now),
      revokedAt: null,
      userAgent: userAgent.slice(0, 300),
      address,
    };
    await accounts.insertSession(session);
    return pairFor(user, id, refreshToken);
  };

  const revoke = async (sessionId: string, reason: 'logout' | 'revoked'): Promise<void> => {
    await accounts.revokeSession(sessionId, clock.now().toISOString());
    await deps.endSessions([sessionId], reason);
  };

  /** A username that was not chosen is made from the address, and again with a number while it is taken. */
  const store = async (user: UserRecord, chosen: boolean): Promise<UserRecord> => {
    for (let tries = 0; tries < MAX_USERNAME_ATTEMPTS; tries += 1) {
      const suffix = tries === 0 ? '' : String(Math.floor(Math.random() * 10 ** Math.min(7, tries + 1)));
      const username = `${user.username}${suffix}`;
      const candidate = {
        ...user,
        username,
        usernameKey: usernameKey(username),
        name: user.name || username,
      };
      const result = await accounts.insertUser(candidate);
      if (result === 'stored') {
        return candidate;
      }
      if (result === 'email-taken' || chosen) {
        throw alreadyRegistered(result === 'email-taken' ? 'email' : 'username');
      }
    }
    throw alreadyRegistered('username');
  };

  return {
    register: async (body, origin) => {
      if (deps.registration === 'closed') {
        throw problem('registration-closed', 'New accounts are not made here.');
      }
      const { email, password, name, username } = parse(RegisterSchema, body);
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
      return signIn(await store(user, username !== undefined), origin);
    },

    login: async (body, origin) => {
      const credentials = parse(LoginSchema, body);
      const user = await userOf(accounts, credentials);
      if (!(await passwords.matches(user?.passwordHash, credentials.password)) || !user) {
        throw problem('invalid-credentials', 'There is no account with this name and password.');
      }
      return signIn(user, origin);
    },

    refresh: async (body) => {
      const { refreshToken } = parse(RefreshSchema, body);
      const sessionId = tokens.readRefresh(refreshToken);
      const session = await accounts.session(sessionId);
      const user = session && session.revokedAt === null ? await accounts.user(session.userId) : null;
      if (!session || !user) {
        throw sessionRevoked();
      }
      const now = clock.now();
      if (session.expiresAt <= now.toISOString()) {
        throw problem('token-expired', 'The refresh token has expired: sign in again.');
      }
      const next = tokens.refresh(sessionId);
      const rotated = await accounts.rotateSession(sessionId, hashToken(refreshToken), {
        refreshHash: hashToken(next),
        lastUsedAt: now.toISOString(),
        expiresAt: expiry(now),
      });
      if (!rotated) {
        // A token that was used before: either its owner or a thief has the newer one, so neither may go on.
        await revoke(sessionId, 'revoked');
        throw sessionRevoked();
      }
      return pairFor(user, sessionId, next);
    },

    logout: async ({ userId, sessionId }, body) => {
      const { everywhere } = parse(LogoutSchema, body ?? {});
      if (!everywhere) {
        await revoke(sessionId, 'logout');
        return;
      }
      await deps.endSessions(await accounts.revokeSessions(userId, clock.now().toISOString()), 'logout');
    },

    identify: async (token) => {
      const claims = tokens.readAccess(token);
      const session = await accounts.session(claims.sessionId);
      if (!session || session.revokedAt !== null || session.userId !== claims.userId) {
        throw notSignedIn();
      }
      return claims;
    },

    me: async (userId) => {
      const user = await accounts.user(userId);
      if (!user) {
        throw notSignedIn();
      }
      return userView(user);
    },
  };
}

const userView = ({ id, email, username, name, createdAt }: UserRecord): User => ({
  id,
  email,
  username,
  name,
  createdAt,
});

const sessionRevoked = () => problem('session-revoked', 'This session has been ended: sign in again.');

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

function userOf(accounts: AccountStore, { email, username }: z.output<typeof LoginSchema>) {
  return email === undefined
    ? accounts.userByUsername(usernameKey(username ?? ''))
    : accounts.userByEmail(emailKey(email));
}
