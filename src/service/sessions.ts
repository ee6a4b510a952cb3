import {
  LogoutSchema,
  RefreshSchema,
  type Sessions,
  type Tokens as TokenPair,
  type User,
} from '../protocol/accounts.js';
import type { SessionEnd } from '../protocol/live.js';
import { parse } from '../protocol/parse.js';
import { isId } from '../protocol/primitives.js';
import { problem } from '../protocol/problems.js';
import { newId } from './ids.js';
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

/** Sign-ins: each is a session, which ends with its sockets. */
export interface SessionService {
  /** A new session of a user. @throws invalid-credentials where their password was changed, or they left, meanwhile */
  open(user: UserRecord, origin: Origin): Promise<TokenPair>;
  /** A new pair for a refresh token, which is good once. @throws unauthenticated, session-revoked, token-expired */
  refresh(body: unknown): Promise<TokenPair>;
  /** Ends the caller's session, or with `everywhere` all of theirs, sockets included. */
  logout(caller: AccessClaims, body: unknown): Promise<void>;
  /** Whom a genuine access token speaks for, as long as its session lasts. @throws unauthenticated, token-expired */
  identify(token: string): Promise<AccessClaims>;
  /** The caller's sessions, the newest first. */
  sessions(caller: AccessClaims): Promise<Sessions>;
  /** Ends one of the caller's sessions; their own: a logout. @throws not-found */
  endSession(caller: AccessClaims, sessionId: string): Promise<void>;
  /** Ends all sessions of a user but for one, sockets included. */
  endOthers(userId: string, reason: SessionEnd, except?: string): Promise<void>;
}

export interface SessionDependencies {
  accounts: AccountStore;
  tokens: Tokens;
  endSessions: Broadcaster['endSessions'];
  clock: Clock;
}

const DAY = 86_400_000;
/** How many sessions a user is shown. */
const MAX_SHOWN = 200;

export function createSessionService({
  accounts,
  tokens,
  endSessions,
  clock,
}: SessionDependencies): SessionService {
  const nowText = (): string => clock.now().toISOString();
  const expiry = (now: Date): string => new Date(now.getTime() + REFRESH_DAYS * DAY).toISOString();

  const pairFor = (user: UserRecord, sessionId: string, refreshToken: string): TokenPair => ({
    user: userView(user),
    accessToken: tokens.access(user.id, sessionId),
    refreshToken,
    tokenType: 'Bearer',
    expiresIn: ACCESS_SECONDS,
  });

  const newSession = (userId: string, refreshToken: string, id: string, now: Date, origin: Origin) => ({
    id,
    userId,
    refreshHash: hashToken(refreshToken),
    createdAt: now.toISOString(),
    lastUsedAt: now.toISOString(),
    expiresAt: expiry(now),
    revokedAt: null,
    userAgent: origin.userAgent.slice(0, 300),
    address: origin.address,
  });

  const revoke = async (sessionId: string, reason: SessionEnd): Promise<void> => {
    await accounts.revokeSession(sessionId, nowText());
    await endSessions([sessionId], reason);
  };

  const endOthers: SessionService['endOthers'] = async (userId, reason, except) => {
    await endSessions(await accounts.revokeSessions(userId, nowText(), except), reason);
  };

  /** A token that was used before: either its owner or a thief has the newer one, so neither may go on. */
  const endMisused = async (sessionId: string): Promise<void> => {
    const session = await accounts.session(sessionId);
    if (session?.revokedAt === null) {
      await revoke(sessionId, 'revoked');
    }
  };

  return {
    open: async (user, origin) => {
      const now = clock.now();
      const id = newId(now);
      const refreshToken = tokens.refresh(id);
      await accounts.insertSession(newSession(user.id, refreshToken, id, now, origin));
      // Who changes the password, or leaves, ends the sessions afterwards: those that are there by then.
      if ((await accounts.user(user.id))?.passwordHash !== user.passwordHash) {
        await accounts.revokeSession(id, now.toISOString());
        throw wrongCredentials();
      }
      return pairFor(user, id, refreshToken);
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
        await endMisused(sessionId);
        throw sessionRevoked();
      }
      return pairFor(user, sessionId, next);
    },

    logout: async ({ userId, sessionId }, body) => {
      const { everywhere } = parse(LogoutSchema, body ?? {});
      await (everywhere ? endOthers(userId, 'logout') : revoke(sessionId, 'logout'));
    },

    identify: async (token) => {
      const claims = tokens.readAccess(token);
      const session = await accounts.session(claims.sessionId);
      if (!session || session.revokedAt !== null || session.userId !== claims.userId) {
        throw notSignedIn();
      }
      return claims;
    },

    sessions: async ({ userId, sessionId }) => {
      const found = await accounts.sessionsOf(userId, nowText(), MAX_SHOWN);
      return { items: found.map((session) => sessionView(session, sessionId)) };
    },

    endSession: async ({ userId, sessionId }, id) => {
      const session = isId(id) ? await accounts.session(id) : null;
      if (session?.userId !== userId || session.revokedAt !== null || session.expiresAt <= nowText()) {
        throw problem('not-found', 'There is no such session.');
      }
      await revoke(id, id === sessionId ? 'logout' : 'revoked');
    },

    endOthers,
  };
}

export const userView = ({ id, email, username, name, createdAt }: UserRecord): User => ({
  id,
  email,
  username,
  name,
  createdAt,
});

const sessionView = (
  { id, createdAt, lastUsedAt, userAgent, address }: SessionRecord,
  current: string,
): Sessions['items'][number] => ({ id, current: id === current, createdAt, lastUsedAt, userAgent, address });

const sessionRevoked = () => problem('session-revoked', 'This session has been ended: sign in again.');

/** Alike whether or not there is such an account. */
export const wrongCredentials = () =>
  problem('invalid-credentials', 'There is no account with this name and password.');
