import { createHash, randomBytes } from 'node:crypto';

/** A new id of 24 hexadecimal digits: four bytes of time, so that ids sort roughly by age, and eight of chance. */
export function newId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return seconds.toString(16).padStart(8, '0').slice(-8) + randomBytes(8).toString('hex');
}

/** The id of the `index`th thing that is made for another id: always the same. As old as that one, and as hard to guess. */
export const idOf = (token: string, index: number): string =>
  token.slice(0, 8) + createHash('sha256').update(`${token} ${index}`).digest('hex').slice(0, 16);
