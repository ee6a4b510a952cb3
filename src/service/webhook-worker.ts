import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../calendar/time.js';
import { everyPage, placeOf } from './every-event.js';
import type {
  Clock,
  DeliveryRecord,
  DeliveryStore,
  EventStore,
  LeaseStore,
  WebhookRecord,
  WebhookStore,
} from './ports.js';
import type { DeliveryResult, WebhookDelivery } from './webhook-delivery.js';
import type { WebhookQueue } from './webhook-queue.js';

/** Does what there is to do for one webhook. */
export interface WebhookWorker {
  /**
   * Looks for changes that nobody has enqueued, and delivers what is due: of one event strictly in the order of its
   * versions, of several at the same time. Where another process is at it, nothing happens.
   *
   * @param stopping once aborted nothing more is begun
   * @param stopped once aborted, what is under way ends
   */
  work(webhookId: string, stopping: AbortSignal, stopped: AbortSignal): Promise<void>;
}

export interface WebhookWorkerDependencies {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  events: EventStore;
  leases: LeaseStore;
  queue: WebhookQueue;
  delivery: WebhookDelivery;
  clock: Clock;
  onAttempt(delivery: DeliveryRecord, result: DeliveryResult): void;
  onError(error: unknown, doing: string): void;
}

/** How often it is looked for what nobody has enqueued, and noted up to when that has been done. */
const SWEEP_MS = 15_000;
const SEEN_MS = 60_000;
const PAGE = 100;
/** How long another process is kept away, if this one dies. */
const LEASE_MS = 20_000;
/** At the same time: of one webhook, and in this process. */
const PARALLEL = 4;
const PARALLEL_IN_ALL = 32;
/** How many deliveries are looked up at a time, and how often it is looked for more while others are under way. */
const HEADS = 100;
const LOOK_MS = 500;

export function createWebhookWorker(deps: WebhookWorkerDependencies): WebhookWorker {
  const { webhooks, deliveries, events, leases, queue, delivery, clock, onAttempt, onError } = deps;
  const sweptAt = new Map<string, Millis>();
  const inTurn = createSlots(PARALLEL_IN_ALL);
  const now = (): Millis => clock.now().getTime();

  const sweepEvent = async (webhook: WebhookRecord, eventId: string): Promise<void> => {
    const snapshot = await events.find(eventId, [webhook.userId]);
    if (snapshot?.members.has(webhook.userId)) {
      await queue.catchUp(webhook, snapshot.event);
    }
  };

  const sweepAll = async (webhook: WebhookRecord, goOn: () => Promise<boolean>): Promise<void> => {
    const query = { userId: webhook.userId, since: webhook.seenTo - events.settledMs, limit: PAGE };
    for await (const page of everyPage(events.changed, query, placeOf)) {
      if (page.length === 0 || !(await goOn())) {
        return;
      }
      for (const { event } of page) {
        await queue.catchUp(webhook, event);
      }
    }
  };

  const sweep = async (webhook: WebhookRecord, goOn: () => Promise<boolean>): Promise<void> => {
    const began = now();
    if (began - (sweptAt.get(webhook.id) ?? -Infinity) < SWEEP_MS) {
      return;
    }
    await (webhook.eventId === null ? sweepAll(webhook, goOn) : sweepEvent(webhook, webhook.eventId));
    if (await goOn()) {
      sweptAt.set(webhook.id, began);
      await (began - webhook.seenTo < SEEN_MS ? undefined : webhooks.saw(webhook.id, began));
    }
  };

  /** Until nothing is due any more. What fails for reasons of our own ends it: there will be another time. */
  const deliver = async (id: string, goOn: () => Promise<boolean>, stopped: AbortSignal): Promise<void> => {
    const underWay = new Map<string, Promise<void>>();
    let heads: DeliveryRecord[] = [];
    const failed = new AbortController();

    const attempt = async (webhook: WebhookRecord, head: DeliveryRecord): Promise<void> => {
      try {
        onAttempt(head, await inTurn(() => delivery.attempt(webhook, head, stopped)));
      } catch (error) {
        failed.abort();
        if (!stopped.aborted) {
          onError(error, 'delivering to a webhook');
        }
      } finally {
        underWay.delete(head.eventId);
      }
    };

    for (;;) {
      const webhook = !failed.signal.aborted && (await goOn()) ? await webhooks.find(id) : null;
      if (heads.length === 0 && webhook?.active) {
        heads = (await dueHeads(id)).filter(({ eventId }) => !underWay.has(eventId));
      }
      while (webhook?.active && underWay.size < PARALLEL && heads[0]) {
        const [head] = heads.splice(0, 1) as [DeliveryRecord];
        underWay.set(head.eventId, attempt(webhook, head));
      }
      if (underWay.size === 0) {
        return;
      }
      const look = new AbortController();
      await Promise.race([...underWay.values(), patience(LOOK_MS, look.signal)]);
      look.abort();
    }
  };

  const dueHeads = async (id: string): Promise<DeliveryRecord[]> => {
    const at = clock.now().toISOString();
    return (await deliveries.heads(id, HEADS)).filter(({ nextAttemptAt }) => (nextAttemptAt ?? at) <= at);
  };

  const workAlone = async (id: string, goOn: () => Promise<boolean>, stopped: AbortSignal): Promise<void> => {
    // First, so that whatever is enqueued from now on wakes it again.
    await webhooks.rest(id, now() + SWEEP_MS);
    const webhook = await webhooks.find(id);
    if (!webhook?.active) {
      sweptAt.delete(id);
      return;
    }
    await sweep(webhook, goOn);
    await deliver(id, goOn, stopped);
    const [next] = await deliveries.heads(id, 1);
    if (next?.nextAttemptAt) {
      await webhooks.wake([id], Date.parse(next.nextAttemptAt));
    }
  };

  return {
    work: async (id, stopping, stopped) => {
      const [key, holder] = [`webhook ${id}`, randomUUID()];
      let heldAt = performance.now();
      if (!(await leases.take(key, holder, LEASE_MS))) {
        return;
      }
      const goOn = async (): Promise<boolean> => {
        if (stopping.aborted || performance.now() - heldAt < LEASE_MS / 4) {
          return !stopping.aborted;
        }
        const asked = performance.now();
        const isHeld = await leases.take(key, holder, LEASE_MS);
        heldAt = asked;
        return isHeld;
      };
      try {
        await workAlone(id, goOn, stopped);
      } finally {
        await leases.giveBack(key, holder);
      }
    },
  };
}

const patience = (ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal, ref: false }).catch(() => undefined);

/** Runs at most so many works at the same time; the others wait for their turn. */
function createSlots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free === 0) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      free -= 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) {
        next();
      } else {
        free += 1;
      }
    }
  };
}
