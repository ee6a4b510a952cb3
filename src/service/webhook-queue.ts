import type { EventRecord } from '../calendar/event.js';
import type { LogEntry } from '../calendar/history.js';
import type { Clock, DeliveryRecord, DeliveryStore, WebhookRecord } from './ports.js';
import type { HistoryReader } from './read-history.js';
import { deliveryIdOf } from './webhook-signature.js';

/** Finds in an event's log what a webhook is to be told, and puts it on record. */
export interface WebhookQueue {
  /**
   * Enqueues what has happened to an event, of which the webhook's user is a member, since it was looked at last. The
   * log is what counts: whoever looks, and however often, each change is enqueued once, and none without those before
   * it. Where very much is pending already the rest stays in the log.
   *
   * @returns whether something was enqueued
   */
  catchUp(webhook: WebhookRecord, event: EventRecord): Promise<boolean>;
}

export interface WebhookQueueDependencies {
  deliveries: DeliveryStore;
  history: HistoryReader;
  clock: Clock;
}

/** How many deliveries of one event may be pending for one webhook, and how many entries are read at a time. */
export const MAX_PENDING = 100;
const PAGE = 100;

export function createWebhookQueue({ deliveries, history, clock }: WebhookQueueDependencies): WebhookQueue {
  /** The version before the first that a webhook is to be told of an event that it has not been told of yet. */
  const startOf = async (webhook: WebhookRecord, event: EventRecord): Promise<number> => {
    for (let to = event.version; to > 0; to -= PAGE) {
      const page = await history.entries(event, to - PAGE + 1, to);
      const before = page.findLast(({ at }) => at < webhook.createdAt)?.version;
      const joined = joinOf(webhook, page)?.version;
      if (before !== undefined || joined !== undefined) {
        return Math.max(before ?? 0, (joined ?? 1) - 1);
      }
    }
    return 0;
  };

  const toDelivery = (webhook: WebhookRecord, eventId: string, entry: LogEntry): DeliveryRecord => {
    const now = clock.now().toISOString();
    return {
      id: deliveryIdOf(webhook.id, eventId, entry),
      webhookId: webhook.id,
      eventId,
      version: entry.version,
      kind: entry.kind,
      state: 'pending',
      attempts: 0,
      createdAt: now,
      nextAttemptAt: now,
      lastAttemptAt: null,
      status: null,
      error: null,
      deliveredAt: null,
    };
  };

  return {
    catchUp: async (webhook, event) => {
      const place = { webhookId: webhook.id, eventId: event.id };
      const standing = await deliveries.standing(webhook.id, event.id);
      let reached = standing.version ?? (await startOf(webhook, event));
      let room = MAX_PENDING - standing.pending;
      let enqueued = 0;
      while (reached < event.version && room > 0) {
        const page = await history.entries(event, reached + 1, reached + PAGE);
        const joined = joinOf(webhook, page)?.version ?? 0;
        const told = page.filter((entry) => entry.version >= joined && concerns(webhook, entry));
        const next = told.slice(0, room);
        // What there is no room for is found again.
        reached =
          told.length > room ? (next.at(-1)?.version ?? reached) : Math.min(reached + PAGE, event.version);
        const records = next.map((entry) => toDelivery(webhook, event.id, entry));
        await deliveries.enqueue(place, records, reached);
        room -= next.length;
        enqueued += next.length;
      }
      return enqueued > 0;
    },
  };
}

/** Where the webhook's user became a member; the last time, if there are several. */
const joinOf = ({ userId }: WebhookRecord, entries: readonly LogEntry[]): LogEntry | undefined =>
  entries.findLast(
    ({ membership }) => membership?.userId === userId && membership.role !== null && !membership.previousRole,
  );

function concerns({ events, pausedAt, resumedAt }: WebhookRecord, { kind, at }: LogEntry): boolean {
  const isPaused = pausedAt !== null && at >= pausedAt && (resumedAt === null || at < resumedAt);
  return !isPaused && (events.length === 0 || events.includes(kind));
}
