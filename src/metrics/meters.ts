import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Upper bounds in seconds: of what is done in memory, in a store, and waited for. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * What is counted and measured. A label takes few values, known beforehand: nothing that a client makes up, and
 * nothing that names a person or an event. `docs/METRICS.md` tells them to whoever reads them.
 */
export function createMeters(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `convene_${name}`, help, labelNames, registers });
  const seconds = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Histogram({ name: `convene_${name}`, help, labelNames, registers, buckets: SECONDS });
  const gauge = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `convene_${name}`, help, labelNames, registers });

  return {
    requests: counter('http_requests_total', 'REST requests answered', 'method', 'route', 'status'),
    requestSeconds: seconds('http_request_duration_seconds', 'Time to answer', 'method', 'route'),
    messages: counter('messages_total', 'Socket messages by answer', 'message', 'outcome'),
    messageSeconds: seconds('message_duration_seconds', 'Time to acknowledge', 'message'),

    sockets: gauge('sockets', 'Sockets connected', 'format'),
    watchedEvents: gauge('watched_events', 'Events that sockets here are subscribed to'),
    subscriptions: gauge('subscriptions', 'Subscriptions of the sockets here'),
    droppedSockets: counter('slow_consumers_dropped_total', 'Sockets too slow to read', 'transport'),

    changes: counter('changes_total', 'Versions stored here', 'kind'),
    batch: new Histogram({
      name: 'convene_change_batch_size',
      help: 'Versions of an event stored in one write',
      registers,
      buckets: [1, 2, 4, 8, 16, 32, 64],
    }),
    lostRaces: counter('lost_races_total', 'Writes decided anew, as another process was faster'),

    storeSeconds: seconds('store_operation_duration_seconds', 'Time in the store', 'store', 'operation'),
    storeFailures: counter('store_failures_total', 'Store operations that failed', 'store', 'operation'),

    lookSeconds: seconds('beacon_look_duration_seconds', 'Looks at the store for what was missed'),
    repairs: counter('beacon_repairs_total', 'Changes read from the store since nobody told them'),
    confirmSeconds: seconds('confirmation_duration_seconds', 'Waiting for the other processes', 'outcome'),
    busUp: gauge('bus_up', 'Whether Redis answers; absent where there is none'),

    webhookDeliveries: counter('webhook_deliveries_total', 'Attempts to deliver to webhooks', 'result'),

    limited: counter('rate_limited_total', 'Requests, messages and connections refused', 'limit'),
    loginFailures: counter('login_failures_total', 'Logins with a wrong name or password'),
  };
}

export type Meters = ReturnType<typeof createMeters>;
