import type { CreatedWebhook, DeliveryView, EventView, Kind, WebhookView } from '../../client/index.js';
import { client } from './client.js';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type DeliveryState = DeliveryView['state'];
export interface NewWebhook {
  url: string;
  /** None: all. */
  events: Kind[];
  /** null: all of one's events. */
  eventId: string | null;
}

const path = (id: string): string => `/api/webhooks/${id}`;
const PAGE = 20;

export const webhooks = async (): Promise<WebhookView[]> =>
  (await client.request<Page<WebhookView>>('GET', '/api/webhooks')).items;

/** Its secret is in the answer alone. @throws validation-failed for an address that is not taken */
export const createWebhook = (body: NewWebhook): Promise<CreatedWebhook> =>
  client.request('POST', '/api/webhooks', { body });

export const setActive = (id: string, active: boolean): Promise<WebhookView> =>
  client.request('PATCH', path(id), { body: { active } });

export const deleteWebhook = (id: string): Promise<void> => client.request('DELETE', path(id));

/** What became of telling a webhook, newest first. */
export const deliveries = (
  id: string,
  state: DeliveryState | '',
  cursor: string | null,
): Promise<Page<DeliveryView>> =>
  client.request('GET', `${path(id)}/deliveries`, {
    query: { limit: PAGE, ...(state && { state }), ...(cursor !== null && { cursor }) },
  });

export const replay = (id: string, deliveryId: string): Promise<DeliveryView> =>
  client.request('POST', `${path(id)}/deliveries/${deliveryId}/replay`);

const MOST_EVENTS = 200;

/** Events to choose one from: those that were changed last. */
export const recentEvents = async (): Promise<EventView[]> =>
  (
    await client.request<Page<EventView>>('GET', '/api/events', {
      query: { sort: '-updatedAt', limit: MOST_EVENTS },
    })
  ).items;
