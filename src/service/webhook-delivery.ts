import { mayKnow } from '../calendar/access.js';
import type { EventRecord } from '../calendar/event.js';
import { changeOf } from '../protocol/history.js';
import type { People } from './people.js';
import type {
  Clock,
  DeliveryOutcome,
  DeliveryRecord,
  DeliveryStore,
  EventStore,
  Letter,
  Reply,
  WebhookRecord,
  WebhookSender,
  WebhookStore,
} from './ports.js';
import type { HistoryReader } from './read-history.js';
import type { WebhookQueue } from './webhook-queue.js';
import { signatureOf } from './webhook-signature.js';

/** What became of an attempt; `dropped`: there is nothing (any more) that the webhook may be told. */
export type DeliveryResult = 'delivered' | 'failed' | 'dead' | 'dropped';

export interface WebhookDelivery {
  /**
   * Tries one delivery, and notes what comes of it. Who may know what is asked at this moment, and what is sent is read
   * from the log: a pending delivery itself has nothing in it.
   *
   * @throws what `signal` was aborted with: then nothing is noted
   */
  attempt(webhook: WebhookRecord, delivery: DeliveryRecord, signal: AbortSignal): Promise<DeliveryResult>;
}

export interface WebhookDeliveryDependencies {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  events: EventStore;
  history: HistoryReader;
  people: People;
  queue: WebhookQueue;
  sender: WebhookSender;
  clock: Clock;
  /** Who it is that sends: `Convene/<version>`. */
  userAgent: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long it is waited after each attempt that has failed; after the last of them comes one more attempt. */
export const BACK_OFF_MS: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
];
/** By so much of itself a wait may be longer, so that not everybody comes back at once. */
const JITTER = 0.2;

const KEEP_MS = { delivered: 7 * DAY, dead: 30 * DAY } as const;
/** The receiver wants no more of it (RFC 9110, section 15.5.11). */
const GONE = 410;

export function createWebhookDelivery(deps: WebhookDeliveryDependencies): WebhookDelivery {
  const { webhooks, deliveries, events, history, people, queue, sender, clock, userAgent } = deps;

  const letterOf = async (
    webhook: WebhookRecord,
    { id, eventId, version }: DeliveryRecord,
    event: EventRecord,
  ): Promise<Letter | null> => {
    const [entry] = await history.entries(event, version, version);
    if (!entry) {
      return null;
    }
    const body = JSON.stringify(changeOf(eventId, entry, (await people.named([entry.by]))(entry.by)));
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': userAgent,
      'Convene-Signature': signatureOf(webhook.secret, clock.now(), body),
      'Convene-Delivery': id,
      'Convene-Webhook': webhook.id,
    };
    return { url: webhook.url, headers, body };
  };

  const note = async (
    webhook: WebhookRecord,
    delivery: DeliveryRecord,
    reply: Reply,
  ): Promise<DeliveryResult> => {
    const outcome = outcomeOf(delivery, reply, clock.now());
    await deliveries.settle(delivery, outcome);
    if (outcome.status === GONE) {
      const pausedAt = clock.now().toISOString();
      await webhooks.update(webhook.userId, webhook.id, { active: false, pausedAt, resumedAt: null });
    }
    return outcome.state === 'pending' ? 'failed' : outcome.state;
  };

  return {
    attempt: async (webhook, delivery, signal) => {
      const { eventId, version, kind } = delivery;
      const snapshot = await events.find(eventId, [webhook.userId]);
      const role = snapshot?.members.get(webhook.userId)?.role ?? null;
      if (!snapshot || role === null) {
        await (snapshot ? deliveries.drop(delivery) : deliveries.forgetEvent(eventId));
        return 'dropped';
      }
      const { event } = snapshot;
      // Of an event in another's trash there is nothing to be told but that it went there.
      const mayBeTold = mayKnow(role, event) || kind === 'delete';
      const letter = mayBeTold ? await letterOf(webhook, delivery, event) : null;
      if (!letter) {
        await deliveries.drop(delivery, version);
        return 'dropped';
      }
      const result = await note(webhook, delivery, await sender.send(letter, signal));
      if (result !== 'failed' && version < event.version) {
        await queue.catchUp(webhook, event);
      }
      return result;
    },
  };
}

/** What is to be noted of an answer, or of there being none. */
export function outcomeOf({ attempts: before }: DeliveryRecord, reply: Reply, now: Date): DeliveryOutcome {
  const attempts = before + 1;
  const lastAttemptAt = now.toISOString();
  const status = 'status' in reply ? reply.status : null;
  const tried = { attempts, lastAttemptAt, status };
  const until = (state: keyof typeof KEEP_MS): number => now.getTime() + KEEP_MS[state];
  if (status !== null && status >= 200 && status < 300) {
    const done = { nextAttemptAt: null, error: null, deliveredAt: lastAttemptAt };
    return { state: 'delivered', ...tried, ...done, expiresAt: until('delivered') };
  }
  const failure = { error: 'error' in reply ? reply.error : wordFor(reply.status), deliveredAt: null };
  const wait = BACK_OFF_MS[before];
  if (wait === undefined) {
    return { state: 'dead', ...tried, nextAttemptAt: null, ...failure, expiresAt: until('dead') };
  }
  const next = new Date(now.getTime() + wait * (1 + Math.random() * JITTER));
  return { state: 'pending', ...tried, nextAttemptAt: next.toISOString(), ...failure };
}

const wordFor = (status: number): string => (status >= 300 && status < 400 ? 'redirected' : 'refused');
