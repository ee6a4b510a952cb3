import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server } from 'socket.io';
import { io as connect, type Socket as ClientSocket } from 'socket.io-client';
import { writeBursts } from '../../src/live/burst.js';

const MESSAGES = 50;

let server: Server;
let url: string;
let client: ClientSocket | undefined;

beforeEach(async () => {
  const http = createServer();
  server = new Server(http, { serveClient: false });
  writeBursts(server.engine);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  client?.close();
  await server.close();
});

test.each([['websocket'], ['polling'], ['polling, then websocket']])(
  'what is sent at a time arrives whole and in order, over %s',
  async (over) => {
    const transports = over.split(', then ');
    client = connect(url, { transports, reconnection: false, forceNew: true });
    const heard: number[] = [];
    const heardAll = new Promise<void>((resolve) => {
      client?.on('n', (n: number) => heard.push(n) === 3 * MESSAGES && resolve());
    });
    let writes = Infinity;
    server.on('connection', (socket) => {
      const { transport } = socket.conn as unknown as {
        transport: { name: string; socket?: { _socket: TcpSocket } };
      };
      const tcp = transport.socket?._socket;
      if (tcp) {
        // Every write to the network goes through one of these.
        writes = 0;
        for (const method of ['_write', '_writev'] as const) {
          const original = (tcp[method] as (...args: unknown[]) => void).bind(tcp);
          Object.assign(tcp, {
            [method]: (...args: unknown[]) => {
              writes += 1;
              original(...args);
            },
          });
        }
      }
      const burst = (from: number): void => {
        for (let n = from; n < from + MESSAGES; n += 1) {
          socket.emit('n', n);
        }
      };
      burst(0);
      setTimeout(() => burst(MESSAGES), 50);
      setTimeout(() => burst(2 * MESSAGES), 100);
    });
    await heardAll;
    expect(heard).toEqual(Array.from({ length: 3 * MESSAGES }, (_, n) => n));
    if (over === 'websocket') {
      expect(writes).toBeLessThan(MESSAGES / 2);
    }
  },
);
