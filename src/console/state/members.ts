import { useEffect } from 'preact/hooks';
import type { LiveEvent, Permission, Role } from '../../client/index.js';
import { client, newId } from './client.js';
import { openCalendar, route } from './route.js';
import { complain, toast } from './notices.js';
import { refresh, removeEvent } from './occurrences.js';
import { myId } from './session.js';
import { useLoaded, type Loaded } from './use-loaded.js';
import { roleWords } from '../words.js';

export type Member = Permission;
export type GivenRole = Exclude<Role, 'owner'>;

const path = (eventId: string, userId?: string): string =>
  `/api/events/${eventId}/permissions${userId === undefined ? '' : `/${userId}`}`;

/** Who may do what with an event, newly asked for whenever that changes. */
export function useMembers(event: LiveEvent): Loaded<Member[]> {
  const members = useLoaded(async () => {
    const { items } = await client.request<{ items: Member[] }>('GET', path(event.id));
    return items;
  }, event.id);
  const { reload } = members;
  useEffect(() => {
    const stops = [
      event.on('change', ({ change }) => void (change?.membership && reload())),
      event.on('synced', () => void reload()),
    ];
    return () => stops.forEach((stop) => stop());
  }, [event, reload]);
  return members;
}

/** What people type for somebody: an address or a username, this perhaps with an @ before it. */
export const nameOf = (who: string): string => who.trim().replace(/^@/, '');

/** Shares an event with whoever has this email address or username. @throws user-not-found, forbidden, … */
export async function share(event: LiveEvent, who: string, role: GivenRole): Promise<Member[]> {
  const name = nameOf(who);
  const invitee = name.includes('@') ? { email: name } : { username: name };
  return give(event.id, { ...invitee, role });
}

async function give(eventId: string, body: object): Promise<Member[]> {
  const answer = await client.request<{ items: Member[] }>('POST', `/api/events/${eventId}/share`, {
    body,
    headers: { 'Idempotency-Key': newId() },
  });
  return answer.items;
}

/** Changes a member's role, or with `owner` hands the event over; the toast that says so can take a role back. */
export async function setRole(event: LiveEvent, { user, role: before }: Member, role: Role): Promise<void> {
  await client.request('PUT', path(event.id, user.id), { body: { role } });
  if (role === 'owner') {
    toast(`${event.content.title} is ${user.name}’s now.`, about(event));
  } else {
    toast(`${user.name} is ${roleWords(role)} now.`, {
      ...about(event),
      ...(before !== 'owner' && back(() => setRole(event, { ...memberOf(user, role) }, before))),
    });
  }
}

/** Takes somebody out: their pages close the event at once. */
export async function removeMember(event: LiveEvent, { user, role }: Member): Promise<void> {
  await client.request('DELETE', path(event.id, user.id));
  const again = async (): Promise<void> => {
    await give(event.id, { userId: user.id, role });
    toast(`${user.name} is back.`, about(event));
  };
  toast(`Removed ${user.name}.`, { ...about(event), ...back(again) });
}

/** Leaves an event that is somebody else's. */
export async function leaveEvent(event: LiveEvent): Promise<void> {
  const { title } = event.content;
  await client.request('DELETE', path(event.id, myId()));
  removeEvent(event.id);
  refresh();
  if (route.get().eventId === event.id) {
    openCalendar();
  }
  toast(`You left ${title}.`, about(event));
}

const about = ({ id }: LiveEvent) => ({ about: id });
const back = (run: () => Promise<void>) => ({
  action: { label: 'Undo', run: () => void run().catch(complain) },
});
const memberOf = (user: Member['user'], role: Role): Member => ({ user, role, grantedBy: '', grantedAt: '' });
