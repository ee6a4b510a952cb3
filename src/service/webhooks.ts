import { noSuchEvent, permit } from '../calendar/access.js';
import { refuse, refuseFields } from '../calendar/errors.js';
import { KINDS } from '../calendar/history.js';
import { parse } from '../protocol/parse.js';
import { isId } from '../protocol/primitives.js';
import { problem } from '../protocol/problems.js';
import {
  CreateWebhookSchema,
  UpdateWebhookSchema,
  type CreatedWebhook,
  type DeliveriesQuery,
  type DeliveryPage,
  type DeliveryView,
  type WebhookPage,
  type WebhookView,
} from '../protocol/webhooks.js';
import type { Cursors } from './cursor.js';
import { newId } from './ids.js';
import type {
  Clock,
  DeliveryOutcome,
  DeliveryRecord,
  DeliveryStore,
  EventStore,
  WebhookChange,
  WebhookRecord,
  WebhookSender,
  WebhookStore,
} from './ports.js';
import { newSecret } from './webhook-signature.js';

/** Where users want to be told of changes, and what has become of telling them. */
export interface WebhookService {
  /** A new webhook, with its secret. @throws validation-failed, also with {@link MAX_WEBHOOKS} of them; not-found */
  create(userId: string, body: unknown): Promise<CreatedWebhook>;
  list(userId: string): Promise<WebhookPage>;
  /** @throws not-found, validation-failed */
  update(userId: string, webhookId: string, body: unknown): Promise<WebhookView>;
  /** Nothing more is sent to it. @throws not-found */
  remove(userId: string, webhookId: string): Promise<void>;
  /** A page of its deliveries, the newest first. @throws not-found; validation-failed for a foreign cursor */
  deliveries(userId: string, webhookId: string, query: DeliveriesQuery): Promise<DeliveryPage>;
  /** Makes a delivery pending again, to be tried now. @throws not-found */
  replay(userId: string, webhookId: string, deliveryId: string): Promise<DeliveryView>;
}

export interface WebhookDependencies {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  events: EventStore;
  sender: Pick<WebhookSender, 'fault'>;
  cursors: Cursors;
  clock: Clock;
  /** Hears of a webhook that has something to do, or is new. */
  onWoken(webhookId: string): void;
}

const MAX_WEBHOOKS = 20;
/** Each of them is an attempt that has ended at the same moment. */
const MAX_TRIES = 10;

export function createWebhookService(deps: WebhookDependencies): WebhookService {
  const { webhooks, deliveries, events, sender, cursors, clock, onWoken } = deps;

  const checkUrl = (url: string | undefined): void => {
    const fault = url === undefined ? null : sender.fault(url);
    if (fault !== null) {
      throw refuseFields([{ pointer: '/url', message: fault }]);
    }
  };

  const checkEvent = async (userId: string, eventId: string | null): Promise<void> => {
    if (eventId !== null) {
      const found = isId(eventId) ? await events.find(eventId, [userId]) : null;
      if (!found) {
        throw noSuchEvent();
      }
      permit(found.members.get(userId)?.role ?? null, 'read', found.event);
    }
  };

  const own = async (userId: string, webhookId: string): Promise<WebhookRecord> => {
    const webhook = isId(webhookId) ? await webhooks.find(webhookId) : null;
    if (webhook?.userId !== userId) {
      throw problem('not-found', 'You have no such webhook.');
    }
    return webhook;
  };

  return {
    create: async (userId, body) => {
      const { url, events: kinds, eventId } = parse(CreateWebhookSchema, body);
      checkUrl(url);
      await checkEvent(userId, eventId);
      const now = clock.now();
      const webhook: WebhookRecord = {
        id: newId(now),
        userId,
        url,
        events: [...new Set(kinds)],
        eventId,
        secret: newSecret(),
        active: true,
        createdAt: now.toISOString(),
        pausedAt: null,
        resumedAt: null,
        seenTo: now.getTime(),
      };
      if (!(await webhooks.insert(webhook, MAX_WEBHOOKS))) {
        throw refuse(
          'validation-failed',
          `You have ${MAX_WEBHOOKS} webhooks: delete one before you make more.`,
        );
      }
      onWoken(webhook.id);
      return { ...viewOf(webhook), secret: webhook.secret };
    },

    list: async (userId) => ({ items: (await webhooks.of(userId)).map(viewOf), nextCursor: null }),

    update: async (userId, webhookId, body) => {
      const webhook = await own(userId, webhookId);
      const { url, events: kinds, active } = parse(UpdateWebhookSchema, body);
      checkUrl(url);
      const changed = await webhooks.update(userId, webhookId, {
        ...(url !== undefined && { url }),
        ...(kinds && { events: [...new Set(kinds)] }),
        ...(active !== undefined && active !== webhook.active && switched(active, clock.now())),
      });
      if (!changed) {
        throw problem('not-found', 'You have no such webhook.');
      }
      onWoken(webhookId);
      return viewOf(changed);
    },

    remove: async (userId, webhookId) => {
      await own(userId, webhookId);
      await webhooks.remove(userId, webhookId);
    },

    deliveries: async (userId, webhookId, { limit, cursor, state }) => {
      await own(userId, webhookId);
      const query = { deliveries: webhookId, userId, state };
      const after = cursor === undefined ? {} : { after: cursors.read(cursor, query) as string };
      const found = await deliveries.list({ webhookId, limit: limit + 1, ...(state && { state }), ...after });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      return { items: items.map(deliveryView), nextCursor: last ? cursors.make(last.id, query) : null };
    },

    replay: async (userId, webhookId, deliveryId) => {
      await own(userId, webhookId);
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const delivery = isId(deliveryId) ? await deliveries.find(webhookId, deliveryId) : null;
        if (!delivery) {
          throw problem('not-found', 'The webhook has no such delivery (any more).');
        }
        const again = anew(delivery, clock.now());
        if (await deliveries.settle(delivery, again)) {
          await webhooks.wake([webhookId], clock.now().getTime());
          onWoken(webhookId);
          const { expiresAt: _, ...rest } = delivery;
          return deliveryView({ ...rest, ...again });
        }
      }
      throw problem('unavailable', 'The delivery is being tried at this moment. Try again.', {
        retryAfter: 1,
      });
    },
  };
}

const switched = (active: boolean, now: Date): WebhookChange =>
  active
    ? { active, resumedAt: now.toISOString() }
    : { active, pausedAt: now.toISOString(), resumedAt: null };

const anew = ({ lastAttemptAt, status, error }: DeliveryRecord, now: Date): DeliveryOutcome => ({
  state: 'pending',
  attempts: 0,
  nextAttemptAt: now.toISOString(),
  lastAttemptAt,
  status,
  error,
  deliveredAt: null,
});

const viewOf = ({ id, url, events, eventId, active, createdAt }: WebhookRecord): WebhookView => ({
  id,
  url,
  events: events.length > 0 ? events : [...KINDS],
  eventId,
  active,
  createdAt,
});

const deliveryView = ({ webhookId: _, expiresAt: __, ...delivery }: DeliveryRecord): DeliveryView => delivery;
