import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { RateLimiterRedis } from 'rate-limiter-flexible';

/** A Redis that nobody waits for: each command is answered soon, or fails. */
export interface SharedRedis {
  readonly client: Redis;
  /** Whether it is worth asking. */
  isUp(): boolean;
  /** A command has failed: it is not asked again before it has answered a question of our own. */
  failed(error: unknown): void;
  close(): void;
}

/** What a command may take: one request waits for it, and those after it no more. */
const COMMAND_MS = 500;
/** How often one that is away is asked whether it is back. */
const ASK_MS = 500;
/** How long a connection that is given up may take to end; even where it has ended, a timer runs so long. */
const DISCONNECT_MS = 200;
/** How long the start waits for its first answer. */
const START_MS = 2_000;

/**
 * Connects; one that is away at the start is counted on as soon as it comes.
 *
 * @param prefix of every key, the same in all processes of a deployment and in no other's
 */
export async function openRedis(url: string, prefix: string, log: Logger): Promise<SharedRedis> {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    commandTimeout: COMMAND_MS,
    connectTimeout: START_MS,
    disconnectTimeout: DISCONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => ASK_MS,
  });
  // A count like any other, so that whatever is wrong with counting is found.
  const trial = new RateLimiterRedis({ storeClient: client, keyPrefix: prefix, points: 1e9, duration: 60 });
  let state: 'starting' | 'up' | 'away' | 'closed' = 'starting';
  let timer: NodeJS.Timeout | undefined;
  let settle = (): void => {};
  const settled = new Promise<void>((resolve) => (settle = resolve));

  const away = (error: unknown): void => {
    if (state === 'up' || state === 'starting') {
      state = 'away';
      // The message alone: an error of Redis has the command in it, an AUTH with its password too.
      log.warn({ reason: messageOf(error) }, 'Redis is away: each process limits for itself');
      settle();
    }
    if (state === 'away') {
      timer ??= setTimeout(ask, ASK_MS);
    }
  };
  const ask = (): void => {
    clearTimeout(timer);
    timer = undefined;
    trial.consume('trial').then(
      () => {
        if (state !== 'up' && state !== 'closed') {
          state = 'up';
          log.info('Redis answers: limits are shared');
          settle();
        }
      },
      (error: unknown) => {
        // A connection may look alive and be dead.
        if (client.status === 'ready' && !isReply(error)) {
          client.disconnect(true);
        }
        away(error);
      },
    );
  };
  client.on('error', away);
  client.on('ready', ask);

  const late = setTimeout(() => away(new Error('It did not answer in time.')), START_MS);
  await settled;
  clearTimeout(late);
  return {
    client,
    isUp: () => state === 'up',
    failed: away,
    close: () => {
      state = 'closed';
      clearTimeout(timer);
      client.disconnect();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isReply = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError';
