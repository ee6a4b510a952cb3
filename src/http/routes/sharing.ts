import type { SharingService } from '../../service/sharing.js';
import { JSON_TYPE } from '../body.js';
import { noContent, ok, type Routes } from '../door.js';
import { id } from './events.js';

const consumes = [JSON_TYPE] as const;
const page = <T>(items: T[]) => ({ items, nextCursor: null });

export function sharingRoutes(sharing: SharingService): Record<string, Routes> {
  return {
    '/events/:id/share': {
      post: {
        consumes,
        handle: async (call) => ok(page(await sharing.share(call.actor, id(call), call.body))),
      },
    },
    '/events/:id/permissions': {
      get: { handle: async (call) => ok(page(await sharing.permissions(call.caller.userId, id(call)))) },
    },
    '/events/:id/permissions/:userId': {
      put: {
        consumes,
        handle: async (call) =>
          ok(await sharing.setRole(call.actor, id(call), call.params['userId'] ?? '', call.body)),
      },
      delete: {
        silent: true,
        handle: async (call) => {
          await sharing.remove(call.actor, id(call), call.params['userId'] ?? '');
          return noContent;
        },
      },
    },
  };
}
