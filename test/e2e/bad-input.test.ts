import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { Convene, PASSWORD, sampleEvent, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;
let event: any;
let url: string;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  [ada, bob] = [await convene.person(), await convene.person()];
  event = await ada.createEvent({ metadata: { a: { b: 1 }, list: [1] }, tags: ['x'] });
  url = `/api/events/${event.id}`;
  await ada.share(event, bob, 'editor');
});
afterAll(() => convene.close());

/** Everything of Ada's that could have changed. */
const look = async (): Promise<unknown> =>
  Promise.all(
    [
      '/api/events?limit=200',
      '/api/events?deleted=true',
      url,
      `${url}/history`,
      `${url}/permissions`,
      '/api/auth/me',
    ].map(async (path) => (await ada.get(path)).body),
  );
async function unchanged(work: () => Promise<void>): Promise<void> {
  const before = await look();
  await work();
  expect(await look()).toEqual(before);
}

const json = { 'Content-Type': 'application/json' };
/** Bytes as they are, as the body of a request. */
const sendRaw = (
  raw: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = json,
  method = 'POST',
  path = '/api/events',
) => ada.send(method, path, { raw, headers });

/** The routes that take a body, with one that they would take. */
const bodied: [method: string, path: string, body: unknown, type?: string][] = [
  [
    'POST',
    '/api/auth/register',
    { email: 'new@example.com', password: PASSWORD, name: 'New', username: 'newby' },
  ],
  ['POST', '/api/auth/login', { email: 'person1@example.com', password: PASSWORD }],
  ['POST', '/api/auth/refresh', { refreshToken: 'x' }],
  ['POST', '/api/auth/logout', { everywhere: false }],
  ['POST', '/api/events', sampleEvent],
  ['POST', '/api/events/batch', { events: [sampleEvent], atomic: true }],
  ['PUT', '/api/events/{id}', sampleEvent],
  ['PATCH', '/api/events/{id}', { title: 'x' }],
  [
    'PATCH',
    '/api/events/{id}',
    [{ op: 'replace', path: '/title', value: 'x', from: '/location' }],
    'application/json-patch+json',
  ],
  ['POST', '/api/events/{id}/share', { userId: '0'.repeat(24), role: 'viewer' }],
  ['POST', '/api/events/{id}/share', { shares: [{ email: 'person2@example.com', role: 'viewer' }] }],
  ['PUT', '/api/events/{id}/permissions/{bob}', { role: 'viewer' }],
];

const filled = (path: string): string => path.replace('{id}', event.id).replace('{bob}', bob.id);

describe('the address', () => {
  test.each([
    '/api',
    '/api/',
    '/api/nothing',
    '/api/events/x/y/z',
    '/nothing',
    '/api/auth',
    '/api/Events',
    '/api//events',
    '/api/%2e%2e/events',
    '/.env',
  ])('%s is a 404, signed in or not', async (path) => {
    for (const person of [ada, convene.anonymous]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        expectProblem(await person.send(method, path), 404, 'not-found');
      }
    }
  });

  test('with a damaged escape is a 404', async () => {
    expectProblem(await ada.get('/api/events/%E0%A4%A'), 404, 'not-found');
    expectProblem(await ada.delete('/api/events/%E0%A4%A'), 404, 'not-found');
    expectProblem(await ada.get(`${url}/history/%`), 404, 'not-found');
    expectProblem(await ada.delete(`${url}/permissions/%ff%`), 404, 'not-found');
  });

  test.each<[string, string[], string[]]>([
    ['/api/auth/register', ['POST'], ['GET', 'PUT', 'PATCH', 'DELETE']],
    ['/api/auth/login', ['POST'], ['GET', 'DELETE']],
    ['/api/auth/refresh', ['POST'], ['GET']],
    ['/api/auth/logout', ['POST'], ['GET', 'DELETE']],
    ['/api/auth/me', ['GET', 'HEAD'], ['POST', 'PUT']],
    ['/api/events', ['GET', 'HEAD', 'POST'], ['PUT', 'PATCH', 'DELETE']],
    ['/api/events/batch', ['POST'], ['PUT', 'DELETE']],
    ['/api/events/{id}', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'], ['POST', 'PROPFIND']],
    ['/api/events/{id}/restore', ['POST'], ['GET', 'PUT', 'DELETE']],
    ['/api/events/{id}/share', ['POST'], ['GET', 'PUT', 'DELETE']],
    ['/api/events/{id}/permissions', ['GET', 'HEAD'], ['POST', 'DELETE']],
    ['/api/events/{id}/permissions/x', ['PUT', 'DELETE'], ['GET', 'POST', 'PATCH']],
    ['/api/events/{id}/history', ['GET', 'HEAD'], ['POST', 'DELETE']],
    ['/api/events/{id}/history/1', ['GET', 'HEAD'], ['PUT', 'PATCH', 'DELETE']],
    ['/api/events/{id}/rollback/1', ['POST'], ['GET', 'PUT']],
    ['/api/events/{id}/changelog', ['GET', 'HEAD'], ['POST']],
    ['/api/events/{id}/diff/1/1', ['GET', 'HEAD'], ['POST']],
    ['/health/live', ['GET', 'HEAD'], ['POST']],
    ['/health/ready', ['GET', 'HEAD'], ['DELETE']],
  ])('%s takes %p: anything else is a 405 that says so', (path, methods, others) =>
    unchanged(async () => {
      for (const method of others) {
        const answer = await ada.send(method, path.replace('{id}', event.id), {
          ...(method !== 'GET' && { body: {} }),
        });
        expectProblem(answer, 405, 'method-not-allowed');
        const allow = answer.headers.get('Allow')?.split(/, */) ?? [];
        expect(allow).toEqual(expect.arrayContaining(methods));
        others.forEach((other) => expect(allow).not.toContain(other));
      }
    }),
  );

  test('unknown parameters of a query are passed over, whatever they are called', async () => {
    for (const query of [
      'x=1',
      '__proto__=1',
      'constructor[prototype]=1',
      'tag[$ne]=x',
      '%00=1',
      '=',
      '&&',
      '%',
      'limit',
    ]) {
      const { status } = await ada.get(`/api/events?${query}`);
      expect({ query, status }).toEqual({ query, status: query === 'limit' ? 422 : 200 });
    }
  });
});

describe('a request', () => {
  test.each(['7f3a', 'x'.repeat(128), '!#$%&/()=?'])(
    'with the id %s gets it back, in a problem too',
    async (id) => {
      const headers = { 'X-Request-Id': id };
      expect((await ada.get(url, { headers })).headers.get('X-Request-Id')).toBe(id);
      const refused = await ada.get('/api/nothing', { headers });
      expect(refused.headers.get('X-Request-Id')).toBe(id);
      expect(refused.body.requestId).toBe(id);
    },
  );

  test.each([undefined, '', 'x'.repeat(129), 'a b', 'ü'])(
    'with the id %p gets one that was made for it',
    async (id) => {
      const headers: Record<string, string> = id === undefined ? {} : { 'X-Request-Id': id };
      const made = await Promise.all(
        [1, 2].map(async () => (await ada.get(url, { headers })).headers.get('X-Request-Id')),
      );
      expect(new Set([...made, id]).size).toBe(3);
      made.forEach((one) => expect(one).toMatch(/^[\w-]{8,}$/));
    },
  );

  test.each([
    'text/html',
    'image/*',
    'application/xml',
    'application/json;q=0',
    'text/html, application/json;q=0',
  ])('that accepts %s alone is a 406, told as a problem, and does nothing', (accept) =>
    unchanged(async () => {
      const headers = { Accept: accept };
      for (const [method, path, body] of [
        ['GET', url],
        ['GET', '/api/events'],
        ['GET', `${url}/history`],
        ['POST', '/api/events', sampleEvent],
        ['PATCH', url, { title: 'x' }],
      ] as const) {
        expectProblem(await ada.send(method, path, { headers, body }), 406, 'not-acceptable');
      }
    }),
  );

  test.each([
    '*/*',
    'application/*',
    'application/json',
    'text/html, */*;q=0.1',
    'application/json; charset=utf-8',
    '',
  ])('that accepts %s gets JSON', async (accept) => {
    const answer = await ada.get(url, { headers: { Accept: accept } });
    expect(answer).toMatchObject({ status: 200, body: { id: event.id } });
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/json\b/);
  });

  test('whose refusal it would not accept gets a problem all the same', async () => {
    const headers = { Accept: 'text/html' };
    expectProblem(await ada.get('/api/nothing', { headers }), 404, 'not-found');
    expectProblem(await convene.anonymous.get(url, { headers }), 401, 'unauthenticated');
  });

  test('without an answer to accept does not have to accept one', async () => {
    const { id } = await ada.createEvent();
    expect(await ada.delete(`/api/events/${id}`, { headers: { Accept: 'text/html' } })).toMatchObject({
      status: 204,
    });
  });
});

describe('a body', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
    'application/json; charset=latin1',
    'json',
    '*/*',
  ])('as %s is a 415, and nothing is created', (type) =>
    unchanged(async () =>
      expectProblem(
        await sendRaw(JSON.stringify(sampleEvent), { 'Content-Type': type }),
        415,
        'unsupported-media-type',
      ),
    ),
  );

  test('without a content type is a 415', () =>
    unchanged(async () => {
      const bytes = new TextEncoder().encode(JSON.stringify(sampleEvent));
      expectProblem(await sendRaw(bytes, {}), 415, 'unsupported-media-type');
      expectProblem(await sendRaw(bytes, {}, 'PATCH', url), 415, 'unsupported-media-type');
      expectProblem(await sendRaw(bytes, {}, 'POST', '/api/auth/login'), 415, 'unsupported-media-type');
    }));

  const malformed: [string, string | Uint8Array<ArrayBuffer>][] = [
    ['that is no JSON', 'title=x'],
    ['that is cut off', JSON.stringify(sampleEvent).slice(0, -1)],
    ['with something behind it', `${JSON.stringify(sampleEvent)}x`],
    ['of two values', '{} {}'],
    ['with a trailing comma', '{"title":"x",}'],
    ['with single quotes', "{'title':'x'}"],
    ['with NaN', '{"title":NaN}'],
    ['with a comment', '{/* x */}'],
    ['with a raw control character', '{"title":"a\nb"}'],
    ['of blanks', '   '],
    ['that is empty', ''],
    ['that is cut off, deep down', '['.repeat(500_000)],
    ['with a byte that is no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['with an overlong character', new Uint8Array([0x22, 0xc0, 0x80, 0x22])],
    ['with half a surrogate in UTF-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['with a character cut off', new Uint8Array([0x22, 0xe2, 0x82, 0x22])],
    ['in UTF-16', new Uint8Array(Buffer.from('\ufeff{}', 'utf16le'))],
  ];
  test.each(malformed)('%s is malformed: 400', (_, raw) =>
    unchanged(async () => {
      for (const [method, path, , type] of bodied) {
        const answer = await sendRaw(
          raw,
          { 'Content-Type': type ?? 'application/json' },
          method,
          filled(path),
        );
        expectProblem(answer, 400, 'malformed-body');
      }
    }),
  );

  test('over 1 MiB is a 413, whatever is in it; one of 1 MiB is looked into', () =>
    unchanged(async () => {
      const size = 1024 * 1024;
      for (const [method, path, , type] of bodied) {
        const headers = { 'Content-Type': type ?? 'application/json' };
        expectProblem(
          await sendRaw(' '.repeat(size + 1), headers, method, filled(path)),
          413,
          'payload-too-large',
        );
      }
      expectProblem(await sendRaw(`"${'x'.repeat(size - 2)}"`), 422, 'validation-failed');
      expectProblem(await sendRaw(`"${'x'.repeat(size - 1)}"`), 413, 'payload-too-large');
    }));

  test('may be compressed; it is as large as what comes out', async () => {
    const headers = { ...json, 'Content-Encoding': 'gzip' };
    const packed = (text: string) => new Uint8Array(gzipSync(text));
    const { status, body } = await sendRaw(packed(JSON.stringify(sampleEvent)), headers);
    expect(status).toBe(201);
    await ada.delete(`/api/events/${body.id}?permanent=true`);
    await unchanged(async () => {
      expectProblem(await sendRaw(packed(' '.repeat(50_000_000)), headers), 413, 'payload-too-large');
      expectProblem(await sendRaw(new Uint8Array([1, 2, 3]), headers), 400, 'malformed-body');
      expectProblem(await sendRaw('{}', { ...json, 'Content-Encoding': 'x' }), 415, 'unsupported-media-type');
    });
  });

  test('is refused where there should be none', () =>
    unchanged(async () => {
      for (const [method, path] of [
        ['POST', `${url}/restore`],
        ['POST', `${url}/rollback/1`],
        ['DELETE', url],
        ['DELETE', `${url}/permissions/${bob.id}`],
      ] as const) {
        expectProblem(await ada.send(method, path, { body: { force: true } }), 422, 'validation-failed');
        expectProblem(await ada.send(method, path, { body: [1] }), 422, 'validation-failed');
        expectProblem(await sendRaw('x', json, method, path), 400, 'malformed-body');
        expectProblem(
          await sendRaw('x', { 'Content-Type': 'text/plain' }, method, path),
          415,
          'unsupported-media-type',
        );
      }
    }));
});

describe('what no JSON of ours may hold', () => {
  const nasty: [string, string][] = [
    ['NUL in a text', '"a\\u0000b"'],
    ['a lone high surrogate', '"\\ud800"'],
    ['a lone low surrogate', '"x\\udc00x"'],
    ['surrogates the wrong way round', '"\\udc00\\ud800"'],
    ['NUL in a key', '{"a\\u0000":1}'],
    ['a lone surrogate in a key', '{"\\ud800":1}'],
    ['__proto__ for a key', '{"__proto__":{"polluted":true}}'],
    ['__proto__ for a key, escaped', '{"\\u005f_proto__":{"polluted":true}}'],
    ['constructor for a key', '{"constructor":{"prototype":{"polluted":true}}}'],
    ['prototype for a key', '{"prototype":{"polluted":true}}'],
    ['__proto__ deep inside', '[[{"a":[{"__proto__":null}]}]]'],
    ['a number beyond all numbers', '1e999'],
    ['100,000 levels of lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['100,000 levels of objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  ];

  test.each(nasty)('%s is a 422 on every route and in every place, and changes nothing', (_, text) =>
    unchanged(async () => {
      for (const [method, path, sample, type] of bodied) {
        const headers = { 'Content-Type': type ?? 'application/json' };
        for (const body of [text, ...placesIn(sample).map((place) => place(text))]) {
          const answer = await sendRaw(body, headers, method, filled(path));
          expectProblem(answer, 422, 'validation-failed');
        }
      }
      expect(({} as any).polluted).toBeUndefined();
      expect(([] as any).polluted).toBeUndefined();
    }),
  );

  test.each(nasty)('%s is a 422 inside the metadata too, by every way in', (_, text) =>
    unchanged(async () => {
      const patched = `[{"op":"add","path":"/metadata/n","value":${text}}]`;
      for (const [method, path, raw, type] of [
        [
          'POST',
          '/api/events',
          JSON.stringify({ ...sampleEvent, metadata: '?' }).replace('"?"', `{"n":${text}}`),
        ],
        ['PUT', url, JSON.stringify({ ...sampleEvent, metadata: '?' }).replace('"?"', `{"n":${text}}`)],
        ['PATCH', url, `{"metadata":{"n":${text}}}`],
        ['PATCH', url, `{"metadata":{"n":${text}}}`, 'application/merge-patch+json'],
        ['PATCH', url, patched, 'application/json-patch+json'],
      ] as const) {
        const answer = await sendRaw(raw, { 'Content-Type': type ?? 'application/json' }, method, path);
        expectProblem(answer, 422, 'validation-failed');
      }
    }),
  );
});

describe('values of every wrong kind', () => {
  const values: unknown[] = [
    null,
    true,
    0,
    -1,
    1.5,
    Number.MAX_VALUE,
    '',
    ' ',
    'x'.repeat(100_000),
    '${7*7}',
    '../../etc/passwd',
    "'; DROP TABLE events; --",
    [],
    [null],
    [[]],
    {},
    { $gt: '' },
    { $ne: null },
    { $where: 'sleep(1000)' },
    { $regex: '.*' },
    { toString: 'x', valueOf: 1, toJSON: 2, then: 3, length: -1 },
    { _bsontype: 'ObjectId', id: 'x' },
    { type: 'Buffer', data: [1, 2] },
    Array(5_000).fill({ a: [] }),
  ];
  /** What may come of a valid request with a value in it that is merely unusual. */
  const taken = new Set([200, 201, 204, 207]);

  test.each(
    bodied.map(([method, path, body, type]) => [method, path, type ?? 'application/json', body] as const),
  )(
    '%s %s as %s is answered, never failed, whatever stands in the place of a value or of a whole',
    async (method, path, type, sample) => {
      let person = await convene.person();
      const own = await person.createEvent();
      const target = filled(path).replace(event.id, own.id);
      const statuses = new Map<number, number>();
      for (const value of values) {
        const text = JSON.stringify(value);
        for (const body of [text, ...placesIn(sample).map((place) => place(text))]) {
          const answer: Answer = await person.send(method, target, {
            raw: body,
            headers: { 'Content-Type': type },
          });
          const { status } = answer;
          const known = taken.has(status) || [401, 404, 409, 422].includes(status);
          expect({ body: body.slice(0, 300), status: known ? 'known' : status }).toEqual({
            body: body.slice(0, 300),
            status: 'known',
          });
          if (path.endsWith('/logout') && status === 204) {
            person = await convene.person();
          }
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }
      expect(statuses.get(422)).toBeGreaterThan(values.length);
      expect(({} as any).polluted).toBeUndefined();
    },
  );

  test('operators where texts belong find nobody and nothing', () =>
    unchanged(async () => {
      for (const operator of [{ $gt: '' }, { $ne: null }, { $exists: true }, { $in: ['a'] }]) {
        for (const [path, body] of [
          ['/api/auth/login', { email: operator, password: PASSWORD }],
          ['/api/auth/login', { username: operator, password: PASSWORD }],
          ['/api/auth/login', { email: ada.user.email, password: operator }],
          ['/api/auth/refresh', { refreshToken: operator }],
          [`${url}/share`, { userId: operator, role: 'viewer' }],
          [`${url}/share`, { email: operator, role: 'viewer' }],
        ] as const) {
          expectProblem(await ada.post(path, body), 422, 'validation-failed');
        }
      }
    }));
});

test('the server is still well after all this', async () => {
  expect(await convene.anonymous.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect((await ada.get(`${url}/history`)).body.items.map(({ version }: any) => version)).toEqual([2, 1]);
});

/** Ways to write a body with another JSON text in the place of one of its values, or beside them. */
function placesIn(
  sample: unknown,
  wrap: (text: string) => string = (text) => text,
): ((text: string) => string)[] {
  if (typeof sample !== 'object' || sample === null) {
    return [];
  }
  const entries = Object.entries(sample);
  const written = (key: string, text: string): string => {
    const parts = entries.map(
      ([name, value]) => [name, name === key ? text : JSON.stringify(value)] as const,
    );
    const inner = Array.isArray(sample)
      ? parts.map(([, value]) => value)
      : parts.map(([name, value]) => `${JSON.stringify(name)}:${value}`);
    return Array.isArray(sample) ? `[${inner.join()}]` : `{${inner.join()}}`;
  };
  return entries.flatMap(([key, value]) => {
    const here = (text: string): string => wrap(written(key, text));
    return [here, ...placesIn(value, here)];
  });
}

test.each([
  ['POST', '/api/auth/login', { email: { length: { toString: 0 } }, password: 'x' }],
  ['POST', '/api/auth/register', { email: 'a@example.com', password: { length: { valueOf: 0 } } }],
  ['POST', '/api/auth/refresh', { refreshToken: { length: { toString: 0 } } }],
  ['POST', '/api/events', { ...sampleEvent, title: { length: { toString: 0 } } }],
  ['POST', '/api/events/batch', { events: { length: { toString: 0 } } }],
  ['POST', '/api/freebusy', { users: { length: { toString: 0 } }, from: 'x', to: 'y' }],
])('what only looks as if it had a length is refused: %s %s %j', async (method, path, body) => {
  const answer = await ada.send(method, path, { body });
  expect(answer).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
});
