import { hash, verify } from '@node-rs/argon2';

/** Hashes and checks passwords with argon2id, at the cost that OWASP's cheat sheet gives first. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash to check against as with one. */
  matches(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/** The library's own default is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function createPasswords(): Passwords {
  let nobody: Promise<string> | undefined;
  return {
    hash: (password) => hash(password, COST),
    matches: async (passwordHash, password) => {
      nobody ??= hash('nobody has this password', COST);
      const matches = await verify(passwordHash ?? (await nobody), password);
      return passwordHash !== undefined && matches;
    },
  };
}
