import type { SharingService } from '../../service/sharing.js';
import { JSON_TYPE } from '../body.js';
import { noContent, ok, type Routes } from '../door.js';
import { id } from './events.js';

const consumes = [JSON_TYPE] as const;
const page = <T>(items: T[]) => ({ items, nextCursor: null });

export function sharingRoutes(sharing: SharingService): Record<string, Routes> {
  return {
    /**
     * @openapi
     * /api/events/{id}/share:
     *   post:
     *     tags: [Sharing]
     *     operationId: shareEvent
     *     summary: Share an event, or change roles
     *     description: >-
     *       For the owner. With one user or several: all of them or none. Each member whose role
     *       changes is one version.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *     requestBody: { $ref: '#/components/requestBodies/Share' }
     *     responses:
     *       200: { $ref: '#/components/responses/Permissions' }
     *     x-problems: [not-found, user-not-found, forbidden, owner-required]
     */
    '/events/:id/share': {
      post: {
        consumes,
        repeatable: true,
        handle: async (call) => ok(page(await sharing.share(call.actor, id(call), call.body))),
      },
    },
    /**
     * @openapi
     * /api/events/{id}/permissions:
     *   get:
     *     tags: [Sharing]
     *     operationId: listPermissions
     *     summary: Who may do what with an event
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *     responses:
     *       200: { $ref: '#/components/responses/Permissions' }
     *     x-problems: [not-found]
     */
    '/events/:id/permissions': {
      get: { handle: async (call) => ok(page(await sharing.permissions(call.caller.userId, id(call)))) },
    },
    '/events/:id/permissions/:userId': {
      /**
       * @openapi
       * /api/events/{id}/permissions/{userId}:
       *   put:
       *     tags: [Sharing]
       *     operationId: setPermission
       *     summary: Change the role of a member
       *     description: >-
       *       For the owner. The role `owner` transfers the event: its former owner becomes an editor.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/UserId' }
       *     requestBody: { $ref: '#/components/requestBodies/SetRole' }
       *     responses:
       *       200:
       *         description: The member and their role
       *         content: { application/json: { schema: { $ref: '#/components/schemas/Permission' } } }
       *     x-problems: [not-found, forbidden, owner-required]
       */
      put: {
        consumes,
        handle: async (call) =>
          ok(await sharing.setRole(call.actor, id(call), call.params['userId'] ?? '', call.body)),
      },
      /**
       * @openapi
       * /api/events/{id}/permissions/{userId}:
       *   delete:
       *     tags: [Sharing]
       *     operationId: removePermission
       *     summary: Remove a member, or leave an event
       *     description: For the owner, and for the member themselves. The owner cannot leave.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/UserId' }
       *     responses:
       *       204: { $ref: '#/components/responses/NoContent' }
       *     x-problems: [not-found, forbidden, owner-required]
       */
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
