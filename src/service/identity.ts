import { comparable, MAX_COMPARABLE } from '../protocol/accounts.js';

/** The key under which an email is found. What is longer than any that is registered is cut: it is nobody's. */
export const emailKey = (email: string): string => comparable(email).slice(0, MAX_COMPARABLE + 1);

/** How usernames are compared. */
export const usernameKey = emailKey;

/** A username made from an email address: its letters and digits, of a length that a username may have. */
export function usernameFrom(email: string): string {
  const local = email.slice(0, email.indexOf('@')).normalize('NFKC');
  const allowed = (local.match(/[\p{L}\p{M}\p{Nd}._-]/gu) ?? []).slice(0, 24);
  return `${allowed.join('')}${allowed.length >= 3 ? '' : 'user'}`;
}
