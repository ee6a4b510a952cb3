import { parseQuery } from '../../protocol/parse.js';
import { DeliveriesQuerySchema } from '../../protocol/webhooks.js';
import type { WebhookService } from '../../service/webhooks.js';
import { JSON_TYPE } from '../body.js';
import { noContent, ok, type Routes } from '../door.js';
import { confidential } from './auth.js';
import { id } from './events.js';

const consumes = [JSON_TYPE] as const;

/** Where to tell others of changes. */
export function webhookRoutes(webhooks: WebhookService): Record<string, Routes> {
  return {
    '/webhooks': {
      /**
       * @openapi
       * /api/webhooks:
       *   get:
       *     tags: [Webhooks]
       *     operationId: listWebhooks
       *     summary: The caller’s webhooks
       *     description: All of them, the oldest first, without their secrets.
       *     responses:
       *       200:
       *         description: The webhooks
       *         content: { application/json: { schema: { $ref: '#/components/schemas/WebhookPage' } } }
       */
      get: { handle: async ({ caller }) => ok(await webhooks.list(caller.userId)) },
      /**
       * @openapi
       * /api/webhooks:
       *   post:
       *     tags: [Webhooks]
       *     operationId: createWebhook
       *     summary: Have changes sent to a URL
       *     description: >-
       *       Every change from now on, of all events of the caller or of one, is sent there as a `Change`
       *       (POST, JSON), signed with the secret (`Convene-Signature`), at least once, and in version order
       *       within an event. What fails is tried again for 16 hours. A user can have 20 webhooks (then
       *       `validation-failed`). They go with the account.
       *     requestBody: { $ref: '#/components/requestBodies/WebhookInput' }
       *     responses:
       *       201:
       *         description: The webhook; its secret is shown this once
       *         content: { application/json: { schema: { $ref: '#/components/schemas/CreatedWebhook' } } }
       *     x-problems: [not-found]
       */
      post: {
        consumes,
        handle: async ({ caller, body }) => confidential(201, await webhooks.create(caller.userId, body)),
      },
    },
    '/webhooks/:id': {
      /**
       * @openapi
       * /api/webhooks/{id}:
       *   patch:
       *     tags: [Webhooks]
       *     operationId: updateWebhook
       *     summary: Change a webhook, stop it or start it again
       *     description: >-
       *       A new `url` holds for what is pending, too; new `events` for what changes from now on. While a
       *       webhook is not active nothing is sent; what is pending stays, and what changes meanwhile is passed
       *       over. A receiver that answers 410 makes its webhook inactive.
       *     parameters:
       *       - { $ref: '#/components/parameters/WebhookId' }
       *     requestBody: { $ref: '#/components/requestBodies/UpdateWebhook' }
       *     responses:
       *       200:
       *         description: The webhook
       *         content: { application/json: { schema: { $ref: '#/components/schemas/Webhook' } } }
       *     x-problems: [not-found]
       */
      patch: {
        consumes,
        handle: async (call) => ok(await webhooks.update(call.caller.userId, id(call), call.body)),
      },
      /**
       * @openapi
       * /api/webhooks/{id}:
       *   delete:
       *     tags: [Webhooks]
       *     operationId: deleteWebhook
       *     summary: Delete a webhook
       *     description: Nothing more is sent, and what is known of its deliveries is forgotten.
       *     parameters:
       *       - { $ref: '#/components/parameters/WebhookId' }
       *     responses:
       *       204: { $ref: '#/components/responses/NoContent' }
       *     x-problems: [not-found]
       */
      delete: {
        silent: true,
        handle: async (call) => {
          await webhooks.remove(call.caller.userId, id(call));
          return noContent;
        },
      },
    },
    /**
     * @openapi
     * /api/webhooks/{id}/deliveries:
     *   get:
     *     tags: [Webhooks]
     *     operationId: listDeliveries
     *     summary: What has become of telling a webhook
     *     description: >-
     *       The newest change first. Those that were delivered are kept for 7 days, dead ones for 30, and of both
     *       about 1,000 at most. What was changed is not in them: it is read when it is sent, if the caller is still
     *       a member then; if not, the delivery is dropped.
     *     parameters:
     *       - { $ref: '#/components/parameters/WebhookId' }
     *     x-query: DeliveriesQuery
     *     responses:
     *       200:
     *         description: A page of deliveries
     *         content: { application/json: { schema: { $ref: '#/components/schemas/DeliveryPage' } } }
     *     x-problems: [not-found]
     */
    '/webhooks/:id/deliveries': {
      get: {
        handle: async (call) => {
          const query = parseQuery(DeliveriesQuerySchema, call.query);
          return ok(await webhooks.deliveries(call.caller.userId, id(call), query));
        },
      },
    },
    /**
     * @openapi
     * /api/webhooks/{id}/deliveries/{deliveryId}/replay:
     *   post:
     *     tags: [Webhooks]
     *     operationId: replayDelivery
     *     summary: Have a delivery tried again
     *     description: >-
     *       Whether it is dead, was delivered, or waits for its next attempt: it is pending from now on, to be tried at
     *       once, and as often as a new one. Later changes of its event wait for it.
     *     parameters:
     *       - { $ref: '#/components/parameters/WebhookId' }
     *       - { $ref: '#/components/parameters/DeliveryId' }
     *     responses:
     *       202:
     *         description: The delivery, pending
     *         content: { application/json: { schema: { $ref: '#/components/schemas/Delivery' } } }
     *     x-problems: [not-found]
     */
    '/webhooks/:id/deliveries/:deliveryId/replay': {
      post: {
        handle: async (call) => {
          const { deliveryId = '' } = call.params;
          return { status: 202, body: await webhooks.replay(call.caller.userId, id(call), deliveryId) };
        },
      },
    },
  };
}
