import { eventOfRoom, type LiveSocket, type Rooms, type SocketData } from '../../../src/live/io.js';
import type { World } from './world.js';

/** The other end of a socket: what it is sent, and that the server ends it. */
export interface SocketEnd {
  sent(message: string, payload: unknown): void;
  ended(): void;
}

/** The sockets of one process, and the rooms they are in: as Socket.IO's server and adapter do it. */
export class Hall {
  private readonly byRoom = new Map<string, Set<LiveSocket>>();
  private readonly all = new Set<LiveSocket>();
  private readonly leaveListeners: ((eventId: string, empty: boolean) => void)[] = [];

  constructor(
    private readonly world: World,
    private readonly isDead: () => boolean,
  ) {}

  readonly rooms: Rooms = {
    sockets: (name) => [...(name === undefined ? this.all : (this.byRoom.get(name) ?? []))],
    tell: (names, message, payload, except = []) => {
      const audience = new Set(names.flatMap((name) => [...(this.byRoom.get(name) ?? [])]));
      for (const socket of audience) {
        if (!except.includes(socket.id)) {
          (socket.emit as (message: string, payload: unknown) => void)(message, payload);
        }
      }
    },
    onLeave: (listener) => void this.leaveListeners.push(listener),
  };

  /** A socket, which counts once it is entered. */
  socket(id: string, end: SocketEnd): LiveSocket {
    const data = { timers: [], subscriptions: new Map() } as Partial<SocketData>;
    const last = new Map<string, number>();
    const socket = {
      id,
      data,
      connected: true,
      emit: (message: string, payload: any) => {
        if (socket.connected && !this.isDead()) {
          this.observe(socket as unknown as LiveSocket, last, message, payload);
          end.sent(message, payload);
        }
      },
      join: (name: string) =>
        void this.byRoom.set(name, (this.byRoom.get(name) ?? new Set()).add(socket as unknown as LiveSocket)),
      leave: (name: string) => this.leave(socket as unknown as LiveSocket, name),
      disconnect: () => {
        this.remove(socket as unknown as LiveSocket);
        end.ended();
      },
    };
    return socket as unknown as LiveSocket;
  }

  enter(socket: LiveSocket): void {
    this.all.add(socket);
  }

  remove(socket: LiveSocket): void {
    [...this.byRoom.keys()].forEach((name) => this.leave(socket, name));
    this.all.delete(socket);
    (socket as { connected: boolean }).connected = false;
  }

  private leave(socket: LiveSocket, name: string): void {
    const inside = this.byRoom.get(name);
    const eventId = eventOfRoom(name);
    if (inside?.delete(socket)) {
      if (inside.size === 0) {
        this.byRoom.delete(name);
      }
      if (eventId !== null) {
        this.leaveListeners.forEach((listener) => listener(eventId, false));
        this.leaveListeners.forEach((listener) => inside.size === 0 && listener(eventId, true));
      }
    }
  }

  /** What the contract promises of what is sent to one socket. */
  private observe(socket: LiveSocket, last: Map<string, number>, message: string, payload: any): void {
    const { eventId, version } = payload as { eventId: string; version: number };
    const { userId } = socket.data.caller;
    if (message === 'event:behind') {
      last.set(eventId, version);
    }
    if (message !== 'event:changed' && message !== 'presence:changed') {
      return;
    }
    const owner = this.world.trashed.get(eventId) ?? userId;
    if (this.world.barred.has(`${userId} ${eventId}`) || owner !== userId) {
      this.world.complain(
        `${message} ${version} sent to ${userId} (socket ${socket.id}) after the answer that they lost it`,
      );
    }
    if (message === 'event:changed') {
      const known = Math.max(last.get(eventId) ?? 0, socket.data.subscriptions.get(eventId)?.version ?? 0);
      if (version !== known + 1) {
        this.world.complain(`socket ${socket.id} was sent version ${version} after ${known}`);
      }
      last.set(eventId, version);
    }
  }
}
