import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSender } from '../../src/webhooks/sender.js';
import { fromDns, fromSystem } from '../../src/webhooks/names.js';

const never = new AbortController().signal;

/** What it answers to a question of a type (RFC 1035: 1 is A, 28 is AAAA); null: it says nothing at all. */
let answers: (name: string, type: number) => number[][] | null;
let server: Socket;
let address: string;

/** A name server for everything (RFC 1035, section 4.1): the question comes back with what there is to say. */
beforeEach(async () => {
  server = createSocket('udp4').on('message', (query, { port, address: to }) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = query.readUInt16BE(at + 1);
    const found = answers(labels.join('.'), type);
    if (found) {
      const header = Buffer.from(query.subarray(0, 12));
      header.writeUInt16BE(found.length > 0 ? 0x8180 : 0x8183, 2);
      header.writeUInt16BE(found.length, 6);
      header.fill(0, 8);
      const records = found.map((bytes) =>
        Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]),
      );
      server.send(Buffer.concat([header, query.subarray(12, at + 5), ...records]), port, to);
    }
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${server.address().port}`;
});
afterEach(() => {
  server.close();
});

const V6 = [0x26, 0x06, ...Array<number>(13).fill(0), 1];

test('all addresses of a name are found, of either family', async () => {
  answers = (name, type) =>
    name !== 'hooks.example.com'
      ? []
      : type === 1
        ? [
            [8, 8, 8, 8],
            [10, 0, 0, 1],
          ]
        : [V6];
  expect(await fromDns([address])('hooks.example.com', never)).toEqual([
    { address: '8.8.8.8', family: 4 },
    { address: '10.0.0.1', family: 4 },
    { address: '2606::1', family: 6 },
  ]);
  await expect(fromDns([address])('other.example.com', never)).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('one family is enough, and one private address is enough for it to be refused', async () => {
  answers = (_, type) => (type === 1 ? [[127, 0, 0, 1]] : []);
  expect(await fromDns([address])('hooks.example.com', never)).toEqual([{ address: '127.0.0.1', family: 4 }]);
  const sender = createSender({ allowPrivate: false, resolve: fromDns([address]) });
  const letter = { url: 'http://hooks.example.com:9/', headers: {}, body: '{}' };
  expect(await sender.send(letter, never)).toEqual({ error: 'refused-address' });
});

test('a name server that says nothing holds nobody up for longer than a letter may take', async () => {
  answers = () => null;
  const sender = createSender({ allowPrivate: false, timeoutMs: 200, resolve: fromDns([address]) });
  const letter = { url: 'http://hooks.example.com/', headers: {}, body: '{}' };
  expect(await sender.send(letter, never)).toEqual({ error: 'timeout' });
});

test('the system knows the names of this machine, however many are asked for at once', async () => {
  const resolve = fromSystem();
  for (const found of await Promise.all(Array.from({ length: 9 }, () => resolve('localhost', never)))) {
    expect(found.map((one) => one.address)).toContainEqual(expect.stringMatching(/^(127\.0\.0\.1|::1)$/));
  }
});
