import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { Convene, PASSWORD, sampleEvent, type Answer, type Person } from '../support/convene.js';
import { ask, MSGPACK, operations, refer } from '../support/packed.js';

const CREATE = '/api/events?conflicts=ignore';
const SIZE = 1024 * 1024;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

let convene: Convene;
let ada: Person;
let bob: Person;
let url: string;
let webhookId: string;
let places: Record<string, string>;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  convene.witness = mannerly;
  [ada, bob] = [await convene.person(), await convene.person()];
  const { id } = await ada.createEvent({
    recurrence: 'FREQ=DAILY;COUNT=5',
    metadata: { a: { b: [1.5, null] } },
  });
  url = `/api/events/${id}`;
  places = { id, userId: bob.id, version: '1', from: '1', to: '3', recurrenceId: '2026-03-03T15:00:00' };
  await ada.post(`${url}/share`, { userId: bob.id, role: 'editor' });
  await ada.patch(url, { title: 'Überprüfung 😀', location: 'Room 4' });
  const hook = await ada.post('/api/webhooks', { url: 'https://hooks.invalid/', events: ['undo'] });
  webhookId = hook.body.id;
  const trashed = await ada.createEvent();
  await ada.delete(`/api/events/${trashed.id}`);
});
afterAll(() => convene.close());

const placed = (at: string): string =>
  (at.startsWith('/api/webhooks/') ? at.replace('{id}', webhookId) : at).replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => places[name] ?? '',
  );
const vary = ({ headers }: Answer): string[] => (headers.get('Vary') ?? '').toLowerCase().split(/, */);

describe('the document', () => {
  test('declares MessagePack beside JSON, with the same schema, and nowhere else', () => {
    const contents = operations.flatMap(({ operation }) =>
      [operation.requestBody, ...Object.values(operation.responses)].map((one) => refer(one)?.content ?? {}),
    );
    const packed = contents.filter((content) => content[MSGPACK]);
    expect(packed.length).toBeGreaterThan(40);
    expect(packed).toEqual(contents.filter((content) => content['application/json']));
    packed.forEach((content) => expect(content[MSGPACK].schema).toEqual(content['application/json'].schema));
  });
});

describe('an answer', () => {
  const readable = operations
    .filter(
      ({ method, operation }) => method === 'GET' && refer(operation.responses['200'])?.content[MSGPACK],
    )
    .map(({ at }) => at);
  const queries = [
    '/api/events?expand=true&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z',
    '/api/events?deleted=true',
    '/api/events?limit=1',
    '/api/events/{id}/changelog?field=title',
    '/api/events/{id}/diff/3/1',
  ];

  test.each([...readable, ...queries])('to GET %s is the same value in both formats', async (at) => {
    const asJson = await ada.get(placed(at));
    const packed = await ask(ada, 'GET', placed(at));
    // A sync token tells the moment at which it was given.
    const token = asJson.body.nextToken && { nextToken: expect.any(String) };
    expect(packed).toMatchObject({ status: 200, body: { ...asJson.body, ...token } });
    expect(packed.body).toEqual({ ...asJson.body, ...token });
    expect(asJson.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(packed.headers.get('Content-Type')).toBe(MSGPACK);
    for (const name of ['ETag', 'Cache-Control', 'X-Content-Type-Options']) {
      expect([name, packed.headers.get(name)]).toEqual([name, asJson.headers.get(name)]);
    }
    [asJson, packed].forEach((answer) => expect(vary(answer)).toContain('accept'));
  });

  test.each([
    ['application/json;q=0.5, application/msgpack', MSGPACK],
    ['application/msgpack;q=0.5, application/json', 'application/json'],
    ['application/msgpack, */*', MSGPACK],
    ['application/msgpack, application/json', MSGPACK],
    ['application/json, application/msgpack', 'application/json'],
    ['application/json; charset=utf-8, application/msgpack;q=0.9', 'application/json'],
    ['application/json;q=0, */*', MSGPACK],
    ['text/html, application/msgpack;q=0.1', MSGPACK],
    ['APPLICATION/MSGPACK', MSGPACK],
    ['application/msgpack;q=0, */*', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['', 'application/json'],
  ])('where %s is accepted is %s', async (Accept, type) => {
    const { status, headers } = await ask(ada, 'GET', url, { headers: { Accept } });
    expect({ status, type: headers.get('Content-Type')?.split(';')[0] }).toEqual({ status: 200, type });
  });

  test.each(['application/msgpack;q=0', 'application/x-msgpack', 'application/vnd.msgpack', 'text/msgpack'])(
    'is refused where %s alone is accepted, and nothing is done',
    async (Accept) => {
      const before = (await ada.get(url)).body;
      expectProblem(
        await ask(ada, 'PATCH', url, { body: { title: 'x' }, headers: { Accept } }),
        406,
        'not-acceptable',
      );
      expect((await ada.get(url)).body).toEqual(before);
    },
  );

  test('is JSON to a body in MessagePack, and MessagePack to one in JSON, where that is accepted', async () => {
    const fromPacked = await ask(ada, 'POST', CREATE, {
      body: sampleEvent,
      headers: { Accept: 'application/json' },
    });
    expect(fromPacked).toMatchObject({ status: 201, body: { title: 'Design review' } });
    expect(fromPacked.headers.get('Content-Type')).toMatch(/^application\/json/);
    const headers = { 'Content-Type': 'application/json' };
    const packed = await ask(ada, 'POST', CREATE, { raw: Buffer.from(JSON.stringify(sampleEvent)), headers });
    expect(packed).toMatchObject({ status: 201, body: { title: 'Design review' } });
    expect(packed.headers.get('Content-Type')).toBe(MSGPACK);
  });

  test('to HEAD has the type of that to GET; where there is nothing new, it is a 304', async () => {
    const { headers: got } = await ask(ada, 'GET', url);
    const head = await ask(ada, 'HEAD', url);
    expect([head.status, head.bytes.length, head.headers.get('Content-Type')]).toEqual([200, 0, MSGPACK]);
    const headers = { 'If-None-Match': got.get('ETag') ?? '' };
    const fresh = await ask(ada, 'GET', url, { headers });
    expect([fresh.status, fresh.bytes.length, fresh.headers.get('Content-Type')]).toEqual([304, 0, null]);
    expect(vary(fresh)).toContain('accept');
  });

  test('without content has none', async () => {
    const { id } = await ada.createEvent();
    const answer = await ask(ada, 'DELETE', `/api/events/${id}`, { headers: { Accept: 'text/html' } });
    expect([answer.status, answer.bytes.length]).toEqual([204, 0]);
  });

  test('of a batch tells of each item, problems included', async () => {
    const body = { events: [sampleEvent, { title: 'x' }] };
    const answer = await ask(ada, 'POST', '/api/events/batch?conflicts=ignore', { body });
    expect(answer).toMatchObject({
      status: 207,
      body: { results: [{ status: 201 }, { status: 422, problem: { code: 'validation-failed' } }] },
    });
  });
});

test.each<[number, string, () => Promise<Answer>]>([
  [400, 'malformed-body', () => ask(ada, 'POST', CREATE, { raw: hex('c1') })],
  [401, 'unauthenticated', () => ask(convene.anonymous, 'GET', '/api/events')],
  [
    401,
    'invalid-credentials',
    () => ask(ada, 'POST', '/api/auth/login', { body: { username: 'x', password: PASSWORD } }),
  ],
  [404, 'not-found', () => ask(ada, 'GET', '/api/nothing')],
  [404, 'not-found', () => ask(ada, 'GET', '/api/events/x')],
  [405, 'method-not-allowed', () => ask(ada, 'PUT', '/api/events', { body: {} })],
  [
    412,
    'precondition-failed',
    () => ask(ada, 'PATCH', url, { body: { title: 'x' }, headers: { 'If-Match': '"99"' } }),
  ],
  [413, 'payload-too-large', () => ask(ada, 'POST', CREATE, { raw: Buffer.alloc(SIZE + 1) })],
  [
    415,
    'unsupported-media-type',
    () => ask(ada, 'POST', CREATE, { body: {}, headers: { 'Content-Type': 'application/x-msgpack' } }),
  ],
  [422, 'validation-failed', () => ask(ada, 'POST', CREATE, { body: {} })],
])(
  'a refusal, such as %i %s, is a problem in JSON, though MessagePack alone is accepted',
  async (status, code, send) => {
    const answer = await send();
    expectProblem(answer, status, code);
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json\b/);
  },
);

describe('sent again with its Idempotency-Key', () => {
  test('a request gets its first bytes in their first format, whatever is accepted now', async () => {
    const headers = { 'Idempotency-Key': 'packed' };
    const first = await ask(ada, 'POST', CREATE, { body: sampleEvent, headers });
    const again = await ask(ada, 'POST', CREATE, {
      body: sampleEvent,
      headers: { ...headers, Accept: 'application/json' },
    });
    expect([first.status, again.status, again.headers.get('Idempotency-Replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    expect(again.bytes.equals(first.bytes)).toBe(true);
    expect(again.headers.get('Content-Type')).toBe(MSGPACK);
  });

  test('the same value in the other format is another request', async () => {
    const headers = { 'Idempotency-Key': 'spelled' };
    expect((await ada.post(CREATE, sampleEvent, { headers })).status).toBe(201);
    expectProblem(
      await ask(ada, 'POST', CREATE, { body: sampleEvent, headers }),
      422,
      'idempotency-mismatch',
    );
  });
});
