import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { LogEntry } from '../calendar/history.js';

const SECRET_BYTES = 32;

export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64url')}`;

/**
 * What the receiver recognises a body by: `t=<unix>,v1=<hex>`, an HMAC-SHA-256 of the seconds, a dot and the body. The
 * key is the secret as it was given, prefix and all.
 */
export function signatureOf(secret: string, now: Date, body: string): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/** Hexadecimal digits: of milliseconds, so that ids are in the order of time, and of what tells them apart. */
const TIME_DIGITS = 11;
const OTHER_DIGITS = 13;

/** The id of the delivery of a change: always the same. */
export function deliveryIdOf(webhookId: string, eventId: string, { at, version }: LogEntry): string {
  const time = Date.parse(at).toString(16).padStart(TIME_DIGITS, '0').slice(-TIME_DIGITS);
  const name = `${webhookId} ${eventId} ${version}`;
  return time + createHash('sha256').update(name).digest('hex').slice(0, OTHER_DIGITS);
}
