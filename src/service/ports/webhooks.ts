import type { Kind } from '../../calendar/history.js';
import type { Millis } from '../../calendar/time.js';

/** Where a user wants to be told of changes. */
export interface WebhookRecord {
  id: string;
  userId: string;
  url: string;
  /** The kinds of changes; none: all. */
  events: Kind[];
  /** Changes of this event alone; null: of all the user's. */
  eventId: string | null;
  /** What deliveries are signed with. */
  secret: string;
  active: boolean;
  /** RFC 3339, to the millisecond. */
  createdAt: string;
  /** Changes from the one time on and before the other are passed over: it was not active. null: it always was. */
  pausedAt: string | null;
  resumedAt: string | null;
  /** What was changed a minute before this, or earlier, has been looked at. */
  seenTo: Millis;
}

export type WebhookChange = Partial<
  Pick<WebhookRecord, 'url' | 'events' | 'active' | 'pausedAt' | 'resumedAt'>
>;

/** Webhooks. They go with their user's account: `AccountStore.removeUser` takes them away. */
export interface WebhookStore {
  /**
   * Stores a webhook, to be looked at at once; false where its user has `limit` of them already. (Several processes
   * that are asked at the same moment may go beyond it by one each.)
   */
  insert(webhook: WebhookRecord, limit: number): Promise<boolean>;
  find(id: string): Promise<WebhookRecord | null>;
  /** A user's webhooks, the oldest first. */
  of(userId: string): Promise<WebhookRecord[]>;
  /** The active webhooks of these users, in no order. */
  activeOf(userIds: readonly string[]): Promise<WebhookRecord[]>;
  /** Whether there is any that is active. */
  anyActive(): Promise<boolean>;
  /** Changes a webhook of this user, and has it looked at; null where they have none with this id. */
  update(userId: string, id: string, change: WebhookChange): Promise<WebhookRecord | null>;
  /** Removes a webhook of this user, with everything that is kept for it; false where they have none with this id. */
  remove(userId: string, id: string): Promise<boolean>;
  /** Notes how far the user's changes have been looked at. */
  saw(id: string, seenTo: Millis): Promise<void>;

  /** The ids of active webhooks that are to be looked at by now, at most `limit`. */
  due(now: Millis, limit: number): Promise<string[]>;
  /** These webhooks are to be looked at no later than at this time. */
  wake(ids: readonly string[], at: Millis): Promise<void>;
  /**
   * This one is not to be looked at before this time, unless it is woken from now on. It may be looked at all the
   * same after its process has ended.
   */
  rest(id: string, until: Millis): Promise<void>;
}

/** One change of an event, on its way to a webhook. What has changed is in the event's log, and not here. */
export interface DeliveryRecord {
  /** The same for the same webhook, event and version; ascending with the time of the change. */
  id: string;
  webhookId: string;
  eventId: string;
  version: number;
  kind: Kind;
  /** `pending` until it is `delivered`, or was tried often enough to be given up as `dead`. */
  state: 'pending' | 'delivered' | 'dead';
  /** How often it was tried, since it is pending (again). */
  attempts: number;
  createdAt: string;
  /** When it is to be tried, if it is the first pending one of its event; of one that is not pending: null. */
  nextAttemptAt: string | null;
  lastAttemptAt: string | null;
  /** The HTTP status of the last answer; null where there was none. */
  status: number | null;
  /** Why the last attempt failed, in a word; null where it did not. */
  error: string | null;
  deliveredAt: string | null;
  /** When it may be forgotten; absent while it is pending. */
  expiresAt?: Millis;
}

/** What an attempt has made of a delivery. */
export type DeliveryOutcome = Omit<
  DeliveryRecord,
  'id' | 'webhookId' | 'eventId' | 'version' | 'kind' | 'createdAt'
>;

export interface DeliveryQuery {
  webhookId: string;
  state?: DeliveryRecord['state'];
  /** Only those that come after the one with this id. */
  after?: string;
  limit: number;
}

/** How far a webhook has come with an event. */
export interface Standing {
  /** Up to which version all that is to be delivered was enqueued; null: none yet. */
  version: number | null;
  /** How many of its deliveries are pending. */
  pending: number;
}

/** Deliveries, and how far each webhook has come with each event. They go with their webhook. */
export interface DeliveryStore {
  standing(webhookId: string, eventId: string): Promise<Standing>;
  /**
   * Stores those of an event's deliveries that are not there yet, in the order in which they are given (ascending by
   * version), and then that `upTo` was reached. Of a webhook that is gone nothing is kept.
   */
  enqueue(
    place: { webhookId: string; eventId: string },
    deliveries: readonly DeliveryRecord[],
    upTo: number,
  ): Promise<void>;
  /** The first pending delivery of each event, those first that are to be tried first; at most `limit`. */
  heads(webhookId: string, limit: number): Promise<DeliveryRecord[]>;
  find(webhookId: string, id: string): Promise<DeliveryRecord | null>;
  /** A page of them, the newest first: descending by id. */
  list(query: DeliveryQuery): Promise<DeliveryRecord[]>;
  /** Notes an outcome; false where the delivery is gone, or is not any more as `expected`. */
  settle(
    expected: Pick<DeliveryRecord, 'id' | 'webhookId' | 'state' | 'attempts'>,
    outcome: DeliveryOutcome,
  ): Promise<boolean>;
  /** Takes pending deliveries of an event away: all of them, or those up to a version. */
  drop(place: { webhookId: string; eventId: string }, upTo?: number): Promise<void>;
  /** An event is gone for good: its pending deliveries go, and how far webhooks have come with it. */
  forgetEvent(eventId: string): Promise<void>;
  /** Forgets what has expired by now, and of what is not pending all but the newest `keep`. */
  prune(webhookId: string, now: Millis, keep: number): Promise<void>;
}

/** What is sent to a webhook. */
export interface Letter {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** The HTTP status of the answer, or why there is none. */
export type Reply = { status: number } | { error: SendingError };
export type SendingError = 'refused-address' | 'name-not-found' | 'no-connection' | 'no-trust' | 'timeout';

/** The way out. */
export interface WebhookSender {
  /** What is wrong with an address to send to, as far as it can be told without asking anybody; null: nothing. */
  fault(url: string): string | null;
  /**
   * Sends a letter (POST), follows no redirection, and reads no answer but its status.
   *
   * @throws what `signal` was aborted with; nothing else
   */
  send(letter: Letter, signal: AbortSignal): Promise<Reply>;
}
