import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import { refuseFields } from '../calendar/errors.js';
import { ClientMessages, type ClientMessage } from '../protocol/live.js';
import { checkJson, parse } from '../protocol/parse.js';
import { toProblem, type Problem } from '../protocol/problems.js';
import type { Broadcaster, Clock } from '../service/ports.js';
import { createBroadcaster } from './broadcaster.js';
import { createFeeds } from './feeds.js';
import { changeOf } from '../protocol/history.js';
import { createHandlers, type Handlers, type LiveServices } from './handlers.js';
import { eventOfRoom, room, type Io, type LiveSocket } from './io.js';
import { createPresenceBoard } from './presence.js';
import { bindSession, unbindSession } from './sessions.js';

/** The socket door: the broadcaster that the service needs, and, once the service is there, the way in. */
export interface Live {
  broadcaster: Broadcaster;
  /** Lets sockets in. */
  open(services: LiveServices): void;
  /** Tells the sockets that the server closes, disconnects them, and waits for what they have under way. */
  close(): Promise<void>;
}

export interface LiveSettings {
  server: HttpServer;
  corsOrigins: readonly string[];
  log: Logger;
  clock: Clock;
}

const MAX_MESSAGE_BYTES = 64 * 1024;
/** Seconds after which a client may try to connect again when the server closes. */
const RETRY_AFTER = 2;

export function createLive({ server, corsOrigins, log, clock }: LiveSettings): Live {
  const io: Io = new Server({
    serveClient: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    cors: { origin: [...corsOrigins] },
    allowRequest: (request, callback) => callback(null, isAllowedOrigin(request, corsOrigins)),
  });
  let services: LiveServices | undefined;
  const underWay = new Set<Promise<void>>();

  const feeds = createFeeds(
    (change, except) => io.to(room.event(change.eventId)).except(except).emit('event:changed', change),
    (eventId, after) => (services ? missedChanges(services, eventId, after) : Promise.resolve([])),
    (error) => log.error({ err: error }, 'reading missed changes'),
  );
  const presence = createPresenceBoard(io);
  const broadcaster = createBroadcaster(io, feeds);

  const { adapter } = io.of('/');
  adapter.on('delete-room', (name: string) => feeds.emptied(eventOfRoom(name) ?? ''));
  adapter.on('leave-room', (name: string) => {
    const eventId = eventOfRoom(name);
    if (eventId !== null) {
      presence.changed(eventId);
    }
  });

  return {
    broadcaster,
    open: (opened) => {
      services = opened;
      // Last on the server: what is for Socket.IO does not go on to the other door.
      io.attach(server);
      const handlers = createHandlers(opened, { feeds, presence, clock });
      io.use((socket, next) => {
        admit(socket, opened, clock).then(
          () => next(),
          (error: unknown) => next(refusal(error)),
        );
      });
      io.on('connection', (socket) => {
        receive(socket, handlers, log, (work) => {
          underWay.add(work);
          void work.finally(() => underWay.delete(work));
        });
        socket.on('disconnect', () => unbindSession(socket));
      });
    },
    close: async () => {
      io.emit('server:closing', { retryAfter: RETRY_AFTER });
      io.disconnectSockets(true);
      await Promise.allSettled(underWay);
      feeds.close();
      presence.close();
      io.engine.close();
    },
  };
}

/** A page of another origin may connect only where that origin is allowed; programs send none. */
function isAllowedOrigin({ headers }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  const { origin, host } = headers;
  return (
    origin === undefined ||
    corsOrigins.includes(origin) ||
    (URL.canParse(origin) && new URL(origin).host === host)
  );
}

/** The handshake: who connects, and the rooms that every socket of theirs is in by itself. */
async function admit(socket: LiveSocket, { gate, people }: LiveServices, clock: Clock): Promise<void> {
  const caller = await gate.identify((socket.handshake.auth as Record<string, unknown>)['token']);
  const person = (await people.named([caller.userId]))(caller.userId);
  socket.data = { caller, person, timers: [], subscriptions: new Map() };
  void socket.join(room.user(caller.userId));
  bindSession(socket, caller, clock.now().getTime());
}

/** Socket.IO hands `data` to the client's `connect_error`. */
function refusal(error: unknown): Error {
  const data = toProblem(error, { instance: 'connect', requestId: randomUUID() });
  return Object.assign(new Error(data.title), { data });
}

const isClientMessage = (name: string): name is ClientMessage => Object.hasOwn(ClientMessages, name);

/** Whatever a socket sends ends in an acknowledgement, if it asked for one: the answer or the problem. */
function receive(
  socket: LiveSocket,
  handlers: Handlers,
  log: Logger,
  keep: (work: Promise<void>) => void,
): void {
  socket.onAny((name: string, ...args: unknown[]) => {
    const last = args[args.length - 1];
    const acknowledge = typeof last === 'function' ? (last as (answer: unknown) => void) : undefined;
    const payloads = acknowledge ? args.slice(0, -1) : args;
    keep(
      perform(socket, handlers, name, payloads).then(
        (answer) => acknowledge?.({ ok: true, ...answer }),
        (error: unknown) => acknowledge?.({ ok: false, problem: explain(error, name, log) }),
      ),
    );
  });
}

async function perform(
  socket: LiveSocket,
  handlers: Handlers,
  name: string,
  payloads: unknown[],
): Promise<object> {
  if (!isClientMessage(name) || payloads.length !== 1) {
    const message = isClientMessage(name) ? 'a message takes one object' : 'is no message that is taken here';
    throw refuseFields([{ pointer: '', message }]);
  }
  checkJson(payloads[0]);
  const handler = handlers[name] as (socket: LiveSocket, payload: unknown) => object | Promise<object>;
  return handler(socket, parse(ClientMessages[name], payloads[0]));
}

function explain(error: unknown, message: string, log: Logger): Problem {
  const answer = toProblem(error, { instance: message.slice(0, 100), requestId: randomUUID() });
  if (answer.status >= 500) {
    log.error({ err: error, requestId: answer.requestId, message: answer.instance }, 'a message failed');
  }
  return answer;
}

async function missedChanges({ events, history, people }: LiveServices, eventId: string, after: number) {
  const event = await events.find(eventId);
  const entries = event ? await history.entries(event, after + 1, event.version) : [];
  const named = await people.named(entries.map(({ by }) => by));
  return entries.map((entry) => changeOf(eventId, entry, named(entry.by)));
}
