import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Server, type Socket } from 'socket.io';
import { io as connect, type Socket as ClientSocket } from 'socket.io-client';
import * as clientParser from 'socket.io-msgpack-parser';
import { jsonFault, MAX_DEPTH } from '../../src/calendar/json.js';
import { Decoder, Encoder, type Packet } from '../../src/live/msgpack-parser.js';
import * as parser from '../../src/live/msgpack-parser.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1) * 200;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** What the server reads in a frame. */
function decoded(frame: unknown): Packet {
  const packets: Packet[] = [];
  const decoder = new Decoder();
  decoder.on('decoded', (packet: Packet) => packets.push(packet));
  decoder.add(frame);
  expect(packets).toHaveLength(1);
  return packets[0] as Packet;
}

const encoded = (packet: object): Buffer => {
  const [frame] = new Encoder().encode(packet as Packet);
  return frame ?? Buffer.alloc(0);
};
/** What a client's library writes; its types say otherwise, but it is a list of one buffer. */
const sentByClient = (packet: object): Buffer =>
  (new clientParser.Encoder().encode(packet) as unknown as [Buffer])[0];
const readByClient = (frame: Buffer): unknown => {
  const packets: unknown[] = [];
  const decoder = new clientParser.Decoder();
  decoder.on('decoded', (packet: unknown) => packets.push(packet));
  decoder.add(frame);
  return packets[0];
};

/** A frame of an event `x` with these bytes for its payload: {type: 2, nsp: '/', data: ['x', payload]}. */
const event = (payload: Buffer): Buffer =>
  Buffer.concat([hex('83 a4 74797065 02 a3 6e7370 a1 2f a4 64617461 92 a1 78'), payload]);

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
);
/** Reading, the client's library sets a member `__proto__` as an assignment does: it is its own to mend. */
const toClient = json.filter((value) => !JSON.stringify(value).includes('"__proto__":'));
/** Writing, it makes other numbers of integers of more than 64 bits. */
const forClient = json.filter((value) => {
  const numbers: number[] = [];
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' && numbers.push(item), item));
  return numbers.every((item) => !Number.isInteger(item) || Number.isSafeInteger(item));
});

describe('what is JSON goes through as JSON would carry it', () => {
  test.each([
    ['from a server to a client', toClient, (packet: object) => readByClient(encoded(packet))],
    ['from a client to a server', forClient, (packet: object) => decoded(sentByClient(packet))],
    ['from a server to a server', json, (packet: object) => decoded(encoded(packet))],
  ])('any value %s', (_name, values, carry) => {
    fc.assert(
      fc.property(values, fc.nat(), (value, id) => {
        const packet = { type: 2, nsp: '/', data: ['message', value], id };
        expect(carry(packet)).toStrictEqual(JSON.parse(JSON.stringify(packet)));
      }),
      { numRuns: RUNS },
    );
  });

  test('undefined is left away in an object, and null in a list', () => {
    const packet = {
      type: 2,
      nsp: '/',
      data: ['m', { a: undefined, b: [undefined, 1] }, undefined],
      id: undefined,
    };
    const asJson = { type: 2, nsp: '/', data: ['m', { b: [null, 1] }, null] };
    expect(decoded(sentByClient(packet))).toStrictEqual(asJson);
    expect(readByClient(encoded(packet))).toStrictEqual(asJson);
  });

  test('what the client adds to a packet does not come in', () => {
    const packet = { type: 0, nsp: '/', data: undefined, options: { compress: true } };
    expect(decoded(sentByClient(packet))).toStrictEqual({ type: 0, nsp: '/' });
  });
});

describe('what JSON can say and we do not take is left for the answer', () => {
  const payloadOf = (frame: Buffer): unknown => (decoded(frame).data as unknown[])[1];

  test.each(['__proto__', 'constructor', 'prototype'])('a key %s', (key) => {
    const sent: unknown = JSON.parse(`{"a":{"${key}":{"b":1}}}`);
    const read = payloadOf(sentByClient({ type: 2, nsp: '/', data: ['x', sent] }));
    expect(JSON.stringify(read)).toBe(JSON.stringify(sent));
    expect(jsonFault(read)).toEqual({ pointer: '/a', message: `must not have a key named ${key}` });
  });

  test('nesting that is too deep, also 60,000 levels of it', () => {
    for (const levels of [MAX_DEPTH + 1, 10_000, 60_000]) {
      const read = payloadOf(event(Buffer.concat([Buffer.alloc(levels, 0x91), hex('c0')])));
      expect(jsonFault(read)?.message).toContain('nested deeper');
    }
  });

  test('NUL, and more values than are taken', () => {
    expect(jsonFault(payloadOf(event(hex('a1 00'))))?.message).toContain('NUL');
    const many = Buffer.concat([hex('dd 000186a1'), Buffer.alloc(100_001, 1)]);
    expect(jsonFault(payloadOf(event(many)))?.message).toContain('values');
  });
});

const MALFORMED: [string, string][] = [
  ['NaN', 'cb 7ff8000000000000'],
  ['an infinity', 'cb 7ff0000000000000'],
  ['a NaN of four bytes', 'ca 7fc00000'],
  ['a date of the client’s library', 'd7 00 0000018bcfe56800'],
  ['a MessagePack timestamp', 'd6 ff 00000000'],
  ['binary', 'c4 01 00'],
  ['an ArrayBuffer', 'c7 01 00 00'],
  ['an extension', 'd4 05 00'],
  ['a prefix that means nothing', 'c1'],
  ['a key that is a number', '81 01 01'],
  ['text that is not UTF-8', 'a2 c3 28'],
  ['a lone surrogate', 'a3 eda080'],
  ['bytes left over', '01 01'],
  ['no payload', ''],
  ['four billion items', 'dd ffffffff'],
  ['four billion members', 'df ffffffff'],
  ['four billion characters', 'db ffffffff'],
  ['four billion bytes', 'c6 ffffffff'],
  ['an extension of four billion bytes', 'c9 ffffffff 00'],
];
const RESERVED = [
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
  'error',
];
const NO_PACKETS: [string, unknown][] = [
  ['text', '2["x"]'],
  ['a list', []],
  ['null', null],
  ['no type', { nsp: '/', data: ['x'] }],
  ['a type that there is not', { type: 5, nsp: '/', data: ['x'] }],
  ['no namespace', { type: 2, data: ['x'] }],
  ['an event without a name', { type: 2, nsp: '/', data: [] }],
  ['an event named by an object', { type: 2, nsp: '/', data: [{}] }],
  ['data that is no list', { type: 2, nsp: '/', data: 'x' }],
  ['an id that is text', { type: 2, nsp: '/', data: ['x'], id: '1' }],
  ['an id below 0', { type: 2, nsp: '/', data: ['x'], id: -1 }],
  ['an answer without data', { type: 3, nsp: '/', id: 1 }],
  ['a connect whose auth is a list', { type: 0, nsp: '/', data: [] }],
];

describe('what JSON could not have brought is malformed', () => {
  test.each(MALFORMED)('%s', (_name, payload) => {
    expect(() => decoded(event(hex(payload)))).toThrow(/malformed MessagePack/);
  });

  test.each(NO_PACKETS)('%s is no packet', (_name, sent) => {
    const frame: unknown = typeof sent === 'string' ? sent : sentByClient(sent as object);
    expect(() => decoded(frame)).toThrow(/packet|payload|namespace|event name/);
  });

  test.each(RESERVED)('an event named %s', (name) => {
    expect(() => decoded(sentByClient({ type: 2, nsp: '/', data: [name, {}] }))).toThrow(
      'invalid event name',
    );
  });

  test('headers nested in headers, each announcing all the bytes there are, allocate nothing', () => {
    const frame = event(Buffer.concat(Array.from({ length: 13_000 }, () => hex('dd 0000ff00'))));
    const before = process.memoryUsage().heapUsed;
    expect(() => decoded(frame)).toThrow(/malformed/);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6);
  });

  const types = [0, 1, 2, 3, 4];
  test('any bytes are an Error or a packet', () => {
    const soup = fc.uint8Array({ maxLength: 200 });
    const mutated = fc
      .tuple(json, fc.array(fc.tuple(fc.nat(500), fc.nat(255)), { minLength: 1, maxLength: 4 }))
      .map(([value, changes]) => {
        const frame = sentByClient({ type: 2, nsp: '/', data: ['x', value] });
        changes.forEach(([at, byte]) => (frame[at % frame.length] = byte));
        return frame;
      });
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          soup.map((bytes) => event(Buffer.from(bytes))),
          mutated,
        ),
        (frame) => {
          const packet = attempt(() => decoded(frame));
          if (!(packet instanceof Error)) {
            expect(types).toContain(packet.type);
            expect(packet).toEqual(JSON.parse(JSON.stringify(packet)));
          }
        },
      ),
      { numRuns: RUNS * 20 },
    );
  });
});

function attempt<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    // Whatever realm it comes from.
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
    return error instanceof Error ? error : new Error(String(error));
  }
}

describe('on the wire', () => {
  let server: Server;
  let url: string;
  const clients: ClientSocket[] = [];

  beforeEach(async () => {
    const http = createServer();
    server = new Server(http, { path: '/socket.io-msgpack', parser, serveClient: false });
    server.on('connection', (socket: Socket) => {
      socket.onAny((name: string, ...args: unknown[]) => {
        const acknowledge = args.pop();
        if (typeof acknowledge === 'function') {
          (acknowledge as (answer: unknown) => void)({ ok: true, name, args });
        }
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    clients.splice(0).forEach((client) => client.close());
    await server.close();
  });

  const client = (transports: string[]): ClientSocket => {
    const options = { path: '/socket.io-msgpack', parser: clientParser, transports, reconnection: false };
    const socket = connect(url, options);
    clients.push(socket);
    return socket;
  };
  const connected = (socket: ClientSocket): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });

  test.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
    'events and acknowledgements over %j',
    async (transports) => {
      const socket = client(transports);
      await connected(socket);
      const answer: unknown = await socket.emitWithAck('hello', { n: 1.5, text: 'ünï', none: undefined });
      expect(answer).toEqual({ ok: true, name: 'hello', args: [{ n: 1.5, text: 'ünï' }] });
      const heard = new Promise((resolve) => socket.once('news', resolve));
      server.emit('news', { big: 1e300, list: [null, true] });
      expect(await heard).toEqual({ big: 1e300, list: [null, true] });
    },
  );

  /** Sends these bytes beside its library, and waits for the server to end the connection. */
  const endedBy = async (frame: Buffer | string): Promise<void> => {
    const socket = client(['websocket']);
    await connected(socket);
    const ended = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
    socket.io.engine.write(frame);
    await ended;
  };

  test('a malformed frame ends its own connection and no other', async () => {
    const other = client(['websocket']);
    await connected(other);
    const frames = [
      hex('c1'),
      hex('dd ffffffff'),
      '42["x"]',
      event(hex('cb 7ff8000000000000')),
      sentByClient({ type: 2, nsp: '/', data: ['disconnect', {}] }),
      sentByClient({ type: 2, nsp: '/', data: ['error', {}] }),
      sentByClient({ type: 2, nsp: '/', data: ['x', new Date()] }),
      sentByClient({ type: 2, nsp: '/', data: ['x', Buffer.from('x')] }),
    ];
    await Promise.all(frames.map(endedBy));
    expect(await other.emitWithAck('still', {})).toEqual({ ok: true, name: 'still', args: [{}] });
    expect(server.sockets.sockets.size).toBe(1);
  });
});
