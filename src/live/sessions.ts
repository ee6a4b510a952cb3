import type { SessionEnd } from '../protocol/live.js';
import type { Clock } from '../service/ports.js';
import type { AccessClaims } from '../service/tokens.js';
import { room, type LiveSocket, type Rooms, type SocketData } from './io.js';

/** How long before its token expires a socket is told. */
const WARNING_MS = 60_000;

/** Lets sockets live as long as their session and their access token. */
export interface Sessions {
  /**
   * Binds the socket to the session that it is identified by, for as long as its token holds: at its handshake, and
   * anew with each renewal. Of a session that ends meanwhile, it asks again.
   */
  bind(socket: LiveSocket, identify: () => Promise<AccessClaims>): Promise<AccessClaims>;
  unbind(socket: LiveSocket): void;
  /** A socket that was bound before it could be found by its session is bound again, if any has ended since. */
  admitted(socket: LiveSocket, identify: () => Promise<AccessClaims>): void;
  /** Tells the sockets of these sessions why they end, and disconnects them. */
  end(sessionIds: Iterable<string>, reason: SessionEnd): void;
  /** Ends those that the store says have ended, and those whose token has expired. */
  check(): Promise<void>;
}

export interface SessionSettings {
  rooms: Rooms;
  clock: Clock;
  /** Those of these sessions that have ended, in one query. */
  endedAmong(sessionIds: readonly string[]): Promise<Set<string>>;
}

export function createSessions({ rooms, clock, endedAmong }: SessionSettings): Sessions {
  /** Rises whenever a session may have ended: what was read of one before has to be read again. */
  let epoch = 0;

  const unbind = ({ data }: LiveSocket): void => {
    (data as Partial<SocketData>).timers?.forEach((timer) => clearTimeout(timer));
    data.timers = [];
  };

  const startTimers = (socket: LiveSocket, { expiresAt }: AccessClaims): void => {
    const left = expiresAt - clock.now().getTime();
    const warn = () => socket.emit('session:expiring', { expiresAt: new Date(expiresAt).toISOString() });
    socket.data.timers = [
      setTimeout(warn, Math.max(0, left - WARNING_MS)),
      setTimeout(() => endSocket(socket, 'expired'), Math.max(0, left)),
    ];
  };

  const end = (sessionIds: Iterable<string>, reason: SessionEnd): void => {
    epoch += 1;
    for (const id of sessionIds) {
      rooms.sockets(room.session(id)).forEach((socket) => endSocket(socket, reason));
    }
  };

  const bind: Sessions['bind'] = async (socket, identify) => {
    for (;;) {
      const before = epoch;
      const caller = await identify();
      if (before === epoch) {
        unbind(socket);
        const { caller: former } = socket.data as Partial<SocketData>;
        if (former && former.sessionId !== caller.sessionId) {
          void socket.leave(room.session(former.sessionId));
        }
        Object.assign(socket.data, { caller, epoch });
        void socket.join(room.session(caller.sessionId));
        startTimers(socket, caller);
        return caller;
      }
    }
  };

  return {
    bind,
    unbind,
    admitted: (socket, identify) => {
      if (socket.data.epoch !== epoch) {
        bind(socket, identify).catch(() => endSocket(socket, 'revoked'));
      }
    },
    end,
    check: async () => {
      const held = new Set(rooms.sockets().map(({ data }) => data.caller.sessionId));
      epoch += 1;
      const now = clock.now().getTime();
      // Its timer runs in real time; the clock may have been set forward.
      rooms
        .sockets()
        .filter(({ data }) => data.caller.expiresAt <= now)
        .forEach((socket) => endSocket(socket, 'expired'));
      if (held.size > 0) {
        end(await endedAmong([...held]), 'revoked');
      }
    },
  };
}

function endSocket(socket: LiveSocket, reason: SessionEnd): void {
  socket.emit('session:ended', { reason });
  socket.disconnect(true);
}
