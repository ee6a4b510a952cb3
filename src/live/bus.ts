import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { MessageType } from 'socket.io-adapter';
import type { Io } from './io.js';

/**
 * How the processes on one store tell each other what happened, as fast as Redis carries it. What does not arrive is
 * made good from the store (`beacon.ts`), and what must arrive is confirmed (`cluster.ts`).
 */
export interface Bus {
  /** For the Socket.IO server that carries it. */
  readonly adapter: ReturnType<typeof createAdapter>;
  /** Whether Redis answers. */
  ready(): boolean;
  /** Tells every other process; what cannot be sent now is sent when Redis is back, if that is soon. */
  tell(message: string): void;
  /** Tells every other process that Redis knows of, and waits until each has acted: the ids of their nodes. */
  ask(message: string): Promise<Set<string>>;
  /** Starts to listen: `act` acts on a message, and its promise is the confirmation; `onReady` hears of Redis's return. */
  listen(io: Io, nodeId: string, act: (message: string) => Promise<void>, onReady: () => void): void;
  close(): Promise<void>;
}

/** How often Redis is asked whether it still answers; one that does not for as long is away. */
const PING_MS = 1_000;
/** How many messages wait for Redis to come back, the newest. */
const MAX_WAITING = 1_000;

export interface BusSettings {
  url: string;
  /** The same for all processes on one store, and for nobody else. */
  name: string;
  onError(error: unknown): void;
}

export function createBus({ url, name, onError }: BusSettings): Bus {
  // Its readers wait for Redis as long as it takes; what this process has to say waits in `waiting`.
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
  });
  // The adapter makes its readers itself, and would leave one that waits for Redis to wait for ever.
  const readers: Redis[] = [];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (...given) => {
    const reader = duplicate(...given);
    readers.push(reader);
    return reader;
  };
  let io: Io | undefined;
  let onReady: () => void = () => {};
  let answers = false;
  let waiting: string[] = [];
  let said = '';

  redis.on('error', (error: Error) => {
    // Once for each reason, not at each attempt.
    if (error.message !== said) {
      said = error.message;
      onError(error);
    }
  });

  const emit = (message: string): void => {
    io?.serverSideEmit('told', message);
  };

  const setReady = (ready: boolean): void => {
    const isBack = ready && !answers;
    answers = ready;
    if (isBack) {
      said = '';
      waiting.splice(0).forEach(emit);
      onReady();
    }
  };

  let asking = false;
  const ping = (): void => {
    if (redis.status !== 'ready' || asking) {
      setReady(false);
      return;
    }
    asking = true;
    redis
      .ping()
      .then(
        () => setReady(redis.status === 'ready'),
        () => setReady(false),
      )
      .finally(() => (asking = false));
  };
  const timer = setInterval(ping, PING_MS);
  redis.on('ready', ping);
  redis.on('close', () => {
    asking = false;
    setReady(false);
  });

  return {
    adapter: onlyEmits(
      createAdapter(redis, { streamName: `convene:${name}`, channelPrefix: `convene:${name}` }),
    ),
    ready: () => answers,
    tell: (message) => {
      if (answers) {
        emit(message);
      } else {
        waiting = [...waiting.slice(1 - MAX_WAITING), message];
      }
    },
    ask: async (message) => new Set(await io?.serverSideEmitWithAck('asked', message)),
    listen: (server, nodeId, act, whenReady) => {
      io = server;
      onReady = whenReady;
      server.on('told', (message) => {
        act(message).catch(onError);
      });
      server.on('asked', (message, confirm) => {
        act(message).then(() => confirm(nodeId), onError);
      });
      if (answers) {
        onReady();
      }
    },
    close: async () => {
      clearInterval(timer);
      [redis, ...readers].forEach((client) => client.disconnect());
    },
  };
}

/** All that is asked of the adapter. What else it would do (move sockets, tell what they sent) nobody shall ask for. */
const USED: readonly MessageType[] = [MessageType.SERVER_SIDE_EMIT, MessageType.SERVER_SIDE_EMIT_RESPONSE];

type Adapters = ReturnType<typeof createAdapter>;

function onlyEmits(create: Adapters): Adapters {
  // Socket.IO calls it with `new`.
  return function (namespace) {
    const adapter = create(namespace) as unknown as { onMessage(message: { type: MessageType }): void };
    const onMessage = adapter.onMessage.bind(adapter);
    adapter.onMessage = (message) => {
      if (USED.includes(message.type)) {
        onMessage(message);
      }
    };
    return adapter as unknown as ReturnType<Adapters>;
  };
}
