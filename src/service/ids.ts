import { randomBytes } from 'node:crypto';

/** A new id of 24 hexadecimal digits: four bytes of time, so that ids sort roughly by age, and eight of chance. */
export function newId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return seconds.toString(16).padStart(8, '0').slice(-8) + randomBytes(8).toString('hex');
}
