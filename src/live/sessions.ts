import type { AccessClaims } from '../service/tokens.js';
import { room, type LiveSocket } from './io.js';

/** How long before its token expires a socket is told. */
const WARNING_MS = 60_000;

/** Lets a socket live as long as an access token: from its handshake, and anew with each renewal. */
export function bindSession(socket: LiveSocket, caller: AccessClaims, now: number): void {
  unbindSession(socket);
  if (socket.data.caller.sessionId !== caller.sessionId) {
    void socket.leave(room.session(socket.data.caller.sessionId));
  }
  socket.data.caller = caller;
  void socket.join(room.session(caller.sessionId));
  const left = caller.expiresAt - now;
  socket.data.timers = [
    setTimeout(
      () => socket.emit('session:expiring', { expiresAt: new Date(caller.expiresAt).toISOString() }),
      Math.max(0, left - WARNING_MS),
    ),
    setTimeout(
      () => {
        socket.emit('session:ended', { reason: 'expired' });
        socket.disconnect(true);
      },
      Math.max(0, left),
    ),
  ];
}

export function unbindSession(socket: LiveSocket): void {
  socket.data.timers.forEach((timer) => clearTimeout(timer));
  socket.data.timers = [];
}
