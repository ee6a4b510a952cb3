/** How emails are compared: Unicode-normalised, case aside. */
export const emailKey = (email: string): string => email.normalize('NFKC').toLowerCase();

/** How usernames are compared. */
export const usernameKey = emailKey;

/** A username made from an email address: its letters and digits, of a length that a username may have. */
export function usernameFrom(email: string): string {
  const local = email.slice(0, email.indexOf('@')).normalize('NFC');
  const allowed = (local.match(/[\p{L}\p{M}\p{Nd}._-]/gu) ?? []).join('').slice(0, 24);
  return allowed.length >= 3 ? allowed : `${allowed}user`;
}
