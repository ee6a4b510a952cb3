import type { Connection } from 'mongoose';
import type { Store } from '../../service/ports.js';
import { mongoAccounts } from './accounts.js';
import { connect, hasTransactions, ping } from './connection.js';
import { collectionsOf } from './documents.js';
import { reachable } from './errors.js';
import { mongoDeliveries } from './deliveries.js';
import { mongoEvents } from './events.js';
import { mongoFeeds } from './feeds.js';
import { checkFormat } from './format.js';
import { mongoIdempotency } from './idempotency.js';
import { mongoIntents } from './intents.js';
import { mongoLeases } from './leases.js';
import { mongoNodes } from './nodes.js';
import { whatIsWrong } from './opening.js';
import { modelsOf } from './schemas.js';
import { mongoWebhooks } from './webhooks.js';

export interface MongoStoreOptions {
  /** Whether to use transactions; by default, where the server has them. */
  transactions?: boolean;
}

const SWEEP_MS = 60_000;
/**
 * For how long a key's run counts as running, if its process dies. Without transactions a batch may be half there until
 * the sweep has settled it (`intents.ts`: two minutes, and one until it comes by).
 */
const RUN_MS = 60_000;
const RUN_MS_WITHOUT_TRANSACTIONS = 200_000;

/**
 * Opens the store in a MongoDB database, with its indexes.
 *
 * @throws an error that says in one line what is wrong, and how to mend it, without the address's credentials.
 */
export async function openMongoStore(uri: string, options: MongoStoreOptions = {}): Promise<Store> {
  let connection: Connection | undefined;
  try {
    connection = await connect(uri);
    return await storeOn(connection, options);
  } catch (error) {
    await connection?.destroy();
    throw new Error(whatIsWrong(error, uri), { cause: error });
  }
}

async function storeOn(connection: Connection, options: MongoStoreOptions): Promise<Store> {
  const models = modelsOf(connection);
  await checkFormat(models.Meta);
  // Those that are there already are left alone, whoever makes them at the same moment.
  await Promise.all(Object.values(models).map((model) => model.createIndexes()));

  const collections = collectionsOf(connection);
  const intents = mongoIntents(collections);
  const sweep = (): Promise<void> => intents.sweep(new Date());
  await sweep();
  // A sweep that fails is made up for by the next.
  const sweeping = setInterval(() => void sweep().catch(() => undefined), SWEEP_MS).unref();

  const transactions = options.transactions ?? (await hasTransactions(connection));
  return {
    events: reachable(mongoEvents({ connection, collections, intents, transactions })),
    accounts: reachable(mongoAccounts(models, collections)),
    leases: reachable(mongoLeases(collections)),
    idempotency: reachable(
      mongoIdempotency(collections, {
        leaseMs: transactions ? RUN_MS : RUN_MS_WITHOUT_TRANSACTIONS,
        halves: !transactions,
      }),
    ),
    feeds: reachable(mongoFeeds(collections)),
    webhooks: reachable(mongoWebhooks(collections)),
    deliveries: reachable(mongoDeliveries(collections)),
    nodes: reachable(mongoNodes(collections)),
    ...reachable({ ping: () => ping(connection) }),
    close: async () => {
      clearInterval(sweeping);
      await connection.destroy();
    },
  };
}
