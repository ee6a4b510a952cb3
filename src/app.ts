import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import proxyAddress from 'proxy-addr';
import type { Config } from './config.js';
import { createGate } from './gate/gate.js';
import { guardAccounts, guardDeletion } from './gate/guesses.js';
import { openThrottle } from './gate/throttle.js';
import { createConsole } from './http/console.js';
import { createDocs } from './http/docs.js';
import { createListener, unambiguous } from './http/listener.js';
import { createIdempotency } from './http/idempotency.js';
import { packageVersion } from './http/openapi/version.js';
import { accountRoutes } from './http/routes/account.js';
import { authRoutes } from './http/routes/auth.js';
import { calendarRoutes } from './http/routes/calendar.js';
import { eventRoutes } from './http/routes/events.js';
import { feedRoutes } from './http/routes/feeds.js';
import { historyRoutes } from './http/routes/history.js';
import { occurrenceRoutes } from './http/routes/occurrences.js';
import { scheduleRoutes } from './http/routes/schedule.js';
import { sharingRoutes } from './http/routes/sharing.js';
import { syncRoutes } from './http/routes/sync.js';
import { systemRoutes } from './http/routes/system.js';
import { webhookRoutes } from './http/routes/webhooks.js';
import { serveHttp } from './http/server.js';
import { createWebApp } from './http/web-app.js';
import { createLive } from './live/live.js';
import { LIVE_PATHS } from './live/servers.js';
import { createMetrics } from './metrics/metrics.js';
import { createAccountDeletion } from './service/account-deletion.js';
import { createAccountService } from './service/accounts.js';
import { createClashWatch } from './service/clash-watch.js';
import { createCreationService } from './service/create-events.js';
import { createChangePipeline } from './service/commit-change.js';
import { createCursors } from './service/cursor.js';
import { createDepartures } from './service/departures.js';
import { createEditService } from './service/edits.js';
import { createEventService } from './service/events.js';
import { createExportService } from './service/export-events.js';
import { createFeedService } from './service/feeds.js';
import { createFreeBusyService } from './service/free-busy.js';
import { createHistoryService } from './service/history.js';
import { createImportService } from './service/import-events.js';
import { createOccurrenceCache } from './service/occurrence-cache.js';
import { createOccurrenceService } from './service/occurrences.js';
import { createPasswords } from './service/passwords.js';
import { createPeople } from './service/people.js';
import type { Clock, Store } from './service/ports.js';
import { createHistoryReader } from './service/read-history.js';
import { createScheduleService } from './service/schedule.js';
import { createSharingService } from './service/sharing.js';
import { createSyncService } from './service/sync.js';
import { tellWrites } from './service/told-writes.js';
import { createTokens, deriveKey } from './service/tokens.js';
import { createWebhookTelling } from './service/webhook-telling.js';
import { createWebhookService } from './service/webhooks.js';
import { createSender } from './webhooks/sender.js';

/** A Convene that takes requests. */
export interface App {
  /** Where it listens. */
  address: AddressInfo;
  /** Takes no new requests, finishes open ones, tells the sockets, closes the store. */
  close(): Promise<void>;
}

/** The one that is configured; the other is not even loaded. */
export async function openStore({ mongodbUri, dataDir }: Config): Promise<Store> {
  if (mongodbUri === undefined) {
    const { openEmbeddedStore } = await import('./store/embedded/index.js');
    return openEmbeddedStore(dataDir);
  }
  const { openMongoStore } = await import('./store/mongo/index.js');
  return openMongoStore(mongodbUri);
}

/** Puts everything together, in the order in which it depends on each other, and listens. */
export async function startApp(
  config: Config,
  log: Logger,
  clock: Clock = { now: () => new Date() },
): Promise<App> {
  const metrics = createMetrics();
  const opened = metrics.store(await openStore(config));
  const store: Store = {
    ...opened,
    events: tellWrites(opened.events, {
      stored: (eventId) => telling.stored(eventId),
      erased: (eventId) => telling.erased(eventId),
    }),
  };
  const onError = (error: unknown, doing: string): void => log.error({ err: error }, doing);

  const people = createPeople(store.accounts);
  const cursors = createCursors(deriveKey(config.jwtSecret, 'cursor'));
  const tokens = createTokens(config.jwtSecret, clock);
  const history = createHistoryReader(store.events);

  const web = createWebApp();
  const server = createListener(LIVE_PATHS, web.messages);
  const live = await createLive({
    server,
    corsOrigins: config.corsOrigins,
    isLimited: config.limits !== null,
    redisUrl: config.redisUrl,
    store,
    history,
    people,
    log,
    clock,
    tally: metrics.live,
  });
  metrics.watch(live.standing);
  const { broadcaster } = live;

  const passwords = createPasswords();
  const accounts = createAccountService({
    accounts: store.accounts,
    tokens,
    passwords,
    endSessions: broadcaster.endSessions,
    clock,
    registration: config.registration,
  });
  const occurrenceCache = createOccurrenceCache({ events: store.events, clock, onError });
  const schedule = createScheduleService({
    events: store.events,
    occurrences: occurrenceCache,
    leases: store.leases,
    clock,
  });
  const watch = createClashWatch({ events: store.events, schedule, broadcaster, onError });
  const pipeline = createChangePipeline({
    events: store.events,
    people,
    broadcaster,
    clock,
    remember: history.remember,
    onChanged: (change) => {
      watch.changed(change);
      departures.changed(change);
    },
    onError,
  });
  const events = createEventService({
    events: store.events,
    people,
    pipeline,
    broadcaster,
    cursors,
    occurrences: occurrenceCache,
    clock,
  });
  const creation = createCreationService({
    events: store.events,
    history,
    people,
    schedule,
    broadcaster,
    clock,
  });
  const edits = createEditService({ events: store.events, schedule, history, pipeline });
  const occurrences = createOccurrenceService({
    events: store.events,
    history,
    people,
    pipeline,
    broadcaster,
    onChanged: watch.changed,
  });
  const sharing = createSharingService({ events: store.events, accounts: store.accounts, people, pipeline });
  const versions = createHistoryService({ history, people, cursors, read: events.read });
  const departures = createDepartures({
    accounts: store.accounts,
    events: store.events,
    pipeline,
    erase: events.erase,
    endSessions: broadcaster.endSessions,
    clock,
    onError,
  });
  const deletion = createAccountDeletion({ accounts: store.accounts, passwords, departures, clock });

  const feeds = createFeedService({ feeds: store.feeds, accounts: store.accounts, clock });

  const sender = createSender({ allowPrivate: config.privateWebhooks });
  const telling = createWebhookTelling({
    store,
    history,
    people,
    sender,
    clock,
    userAgent: `Convene/${packageVersion()}`,
    onAttempt: ({ id, webhookId }, result) => {
      metrics.webhook(result);
      log.debug({ webhookId, deliveryId: id, result }, 'webhook');
    },
    onError,
  });
  const webhooks = createWebhookService({
    webhooks: store.webhooks,
    deliveries: store.deliveries,
    events: store.events,
    sender,
    cursors,
    clock,
    onWoken: telling.woken,
  });

  const throttle = metrics.throttle(
    await openThrottle({
      limits: config.limits,
      redisUrl: config.redisUrl,
      prefix: `convene:${deriveKey(config.jwtSecret, 'limits').toString('hex', 0, 6)}`,
      log,
    }),
  );
  const gate = createGate(accounts);
  const guarded = guardAccounts(metrics.accounts(accounts), throttle);
  serveHttp(web.app, config, {
    gate,
    throttle,
    idempotency: createIdempotency({
      keys: store.idempotency,
      clock,
      secret: deriveKey(config.jwtSecret, 'idempotency'),
      onError,
    }),
    log,
    // In this order a path is compared with them: what is asked for most stands first.
    api: {
      ...scheduleRoutes(schedule, createFreeBusyService(store.events), events),
      ...calendarRoutes(
        createExportService({ events: store.events, read: events.read }),
        createImportService({ events: store.events, leases: store.leases, creation, edits }),
        feeds,
      ),
      ...eventRoutes(creation, events, edits),
      ...occurrenceRoutes(occurrences),
      ...sharingRoutes(sharing),
      ...historyRoutes(versions),
      ...syncRoutes(
        createSyncService({ events: store.events, clock, key: deriveKey(config.jwtSecret, 'sync') }),
      ),
      ...authRoutes(guarded),
      ...accountRoutes(guarded, guardDeletion(deletion, throttle)),
      ...feedRoutes(feeds),
      ...webhookRoutes(webhooks),
    },
    root: systemRoutes({ store: store.ping }),
    docs: createDocs(),
    console: createConsole(),
    metrics: metrics.text,
    onDone: metrics.request,
  });
  server.on('request', unambiguous(web.app));
  const trusted = web.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const addressOf = (request: IncomingMessage): string => proxyAddress(request, trusted);

  try {
    await live.open({ gate, events, edits, history, throttle, addressOf });
    const address = await listen(server, config);
    departures.start();
    telling.start();
    return {
      address,
      close: async () => {
        const closed = closeServer(server);
        const told = telling.stop();
        await departures.stop();
        await live.close();
        await watch.idle();
        await occurrenceCache.close();
        await closed;
        await told;
        throttle.close();
        await store.close();
      },
    };
  } catch (error) {
    throttle.close();
    await store.close();
    throw error;
  }
}

function listen(server: Server, { port, host }: Config): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** How long open requests may take once the process is to end. */
const GRACE_MS = 10_000;
/** How often it is looked for connections on which nothing is under way any more. */
const IDLE_MS = 100;

/** Takes no new connections, and on each that there is at most one request more. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    server.close(() => {
      clearTimeout(late);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
