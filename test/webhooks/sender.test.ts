import { createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSender } from '../../src/webhooks/sender.js';
import { Receiver } from '../support/receiver.js';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());

const never = new AbortController().signal;
const letter = (url: string) => ({ url, headers: { 'X-Own': 'yes' }, body: '{"a":"ä"}' });
const at = (...addresses: string[]) =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const sender = createSender({ allowPrivate: true });

test('a letter arrives as it is, and the status comes back', async () => {
  receiver.answer = () => 418;
  expect(await sender.send(letter(receiver.url('/a?b=c#d')), never)).toEqual({ status: 418 });
  const [one] = receiver.received;
  expect(one).toMatchObject({ path: '/a?b=c', body: '{"a":"ä"}', headers: { 'x-own': 'yes' } });
  expect(one?.headers['content-length']).toBe('10');
});

test('a redirection is an answer, and is not followed', async () => {
  receiver.answer = (_, response) => {
    response.writeHead(307, { Location: receiver.url('/elsewhere') }).end();
    return 307;
  };
  expect(await sender.send(letter(receiver.url()), never)).toEqual({ status: 307 });
  expect(receiver.received).toHaveLength(1);
});

test('an answer without end is not read', async () => {
  let ended: Promise<unknown> = Promise.resolve();
  receiver.answer = (_, response) => {
    response.writeHead(200);
    ended = once(response, 'close');
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384))) {
        // as much as there is room for
      }
    };
    response.on('drain', more);
    more();
    return 200;
  };
  expect(await sender.send(letter(receiver.url()), never)).toEqual({ status: 200 });
  await ended;
});

test('a name that has a private address among its own is refused, and nothing is sent', async () => {
  for (const addresses of [
    at('127.0.0.1'),
    at('8.8.8.8', '127.0.0.1'),
    at('::1', '2606:4700::1'),
    at('fe80::1%2'),
  ]) {
    const careful = createSender({ allowPrivate: false, resolve: async () => addresses });
    const url = `http://rebound.example.com:${receiver.port}/`;
    expect(careful.fault(url)).toBeNull();
    expect(await careful.send(letter(url), never)).toEqual({ error: 'refused-address' });
  }
  expect(receiver.received).toEqual([]);
});

test('what was checked is what is connected to: a name is asked for once', async () => {
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return at(asked === 1 ? '192.0.2.1' : '127.0.0.1');
  };
  const rebinding = createSender({ allowPrivate: true, resolve, timeoutMs: 300 });
  const reply = await rebinding.send(letter(`http://rebound.example.com:${receiver.port}/`), never);
  expect(['timeout', 'no-connection']).toContain('error' in reply ? reply.error : reply.status);
  expect({ asked, received: receiver.received }).toEqual({ asked: 1, received: [] });
});

test('a private address is refused, though it was taken before', async () => {
  const careful = createSender({ allowPrivate: false });
  expect(await careful.send(letter(receiver.url()), never)).toEqual({ error: 'refused-address' });
  expect(receiver.received).toEqual([]);
});

test('who does not answer in time is told so, in a word', async () => {
  const hasty = createSender({ allowPrivate: true, timeoutMs: 100 });
  receiver.answer = () => 0;
  expect(await hasty.send(letter(receiver.url()), never)).toEqual({ error: 'timeout' });
});

test('an answer that trickles does not hold its connection for longer', async () => {
  const hasty = createSender({ allowPrivate: true, timeoutMs: 200 });
  let closed: Promise<unknown> = Promise.resolve();
  receiver.answer = (_, response) => {
    response.writeHead(200);
    const trickle = setInterval(() => response.write('x'), 20);
    closed = once(response, 'close').finally(() => clearInterval(trickle));
    return 200;
  };
  expect(await hasty.send(letter(receiver.url()), never)).toEqual({ status: 200 });
  await closed;
});

test('why there is no answer is said in a word', async () => {
  const gone = receiver.url();
  await receiver.close();
  expect(await sender.send(letter(gone), never)).toEqual({ error: 'no-connection' });
  const unknown = async (): Promise<never> => {
    throw Object.assign(new Error('nobody'), { code: 'ENOTFOUND' });
  };
  const lost = createSender({ allowPrivate: true, resolve: unknown });
  expect(await lost.send(letter('http://nobody.example.com/'), never)).toEqual({ error: 'name-not-found' });
  await receiver.open();
  expect(await sender.send(letter(receiver.url().replace('http:', 'https:')), never)).toEqual({
    error: 'no-trust',
  });
  const rude = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(rude, 'listening');
  const { port } = rude.address() as { port: number };
  expect(await sender.send(letter(`http://127.0.0.1:${port}/`), never)).toEqual({ error: 'no-connection' });
  rude.close();
});

test('broken off it says so', async () => {
  receiver.answer = () => 0;
  const off = new AbortController();
  const sending = sender.send(letter(receiver.url()), off.signal);
  await receiver.until(({ received }) => received.length === 1);
  off.abort(new Error('enough'));
  await expect(sending).rejects.toThrow('enough');
});
