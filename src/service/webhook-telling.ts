import type { People } from './people.js';
import type { Clock, DeliveryRecord, Store, WebhookSender } from './ports.js';
import type { HistoryReader } from './read-history.js';
import { createWebhookDelivery, type DeliveryResult } from './webhook-delivery.js';
import { createWebhookDispatcher, type WebhookDispatcher } from './webhook-dispatcher.js';
import { createWebhookQueue } from './webhook-queue.js';
import { createWebhookWorker } from './webhook-worker.js';

export interface WebhookTellingDependencies {
  store: Pick<Store, 'webhooks' | 'deliveries' | 'events' | 'leases'>;
  history: HistoryReader;
  people: People;
  sender: WebhookSender;
  clock: Clock;
  userAgent: string;
  onAttempt(delivery: DeliveryRecord, result: DeliveryResult): void;
  onError(error: unknown, doing: string): void;
}

/**
 * From a change to its delivery: the dispatcher hears that there is something, the queue finds in the log what it is,
 * the worker has it delivered in order.
 */
export function createWebhookTelling({ store, ...deps }: WebhookTellingDependencies): WebhookDispatcher {
  const all = { ...deps, ...store };
  const queue = createWebhookQueue(all);
  const delivery = createWebhookDelivery({ ...all, queue });
  const worker = createWebhookWorker({ ...all, queue, delivery });
  return createWebhookDispatcher({ ...all, queue, worker, forgetEvent: store.deliveries.forgetEvent });
}
