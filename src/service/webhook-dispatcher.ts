import type { Millis } from '../calendar/time.js';
import type { Clock, EventStore, WebhookRecord, WebhookStore } from './ports.js';
import type { WriteWatch } from './told-writes.js';
import type { WebhookQueue } from './webhook-queue.js';
import type { WebhookWorker } from './webhook-worker.js';

/** Keeps webhooks told of what happens, for as long as the process runs. */
export interface WebhookDispatcher extends WriteWatch {
  /** This one has something to do, or is new. */
  woken(webhookId: string): void;
  /** Looks from now on for what is to be done: that of other processes, too, which have died. */
  start(): void;
  /** Begins nothing more, and resolves once nothing is under way, after {@link GRACE_MS} at the latest. */
  stop(): Promise<void>;
}

export interface WebhookDispatcherDependencies {
  webhooks: WebhookStore;
  forgetEvent(eventId: string): Promise<void>;
  events: EventStore;
  queue: WebhookQueue;
  worker: WebhookWorker;
  clock: Clock;
  onError(error: unknown, doing: string): void;
}

/** How often it is looked for what is due; where the store does not answer, it is waited for longer. */
const TICK_MS = 500;
const TICK_AFTER_ERROR_MS = 5_000;
/** Writes within this time are looked at together: many of one event are one look. */
const GATHER_MS = 20;
/** For how long it is taken for known whether there are webhooks at all. What is missed meanwhile is found later. */
const KNOWN_MS = 2_000;
/** How many webhooks are worked on at the same time, and looked at together. */
const MAX_WORKING = 64;
const TOGETHER = 16;
/** How long deliveries may take to end once the process is to end. */
const GRACE_MS = 3_000;

export function createWebhookDispatcher(deps: WebhookDispatcherDependencies): WebhookDispatcher {
  const { webhooks, forgetEvent, events, queue, worker, clock, onError } = deps;
  const stopping = new AbortController();
  const stopped = new AbortController();
  const working = new Map<string, Promise<void>>();
  const stored = new Set<string>();
  const erased = new Set<string>();
  let known: { any: boolean; until: number } = { any: true, until: 0 };
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  const now = (): Millis => clock.now().getTime();

  const isAny = async (): Promise<boolean> => {
    if (performance.now() >= known.until) {
      known = { any: await webhooks.anyActive(), until: performance.now() + KNOWN_MS };
    }
    return known.any;
  };

  const run = (id: string): void => {
    if (!stopping.signal.aborted && !working.has(id) && working.size < MAX_WORKING) {
      const work = worker
        .work(id, stopping.signal, stopped.signal)
        .catch((error: unknown) => onError(error, 'looking after a webhook'))
        .finally(() => working.delete(id));
      working.set(id, work);
    }
  };

  const lookAt = async (eventId: string): Promise<void> => {
    const members = await events.members(eventId);
    const concerned = (await webhooks.activeOf(members.map(({ userId }) => userId))).filter(
      (webhook) => webhook.eventId === null || webhook.eventId === eventId,
    );
    const users = concerned.map(({ userId }) => userId);
    const snapshot = users.length > 0 ? await events.find(eventId, users) : null;
    if (!snapshot) {
      return;
    }
    const enqueue = async (webhook: WebhookRecord): Promise<string[]> =>
      snapshot.members.has(webhook.userId) && (await queue.catchUp(webhook, snapshot.event))
        ? [webhook.id]
        : [];
    for (let i = 0; i < concerned.length; i += TOGETHER) {
      const woken = (await Promise.all(concerned.slice(i, i + TOGETHER).map(enqueue))).flat();
      await (woken.length > 0 ? webhooks.wake(woken, now()) : undefined);
      woken.forEach(run);
    }
  };

  const look = async (): Promise<void> => {
    const [changed, gone] = [[...stored], [...erased]];
    stored.clear();
    erased.clear();
    if (await isAny()) {
      for (const eventId of gone) {
        await forgetEvent(eventId);
      }
      for (const eventId of changed) {
        await lookAt(eventId);
      }
    }
  };

  const lookNow = (): void => {
    gathering = undefined;
    looking = looking
      .then(look)
      .catch((error: unknown) => onError(error, 'looking for webhooks to be told of a change'));
  };
  const gather = (): void => {
    if (!stopping.signal.aborted) {
      gathering ??= setTimeout(lookNow, GATHER_MS).unref();
    }
  };

  const tick = async (): Promise<void> => {
    if (await isAny()) {
      (await webhooks.due(now(), 2 * MAX_WORKING)).forEach(run);
    }
  };
  const tickLater = (ms: number): void => {
    if (!stopping.signal.aborted) {
      timer = setTimeout(tickNow, ms).unref();
    }
  };
  const tickNow = (): void => {
    ticking = tick().then(
      () => tickLater(TICK_MS),
      (error: unknown) => {
        onError(error, 'looking for webhooks that have something to do');
        tickLater(TICK_AFTER_ERROR_MS);
      },
    );
  };

  return {
    stored: (eventId) => {
      stored.add(eventId);
      gather();
    },
    erased: (eventId) => {
      stored.delete(eventId);
      erased.add(eventId);
      gather();
    },
    woken: (id) => {
      known = { any: true, until: performance.now() + KNOWN_MS };
      run(id);
    },
    start: () => tickLater(0),
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      if (gathering) {
        clearTimeout(gathering);
        lookNow();
      }
      const late = setTimeout(() => stopped.abort(), GRACE_MS);
      await Promise.allSettled([ticking, looking, ...working.values()]);
      clearTimeout(late);
    },
  };
}
