import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/**
 * Hashes and checks passwords with argon2id, at the cost that OWASP's cheat sheet gives first. However a keyboard
 * composes a letter, it is the same letter (RFC 8265, section 4.2.2: normalisation form C, and nothing else).
 */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash to check against as with one. */
  matches(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/** The library's own default is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function createPasswords(): Passwords {
  const standIn = hashOfNobody();
  return {
    hash: (password) => hash(password.normalize('NFC'), COST),
    matches: async (passwordHash, password) => {
      const matches = await verify(passwordHash ?? standIn, password.normalize('NFC'));
      return passwordHash !== undefined && matches;
    },
  };
}

/** A hash in argon2's own format (PHC), as costly to check as any, that no password is known for. */
function hashOfNobody(): string {
  const random = (bytes: number): string => randomBytes(bytes).toString('base64').replace(/=+$/, '');
  const { memoryCost, timeCost, parallelism } = COST;
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${random(16)}$${random(32)}`;
}
