import { refuse } from './errors.js';

export const ROLES = ['viewer', 'editor', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** What a member may want to do with an event. */
export type Action = 'read' | 'leave' | 'edit' | 'manage';

const LEAST: Record<Action, Role> = { read: 'viewer', leave: 'viewer', edit: 'editor', manage: 'owner' };
const rank = (role: Role): number => ROLES.indexOf(role);

/**
 * The one rule of access. Whoever is no member learns nothing of the event, not even that it exists; in the
 * trash that is everybody but the owner.
 *
 * @throws not-found, or forbidden for a member whose role is too low.
 */
export function permit(role: Role | null, action: Action, event: { deletedAt: string | null }): Role {
  if (role === null || !mayKnow(role, event)) {
    throw noSuchEvent();
  }
  if (rank(role) < rank(LEAST[action])) {
    throw refuse('forbidden', `Your role on this event is ${role}; this needs ${LEAST[action]}.`);
  }
  return role;
}

/** Whether somebody with this role may know of the event at all. */
export const mayKnow = (role: Role | null, event: { deletedAt: string | null }): boolean =>
  role === 'owner' || (role !== null && event.deletedAt === null);

/** As {@link permit}, and nothing in the trash is changed: it has to be restored first. */
export function permitChange(
  role: Role | null,
  action: 'edit' | 'manage' | 'leave',
  event: { deletedAt: string | null },
): Role {
  const permitted = permit(role, action, event);
  if (event.deletedAt !== null) {
    throw noSuchEvent();
  }
  return permitted;
}

export const noSuchEvent = () => refuse('not-found', 'There is no such event.');
