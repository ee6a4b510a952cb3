import { randomBytes } from 'node:crypto';
import { refuse, refuseFields } from '../calendar/errors.js';
import type { Invitation } from '../protocol/accounts.js';
import { problem } from '../protocol/problems.js';
import type { AccountStore, Clock } from './ports.js';
import { hashToken } from './tokens.js';

/** Who may register: everybody, whoever has an invitation, nobody. */
export type Registration = 'open' | 'invite' | 'closed';

/** One-use codes, which users make for those who are to register. */
export interface InvitationService {
  /** A new code. @throws registration-closed; validation-failed with {@link MAX_OPEN} that are still good */
  invite(userId: string): Promise<Invitation>;
  /**
   * The hash of the invitation that a registration uses up; none where none is needed.
   *
   * @throws registration-closed; validation-failed where there is none that is good
   */
  required(code: string | undefined): Promise<string | undefined>;
}

export interface InvitationDependencies {
  accounts: AccountStore;
  clock: Clock;
  registration: Registration;
}

const GOOD_FOR_MS = 7 * 86_400_000;
const MAX_OPEN = 50;
const CODE_BYTES = 16;

export function createInvitationService({
  accounts,
  clock,
  registration,
}: InvitationDependencies): InvitationService {
  return {
    invite: async (userId) => {
      if (registration === 'closed') {
        throw registrationClosed();
      }
      const code = randomBytes(CODE_BYTES).toString('base64url');
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + GOOD_FOR_MS).toISOString();
      const invitation = {
        hash: hashToken(code),
        createdBy: userId,
        createdAt: now.toISOString(),
        expiresAt,
      };
      if (!(await accounts.insertInvitation(invitation, MAX_OPEN))) {
        throw refuse(
          'validation-failed',
          `${MAX_OPEN} of your invitations are still good: let them be used, or expire, before you make more.`,
        );
      }
      return { code, expiresAt };
    },

    required: async (code) => {
      if (registration !== 'invite') {
        return undefined;
      }
      if (code === undefined) {
        throw refuseInvitation('is needed: registration is by invitation');
      }
      const hash = hashToken(code);
      if (!(await accounts.isInvitation(hash, clock.now().toISOString()))) {
        throw invitationNotGood();
      }
      return hash;
    },
  };
}

export const registrationClosed = () => problem('registration-closed', 'New accounts are not made here.');

const refuseInvitation = (message: string) => refuseFields([{ pointer: '/invitation', message }]);

/** In the same words whether there never was one, or it was used, or it has expired. */
export const invitationNotGood = () =>
  refuseInvitation('is not good: it is unknown, has been used or has expired');
