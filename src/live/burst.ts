import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** What is used of an Engine.IO socket; of a WebSocket, its connection. */
interface Connection extends EventEmitter {
  transport: { socket?: { _socket?: Socket | null } };
}

/**
 * Writes what a connection is sent at a time in one piece: else each frame would be a write of its own, and in a storm
 * of edits these are most of what telling everybody costs.
 *
 * `engine` is the Engine.IO server.
 */
export function writeBursts(engine: EventEmitter): void {
  engine.on('connection', (connection: Connection) => {
    let corked: Socket | null = null;
    connection.on('flush', (packets: readonly unknown[]) => {
      const socket = connection.transport.socket?._socket;
      if (packets.length > 1 && socket) {
        corked = socket;
        socket.cork();
      }
    });
    connection.on('drain', () => {
      corked?.uncork();
      corked = null;
    });
  });
}
