import type { AccountService } from '../../service/accounts.js';
import { JSON_TYPE } from '../body.js';
import { noContent, ok, type Routes } from '../door.js';

const consumes = [JSON_TYPE] as const;

export function authRoutes(accounts: AccountService): Record<string, Routes> {
  return {
    '/auth/register': {
      post: {
        public: true,
        consumes,
        handle: async ({ body, origin }) => ({ status: 201, body: await accounts.register(body, origin) }),
      },
    },
    '/auth/login': {
      post: {
        public: true,
        consumes,
        handle: async ({ body, origin }) => ok(await accounts.login(body, origin)),
      },
    },
    '/auth/refresh': {
      post: { public: true, consumes, handle: async ({ body }) => ok(await accounts.refresh(body)) },
    },
    '/auth/logout': {
      post: {
        consumes,
        bodyOptional: true,
        silent: true,
        handle: async ({ caller, body }) => {
          await accounts.logout(caller, body);
          return noContent;
        },
      },
    },
    '/auth/me': {
      get: { handle: async ({ caller }) => ok(await accounts.me(caller.userId)) },
    },
  };
}
