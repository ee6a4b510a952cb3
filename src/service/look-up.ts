import { noSuchEvent, permitChange, type Role } from '../calendar/access.js';
import type { EventRecord } from '../calendar/event.js';
import { isId } from '../protocol/primitives.js';
import type { EventStore } from './ports.js';

/** What has not the form of an id is nobody's: stores are not asked for it. @throws not-found */
export function requireId(eventId: string): void {
  if (!isId(eventId)) {
    throw noSuchEvent();
  }
}

/** An event, and what part a user has in it: null for a stranger. @throws not-found where there is no event */
export async function lookUp(
  events: EventStore,
  userId: string,
  eventId: string,
): Promise<{ event: EventRecord; role: Role | null }> {
  requireId(eventId);
  const snapshot = await events.find(eventId, [userId]);
  if (!snapshot) {
    throw noSuchEvent();
  }
  return { event: snapshot.event, role: snapshot.members.get(userId)?.role ?? null };
}

/**
 * Asked before what was sent is looked into, so that strangers learn nothing from what is wrong with it. It is
 * asked again of the very state that is changed.
 *
 * @throws not-found, forbidden
 */
export async function permitFirst(
  events: EventStore,
  { userId }: { userId: string },
  eventId: string,
  action: 'edit' | 'manage' | 'leave',
): Promise<void> {
  const { event, role } = await lookUp(events, userId, eventId);
  permitChange(role, action, event);
}
