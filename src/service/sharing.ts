import { permit, permitChange, type Role } from '../calendar/access.js';
import { refuse, refuseFields } from '../calendar/errors.js';
import type { Person } from '../protocol/accounts.js';
import { eventView } from '../protocol/events.js';
import { isId } from '../protocol/primitives.js';
import { problem } from '../protocol/problems.js';
import {
  MAX_MEMBERS,
  SetRoleSchema,
  ShareSchema,
  type Invitation,
  type Permission,
} from '../protocol/sharing.js';
import { lookUp, permitFirst } from './look-up.js';
import type { Actor, ChangePipeline, Draft, EventState, Outcome } from './commit-change.js';
import { emailKey, usernameKey } from './identity.js';
import { removalOf, transferTo } from './membership-drafts.js';
import { parse } from '../protocol/parse.js';
import type { People } from './people.js';
import type { AccountStore, EventStore, Membership, News, Notice } from './ports.js';

/** Who may do what with an event. Each member changed is one version of it. */
export interface SharingService {
  /** The members, the owner first. @throws not-found */
  permissions(userId: string, eventId: string): Promise<Permission[]>;
  /**
   * Adds members or changes their roles, all of them or none; `body` is one share, or `{shares}`.
   *
   * @throws not-found, forbidden, validation-failed, user-not-found, owner-required
   */
  share(actor: Actor, eventId: string, body: unknown): Promise<Permission[]>;
  /** Sets a member's role; `owner` transfers the event. @throws as `share`; not-found for no member */
  setRole(actor: Actor, eventId: string, userId: string, body: unknown): Promise<Permission>;
  /** Removes a member, or lets the caller leave. @throws not-found, forbidden, owner-required */
  remove(actor: Actor, eventId: string, userId: string): Promise<void>;
}

export interface SharingDependencies {
  events: EventStore;
  accounts: AccountStore;
  people: People;
  pipeline: ChangePipeline;
}

export function createSharingService({
  events,
  accounts,
  people,
  pipeline,
}: SharingDependencies): SharingService {
  const permissionsOf = async (eventId: string): Promise<Permission[]> => {
    const members = await events.members(eventId);
    const named = await people.named(members.map(({ userId }) => userId));
    return members
      .sort((a, b) => rank(a) - rank(b) || (a.grantedAt < b.grantedAt ? -1 : 1))
      .map((member) => permissionOf(member, named));
  };

  const userIdOf = async (invitation: Invitation, at: string): Promise<string> => {
    const user = await invited(invitation);
    if (!user) {
      const name =
        (['email', 'username', 'userId'] as const).find((key) => invitation[key] !== undefined) ?? '';
      throw problem('user-not-found', `There is no user with this ${name}.`, {
        errors: [{ pointer: `${at}/${name}`, message: 'is not known' }],
      });
    }
    return user.id;
  };

  const invited = ({ email, username, userId }: Invitation) => {
    if (email !== undefined) {
      return accounts.userByEmail(emailKey(email));
    }
    return username !== undefined
      ? accounts.userByUsername(usernameKey(username))
      : accounts.user(userId ?? '');
  };

  return {
    permissions: async (userId, eventId) => {
      const { event, role } = await lookUp(events, userId, eventId);
      permit(role, 'read', event);
      return permissionsOf(eventId);
    },

    share: async (actor, eventId, body) => {
      await permitFirst(events, actor, eventId, 'manage');
      const invitations = parse(ShareSchema, body);
      const several = typeof body === 'object' && body !== null && 'shares' in body;
      const roles = new Map<string, Role>();
      for (const [i, invitation] of invitations.entries()) {
        const at = several ? `/shares/${i}` : '';
        const userId = await userIdOf(invitation, at);
        if (roles.has(userId)) {
          throw refuseFields([{ pointer: at, message: 'names a user for the second time' }]);
        }
        roles.set(userId, invitation.role);
      }
      await pipeline.submit({
        eventId,
        actor,
        concerns: [...roles.keys()],
        permit: ({ event, roleOf }) => permitChange(roleOf(actor.userId), 'manage', event),
        decide: async (state, at) => {
          const drafts = [...roles].flatMap(([userId, role]) => grant(state, actor, userId, role, at));
          await refuseCrowd(drafts, eventId, events);
          return drafts;
        },
        news: (outcome) => ({ notices: sharedNotices(outcome) }),
      });
      return permissionsOf(eventId);
    },

    setRole: async (actor, eventId, userId, body) => {
      await permitFirst(events, actor, eventId, 'manage');
      const { role } = parse(SetRoleSchema, body);
      requireId(userId);
      await pipeline.submit({
        eventId,
        actor,
        concerns: [userId],
        permit: ({ event, roleOf }) => permitChange(roleOf(actor.userId), 'manage', event),
        decide: (state, at) => {
          if (!state.membershipOf(userId)) {
            throw noSuchMember();
          }
          return role === 'owner'
            ? transferTo(userId, state, actor.userId, at)
            : grant(state, actor, userId, role, at);
        },
        news: (outcome) => ({ notices: sharedNotices(outcome) }),
      });
      const member = (await events.find(eventId, [userId]))?.members.get(userId);
      if (!member) {
        throw noSuchMember();
      }
      return permissionOf(member, await people.named([userId]));
    },

    remove: async (actor, eventId, userId) => {
      const own = userId === actor.userId;
      await permitFirst(events, actor, eventId, own ? 'leave' : 'manage');
      requireId(userId);
      await pipeline.submit({
        eventId,
        actor,
        concerns: [userId],
        permit: ({ event, roleOf }) => permitChange(roleOf(actor.userId), own ? 'leave' : 'manage', event),
        decide: ({ membershipOf }) => {
          const membership = membershipOf(userId);
          if (!membership) {
            throw noSuchMember();
          }
          if (membership.role === 'owner') {
            throw ownerRequired();
          }
          return [removalOf(userId, membership.role)];
        },
        news: ({ by }): Partial<News> => ({
          notices: [{ message: 'event:unshared', to: [userId], payload: { eventId, by } }],
        }),
      });
    },
  };
}

const rank = ({ role }: Membership): number => (role === 'owner' ? 0 : 1);

const permissionOf = (
  { userId, role, grantedBy, grantedAt }: Membership,
  named: (id: string) => Person,
): Permission => ({ user: named(userId), role, grantedBy, grantedAt });

const ownerRequired = () =>
  refuse(
    'owner-required',
    'An event always has its owner: make somebody else the owner first (PUT permissions).',
  );
const noSuchMember = () => refuse('not-found', 'This user is no member of the event.');

function requireId(userId: string): void {
  if (!isId(userId)) {
    throw noSuchMember();
  }
}

/** The version that gives a user this role; none where they have it. */
function grant(
  { membershipOf }: EventState,
  { userId: grantedBy }: Actor,
  userId: string,
  role: Role,
  grantedAt: string,
): Draft[] {
  const previousRole = membershipOf(userId)?.role ?? null;
  if (previousRole === role) {
    return [];
  }
  if (previousRole === 'owner') {
    throw ownerRequired();
  }
  return [
    {
      kind: previousRole === null ? 'share' : 'role',
      granted: [{ userId, role, grantedBy, grantedAt }],
      membership: { userId, role, previousRole },
    },
  ];
}

async function refuseCrowd(drafts: readonly Draft[], eventId: string, events: EventStore): Promise<void> {
  const added = drafts.filter(({ kind }) => kind === 'share').length;
  if (added > 0 && (await events.members(eventId)).length + added > MAX_MEMBERS) {
    throw refuse('validation-failed', `An event has at most ${MAX_MEMBERS} members.`);
  }
}

/** Everybody whose role the entries changed hears of it, a former owner too. */
function sharedNotices({ event, entries, by }: Outcome): Notice[] {
  const notice = (userId: string, role: Role): Notice => ({
    message: 'event:shared',
    to: [userId],
    payload: { eventId: event.id, event: eventView(event, role), role, by },
  });
  return entries.flatMap(({ kind, membership, by: author }) => {
    if (!membership?.role) {
      return [];
    }
    const told = [notice(membership.userId, membership.role)];
    return kind === 'transfer' ? [...told, notice(author, 'editor')] : told;
  });
}
