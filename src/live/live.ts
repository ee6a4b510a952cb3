import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import type { Socket } from 'socket.io';
import { toProblem } from '../protocol/problems.js';
import type { People } from '../service/people.js';
import type { Broadcaster, Clock, Store } from '../service/ports.js';
import type { HistoryReader } from '../service/read-history.js';
import { createAudience } from './audience.js';
import { createBeacon } from './beacon.js';
import { createBroadcaster, REMIND_MS } from './broadcaster.js';
import { createBus } from './bus.js';
import { createChangeReader } from './changes.js';
import { createCluster, soleNode } from './cluster.js';
import { createFeeds, type CatchUp } from './feeds.js';
import { createHandlers, type LiveServices } from './handlers.js';
import { createRooms, room, type LiveSocket, type SocketData } from './io.js';
import { createPresenceBoard } from './presence.js';
import { createReceiver, type Receiver } from './receive.js';
import { limitConnects, limitPackets } from './floods.js';
import { createServers } from './servers.js';
import { writeBursts } from './burst.js';
import { dropSlowConsumers } from './slow-consumers.js';
import { createSessions } from './sessions.js';
import { countConfirmations, type LiveStanding, type Tally } from './tally.js';

/** The socket door: the broadcaster that the service needs, and, once the service is there, the way in. */
export interface Live {
  broadcaster: Broadcaster;
  standing(): LiveStanding;
  /** Lets sockets in. */
  open(services: LiveServices): Promise<void>;
  /** Tells the sockets that the server closes, disconnects them, and waits for what they have under way. */
  close(): Promise<void>;
}

export interface LiveSettings {
  server: HttpServer;
  corsOrigins: readonly string[];
  /** Whether a connection's packets are limited: not where nothing is, as in a load test. */
  isLimited: boolean;
  /** Where the processes on one store reach each other; without it, they meet in the store alone. */
  redisUrl: string | undefined;
  store: Store;
  history: HistoryReader;
  people: People;
  log: Logger;
  clock: Clock;
  tally: Tally;
}

/** Seconds after which a client may try to connect again when the server closes. */
const RETRY_AFTER = 2;

export async function createLive(settings: LiveSettings): Promise<Live> {
  const { server, corsOrigins, isLimited, redisUrl, store, history, people, log, clock, tally } = settings;
  const { events, accounts, nodes } = store;
  const onError =
    (doing: string) =>
    (error: unknown): void =>
      log.error({ err: error }, doing);

  const bus =
    nodes && redisUrl !== undefined
      ? createBus({ url: redisUrl, name: await nodes.sharedName(), onError: onError('reaching Redis') })
      : null;
  const servers = createServers({ corsOrigins, ...(bus && { adapter: bus.adapter }) });
  const [io] = servers;
  const rooms = createRooms(servers);

  const audience = createAudience(rooms);
  const sessions = createSessions({ rooms, clock, endedAmong: (ids) => accounts.endedAmong(ids) });
  const changes = createChangeReader(events, history, people);
  const catchUp: CatchUp = async (eventId, afterVersion) => {
    const missed = await changes.after(eventId, afterVersion);
    tally.repaired(missed.length);
    return missed;
  };
  const cluster = nodes
    ? countConfirmations(
        createCluster({
          nodes,
          look: () => beacon.look(),
          onError: onError('keeping in touch with the others'),
        }),
        tally,
      )
    : soleNode();
  const feeds = createFeeds({
    emit: audience.tell,
    withdraw: audience.withdraw,
    catchUp,
    isCurrent: cluster.isCurrent,
    onError: onError('reading missed changes'),
  });
  const presence = createPresenceBoard({
    rooms,
    clock,
    isCurrent: cluster.isCurrent,
    share: (attendance) => broadcaster.share(attendance),
  });
  const beacon = createBeacon({
    feeds,
    rooms,
    audience,
    sessions,
    catchUp,
    versions: (ids) => events.versions(ids),
    find: (eventId, userIds) => events.find(eventId, userIds),
    onError: onError('looking for missed changes'),
    onLook: tally.looked,
  });
  const broadcaster = createBroadcaster({ rooms, feeds, audience, presence, sessions, cluster, bus });

  rooms.onLeave((eventId, empty) => {
    presence.changed(eventId);
    if (empty) {
      feeds.emptied(eventId);
    }
  });

  let receiver: Receiver | undefined;
  let reminder: NodeJS.Timeout | undefined;

  return {
    broadcaster,
    standing: () => {
      const [json = 0, msgpack = 0] = servers.map((one) => one.of('/').sockets.size);
      const subscriptions = rooms.sockets().reduce((sum, { data }) => sum + data.subscriptions.size, 0);
      const watchedEvents = feeds.watched().length;
      return { sockets: { json, msgpack }, watchedEvents, subscriptions, isBusUp: bus && bus.ready() };
    },
    open: async (services) => {
      await cluster.start();
      beacon.start();
      reminder = setInterval(broadcaster.remind, REMIND_MS);
      bus?.listen(io, cluster.nodeId, broadcaster.act, () => {
        broadcaster.greet();
        beacon.look().catch(onError('looking for missed changes'));
      });
      const receiving = createReceiver(
        createHandlers(services, { feeds, presence, sessions, changes, clock }),
        services.throttle,
        log,
        tally.answered,
      );
      receiver = receiving;

      /** The handshake: who connects, and the rooms that every socket of theirs is in by itself. */
      const admit = async (socket: LiveSocket & Pick<Socket, 'handshake' | 'request'>): Promise<void> => {
        await services.throttle.connection(services.addressOf(socket.request));
        const blank: Partial<SocketData> = { timers: [], subscriptions: new Map() };
        Object.assign(socket.data, blank);
        const caller = await sessions.bind(socket, () => identify(socket));
        socket.data.person = (await people.named([caller.userId]))(caller.userId);
        void socket.join(room.user(caller.userId));
      };
      const identify = ({ handshake }: Pick<Socket, 'handshake'>) =>
        services.gate.identify((handshake.auth as Record<string, unknown>)['token']);

      for (const one of servers) {
        // Last on the server: what is for Socket.IO does not go on to the other door.
        one.attach(server);
        writeBursts(one.engine);
        dropSlowConsumers(one.engine, { onDrop: ({ transport }) => tally.dropped(transport) });
        if (isLimited) {
          limitPackets(one.engine);
        }
        one.engine.on('headers', (headers: Record<string, string>) => {
          headers['X-Content-Type-Options'] = 'nosniff';
        });
        one.use(limitConnects());
        one.use((socket, next) => {
          admit(socket).then(
            () => next(),
            (error: unknown) => {
              sessions.unbind(socket);
              next(refusal(error));
            },
          );
        });
        one.on('connection', (socket) => {
          sessions.admitted(socket, () => identify(socket));
          socket.onAny((message: unknown, ...args: unknown[]) => receiving.receive(socket, message, args));
          const who = { userId: socket.data.caller.userId, socketId: socket.id };
          log.debug(who, 'a socket has connected');
          socket.on('disconnect', (reason) => {
            sessions.unbind(socket);
            log.debug({ ...who, reason }, 'a socket has gone');
          });
        });
      }
    },
    close: async () => {
      clearInterval(reminder);
      beacon.stop();
      for (const one of servers) {
        one.local.emit('server:closing', { retryAfter: RETRY_AFTER });
        one.local.disconnectSockets(true);
      }
      await receiver?.idle();
      broadcaster.leave();
      feeds.close();
      presence.close();
      await cluster.stop();
      for (const one of servers) {
        one.engine.close();
        void one.of('/').adapter.close();
      }
      await bus?.close();
    },
  };
}

/** Socket.IO hands `data` to the client's `connect_error`. */
function refusal(error: unknown): Error {
  const data = toProblem(error, { instance: 'connect', requestId: randomUUID() });
  return Object.assign(new Error(data.title), { data });
}
