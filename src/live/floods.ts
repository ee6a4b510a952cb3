import type { EventEmitter } from 'node:events';
import type { Socket } from 'socket.io';

/** The most packets that a connection may send in a second: well above its share of messages (`gate/limits.ts`). */
const MAX_PACKETS = 2_500;
/** How often a connection may say who it is before it is believed. */
const MAX_CONNECTS = 10;

interface Connection extends EventEmitter {
  close(discard: boolean): void;
}

/** Ends a connection that sends packets faster than messages could be refused: of any kind, for any namespace. */
export function limitPackets(engine: EventEmitter): void {
  engine.on('connection', (connection: Connection) => {
    let second = 0;
    let packets = 0;
    connection.prependListener('data', () => {
      const now = Math.floor(performance.now() / 1000);
      packets = now === second ? packets + 1 : 1;
      second = now;
      if (packets > MAX_PACKETS) {
        connection.close(true);
      }
    });
  });
}

/** Ends a connection that keeps asking to be let in. */
export function limitConnects(): (socket: Socket, next: (error?: Error) => void) => void {
  const asked = new WeakMap<object, number>();
  return (socket, next) => {
    const times = (asked.get(socket.conn) ?? 0) + 1;
    asked.set(socket.conn, times);
    if (times > MAX_CONNECTS) {
      socket.conn.close(true);
      next(new Error('asked too often'));
      return;
    }
    next();
  };
}
