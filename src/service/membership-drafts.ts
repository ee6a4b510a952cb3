import type { Role } from '../calendar/access.js';
import type { Draft, EventState } from './commit-change.js';

/** The version that makes a user the owner, and the owner an editor; none where the user is the owner. */
export function transferTo(
  userId: string,
  { event, membershipOf }: EventState,
  grantedBy: string,
  grantedAt: string,
): Draft[] {
  const previousRole = membershipOf(userId)?.role ?? null;
  if (previousRole === 'owner') {
    return [];
  }
  const granted = { grantedBy, grantedAt };
  return [
    {
      kind: 'transfer',
      ownerId: userId,
      granted: [
        { userId, role: 'owner', ...granted },
        { userId: event.ownerId, role: 'editor', ...granted },
      ],
      membership: { userId, role: 'owner', previousRole },
    },
  ];
}

/** The version that ends a user's membership. */
export const removalOf = (userId: string, previousRole: Role): Draft => ({
  kind: 'unshare',
  revoked: [userId],
  membership: { userId, role: null, previousRole },
});
