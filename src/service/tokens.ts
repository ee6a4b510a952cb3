import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { IdSchema } from '../protocol/primitives.js';
import { problem } from '../protocol/problems.js';
import type { Clock } from './ports.js';

const ISSUER = 'convene';
const AUDIENCE = 'convene-api';

/** How long an access token holds, in seconds. */
export const ACCESS_SECONDS = 15 * 60;
export const REFRESH_DAYS = 30;

/** What an access token says, once it has been found genuine. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  /** When it expires, in milliseconds. */
  expiresAt: number;
}

/** Makes and checks the two kinds of tokens. */
export interface Tokens {
  /** A JWT (RFC 7519, HS256) for one session. */
  access(userId: string, sessionId: string): string;
  /** @throws token-expired, unauthenticated */
  readAccess(token: string): AccessClaims;
  /** An opaque token that names its session, sealed so that none can be made up. */
  refresh(sessionId: string): string;
  /** The session that a genuine refresh token names. @throws unauthenticated */
  readRefresh(token: string): string;
}

/** A key of its own for each use, derived from the one secret (RFC 5869). */
export const deriveKey = (secret: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `convene ${use}`, 32));

/** How a refresh token is stored. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

const SESSION_BYTES = 12;
const SECRET_BYTES = 24;
const SEAL_BYTES = 16;
const MAX_REMEMBERED = 10_000;

export function createTokens(secret: string, clock: Clock): Tokens {
  // A key object: of bytes the library would at each use try whether they are a public key.
  const accessKey = createSecretKey(deriveKey(secret, 'access token'));
  const refreshKey = deriveKey(secret, 'refresh token');
  const seal = (body: Buffer): Buffer =>
    createHmac('sha256', refreshKey).update(body).digest().subarray(0, SEAL_BYTES);

  /** What genuine tokens say, by their text: a signature that was good stays so. When they expire is asked each time. */
  const genuine = new LRUCache<string, AccessClaims>({ max: MAX_REMEMBERED });

  return {
    access: (userId, sessionId) => {
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      const claims = { sid: sessionId, jti: randomBytes(9).toString('base64url'), iat: issuedAt };
      return jwt.sign(claims, accessKey, {
        algorithm: 'HS256',
        subject: userId,
        issuer: ISSUER,
        audience: AUDIENCE,
        expiresIn: ACCESS_SECONDS,
      });
    },
    readAccess: (token) => {
      const known = genuine.get(token);
      if (known && clock.now().getTime() < known.expiresAt) {
        return { ...known };
      }
      const { success, data } = ClaimsSchema.safeParse(verify(token, accessKey, clock));
      if (!success) {
        throw notSignedIn();
      }
      const claims = { userId: data.sub, sessionId: data.sid, expiresAt: data.exp * 1000 };
      genuine.set(token, claims);
      return { ...claims };
    },
    refresh: (sessionId) => {
      const body = Buffer.concat([Buffer.from(sessionId, 'hex'), randomBytes(SECRET_BYTES)]);
      return Buffer.concat([body, seal(body)]).toString('base64url');
    },
    readRefresh: (token) => {
      const bytes = Buffer.from(token, 'base64url');
      const body = bytes.subarray(0, -SEAL_BYTES);
      const isGenuine =
        bytes.length === SESSION_BYTES + SECRET_BYTES + SEAL_BYTES &&
        bytes.toString('base64url') === token &&
        timingSafeEqual(bytes.subarray(-SEAL_BYTES), seal(body));
      if (!isGenuine) {
        throw problem('unauthenticated', 'The refresh token is not one of ours.');
      }
      return body.subarray(0, SESSION_BYTES).toString('hex');
    },
  };
}

/** What is beyond the library's own checks: a token says what ours say, and holds no longer than they do. */
const ClaimsSchema = z
  .object({ sub: IdSchema, sid: IdSchema, iat: z.int(), exp: z.int() })
  .refine(({ iat, exp }) => exp - iat <= ACCESS_SECONDS);

function verify(token: string, key: KeyObject, clock: Clock): unknown {
  try {
    return jwt.verify(token, key, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      clockTimestamp: Math.floor(clock.now().getTime() / 1000),
    });
  } catch (error) {
    throw error instanceof jwt.TokenExpiredError
      ? problem('token-expired', 'The access token has expired: refresh it.')
      : notSignedIn();
  }
}

export const notSignedIn = () => problem('unauthenticated', 'A valid access token is needed.');
