import { createHash, randomUUID } from 'node:crypto';

/** A new id of 24 hexadecimal digits: four bytes of time, so that ids sort roughly by age, and eight of chance. */
export function newId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  // Of a UUID, for which Node has random bytes in store, those digits that are chance alone.
  const chance = randomUUID();
  return seconds.toString(16).padStart(8, '0').slice(-8) + chance.slice(0, 8) + chance.slice(-8);
}

/** The id of the `index`th thing that is made for another id: always the same. As old as that one, and as hard to guess. */
export const idOf = (token: string, index: number): string =>
  token.slice(0, 8) + createHash('sha256').update(`${token} ${index}`).digest('hex').slice(0, 16);
