import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import { io as connect, type Socket as ClientSocket } from 'socket.io-client';
import { dropSlowConsumers } from '../../src/live/slow-consumers.js';

const LIMIT = 1024 * 1024;
const TEXT = 'x'.repeat(64 * 1024);
const PACKET = TEXT.length + 100;

interface Dropped {
  unsentBytes: number;
  transport: string;
}

let server: Server;
let url: string;
let dropped: Dropped[];
const clients: ClientSocket[] = [];

const listen = async (settings: object = {}, limitBytes = LIMIT): Promise<void> => {
  const http = createServer();
  server = new Server(http, { serveClient: false, httpCompression: false, ...settings });
  dropped = [];
  dropSlowConsumers(server.engine, { limitBytes, onDrop: (drop) => dropped.push(drop) });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
};

beforeEach(() => listen());
afterEach(async () => {
  clients.splice(0).forEach((client) => client.close());
  await server.close();
});

const client = async (transports: string[]): Promise<ClientSocket> => {
  const socket = connect(url, { transports, reconnection: false, forceNew: true });
  clients.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
};
const onServer = ({ id }: ClientSocket): Socket => {
  const socket = server.sockets.sockets.get(id ?? '');
  if (!socket) {
    throw new Error('not connected');
  }
  return socket;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) {
    await turn();
  }
};

/** Reads nothing more from the network: the connection under the client's WebSocket is paused. */
function stopReading(socket: ClientSocket): TcpSocket {
  const { ws } = socket.io.engine.transport as unknown as { ws: { _socket: TcpSocket } };
  ws._socket.pause();
  return ws._socket;
}

/** What waits for a socket, counted by hand. */
function waitingFor(socket: Socket): number {
  const { conn } = socket as unknown as {
    conn: { writeBuffer: { data?: string }[]; transport: { socket?: { bufferedAmount: number } } };
  };
  const queued = conn.writeBuffer.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  return queued + (conn.transport.socket?.bufferedAmount ?? 0);
}

const numbered = (socket: ClientSocket): number[] => {
  const heard: number[] = [];
  socket.on('news', (n: number) => heard.push(n));
  return heard;
};

describe('one that does not read', () => {
  test.each([[['websocket']], [['polling', 'websocket']]])(
    'over %j is terminated at the limit; another gets everything in order',
    async (transports) => {
      const [slow, fast] = [await client(transports), await client(['websocket'])];
      const slowSocket = onServer(slow);
      await until(() => slowSocket.conn.transport.name === 'websocket');
      await until(() => slow.io.engine.transport.name === 'websocket');
      const heard = numbered(fast);
      const reason = new Promise((resolve) => slowSocket.once('disconnect', resolve));
      const paused = stopReading(slow);

      let sent = 0;
      let most = 0;
      while (slowSocket.connected) {
        server.emit('news', sent, TEXT);
        sent += 1;
        most = Math.max(most, waitingFor(slowSocket));
        await turn();
        await until(() => heard.length >= sent - 4);
      }
      expect(await reason).toBe('forced close');
      expect(dropped).toEqual([{ unsentBytes: expect.any(Number), transport: 'websocket' }]);
      expect(dropped[0]?.unsentBytes).toBeGreaterThan(LIMIT);
      expect(most).toBeLessThanOrEqual(LIMIT + 2 * PACKET);
      expect(waitingFor(slowSocket)).toBe(0);

      await until(() => heard.length === sent);
      expect(heard).toEqual(Array.from({ length: sent }, (_unused, n) => n));
      expect(fast.connected).toBe(true);
      paused.destroy();
    },
  );

  test('is dropped within one turn, however much it is sent in it', async () => {
    const slowSocket = onServer(await client(['websocket']));
    for (let n = 0; n < 1000; n += 1) {
      slowSocket.emit('news', n, TEXT);
    }
    expect(slowSocket.connected).toBe(false);
    expect(dropped[0]?.unsentBytes).toBeLessThanOrEqual(LIMIT + 2 * PACKET);
    await turn();
    expect(waitingFor(slowSocket)).toBe(0);
  });
});

test('what one that reads is sent in all does not count, nor how large one message is', async () => {
  const reader = await client(['websocket']);
  const socket = onServer(reader);
  const heard = numbered(reader);
  for (let n = 0; n < 5; n += 1) {
    socket.emit('news', n, 'x'.repeat(LIMIT + 1));
    await until(() => heard.length > n);
  }
  expect(dropped).toEqual([]);
  expect(socket.connected).toBe(true);
});

test('a last message before a disconnect still arrives', async () => {
  const reader = await client(['websocket']);
  const socket = onServer(reader);
  const heard = numbered(reader);
  socket.emit('news', 1, TEXT);
  socket.disconnect(true);
  await until(() => !reader.connected);
  expect(heard).toEqual([1]);
});

describe('over polling', () => {
  const poll = (sid = '', signal: AbortSignal | null = null): Promise<Response> =>
    fetch(`${url}/socket.io/?EIO=4&transport=polling${sid && `&sid=${sid}`}`, { signal });

  /** Connects by hand, and polls no more. */
  const connectByHand = async (): Promise<{ sid: string; socket: Socket }> => {
    const joined = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const { sid } = JSON.parse((await (await poll()).text()).slice(1)) as { sid: string };
    await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '40' });
    return { sid, socket: await joined };
  };

  test('one that does not ask again is dropped', async () => {
    const { socket } = await connectByHand();
    let sent = 0;
    while (socket.connected) {
      socket.emit('news', (sent += 1), TEXT);
      expect(waitingFor(socket)).toBeLessThanOrEqual(LIMIT + 2 * PACKET);
    }
    expect(dropped).toEqual([{ unsentBytes: expect.any(Number), transport: 'polling' }]);
    await turn();
    expect(waitingFor(socket)).toBe(0);
  });

  test('one that asks again and again and does not read the answers is dropped', async () => {
    // More than the network's own buffers take.
    const large = 'x'.repeat(12 * LIMIT);
    await server.close();
    await listen({}, 16 * LIMIT);
    const { sid, socket } = await connectByHand();
    const leave = new AbortController();
    for (let sent = 0; socket.connected && sent < 10; sent += 1) {
      socket.emit('news', sent, large);
      await poll(sid, leave.signal).catch(() => null);
    }
    leave.abort();
    expect(dropped).toEqual([{ unsentBytes: expect.any(Number), transport: 'polling' }]);
  });
});

test('one that answers no ping is cut off with what waits for it', async () => {
  await server.close();
  await listen({ pingInterval: 50, pingTimeout: 50 });
  const slow = await client(['websocket']);
  const socket = onServer(slow);
  const paused = stopReading(slow);
  const ws = (socket.conn.transport as unknown as { socket: { readyState: number } }).socket;
  const reason = await new Promise((resolve) => socket.once('disconnect', resolve));
  expect(reason).toBe('ping timeout');
  const CLOSED = 3;
  await until(() => ws.readyState === CLOSED);
  paused.destroy();
}, 10_000);
