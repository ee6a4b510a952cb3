import type { Store } from '../../service/ports.js';
import { embeddedAccounts } from './accounts.js';
import { openEnvironment } from './environment.js';
import { embeddedEvents } from './events.js';
import { embeddedFeeds } from './feeds.js';
import { embeddedIdempotency } from './idempotency.js';
import { embeddedLeases } from './leases.js';

/** Opens the embedded store in a directory, which is made if need be. */
export async function openEmbeddedStore(directory: string): Promise<Store> {
  const environment = await openEnvironment(directory);
  return {
    events: embeddedEvents(environment),
    accounts: embeddedAccounts(environment),
    leases: embeddedLeases(),
    idempotency: embeddedIdempotency(environment),
    feeds: embeddedFeeds(environment).port,
    // The lock on the directory keeps every other process out.
    nodes: null,
    ping: async () => {},
    close: () => environment.close(),
  };
}
