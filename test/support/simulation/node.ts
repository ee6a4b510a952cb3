import type { Logger } from 'pino';
import { createCluster, soleNode } from '../../../src/live/cluster.js';
import { createAudience } from '../../../src/live/audience.js';
import { createBeacon } from '../../../src/live/beacon.js';
import { createBroadcaster, REMIND_MS } from '../../../src/live/broadcaster.js';
import { createChangeReader } from '../../../src/live/changes.js';
import { createFeeds } from '../../../src/live/feeds.js';
import { createHandlers } from '../../../src/live/handlers.js';
import { room, type LiveSocket } from '../../../src/live/io.js';
import { createPresenceBoard } from '../../../src/live/presence.js';
import { createReceiver } from '../../../src/live/receive.js';
import { createSessions } from '../../../src/live/sessions.js';
import { createChangePipeline } from '../../../src/service/commit-change.js';
import { createCursors } from '../../../src/service/cursor.js';
import { createEditService } from '../../../src/service/edits.js';
import { createEventService, type EventService } from '../../../src/service/events.js';
import { createOccurrenceCache } from '../../../src/service/occurrence-cache.js';
import type { AccountStore } from '../../../src/service/ports.js';
import { createHistoryReader } from '../../../src/service/read-history.js';
import type { ScheduleService } from '../../../src/service/schedule.js';
import { createSharingService, type SharingService } from '../../../src/service/sharing.js';
import type { Gate } from '../../../src/gate/gate.js';
import { RateLimited } from '../../../src/gate/limits.js';
import type { Throttle } from '../../../src/gate/throttle.js';
import { Hall, type SocketEnd } from './hall.js';
import { contended, distant, never, type Health } from './stores.js';
import type { World } from './world.js';

const HOUR = 3_600_000;

/** One process: the live door and the services behind it, without the network. */
export interface SimNode extends Health {
  readonly name: string;
  readonly sharing: SharingService;
  readonly events: EventService;
  start(): Promise<void>;
  /** The handshake. */
  admit(token: string, id: string, end: SocketEnd): Promise<LiveSocket>;
  receive(socket: LiveSocket, message: string, payload: unknown, ack: (answer: unknown) => void): void;
  /** The connection is seen to be gone. */
  lost(socket: LiveSocket): void;
  /** Stops at once, in the midst of whatever it does. */
  kill(): void;
  close(): void;
}

const nobodysTime = {
  audience: async (callerId: string) => ({ callerId, userIds: [callerId], participants: false }),
} as unknown as ScheduleService;

const accounts = {
  user: async (id: string) => ({ id, username: id, name: id }),
  users: async (ids: readonly string[]) => ids.map((id) => ({ id, username: id, name: id })),
  endedAmong: async () => new Set<string>(),
} as unknown as AccountStore;

const people = {
  named: async () => (id: string) => ({ id, username: id.slice(0, 6), name: id.slice(0, 6) }),
};
const clock = { now: () => new Date() };

/** As `live/live.ts` and `app.ts` put it together. */
export function createNode(name: string, world: World): SimNode {
  const isDead = (): boolean => node.isDead;
  const health = (): Health => node;
  const events = distant(contended(world.store, world), world, health);
  const nodeStore = distant(world.nodeStore, world, health);
  const known = distant(accounts, world, health);
  const onError = (error: unknown): void => reportUnexpected(error, name, world);

  const hall = new Hall(world, isDead);
  const { rooms } = hall;
  const bus = world.plan.nodes > 1 ? world.ether.bus() : null;
  const history = createHistoryReader(events);
  const changes = createChangeReader(events, history, people);
  const audience = createAudience(rooms);
  const sessions = createSessions({ rooms, clock, endedAmong: (ids) => known.endedAmong(ids) });
  const cluster =
    world.plan.nodes > 1
      ? createCluster({ nodes: nodeStore, look: () => beacon.look(), onError })
      : soleNode();
  const { isCurrent } = cluster;
  const feeds = createFeeds({
    emit: audience.tell,
    withdraw: audience.withdraw,
    catchUp: changes.after,
    isCurrent,
    onError,
  });
  const presence = createPresenceBoard({ rooms, clock, isCurrent, share: (one) => broadcaster.share(one) });
  const beacon = createBeacon({
    feeds,
    rooms,
    audience,
    sessions,
    catchUp: changes.after,
    versions: (ids) => events.versions(ids),
    find: (eventId, userIds) => events.find(eventId, userIds),
    onError,
  });
  const broadcaster = createBroadcaster({ rooms, feeds, audience, presence, sessions, cluster, bus });
  rooms.onLeave((eventId, empty) => {
    presence.changed(eventId);
    if (empty) {
      feeds.emptied(eventId);
    }
  });

  const onChanged = (): void => undefined;
  const { remember } = history;
  const pipeline = createChangePipeline({
    events,
    people,
    broadcaster,
    clock,
    remember,
    onChanged,
    onError,
  });
  const cursors = createCursors(Buffer.alloc(32, 7));
  const occurrences = createOccurrenceCache({ events, clock, onError });
  const services = {
    gate: gate(),
    events: createEventService({ events, people, pipeline, broadcaster, cursors, occurrences, clock }),
    edits: createEditService({ events, schedule: nobodysTime, history, pipeline }),
    history,
    throttle: throttle(world),
    addressOf: () => '',
  };
  const handlers = createHandlers(services, { feeds, presence, sessions, changes, clock });
  const log = { error: ({ err }: { err: unknown }) => onError(err) } as unknown as Logger;
  const receiver = createReceiver(handlers, services.throttle, log);
  let reminder: NodeJS.Timeout | undefined;

  const act = async (message: string): Promise<void> => {
    await (isDead() ? never() : broadcaster.act(message));
  };
  const stop = (): void => {
    clearInterval(reminder);
    beacon.stop();
    feeds.close();
    presence.close();
    void bus?.close();
    rooms.sockets().forEach((socket) => sessions.unbind(socket));
  };

  const node: SimNode = {
    name,
    isDead: false,
    cutOffUntil: 0,
    events: services.events,
    sharing: createSharingService({ events, accounts: known, people, pipeline }),
    start: async () => {
      await cluster.start();
      beacon.start();
      reminder = setInterval(broadcaster.remind, REMIND_MS);
      bus?.tune(cluster.nodeId, act, () => {
        broadcaster.greet();
        beacon.look().catch(onError);
      });
    },
    admit: async (token, id, end) => {
      const socket = hall.socket(id, end);
      const identify = () => services.gate.identify(token);
      const caller = await sessions.bind(socket, identify);
      socket.data.person = (await people.named())(caller.userId);
      void socket.join(room.user(caller.userId));
      hall.enter(socket);
      sessions.admitted(socket, identify);
      return socket;
    },
    receive: (socket, message, payload, ack) => {
      if (!node.isDead && socket.connected) {
        receiver.receive(socket, message, [payload, ack]);
      }
    },
    lost: (socket) => {
      if (!node.isDead) {
        sessions.unbind(socket);
        hall.remove(socket);
      }
    },
    kill: () => {
      node.isDead = true;
      stop();
    },
    close: () => {
      node.isDead = true;
      stop();
      void cluster.stop();
    },
  };
  return node;
}

/** A token is the user's id. */
const gate = (): Gate => ({
  identify: async (token) => ({
    userId: String(token),
    sessionId: `session of ${String(token)}`,
    expiresAt: Date.now() + HOUR,
  }),
});

/** Refuses an edit for the moment, now and then. */
const throttle = (world: World): Throttle => ({
  take: async () => null,
  forget: async () => undefined,
  connection: async () => undefined,
  message: (kind) => {
    if (kind === 'edit' && world.strikes('rate-limited', 0.01)) {
      throw new RateLimited({ limit: 1, remaining: 0, reset: 1 });
    }
  },
  close: () => undefined,
});

function reportUnexpected(error: unknown, name: string, world: World): void {
  const { code } = error as { code?: string };
  if (code !== 'unavailable') {
    world.complain(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
