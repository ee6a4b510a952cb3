import type { AccountService } from '../../service/accounts.js';
import { JSON_TYPE } from '../body.js';
import { noContent, type Answer, type Routes } from '../door.js';

const consumes = [JSON_TYPE] as const;

/** An answer that nobody but its receiver may ever see: it is kept nowhere on its way (RFC 6749, section 5.1). */
export const confidential = (status: number, body: unknown): Answer => ({
  status,
  body,
  headers: { 'Cache-Control': 'no-store' },
});

export function authRoutes(accounts: AccountService): Record<string, Routes> {
  return {
    /**
     * @openapi
     * /api/auth/register:
     *   post:
     *     tags: [Accounts]
     *     operationId: register
     *     summary: Make an account, and sign in
     *     description: >-
     *       Without a `username`, one is made from the address. Both compare case-insensitively. Where
     *       registration is by invitation, the code of one is needed as `invitation`; one that is missing,
     *       unknown, used or expired is `validation-failed` at `/invitation`. Elsewhere it is not looked at, nor
     *       used up.
     *     security: []
     *     requestBody: { $ref: '#/components/requestBodies/Register' }
     *     responses:
     *       201: { $ref: '#/components/responses/Tokens' }
     *     x-problems: [registration-closed, already-registered]
     */
    '/auth/register': {
      post: {
        public: true,
        consumes,
        handle: async ({ body, origin }) => confidential(201, await accounts.register(body, origin())),
      },
    },
    /**
     * @openapi
     * /api/auth/login:
     *   post:
     *     tags: [Accounts]
     *     operationId: login
     *     summary: Sign in
     *     description: >-
     *       With `email` or `username`. The answer is equally slow and equally worded whether or not
     *       the account exists.
     *     security: []
     *     requestBody: { $ref: '#/components/requestBodies/Login' }
     *     responses:
     *       200: { $ref: '#/components/responses/Tokens' }
     *     x-problems: [invalid-credentials]
     */
    '/auth/login': {
      post: {
        public: true,
        consumes,
        handle: async ({ body, origin }) => confidential(200, await accounts.login(body, origin())),
      },
    },
    /**
     * @openapi
     * /api/auth/refresh:
     *   post:
     *     tags: [Accounts]
     *     operationId: refresh
     *     summary: Get new tokens for a refresh token
     *     description: >-
     *       A refresh token is good once and for 30 days. One that is used twice ends its session.
     *     security: []
     *     requestBody: { $ref: '#/components/requestBodies/Refresh' }
     *     responses:
     *       200: { $ref: '#/components/responses/Tokens' }
     *     x-problems: [unauthenticated, session-revoked, token-expired]
     */
    '/auth/refresh': {
      post: {
        public: true,
        consumes,
        handle: async ({ body }) => confidential(200, await accounts.refresh(body)),
      },
    },
    /**
     * @openapi
     * /api/auth/logout:
     *   post:
     *     tags: [Accounts]
     *     operationId: logout
     *     summary: Sign out
     *     description: The tokens of the session stop working at once, and its sockets are disconnected.
     *     requestBody: { $ref: '#/components/requestBodies/Logout' }
     *     responses:
     *       204: { $ref: '#/components/responses/NoContent' }
     */
    '/auth/logout': {
      post: {
        consumes,
        bodyOptional: true,
        silent: true,
        repeatable: true,
        handle: async ({ caller, body }) => {
          await accounts.logout(caller, body);
          return noContent;
        },
      },
    },
  };
}
