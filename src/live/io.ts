import type { Server, Socket } from 'socket.io';
import type { Person } from '../protocol/accounts.js';
import type { ClientToServer, ServerMessage, ServerToClient, Told } from '../protocol/live.js';
import type { AccessClaims } from '../service/tokens.js';

/** What is known of a connected socket. */
export interface SocketData {
  caller: AccessClaims;
  person: Person;
  /** The timers of its access token. */
  timers: NodeJS.Timeout[];
  /** When its session was looked at, as `sessions.ts` counts. */
  epoch: number;
  /** By event id: since when it is subscribed, and what its user says they are doing. */
  subscriptions: Map<string, Subscription>;
}
export interface Subscription {
  since: string;
  /** The event's version in the answer: the rights of its user were looked at then. */
  version: number;
  state: Record<string, unknown> | null;
  /** When the state was set, in milliseconds, so that a user's last one wins. */
  stateAt: number;
}

/** What the processes tell each other, and ask each other to confirm (`bus.ts`). */
export interface BetweenNodes {
  told: (message: string) => void;
  asked: (message: string, confirm: (nodeId: string) => void) => void;
}
export type Io = Server<ClientToServer, ServerToClient, BetweenNodes, SocketData>;
export type LiveSocket = Pick<
  Socket<ClientToServer, ServerToClient, BetweenNodes, SocketData>,
  'id' | 'data' | 'connected' | 'join' | 'leave' | 'emit' | 'disconnect'
>;

export const room = {
  event: (eventId: string): string => `event:${eventId}`,
  user: (userId: string): string => `user:${userId}`,
  session: (sessionId: string): string => `session:${sessionId}`,
};

/** The event that a room is for; null for a room of another kind. */
export const eventOfRoom = (name: string): string | null =>
  name.startsWith('event:') ? name.slice(6) : null;

/** The sockets of this process, whichever wire format they speak, by the rooms they are in. */
export interface Rooms {
  /** Those in a room; without one, all. */
  sockets(name?: string): LiveSocket[];
  /** Sends a message to every socket that is in one of the rooms, once, but for those in `except` (socket ids). */
  tell<M extends ServerMessage>(
    names: readonly string[],
    message: M,
    payload: Told<M>,
    except?: readonly string[],
  ): void;
  /** Calls back with each event whose room a socket has left, and whether nobody is in it any more. */
  onLeave(listener: (eventId: string, empty: boolean) => void): void;
}

/** One room is one room, over several servers (one for each wire format). */
export function createRooms(servers: readonly Io[]): Rooms {
  const inRoom = (io: Io, name: string): LiveSocket[] => {
    const { adapter, sockets } = io.of('/');
    return [...(adapter.rooms.get(name) ?? [])].flatMap((id) => sockets.get(id) ?? []);
  };
  const isEmpty = (name: string): boolean => servers.every((io) => !io.of('/').adapter.rooms.has(name));

  return {
    sockets: (name) =>
      servers.flatMap((io) => (name === undefined ? [...io.of('/').sockets.values()] : inRoom(io, name))),
    tell: (names, message, payload, except = []) => {
      // A server would write the message even where nobody hears it.
      const heard = ({ adapter }: { adapter: { rooms: Map<string, unknown> } }): boolean =>
        names.some((name) => adapter.rooms.has(name));
      for (const io of servers.filter((server) => heard(server.of('/')))) {
        // Message and payload belong together by their type, which the types of `emit` cannot follow.
        const audience = io.local.to([...names]).except([...except]) as {
          emit(message: string, payload: unknown): boolean;
        };
        audience.emit(message, payload);
      }
    },
    onLeave: (listener) => {
      for (const { adapter } of servers.map((io) => io.of('/'))) {
        adapter.on('leave-room', (name: string) => {
          const eventId = eventOfRoom(name);
          if (eventId !== null) {
            listener(eventId, false);
          }
        });
        adapter.on('delete-room', (name: string) => {
          const eventId = eventOfRoom(name);
          if (eventId !== null && isEmpty(name)) {
            listener(eventId, true);
          }
        });
      }
    },
  };
}

/** Takes a socket out of an event's room; nothing of the event reaches it any more. */
export function leaveEvent(socket: LiveSocket, eventId: string): void {
  socket.data.subscriptions.delete(eventId);
  void socket.leave(room.event(eventId));
}
