import { parseQuery } from '../../protocol/parse.js';
import { SyncQuerySchema } from '../../protocol/sync.js';
import type { SyncService } from '../../service/sync.js';
import { ok, type Routes } from '../door.js';

/** For those who ask now and then what is new. */
export function syncRoutes(service: SyncService): Record<string, Routes> {
  return {
    '/sync': {
      /**
       * @openapi
       * /api/sync:
       *   get:
       *     tags: [Events]
       *     operationId: syncEvents
       *     summary: What has become of the caller’s events
       *     description: >-
       *       Without `token` all live events of the caller, page by page: as long as `hasMore` is true, ask again with
       *       `nextToken`. Later the last `nextToken` asks for what has become of them since: events that are new,
       *       have changed or have come back in `events`, as they are now; those that are in the trash, erased, left
       *       or taken away in `removed`. Put the ones into your copy, take the others out of it. Within an answer an id
       *       is there once; from one answer to the next the same event may, rarely, come a second time. A token is
       *       good for its user alone, and for 89 days.
       *     x-query: SyncQuery
       *     responses:
       *       200:
       *         description: What there is to tell, and the token for what comes after it
       *         content: { application/json: { schema: { $ref: '#/components/schemas/SyncAnswer' } } }
       *     x-problems: [sync-token-expired]
       */
      get: {
        handle: async ({ caller, query }) =>
          ok(await service.sync(caller.userId, parseQuery(SyncQuerySchema, query))),
      },
    },
  };
}
