import type { DeliveryRecord, WebhookRecord } from '../../src/service/ports.js';
import { AT, later, newId } from './samples.js';

let made = 0;
export const newWebhook = (more: Partial<WebhookRecord> = {}): WebhookRecord => ({
  id: newId(),
  userId: newId(),
  url: 'https://hooks.example.com/$x?y=~z',
  events: ['edit', 'share'],
  eventId: null,
  secret: 'whsec_x',
  active: true,
  createdAt: later((made += 1)),
  pausedAt: null,
  resumedAt: null,
  seenTo: 7,
  ...more,
});

export const newDelivery = (
  of: Pick<WebhookRecord, 'id'>,
  more: Partial<DeliveryRecord> = {},
): DeliveryRecord => ({
  id: newId(),
  webhookId: of.id,
  eventId: newId(),
  version: 2,
  kind: 'edit',
  state: 'pending',
  attempts: 0,
  createdAt: AT,
  nextAttemptAt: AT,
  lastAttemptAt: null,
  status: null,
  error: null,
  deliveredAt: null,
  ...more,
});

/** Far from now: no store forgets by itself what is looked at here. */
export const FUTURE = Date.parse('2126-03-01T08:00:00.000Z');
const ENDED = { nextAttemptAt: null, lastAttemptAt: later(1), expiresAt: FUTURE } as const;
const DELIVERED = { ...ENDED, attempts: 1, status: 204, error: null, deliveredAt: later(1) } as const;
export const delivered = { ...DELIVERED, state: 'delivered' } as const;
export const dead = {
  ...ENDED,
  state: 'dead',
  attempts: 10,
  status: null,
  error: 'timeout',
  deliveredAt: null,
} as const;
