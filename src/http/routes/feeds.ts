import type { FeedService } from '../../service/feeds.js';
import { JSON_TYPE } from '../body.js';
import { noContent, ok, type Routes } from '../door.js';
import { confidential } from './auth.js';
import { id } from './events.js';

/** Tokens for calendar programs, which cannot sign in. */
export function feedRoutes(feeds: FeedService): Record<string, Routes> {
  return {
    '/feeds': {
      /**
       * @openapi
       * /api/feeds:
       *   get:
       *     tags: [Interchange]
       *     operationId: listFeeds
       *     summary: The caller’s feeds
       *     description: All of them, the oldest first.
       *     responses:
       *       200:
       *         description: The feeds
       *         content: { application/json: { schema: { $ref: '#/components/schemas/Feeds' } } }
       */
      get: { handle: async ({ caller }) => ok(await feeds.list(caller.userId)) },
      /**
       * @openapi
       * /api/feeds:
       *   post:
       *     tags: [Interchange]
       *     operationId: createFeed
       *     summary: Let a calendar program read one’s calendar
       *     description: >-
       *       With a token of its own, until it is revoked: all events of the caller, and nothing else. A
       *       user can have 50 feeds (then `validation-failed`). They go with the account.
       *     requestBody: { $ref: '#/components/requestBodies/FeedInput' }
       *     responses:
       *       201:
       *         description: The feed; its token is shown this once
       *         content: { application/json: { schema: { $ref: '#/components/schemas/CreatedFeed' } } }
       */
      post: {
        consumes: [JSON_TYPE],
        handle: async ({ caller, body }) => confidential(201, await feeds.create(caller.userId, body)),
      },
    },
    /**
     * @openapi
     * /api/feeds/{id}:
     *   delete:
     *     tags: [Interchange]
     *     operationId: revokeFeed
     *     summary: Revoke a feed
     *     description: Its token stops working at once.
     *     parameters:
     *       - { $ref: '#/components/parameters/FeedId' }
     *     responses:
     *       204: { $ref: '#/components/responses/NoContent' }
     *     x-problems: [not-found]
     */
    '/feeds/:id': {
      delete: {
        silent: true,
        handle: async (call) => {
          await feeds.revoke(call.caller.userId, id(call));
          return noContent;
        },
      },
    },
  };
}
