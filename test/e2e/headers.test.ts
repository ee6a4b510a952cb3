import { createServer, request as send, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findChromium, visit } from '../support/chromium.js';
import { Convene, PASSWORD, type Answer, type Person, type RequestOptions } from '../support/convene.js';

const ALLOWED = ['https://calendar.example', 'http://app.example:8080'] as const;
/** Each is one that somebody might take for one that is allowed. */
const FOREIGN = [
  'https://evil.example',
  'http://calendar.example',
  'https://calendar.example:8443',
  'https://calendar.example.evil.example',
  'https://evilcalendar.example',
  'https://evil.example/https://calendar.example',
  'https://calendar.example, https://evil.example',
  'https://calendar.example/',
  'http://app.example',
  'http://localhost:3000',
  'file://',
  'null',
  '*',
  'undefined',
];

let convene: Convene;
let ada: Person;
let bob: Person;
let event: { id: string };

beforeAll(async () => {
  convene = await Convene.start({ CORS_ORIGIN: ALLOWED.join(', ') });
  [ada, bob] = [await convene.person(), await convene.person()];
  event = await ada.createEvent();
  await ada.share(event, bob, 'viewer');
});
afterAll(() => convene.close());

const vary = ({ headers }: Answer): string[] =>
  (headers.get('Vary') ?? '').split(',').map((name) => name.trim().toLowerCase());

/** One answer of each kind that there is. */
const ANSWERS: [what: string, status: number, ask: () => Promise<Answer>][] = [
  ['an event', 200, () => ada.get(`/api/events/${event.id}`)],
  ['a list', 200, () => ada.get('/api/events')],
  ['nothing', 204, () => ada.delete(`/api/events/${event.id}/permissions/${bob.id}`)],
  ['a preflight', 204, () => ada.send('OPTIONS', '/api/events')],
  ['no change', 304, () => ada.get(`/api/events/${event.id}`, { headers: { 'If-None-Match': '*' } })],
  ['nobody signed in', 401, () => convene.anonymous.get('/api/events')],
  ['no such path', 404, () => ada.get('/api/nothing')],
  ['nothing outside', 404, () => ada.get('/nothing')],
  ['another method', 405, () => ada.put('/api/events', {})],
  ['something else to accept', 406, () => ada.get('/api/events', { headers: { Accept: 'image/png' } })],
  [
    'a large body',
    413,
    () => ada.send('POST', '/api/events', { raw: `"${'x'.repeat(1_100_000)}"`, headers: json }),
  ],
  ['a refusal', 422, () => ada.post('/api/events', {})],
  ['health', 200, () => convene.anonymous.get('/health/live')],
  ['metrics', 200, () => convene.anonymous.get('/metrics')],
  ['the document', 200, () => convene.anonymous.get('/api/openapi.json')],
  ['the page about it', 200, () => convene.anonymous.get('/api/docs/')],
  ['its script', 200, () => convene.anonymous.get('/api/docs/swagger-ui-bundle.js')],
  ['the first page', 200, () => convene.anonymous.get('/')],
];
const json = { 'Content-Type': 'application/json' };

describe('every answer', () => {
  test.each(ANSWERS)('%s (%i) says what a browser may do with it', async (_, status, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    const { headers } = answer;
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(headers.get('X-Frame-Options')).toMatch(/^(DENY|SAMEORIGIN)$/);
    // It came over plain HTTP, where this would lock people out, or mean nothing.
    expect(headers.get('Strict-Transport-Security')).toBeNull();
    expect(headers.get('X-Powered-By')).toBeNull();
    expect(headers.get('Server')).toBeNull();
    expect(headers.get('Set-Cookie')).toBeNull();
    const policy = policyIn(headers);
    expect(policy['default-src']).toEqual(["'self'"]);
    expect(policy['script-src']).toEqual(["'self'"]);
    expect(policy['script-src-attr']).toEqual(["'none'"]);
    expect(policy['object-src']).toEqual(["'none'"]);
    expect(policy['base-uri']).toEqual(["'self'"]);
    expect(policy['form-action']).toEqual([expect.stringMatching(/^'(none|self)'$/)]);
    expect(policy['frame-ancestors']).toEqual([expect.stringMatching(/^'(none|self)'$/)]);
  });

  test('says the same whatever a client claims about the way it came', async () => {
    const { headers } = await ada.get('/api/events', {
      headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example', Forwarded: 'proto=https' },
    });
    expect(headers.get('Strict-Transport-Security')).toBeNull();
    const created = await ada.post(
      '/api/events?conflicts=ignore',
      await ada.get(`/api/events/${event.id}`).then(contentIn),
      {
        headers: { 'X-Forwarded-Host': 'evil.example' },
      },
    );
    expect(created.headers.get('Location')).toBe(`/api/events/${created.body.id}`);
  });
});

const contentIn = ({ body: { title, start, end } }: Answer): unknown => ({ title, start, end });

function policyIn(headers: Headers): Record<string, string[]> {
  const directives = (headers.get('Content-Security-Policy') ?? '').split(';').filter(Boolean);
  return Object.fromEntries(
    directives.map((directive) => {
      const [name = '', ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
}

const EXPOSED = [
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
];
const list = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .sort();
const from = (Origin: string, options: RequestOptions = {}): RequestOptions => ({
  ...options,
  headers: { ...options.headers, Origin },
});
const preflight = (Origin: string): Promise<Answer> =>
  convene.anonymous.send('OPTIONS', `/api/events/${event.id}`, {
    headers: {
      Origin,
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'authorization, content-type, if-match, idempotency-key, edit-id',
    },
  });

describe('over origins', () => {
  test.each(ALLOWED)('%s may read every answer, refusals included, and its headers', async (origin) => {
    for (const answer of [
      await ada.get(`/api/events/${event.id}`, from(origin)),
      await convene.anonymous.get('/api/events', from(origin)),
      await ada.get('/api/nothing', from(origin)),
      await ada.post('/api/events', {}, from(origin)),
      await convene.anonymous.send('POST', '/api/auth/login', from(origin, { raw: '{', headers: json })),
    ]) {
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
      expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull();
      expect(list(answer.headers.get('Access-Control-Expose-Headers'))).toEqual(EXPOSED);
      expect(vary(answer)).toContain('origin');
    }
  });

  test.each(ALLOWED)('%s may send whatever the API takes', async (origin) => {
    const answer = await preflight(origin);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(list(answer.headers.get('Access-Control-Allow-Methods'))).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'PATCH',
      'POST',
      'PUT',
    ]);
    expect(list(answer.headers.get('Access-Control-Allow-Headers'))).toEqual([
      'authorization',
      'content-type',
      'edit-id',
      'idempotency-key',
      'if-match',
    ]);
    expect(vary(answer)).toEqual(expect.arrayContaining(['origin', 'access-control-request-headers']));
  });

  test.each(FOREIGN)('%s may not', async (origin) => {
    for (const answer of [
      await preflight(origin),
      await ada.get(`/api/events/${event.id}`, from(origin)),
      await convene.anonymous.get('/api/events', from(origin)),
    ]) {
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
      expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull();
      expect(vary(answer)).toContain('origin');
    }
  });

  test('nobody may where no origin is set, nor its own host under another name', async () => {
    const alone = await Convene.start();
    try {
      for (const origin of [...ALLOWED, ...FOREIGN, alone.url]) {
        const { headers } = await alone.anonymous.get('/health/live', from(origin));
        expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
      }
    } finally {
      await alone.close();
    }
  });
});

describe.each(['/socket.io/', '/socket.io-msgpack/'])('the sockets at %s', (path) => {
  const handshake = `${path}?EIO=4&transport=`;
  const poll = (headers: Record<string, string>): Promise<Answer> =>
    fetch(`${convene.url}${handshake}polling`, { headers }).then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: await response.text(),
    }));

  /** The status that an upgrade is answered with. */
  const upgrade = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = send(`${convene.url}${handshake}websocket`, {
        headers: {
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': Buffer.alloc(16, 1).toString('base64'),
          ...headers,
        },
      });
      asked.on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });

  test.each(ALLOWED)('are open to pages of %s', async (Origin) => {
    const answer = await poll({ Origin });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(Origin);
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(await upgrade({ Origin })).toBe(101);
  });

  test('are open to pages of their own, and to programs, which say nothing of where they come from', async () => {
    for (const headers of [{}, { Origin: convene.url }] as Record<string, string>[]) {
      expect((await poll(headers)).status).toBe(200);
      expect(await upgrade(headers)).toBe(101);
    }
  });

  test.each([...FOREIGN, ''])('are closed to pages of "%s"', async (Origin) => {
    const answer = await poll({ Origin });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(await upgrade({ Origin })).toBeGreaterThanOrEqual(400);
  });

  test('set no cookie, and what they answer is kept nowhere', async () => {
    const { headers } = await poll({});
    expect(headers.get('Set-Cookie')).toBeNull();
    expect(headers.get('Cache-Control')).toBe('no-store');
  });
});

describe('what is kept of an answer', () => {
  /** Every route that is read, as it is documented, with something at its place. */
  const readable = async (): Promise<string[]> => {
    const { body } = await convene.anonymous.get('/api/openapi.json');
    const places: Record<string, string> = { id: event.id, version: '1', from: '1', to: '2' };
    const hook = (await ada.post('/api/webhooks', { url: 'https://hooks.invalid/', events: ['undo'] })).body;
    return Object.entries<any>(body.paths)
      .filter(([, { get }]) => get && get.security === undefined)
      .map(([path]) => (path.startsWith('/api/webhooks/') ? path.replace('{id}', hook.id) : path))
      .map((path) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? ''));
  };

  test('somebody’s own is kept by their browser alone, which asks each time; another token is another answer', async () => {
    const paths = await readable();
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) {
      const answer = await ada.get(path);
      const kept = list(answer.headers.get('Cache-Control'));
      expect({ path, status: answer.status, vary: vary(answer) }).toEqual({
        path,
        status: 200,
        vary: expect.arrayContaining(['origin', 'authorization']),
      });
      expect([['no-cache', 'private'], ['no-store']]).toContainEqual(kept);
    }
  });

  test('an answer that there is nothing new is for the same token, too', async () => {
    const { headers } = await ada.get(`/api/events/${event.id}`);
    const answer = await ada.get(`/api/events/${event.id}`, {
      headers: { 'If-None-Match': headers.get('ETag') ?? '' },
    });
    expect(answer.status).toBe(304);
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(vary(answer)).toContain('authorization');
  });

  test('tokens, codes and refusals are kept nowhere', async () => {
    const { anonymous } = convene;
    const credentials = { email: 'kept@example.com', password: PASSWORD };
    const registered = await anonymous.post('/api/auth/register', credentials);
    const answers = [
      registered,
      await anonymous.post('/api/auth/login', credentials),
      await anonymous.post('/api/auth/refresh', { refreshToken: registered.body.refreshToken }),
      await ada.post('/api/invitations'),
    ];
    answers.forEach(({ status }) => expect(status).toBeLessThan(300));
    const refusals = [
      await anonymous.get('/api/events'),
      await ada.get('/api/events/x'),
      await ada.get('/nothing'),
      await ada.post('/api/events', {}),
    ];
    refusals.forEach(({ status }) => expect(status).toBeGreaterThanOrEqual(400));
    for (const { headers } of [...answers, ...refusals]) {
      expect(headers.get('Cache-Control')).toBe('no-store');
    }
  });
});

const chromium = findChromium();
const inChromium = chromium === null ? describe.skip : describe;

inChromium(`in a browser${chromium === null ? ' (skipped: there is no chromium)' : ''}`, () => {
  const violations = (console: string[]): string[] =>
    console.filter((line) => /content security policy|refused to|violates/i.test(line));

  test('the page of the API is whole, and its policy stops nothing that it needs', async () => {
    const page = await visit(chromium ?? '', `${convene.url}/api/docs/`);
    expect(page.console).toEqual([]);
    expect(page.dom).toContain('Convene');
    expect(page.dom.match(/opblock-summary-path/g)?.length ?? 0).toBeGreaterThan(20);
    // Authorize: somebody can sign in and try it.
    expect(page.dom).toContain('btn authorize');
  }, 60_000);

  test('a link to it cannot have it show another document', async () => {
    const visits: string[] = [];
    const page = await served(
      (request, response) => {
        visits.push(request.url ?? '');
        response.setHeader('Access-Control-Allow-Origin', '*').end('{"openapi":"3.1.0","paths":{}}');
      },
      (other) => {
        const query = new URLSearchParams({ url: `${other}/a`, configUrl: `${other}/b`, urls: `${other}/c` });
        return visit(chromium ?? '', `${convene.url}/api/docs/?${query.toString()}`);
      },
    );
    expect(visits).toEqual([]);
    expect(page.dom).toContain('/api/auth/register');
  }, 60_000);

  test('a script that somebody got into a page would not run', async () => {
    const { headers } = await convene.anonymous.get('/api/docs/');
    const policy = headers.get('Content-Security-Policy') ?? '';
    const page = await served(
      (_, response) =>
        response
          .setHeader('Content-Security-Policy', policy)
          .setHeader('Content-Type', 'text/html')
          .end(
            '<p id="it">as it was</p><img src="x" onerror="it.textContent=\'changed\'">' +
              '<script>document.getElementById("it").textContent = "changed";</script>',
          ),
      (url) => visit(chromium ?? '', url),
    );
    expect(page.dom).toContain('as it was');
    expect(violations(page.console).length).toBeGreaterThanOrEqual(2);
  }, 60_000);
});

/** Does something with a server of the test's own. */
async function served<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
