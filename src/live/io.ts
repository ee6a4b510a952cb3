import type { Server, Socket } from 'socket.io';
import type { Person } from '../protocol/accounts.js';
import type { ClientToServer, ServerToClient } from '../protocol/live.js';
import type { AccessClaims } from '../service/tokens.js';

/** What is known of a connected socket. */
export interface SocketData {
  caller: AccessClaims;
  person: Person;
  /** The timers of its access token. */
  timers: NodeJS.Timeout[];
  /** By event id: since when it is subscribed, and what its user says they are doing. */
  subscriptions: Map<string, Subscription>;
}
export interface Subscription {
  since: string;
  state: Record<string, unknown> | null;
  /** When the state was set, so that a user's last one wins. */
  stateAt: number;
}

type NoServerMessages = Record<string, never>;
export type Io = Server<ClientToServer, ServerToClient, NoServerMessages, SocketData>;
export type LiveSocket = Socket<ClientToServer, ServerToClient, NoServerMessages, SocketData>;

export const room = {
  event: (eventId: string): string => `event:${eventId}`,
  user: (userId: string): string => `user:${userId}`,
  session: (sessionId: string): string => `session:${sessionId}`,
};

/** The event that a room is for; null for a room of another kind. */
export const eventOfRoom = (name: string): string | null =>
  name.startsWith('event:') ? name.slice(6) : null;

/** The sockets of this process that are in a room. */
export function socketsIn(io: Io, name: string): LiveSocket[] {
  const namespace = io.of('/');
  const ids = namespace.adapter.rooms.get(name) ?? [];
  return [...ids].flatMap((id) => namespace.sockets.get(id) ?? []);
}

/** Takes a socket out of an event's room; nothing of the event reaches it any more. */
export function leaveEvent(socket: LiveSocket, eventId: string): void {
  void socket.leave(room.event(eventId));
  socket.data.subscriptions.delete(eventId);
}
