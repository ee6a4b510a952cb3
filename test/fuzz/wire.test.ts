import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import { createListener, unambiguous } from '../../src/http/listener.js';
import { Convene, sampleEvent, type Person } from '../support/convene.js';
import { answersIn, exchange, type WireOptions } from '../support/fuzz/wire.js';

let convene: Convene;
let ada: Person;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  ada = await convene.person();
});
afterAll(() => convene.close());

const HOST = 'Host: convene.test\r\n';
const ask = async (bytes: string, options?: WireOptions) => {
  const { text, closed } = await exchange(convene.url, bytes, options);
  return { answers: answersIn(text), closed };
};
/** A signed-in request with a body. */
const posted = (fields: string, body: string, target = '/api/events', version = '1.1'): string =>
  `POST ${target} HTTP/${version}\r\n${HOST}Authorization: Bearer ${ada.tokens?.accessToken}\r\n` +
  `Content-Type: application/json\r\n${fields}\r\n${body}`;
const event = JSON.stringify(sampleEvent);
const chunk = (text: string, extension = ''): string =>
  `${text.length.toString(16)}${extension}\r\n${text}\r\n`;

async function expectRefused(bytes: string, status: number, code: string): Promise<void> {
  const before = (await ada.get('/api/events')).body.items.length;
  const { answers, closed } = await ask(bytes);
  expect(answers.map((one) => [one.status, one.body.code, one.body.status])).toEqual([
    [status, code, status],
  ]);
  expect(answers[0]?.head).toMatch(/content-type: application\/problem\+json/i);
  expect(answers[0]?.body).toMatchObject({
    type: expect.stringMatching(/./),
    title: expect.stringMatching(/./),
    detail: expect.stringMatching(/./),
    requestId: expect.stringMatching(/./),
  });
  expect(closed).toBe(true);
  expect((await ada.get('/api/events')).body.items).toHaveLength(before);
}

describe('what could be read in two ways, or in none, is refused with a problem and ends its connection', () => {
  const smuggled = 'GET /api/auth/me HTTP/1.1\r\nHost: x\r\n\r\n';
  test.each<[string, () => string]>([
    [
      'a length and chunks',
      () => posted('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`),
    ],
    [
      'chunks and a length',
      () => posted('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${smuggled}`),
    ],
    [
      'two lengths',
      () => posted(`Content-Length: ${event.length}\r\nContent-Length: 0\r\n`, event + smuggled),
    ],
    ['a list of lengths', () => posted(`Content-Length: ${event.length}, 0\r\n`, event)],
    ['a length with a sign', () => posted('Content-Length: +5\r\n', event)],
    ['a length below zero', () => posted('Content-Length: -1\r\n', event)],
    ['a length in hexadecimal', () => posted('Content-Length: 0x10\r\n', event)],
    ['a length without end', () => posted(`Content-Length: ${'9'.repeat(40)}\r\n`, event)],
    ['a coding that is not known', () => posted('Transfer-Encoding: xchunked\r\n', chunk(event))],
    [
      'a coding before chunked',
      () => posted('Transfer-Encoding: gzip, chunked\r\n', `${chunk(event)}0\r\n\r\n`),
    ],
    ['chunked, and then another', () => posted('Transfer-Encoding: chunked, identity\r\n', chunk(event))],
    [
      'two codings',
      () => posted('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', chunk(event)),
    ],
    [
      'chunks in HTTP/1.0',
      () => posted('Transfer-Encoding: chunked\r\n', `${chunk(event)}0\r\n\r\n`, undefined, '1.0'),
    ],
    ['a blank before the colon', () => posted(`Content-Length : ${event.length}\r\n`, event)],
    ['a folded line', () => posted(`X: a\r\n b\r\nContent-Length: ${event.length}\r\n`, event)],
    ['bare line feeds', () => posted(`Content-Length: ${event.length}\r\n`, event).replaceAll('\r\n', '\n')],
    ['a bare carriage return', () => posted(`X: a\rb\r\nContent-Length: ${event.length}\r\n`, event)],
    ['a chunk whose size is none', () => posted('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n')],
    ['a chunk without an end', () => posted('Transfer-Encoding: chunked\r\n', `1\r\n${event}\r\n0\r\n\r\n`)],
    [
      'a chunk of a size beyond all numbers',
      () => posted('Transfer-Encoding: chunked\r\n', `${'f'.repeat(20)}\r\n`),
    ],
    ['no host', () => 'GET /health/live HTTP/1.1\r\n\r\n'],
    ['two hosts', () => 'GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['two hosts in HTTP/1.0', () => 'GET /health/live HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['a method that is none', () => `FETCH / HTTP/1.1\r\n${HOST}\r\n`],
    ['another protocol', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['bytes', () => '\x00\xff\xfe\r\n\r\n'],
    ['a target that is no URL', () => `GET http://[::1 HTTP/1.1\r\n${HOST}\r\n`],
    ['a target with an impossible port', () => `GET http://a:99999999/ HTTP/1.1\r\n${HOST}\r\n`],
    ['a target without a slash', () => `GET api/events HTTP/1.1\r\n${HOST}\r\n`],
    ['an asterisk for a target', () => `GET * HTTP/1.1\r\n${HOST}\r\n`],
    ['bytes in the target', () => `GET /api/events/\xff\xfe HTTP/1.1\r\n${HOST}\r\n`],
    ['NUL in the target', () => `GET /api/\0 HTTP/1.1\r\n${HOST}\r\n`],
    ['NUL in a header', () => `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`],
  ])('%s', (_, bytes) => expectRefused(bytes(), 400, 'malformed-body'));

  test.each<[string, number, () => string]>([
    ['a header', 431, () => `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['the name of a header', 431, () => `GET / HTTP/1.1\r\n${HOST}${'a'.repeat(20_000)}: x\r\n\r\n`],
    ['all headers together', 431, () => `GET / HTTP/1.1\r\n${HOST}${'X: aaaaaaaa\r\n'.repeat(4_000)}\r\n`],
    ['the target', 431, () => `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`],
    [
      'the extension of a chunk',
      413,
      () => posted('Transfer-Encoding: chunked\r\n', chunk(event, `;a=${'a'.repeat(20_000)}`)),
    ],
  ])('%s without end: %i', (_, status, bytes) => expectRefused(bytes(), status, 'payload-too-large'));
});

describe('what is unusual, and means something, is answered', () => {
  test.each<[string, string, number]>([
    ['HTTP/1.0 without a host', 'GET /health/live HTTP/1.0\r\n\r\n', 200],
    [
      'a whole URL for a target',
      `GET http://elsewhere.test/health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
      200,
    ],
    ['TRACE', `TRACE /health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, 405],
    [
      'an asterisk that is asked for its options',
      `OPTIONS * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
      404,
    ],
    ['two slashes', `GET //elsewhere.test/health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, 404],
    [
      'an expectation that is not known',
      `GET /health/live HTTP/1.1\r\n${HOST}Expect: magic\r\nConnection: close\r\n\r\n`,
      200,
    ],
    [
      'many headers',
      `GET /health/live HTTP/1.1\r\n${HOST}Connection: close\r\n${'a: b\r\n'.repeat(1_500)}\r\n`,
      200,
    ],
    [
      'an upgrade that is not known',
      `GET /health/live HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n`,
      200,
    ],
  ])('%s', async (_, bytes, status) => {
    const { answers, closed } = await ask(bytes);
    expect(answers.map((one) => one.status)).toEqual([status]);
    expect(closed).toBe(true);
  });

  test('a body is taken in chunks, with extensions and trailers, when it may come, and with an upgrade', async () => {
    const last = 'Connection: close\r\n';
    for (const bytes of [
      posted(
        `${last}Transfer-Encoding: chunked\r\n`,
        `${chunk(event.slice(0, 20), ';a="b"')}${chunk(event.slice(20))}0\r\nX: y\r\n\r\n`,
      ),
      posted(`${last}Expect: 100-continue\r\nContent-Length: ${event.length}\r\n`, event),
      posted(`Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${event.length}\r\n`, event),
    ]) {
      const { answers } = await ask(bytes);
      expect(answers).toMatchObject([{ status: 201, body: { title: sampleEvent.title } }]);
    }
  });

  test('requests in one go are answered in order, up to the one that is none', async () => {
    const live = `GET /health/live HTTP/1.1\r\n${HOST}\r\n`;
    const { answers, closed } = await ask(
      `${live}GET /nothing HTTP/1.1\r\n${HOST}\r\n${live}RUBBISH\r\n\r\n${live}`,
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 400]);
    expect(closed).toBe(true);
  });

  test('an upgrade whose connection is reset disturbs nobody', async () => {
    const upgrade = `GET /nowhere HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    await Promise.all(Array.from({ length: 20 }, () => exchange(convene.url, upgrade, { waitMs: 1 })));
    expect((await ada.get('/health/live')).status).toBe(200);
  });
});

describe('what is packed', () => {
  const bomb = Buffer.alloc(50 * 1024 * 1024, ' ');
  test.each<[string, () => Buffer]>([
    ['gzip', () => gzipSync(bomb)],
    ['deflate', () => deflateSync(bomb)],
    ['br', () => brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })],
  ])('is as large as what comes out, and no more of it comes out: %s', async (encoding, pack) => {
    const bytes = pack();
    const before = process.memoryUsage().rss;
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': encoding };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        ada.post('/api/events', undefined, { raw: new Uint8Array(bytes), headers }),
      ),
    );
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [413, 'payload-too-large']),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe('who takes their time', () => {
  /** As patient as a test can be. */
  const patience = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };

  test.each<[string, string, string]>([
    ['says nothing', '', ''],
    ['sends the header by drops', 'GET / HTTP/1.1\r\n', 'X: y\r\n'],
    ['sends the body by drops', `POST / HTTP/1.1\r\n${HOST}Content-Length: 9999\r\n\r\n`, ' '],
    ['sends chunks by drops', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  ])('and %s is told so, and the connection ends', async (_, first, drop) => {
    const server = createListener([], patience);
    server.on(
      'request',
      unambiguous((request, response) => {
        request.resume().once('end', () => response.end());
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const drops = Array.from({ length: 400 }, () => drop);
      const { text, closed } = await exchange(`http://127.0.0.1:${port}`, first, { drops, waitMs: 15_000 });
      expect(answersIn(text)).toMatchObject([{ status: 408, body: { status: 408 } }]);
      expect(closed).toBe(true);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
