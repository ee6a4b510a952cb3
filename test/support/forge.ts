import { createHmac } from 'node:crypto';
import { deriveKey } from '../../src/service/tokens.js';

/** A JWT that says what it is told to say, however wrong; whoever forges knows the server's secret. */
export interface Forgery {
  /** In place of `{"alg":"HS256","typ":"JWT"}`; text is taken as it is, so that it need not be JSON. */
  header?: object | string;
  claims: unknown;
  /** In place of the server's own key. */
  key?: Buffer | string;
  hash?: 'sha256' | 'sha384' | 'sha512';
  /** In place of the signature by that key. */
  signature?: string;
}

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export const forger =
  (secret: string) =>
  ({ header, claims, key, hash = 'sha256', signature }: Forgery): string => {
    const signed = `${part(header ?? { alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    const by = key ?? deriveKey(secret, 'access token');
    return `${signed}.${signature ?? createHmac(hash, by).update(signed).digest('base64url')}`;
  };

/** What a JWT says. */
export const claimsIn = (token: string): Record<string, any> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, any>;
