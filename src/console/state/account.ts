import type { Sessions, User } from '../../client/index.js';
import { client } from './client.js';
import { keepUser } from './kept-session.js';
import { session } from './session.js';

export type SessionView = Sessions['items'][number];

/** Names to be called by; an empty name is the username. @throws already-registered, validation-failed */
export async function changeNames(names: { name: string; username: string }): Promise<void> {
  tookUser(await client.request<User>('PATCH', '/api/auth/me', { body: names }));
}

/** Every other session ends with it. @throws invalid-credentials */
export async function changePassword(currentPassword: string, password: string): Promise<void> {
  tookUser(await client.request<User>('PATCH', '/api/auth/me', { body: { currentPassword, password } }));
}

/** The page shows the user as they are now, and the next one that is opened, too. */
function tookUser(user: User): void {
  session.set({ user });
  keepUser(user);
}

export const sessions = async (): Promise<SessionView[]> =>
  (await client.request<Sessions>('GET', '/api/auth/sessions')).items;

export const endSession = (id: string): Promise<void> => client.request('DELETE', `/api/auth/sessions/${id}`);

/** Ends the sessions of this user everywhere but here. */
export async function endOthers(all: readonly SessionView[]): Promise<void> {
  for (const { id } of all.filter(({ current }) => !current)) {
    await endSession(id);
  }
}

/**
 * Deletes the account. Its events go to somebody else, or for good; the session ends with it.
 *
 * @param heir an email address or username; null: the events are erased
 * @throws invalid-credentials, user-not-found
 */
export const deleteAccount = (password: string, heir: string | null): Promise<void> =>
  client.request('DELETE', '/api/auth/me', {
    body: { password, ...(heir === null ? { events: 'erase' } : { transferTo: personNamed(heir) }) },
  });

/** People type an address or a username. */
const personNamed = (name: string): { email: string } | { username: string } =>
  name.includes('@') ? { email: name.trim() } : { username: name.trim() };

/** A code with which one person may register, where that is by invitation. */
export const invite = (): Promise<{ code: string; expiresAt: string }> =>
  client.request('POST', '/api/invitations', { body: {} });
