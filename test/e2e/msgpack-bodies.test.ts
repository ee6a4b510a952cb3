import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { expectProblem, mannerly } from '../support/answers.js';
import { contentInput, json, PATIENCE, runs } from '../support/arbitraries.js';
import { Convene, PASSWORD, Person, sampleEvent, type Answer } from '../support/convene.js';
import { ask, MSGPACK, operations, pack, refer } from '../support/packed.js';

const CREATE = '/api/events?conflicts=ignore';
const SIZE = 1024 * 1024;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const RECURRENCE_ID = '2026-03-03T15:00:00';

let convene: Convene;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  convene.witness = mannerly;
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterAll(() => convene.close());

/** A webhook to a name that nobody has. */
async function webhookOf(owner: Person): Promise<string> {
  const { items } = (await owner.get('/api/webhooks')).body;
  const [known] = items;
  return (
    known ?? (await owner.post('/api/webhooks', { url: 'https://hooks.invalid/', events: ['undo'] })).body
  ).id;
}

/** The place of an operation on a new series of somebody's, of which Bob is a member. */
async function place(owner: Person, at: string): Promise<string> {
  if (at.startsWith('/api/webhooks/')) {
    return at.replace('{id}', await webhookOf(owner));
  }
  const { id } = await owner.createEvent({ recurrence: 'FREQ=DAILY;COUNT=5' });
  await owner.share({ id }, bob, 'editor');
  const names: Record<string, string> = { id, userId: bob.id, recurrenceId: RECURRENCE_ID };
  return at.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
}

/** What is alike in two answers to the same: everything but ids, times and the request's own id. */
const likeness = ({ status, body }: Answer): string =>
  JSON.stringify({ status, body: { ...body, requestId: '' } })
    .replaceAll(/\b[0-9a-f]{24}\b/g, '')
    .replaceAll(/("(?:createdAt|updatedAt|at)":)"[^"]*"/g, '$1""');
const stored = async ({ body }: Answer): Promise<string> =>
  likeness(await ada.get(`/api/events/${body.id}/history/${body.version}`));

describe('a body', () => {
  /** Contents, some of them with a field that may not be like that. */
  const anything = fc
    .tuple(contentInput, fc.option(fc.tuple(fc.nat(20), json), { freq: 2 }))
    .map(([input, wrong]) => {
      const names = [...Object.keys(input), 'unknown'];
      return wrong ? { ...input, [names[wrong[0] % names.length] ?? '']: wrong[1] } : input;
    });

  test(
    'with the same value is answered the same as in JSON, and stores the same',
    async () => {
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(anything, async (value) => {
          const [asJson, packed] = [
            await ada.post(CREATE, value),
            await ask(ada, 'POST', CREATE, { body: value }),
          ];
          expect(likeness(packed)).toBe(likeness(asJson));
          seen.add(packed.status);
          if (packed.status === 201) {
            expect(await stored(packed)).toBe(await stored(asJson));
          }
        }),
        runs(60),
      );
      expect([...seen].sort()).toEqual([201, 422]);
    },
    PATIENCE,
  );

  test(
    'of a PATCH is a merge patch',
    async () => {
      const part = anything.chain((input) =>
        fc.subarray(Object.entries(input), { maxLength: 4 }).map((some) => Object.fromEntries(some)),
      );
      await fc.assert(
        fc.asyncProperty(contentInput, part, async (content, patch) => {
          const [one, other] = [await ada.createEvent(content), await ada.createEvent(content)];
          const headers = { 'Content-Type': 'application/merge-patch+json' };
          const asJson = await ada.patch(`/api/events/${one.id}`, patch, headers);
          const packed = await ask(ada, 'PATCH', `/api/events/${other.id}`, { body: patch });
          expect(likeness(packed)).toBe(likeness(asJson));
          if (packed.status === 200) {
            expect(await stored(packed)).toBe(await stored(asJson));
          }
        }),
        runs(30),
      );
    },
    PATIENCE,
  );

  test('of a PATCH returns with null to a default, and is no JSON Patch', async () => {
    const { id } = await ada.createEvent({ location: 'Room 4', metadata: { a: 1, b: 2 } });
    const patched = await ask(ada, 'PATCH', `/api/events/${id}`, {
      body: { location: null, metadata: { a: null } },
    });
    expect(patched).toMatchObject({ status: 200, body: { location: '', metadata: { b: 2 }, version: 2 } });
    const operation = [{ op: 'replace', path: '/title', value: 'x' }];
    expect((await ask(ada, 'PATCH', `/api/events/${id}`, { body: operation })).status).toBe(422);
    const path = await place(ada, '/api/events/{id}/occurrences/{recurrenceId}');
    const occurrence = await ask(ada, 'PATCH', path, { body: { title: 'Moved' } });
    expect(occurrence.body.overrides).toEqual({ [RECURRENCE_ID]: { title: 'Moved' } });
  });

  const bodied = operations.filter(
    ({ operation }) => operation.requestBody && 'application/json' in refer(operation.requestBody).content,
  );
  const bodies = bodied.flatMap(({ at, method, operation }) =>
    Object.values<any>(refer(operation.requestBody).content['application/json'].examples).map(
      ({ value }) => ({
        at,
        method,
        body: value,
      }),
    ),
  );

  test.each(bodied)('is read by $method $at, with the limits of JSON', async ({ at, method }) => {
    const path = await place(ada, at);
    for (const body of [{ nothing: 1 }, [1], 'x', { ['constructor']: 1 }]) {
      const [packed, asJson] = [
        await ask(ada, method, path, { body }),
        await ada.send(method, path, { body }),
      ];
      expect(likeness(packed)).toBe(likeness(asJson));
      expect(packed.status).toBe(422);
    }
    expectProblem(await ask(ada, method, path, { raw: hex('81') }), 400, 'malformed-body');
    expectProblem(await ask(ada, method, path, { raw: Buffer.alloc(SIZE + 1, 1) }), 413, 'payload-too-large');
  });

  // Who registers is there, and cannot register again.
  test.each(bodies.filter(({ at }) => at !== '/api/auth/register'))(
    'is taken by $method $at as it is in JSON: $body',
    async ({ at, method, body }) => {
      const [one, other] = [await convene.person(), await convene.person()];
      const asJson = await one.send(method, await place(one, at), { body });
      const packed = await ask(other, method, await place(other, at), { body });
      expect({ status: packed.status, code: packed.body.code }).toEqual({
        status: asJson.status,
        code: asJson.body.code,
      });
    },
  );

  test('and an answer in MessagePack are enough to register, sign in, come back and leave', async () => {
    const [email, password] = ['packed@example.com', PASSWORD];
    const auth = (person: Person, path: string, body: unknown): Promise<Answer> =>
      ask(person, 'POST', `/api/auth/${path}`, { body });
    expect((await auth(convene.anonymous, 'register', { email, password, name: 'Päcked' })).status).toBe(201);
    const { body: first } = await auth(convene.anonymous, 'login', { email, password });
    const { refreshToken } = first;
    const { body: second } = await auth(convene.anonymous, 'refresh', { refreshToken });
    const person = new Person(convene, first.user, second);
    expect((await ask(person, 'GET', '/api/auth/me')).body).toEqual(first.user);
    expect((await auth(person, 'logout', { everywhere: true })).status).toBe(204);
    expectProblem(await ask(person, 'GET', '/api/auth/me'), 401, 'unauthenticated');
  });

  test('of 1 MiB is looked into; compressed, it is as large as what comes out', async () => {
    const text = (size: number): Buffer =>
      Buffer.concat([hex(`db ${(size - 5).toString(16).padStart(8, '0')}`), Buffer.alloc(size - 5, 'x')]);
    expectProblem(await ask(ada, 'POST', CREATE, { raw: text(SIZE) }), 422, 'validation-failed');
    expectProblem(await ask(ada, 'POST', CREATE, { raw: text(SIZE + 1) }), 413, 'payload-too-large');
    const headers = { 'Content-Encoding': 'gzip' };
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expectProblem(await ask(ada, 'POST', CREATE, { raw: bomb, headers }), 413, 'payload-too-large');
    const event = gzipSync(pack(sampleEvent));
    expect((await ask(ada, 'POST', CREATE, { raw: event, headers })).status).toBe(201);
  });

  test('is left out, or empty, where there is none to take', async () => {
    const path = await place(ada, '/api/events/{id}/restore');
    const restore = (body?: unknown): Promise<Answer> =>
      ask(ada, 'POST', path, body === undefined ? {} : { body });
    expect([(await restore()).status, (await restore({})).status]).toEqual([200, 200]);
    expectProblem(await restore({ force: true }), 422, 'validation-failed');
    const empty = { headers: { 'Content-Type': MSGPACK } };
    expectProblem(await ask(ada, 'POST', CREATE, empty), 400, 'malformed-body');
  });
});

describe('what is no event', () => {
  /** An event with these bytes in its metadata. */
  const holding = (payload: Buffer): Buffer =>
    Buffer.concat([pack({ ...sampleEvent, metadata: null }).subarray(0, -1), hex('81 a1 6e'), payload]);

  const create = async (raw: Buffer): Promise<Answer> => {
    const before = (await ada.get('/api/events?limit=200&sort=-updatedAt')).body;
    const answer = await ask(ada, 'POST', CREATE, { raw });
    expect((await ada.get('/api/events?limit=200&sort=-updatedAt')).body).toEqual(before);
    return answer;
  };

  test('can be held like an event', async () => {
    expect((await ask(ada, 'POST', CREATE, { raw: holding(hex('01')) })).body.metadata).toEqual({ n: 1 });
  });

  test.each([
    ['NaN', 'cb 7ff8000000000000'],
    ['an infinity', 'ca 7f800000'],
    ['a timestamp', 'd6 ff 00000000'],
    ['binary', 'c4 01 00'],
    ['an extension', 'd4 05 00'],
    ['a prefix that means nothing', 'c1'],
    ['a key that is a number', '81 01 01'],
    ['text that is not UTF-8', 'a2 c3 28'],
    ['a lone surrogate', 'a3 eda080'],
    ['bytes left over', '01 01'],
    ['a value cut off', ''],
    ['four billion items', 'dd ffffffff'],
    ['four billion members', 'df ffffffff'],
    ['four billion characters', 'db ffffffff'],
    ['four billion bytes', 'c6 ffffffff'],
    ['items that announce items', 'dd 0000ff00'.repeat(13_000)],
    ['a million levels without an end', '91'.repeat(1_000_000)],
  ])('%s is malformed', async (_, payload) => {
    expectProblem(await create(holding(hex(payload))), 400, 'malformed-body');
    if (payload !== '') {
      expectProblem(await create(hex(payload)), 400, 'malformed-body');
    }
  });

  test.each([
    ['NUL', 'a1 00'],
    ['10,000 levels', `${'91'.repeat(10_000)} c0`],
    ['100,000 levels', `${'91'.repeat(100_000)} c0`],
    ['100,001 values', `dd 000186a1 ${'01'.repeat(100_001)}`],
    ['__proto__ for a key', '81 a9 5f5f70726f746f5f5f 81 a1 61 01'],
    ['constructor for a key', '81 ab 636f6e7374727563746f72 01'],
  ])('%s is refused, as in JSON', async (_, payload) => {
    expectProblem(await create(holding(hex(payload))), 422, 'validation-failed');
    expectProblem(await create(hex(payload)), 422, 'validation-failed');
    expect(({} as any).a).toBeUndefined();
  });
});

test('a body of more values than are taken is refused before they cost much', async () => {
  const raw = new Uint8Array(1024 * 1024 - 1).fill(0x91);
  const headers = { 'Content-Type': 'application/msgpack' };
  const answer = await convene.anonymous.send('POST', '/api/auth/login', { raw, headers });
  expect(answer).toMatchObject({ status: 400, body: { code: 'malformed-body' } });
});
