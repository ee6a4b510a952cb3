import type { Store } from '../../service/ports.js';
import { embeddedAccounts } from './accounts.js';
import { embeddedDeliveries } from './deliveries.js';
import { openEnvironment, type Environment } from './environment.js';
import { embeddedEvents } from './events.js';
import { embeddedFeeds } from './feeds.js';
import { embeddedIdempotency } from './idempotency.js';
import { embeddedLeases } from './leases.js';
import { upgrade } from './upgrade.js';
import { embeddedWebhooks } from './webhooks.js';

/** Opens the embedded store in a directory, which is made if need be. */
export async function openEmbeddedStore(directory: string): Promise<Store> {
  const environment = await openUpgraded(directory);
  return {
    events: embeddedEvents(environment),
    accounts: embeddedAccounts(environment),
    leases: embeddedLeases(),
    idempotency: embeddedIdempotency(environment),
    feeds: embeddedFeeds(environment).port,
    webhooks: embeddedWebhooks(environment).port,
    deliveries: embeddedDeliveries(environment),
    // The lock on the directory keeps every other process out.
    nodes: null,
    ping: async () => {},
    close: () => environment.close(),
  };
}

async function openUpgraded(directory: string): Promise<Environment> {
  const environment = await openEnvironment(directory);
  try {
    await upgrade(environment);
    return environment;
  } catch (error) {
    await environment.close();
    throw error;
  }
}
