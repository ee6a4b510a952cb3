import type { AccountDeletion } from '../../service/account-deletion.js';
import type { AccountService } from '../../service/accounts.js';
import { JSON_TYPE } from '../body.js';
import { noContent, ok, type Routes } from '../door.js';
import { confidential } from './auth.js';
import { id } from './events.js';

const consumes = [JSON_TYPE] as const;

export function accountRoutes(accounts: AccountService, deletion: AccountDeletion): Record<string, Routes> {
  return {
    '/auth/me': {
      /**
       * @openapi
       * /api/auth/me:
       *   get:
       *     tags: [Accounts]
       *     operationId: getMe
       *     summary: Who is signed in
       *     responses:
       *       200: { $ref: '#/components/responses/User' }
       */
      get: { handle: async ({ caller }) => ok(await accounts.me(caller.userId)) },
      /**
       * @openapi
       * /api/auth/me:
       *   patch:
       *     tags: [Accounts]
       *     operationId: updateMe
       *     summary: Change one's name, username or password
       *     description: >-
       *       What is left out stays. A new password needs the current one (a wrong one is
       *       `invalid-credentials`); it ends every other session, sockets included.
       *     requestBody: { $ref: '#/components/requestBodies/UpdateMe' }
       *     responses:
       *       200: { $ref: '#/components/responses/User' }
       *     x-problems: [invalid-credentials, already-registered]
       */
      patch: { consumes, handle: async ({ caller, body }) => ok(await accounts.updateMe(caller, body)) },
      /**
       * @openapi
       * /api/auth/me:
       *   delete:
       *     tags: [Accounts]
       *     operationId: deleteMe
       *     summary: Delete one's account
       *     description: >-
       *       With the password. One's own events are erased, history and all, or become another user's;
       *       memberships in others' events end. Every session ends; email and username are free again, and
       *       in logs stands "former member". If it is interrupted (`unavailable`), the account is gone
       *       nevertheless, and the server finishes the rest by itself.
       *     requestBody: { $ref: '#/components/requestBodies/DeleteMe' }
       *     responses:
       *       204: { $ref: '#/components/responses/NoContent' }
       *     x-problems: [invalid-credentials, user-not-found]
       */
      delete: {
        consumes,
        silent: true,
        handle: async ({ caller, body }) => {
          await deletion.deleteMe(caller.userId, body);
          return noContent;
        },
      },
    },
    /**
     * @openapi
     * /api/auth/sessions:
     *   get:
     *     tags: [Accounts]
     *     operationId: listSessions
     *     summary: Where one is signed in
     *     description: The sessions that have not ended, the newest first, at most 200.
     *     responses:
     *       200:
     *         description: The sessions
     *         content: { application/json: { schema: { $ref: '#/components/schemas/Sessions' } } }
     */
    '/auth/sessions': { get: { handle: async ({ caller }) => ok(await accounts.sessions(caller)) } },
    /**
     * @openapi
     * /api/auth/sessions/{id}:
     *   delete:
     *     tags: [Accounts]
     *     operationId: endSession
     *     summary: End one of one's sessions
     *     description: >-
     *       Its tokens stop working at once, and its sockets are disconnected. Of the current session it
     *       is a logout. One that is somebody else's, or has ended, is not found.
     *     parameters:
     *       - { $ref: '#/components/parameters/SessionId' }
     *     responses:
     *       204: { $ref: '#/components/responses/NoContent' }
     *     x-problems: [not-found]
     */
    '/auth/sessions/:id': {
      delete: {
        silent: true,
        handle: async (call) => {
          await accounts.endSession(call.caller, id(call));
          return noContent;
        },
      },
    },
    /**
     * @openapi
     * /api/invitations:
     *   post:
     *     tags: [Accounts]
     *     operationId: createInvitation
     *     summary: Invite somebody to register
     *     description: >-
     *       A code that is good for one registration within 7 days. A user can have 50 of them that are
     *       still good (then `validation-failed`); where registration is closed there are none. They go
     *       with the account of who made them.
     *     responses:
     *       201:
     *         description: The invitation; its code is shown this once
     *         content: { application/json: { schema: { $ref: '#/components/schemas/Invitation' } } }
     *     x-problems: [registration-closed, validation-failed]
     */
    '/invitations': {
      post: { handle: async ({ caller }) => confidential(201, await accounts.invite(caller.userId)) },
    },
  };
}
