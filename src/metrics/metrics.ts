import { Registry } from 'prom-client';
import type { Throttle } from '../gate/throttle.js';
import type { AccountService } from '../service/accounts.js';
import type { Store } from '../service/ports.js';
import { createMeters, type Meters } from './meters.js';
import { countLogins, countRefusals, countStore } from './ports.js';
import { processMetrics } from './process.js';

/** The gauges' values, asked for at each look at them. */
export interface Standing {
  /** By wire format. */
  sockets: Readonly<Record<string, number>>;
  watchedEvents: number;
  subscriptions: number;
  /** null: there is none. */
  isBusUp: boolean | null;
}

/** How the service fares, in numbers. The ports it is put around do as before; the doors tell what they have done. */
export interface Metrics {
  store(store: Store): Store;
  throttle(throttle: Throttle): Throttle;
  accounts(accounts: AccountService): AccountService;
  /** What the REST door tells of each request. */
  request(done: { method: string; route: string; status: string; seconds: number }): void;
  /** What an attempt to deliver to a webhook has come to. */
  webhook(result: string): void;
  /** What the socket door tells. */
  live: {
    answered(message: string, outcome: string, seconds: number): void;
    dropped(transport: string): void;
    looked(seconds: number): void;
    repaired(changes: number): void;
    confirmed(outcome: 'ok' | 'unavailable', seconds: number): void;
  };
  /** Where the gauges come from. */
  watch(standing: () => Standing): void;
  /** Prometheus's text format. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const meters = createMeters(registry);
  const every = Registry.merge([processMetrics(), registry]);
  let standing: (() => Standing) | undefined;

  return {
    store: (store) => countStore(store, meters),
    throttle: (throttle) => countRefusals(throttle, meters),
    accounts: (accounts) => countLogins(accounts, meters),
    request: ({ method, route, status, seconds }) => {
      meters.requests.inc({ method, route, status });
      meters.requestSeconds.observe({ method, route }, seconds);
    },
    webhook: (result) => meters.webhookDeliveries.inc({ result }),
    live: {
      answered: (message, outcome, seconds) => {
        meters.messages.inc({ message, outcome });
        meters.messageSeconds.observe({ message }, seconds);
      },
      dropped: (transport) => meters.droppedSockets.inc({ transport }),
      looked: (seconds) => meters.lookSeconds.observe(seconds),
      repaired: (changes) => meters.repairs.inc(changes),
      confirmed: (outcome, seconds) => meters.confirmSeconds.observe({ outcome }, seconds),
    },
    watch: (from) => {
      standing = from;
    },
    text: () => {
      if (standing) {
        showStanding(standing(), meters);
      }
      return every.metrics();
    },
  };
}

function showStanding({ sockets, watchedEvents, subscriptions, isBusUp }: Standing, meters: Meters): void {
  for (const [format, count] of Object.entries(sockets)) {
    meters.sockets.set({ format }, count);
  }
  meters.watchedEvents.set(watchedEvents);
  meters.subscriptions.set(subscriptions);
  if (isBusUp === null) {
    meters.busUp.remove();
  } else {
    meters.busUp.set(isBusUp ? 1 : 0);
  }
}
