import { createHmac } from 'node:crypto';

/** What a poller has been told lately, so that it is not told again. */
export interface Digests {
  /** The digest of a thing in one state, such as an event at a version. */
  of(id: string, state: string | number): string;
  /** Whether the round before has told it. */
  has(digest: string): boolean;
  /** Puts down that it has been told. */
  add(digest: string): void;
  /** What has been put down, as a token has it. */
  told(): string;
}

const BYTES = 6;
/** In base64url. */
const DIGEST = /.{8}/g;
/** Of so many things it is known that they were told; of more, the first ones are told a second time. */
const MOST = 256;

export function createDigests(key: Buffer, userId: string, token: { before: string; told: string }): Digests {
  const before = new Set(token.before.match(DIGEST));
  const told = new Set(token.told.match(DIGEST));
  return {
    of: (id, state) => {
      const mac = createHmac('sha256', key).update(`told ${userId} ${id} ${state}`).digest();
      return mac.toString('base64url', 0, BYTES);
    },
    has: (digest) => before.has(digest),
    add: (digest) => void told.add(digest),
    told: () => [...told].slice(-MOST).join(''),
  };
}
