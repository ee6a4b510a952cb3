import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/answers.js';
import { Convene, PASSWORD, Person, sampleEvent, type Answer } from '../support/convene.js';

const HOUR = 3_600_000;

let convene: Convene;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterAll(() => convene.close());

let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;

/** Sends a POST with a key. */
const send = (
  person: Person,
  path: string,
  key: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => person.post(path, body, { headers: { 'Idempotency-Key': key, ...headers } });

const create = (person: Person, key: string, fields: Record<string, unknown> = {}): Promise<Answer> =>
  send(person, '/api/events?conflicts=ignore', key, { ...sampleEvent, ...fields });

const isReplay = ({ headers }: Answer): boolean => headers.get('Idempotency-Replayed') === 'true';

/** How many events with this title somebody has. */
async function countOf(person: Person, title: string): Promise<number> {
  const { body } = await person.get(`/api/events?limit=200&q=${title}`);
  return body.items.length;
}

let titles = 0;
/** A word that no other test uses. */
const newTitle = (): string => `title${(titles += 1)}x`;

/** The answer to the same request, sent twice; the second is the first one again. */
async function twice(sending: () => Promise<Answer>): Promise<Answer> {
  const first = await sending();
  const second = await sending();
  expect(first.headers.has('Idempotency-Replayed')).toBe(false);
  expect(isReplay(second)).toBe(true);
  expect({ status: second.status, body: second.body }).toEqual({ status: first.status, body: first.body });
  for (const name of ['Location', 'ETag', 'Content-Type', 'Cache-Control', 'Content-Length']) {
    expect([name, second.headers.get(name)]).toEqual([name, first.headers.get(name)]);
  }
  return second;
}

describe('a request that is sent again with its key', () => {
  test('creates one event, and is answered the same, byte for byte', async () => {
    const [key, title] = [newKey(), newTitle()];
    const sendRaw = async () => {
      const response = await fetch(`${convene.url}/api/events`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${ada.tokens?.accessToken ?? ''}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': key,
        },
        body: JSON.stringify({ ...sampleEvent, title, description: 'Ünïcödé\n\u{1f4c5}' }),
      });
      const { status, headers } = response;
      return { status, headers, bytes: Buffer.from(await response.arrayBuffer()).toString('hex') };
    };
    const [first, second] = [await sendRaw(), await sendRaw()];
    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 201, bytes: first.bytes });
    expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
    expect(second.headers.get('ETag')).toBe('"1"');
    expect(second.headers.get('Idempotency-Replayed')).toBe('true');
    expect(await countOf(ada, title)).toBe(1);
  });

  test('has a request id, and costs, of its own', async () => {
    const limited = await Convene.start({ RATE_LIMIT: 'on' });
    try {
      const cat = await limited.person();
      const key = newKey();
      const sent = (id: string) => send(cat, '/api/events', key, sampleEvent, { 'X-Request-Id': id });
      const [first, second] = [await sent('first'), await sent('second')];
      expect(isReplay(second)).toBe(true);
      expect(second.headers.get('X-Request-Id')).toBe('second');
      const left = ({ headers }: Answer): number => Number(headers.get('RateLimit-Remaining'));
      expect(left(second)).toBe(left(first) - 1);
    } finally {
      await limited.close();
    }
  });

  test('is answered as at first, though the event has been edited since', async () => {
    const key = newKey();
    const first = await create(ada, key);
    await ada.patch(first.headers.get('Location') ?? '', { title: 'Another title' });
    expect((await create(ada, key)).body).toEqual(first.body);
  });

  test('may be a batch that was created in part', async () => {
    const title = newTitle();
    const events = [{ ...sampleEvent, title }, { title: '' }];
    const key = newKey();
    const answer = await twice(() => send(ada, '/api/events/batch?conflicts=ignore', key, { events }));
    expect(answer.status).toBe(207);
    expect(await countOf(ada, title)).toBe(1);
  });

  test('may be a batch of 500', async () => {
    const title = newTitle();
    const events = Array.from({ length: 500 }, (_, i) => ({
      ...sampleEvent,
      title,
      description: `${i} `.repeat(200),
    }));
    const key = newKey();
    const answer = await twice(() => send(bob, '/api/events/batch?conflicts=ignore', key, { events }));
    expect(answer.status).toBe(201);
    expect(answer.body.results).toHaveLength(500);
  });

  test('shares, rolls back and restores once', async () => {
    const event = await ada.createEvent();
    const at = `/api/events/${event.id}`;
    const keyOf = { share: newKey(), rollback: newKey(), restore: newKey() };
    await twice(() => send(ada, `${at}/share`, keyOf.share, { userId: bob.id, role: 'viewer' }));
    await ada.delete(`${at}/permissions/${bob.id}`);
    expect((await send(ada, `${at}/share`, keyOf.share, { userId: bob.id, role: 'viewer' })).status).toBe(
      200,
    );
    expect((await bob.get(at)).status).toBe(404);

    await ada.patch(at, { title: 'Second' });
    const rolledBack = await twice(() => send(ada, `${at}/rollback/1`, keyOf.rollback));
    expect(rolledBack.headers.get('ETag')).toBe('"5"');
    await ada.patch(at, { title: 'Third' });
    await send(ada, `${at}/rollback/1`, keyOf.rollback);
    expect((await ada.get(at)).body).toMatchObject({ title: 'Third', version: 6 });

    await ada.delete(at);
    await twice(() => send(ada, `${at}/restore`, keyOf.restore));
    await ada.delete(at);
    expect((await send(ada, `${at}/restore`, keyOf.restore)).body).toMatchObject({ deletedAt: null });
    expect((await ada.get(at)).body).toMatchObject({ deletedAt: expect.any(String) });
  });

  test('that answers without a change or without a body is no exception', async () => {
    const [asked, invited] = [newKey(), newKey()];
    await twice(() => send(ada, '/api/events/conflicts', asked, sampleEvent));
    const invitation = await twice(() => send(ada, '/api/invitations', invited));
    expect(invitation.status).toBe(201);
  });

  test('20 at once come to one event, and all get its answer', async () => {
    const [key, title] = [newKey(), newTitle()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(ada, key, { title })));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(answers.filter(isReplay)).toHaveLength(19);
    expect(await countOf(ada, title)).toBe(1);
  });

  test('is remembered over a restart', async () => {
    const key = newKey();
    const first = await create(ada, key);
    await convene.restart();
    const second = await create(ada, key);
    expect({ replay: isReplay(second), body: second.body }).toEqual({ replay: true, body: first.body });
  });
});

describe('a key', () => {
  test('belongs to method, path, query and body of its first use', async () => {
    const [key, title] = [newKey(), newTitle()];
    await create(ada, key, { title });
    const others = [
      create(ada, key, { title, busy: false }),
      send(ada, '/api/events?conflicts=report', key, { ...sampleEvent, title }),
      send(ada, '/api/events/conflicts?conflicts=ignore', key, { ...sampleEvent, title }),
      send(ada, '/api/events?conflicts=ignore', key, { title: 'What is not valid' }),
      ada.post('/api/events?conflicts=ignore', undefined, {
        raw: '{ not even JSON',
        headers: { 'Idempotency-Key': key, 'Content-Type': 'application/json' },
      }),
    ];
    for (const answer of await Promise.all(others)) {
      expectProblem(answer, 422, 'idempotency-mismatch');
    }
    expect(await countOf(ada, title)).toBe(1);
  });

  test('is its user’s: another has one of the same name', async () => {
    const [key, title] = [newKey(), newTitle()];
    const [hers, his] = [await create(ada, key, { title }), await create(bob, key, { title })];
    expect([isReplay(hers), isReplay(his)]).toEqual([false, false]);
    expect(his.body.id).not.toBe(hers.body.id);
    expect(await countOf(bob, title)).toBe(1);
  });

  test('whose request was refused may be sent again, with what is corrected', async () => {
    const [key, title] = [newKey(), newTitle()];
    expectProblem(await create(ada, key, { title: '' }), 422, 'validation-failed');
    expectProblem(await send(ada, `/api/events/${'0'.repeat(24)}/restore`, key), 404, 'not-found');
    const { status } = await create(ada, key, { title });
    expect({ status, count: await countOf(ada, title) }).toEqual({ status: 201, count: 1 });
    expect(isReplay(await create(ada, key, { title }))).toBe(true);
  });

  test('is forgotten after 24 hours', async () => {
    const own = await Convene.start();
    try {
      const cat = await own.person();
      const [key, title] = [newKey(), newTitle()];
      const first = await create(cat, key, { title });
      const signIn = async (): Promise<Person> => {
        const credentials = { email: cat.user.email, password: PASSWORD };
        return new Person(own, cat.user, (await own.anonymous.post('/api/auth/login', credentials)).body);
      };
      own.advance(24 * HOUR - 60_000);
      expect((await create(await signIn(), key, { title })).body).toEqual(first.body);
      own.advance(120_000);
      const later = await create(await signIn(), key, { title });
      expect({ status: later.status, replay: isReplay(later) }).toEqual({ status: 201, replay: false });
      expect(later.body.id).not.toBe(first.body.id);
      expect(await countOf(await signIn(), title)).toBe(2);
    } finally {
      await own.close();
    }
  });

  test.each([
    ['of 256 characters', 'k'.repeat(256)],
    ['with a space', 'a key'],
    ['beyond ASCII', 'k\u{e9}y'],
    ['of nothing', ''],
  ])('%s is refused', async (_, key) => {
    const answer = await create(ada, key);
    expectProblem(answer, 422, 'validation-failed');
    expect(answer.body.errors).toEqual([{ pointer: 'Idempotency-Key', message: expect.any(String) }]);
  });

  test.each([['k'.repeat(255)], ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'], ['$where'], ['__proto__']])(
    '%s is one',
    async (key) => {
      await twice(() => create(ada, key));
    },
  );

  test('is ignored by whoever is not signed in, on register, login and refresh', async () => {
    const headers = { 'Idempotency-Key': 'not a valid one' };
    const email = 'keyed@example.com';
    const password = PASSWORD;
    const { anonymous } = convene;
    const registered = await anonymous.post('/api/auth/register', { email, password }, { headers });
    expect(registered.status).toBe(201);
    const again = await anonymous.post('/api/auth/register', { email, password }, { headers });
    expectProblem(again, 409, 'already-registered');
    const signIns = [1, 2].map(() => anonymous.post('/api/auth/login', { email, password }, { headers }));
    const [one, two] = await Promise.all(signIns);
    expect(one?.body.refreshToken).not.toBe(two?.body.refreshToken);
    const [three, four] = [1, 2].map(() => send(ada, '/api/auth/login', 'one key', { email, password }));
    expect((await three)?.body.refreshToken).not.toBe((await four)?.body.refreshToken);
    const { refreshToken } = registered.body;
    const refreshed = await anonymous.post('/api/auth/refresh', { refreshToken }, { headers });
    expect(refreshed.status).toBe(200);
    expectProblem(await anonymous.post('/api/events', sampleEvent, { headers }), 401, 'unauthenticated');
  });

  test('of somebody else is of no use to those who sign in as nobody', async () => {
    const key = newKey();
    await create(ada, key);
    expectProblem(await create(convene.anonymous, key), 401, 'unauthenticated');
  });

  test('is ignored by other methods', async () => {
    const key = newKey();
    const event = await ada.createEvent();
    const headers = { 'Idempotency-Key': key };
    const edit = (title: string) => ada.patch(`/api/events/${event.id}`, { title }, headers);
    expect((await edit('One')).status).toBe(200);
    expect((await edit('Two')).body.title).toBe('Two');
  });

  test('may be sent from other origins, which may read that it was used', async () => {
    const open = await Convene.start({ CORS_ORIGIN: 'https://calendar.example' });
    try {
      const origin = { Origin: 'https://calendar.example' };
      const asked = await open.anonymous.send('OPTIONS', '/api/events', {
        headers: {
          ...origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key',
        },
      });
      expect(asked.headers.get('Access-Control-Allow-Headers')).toMatch(/\bidempotency-key\b/i);
      const cat = await open.person();
      const answer = await send(cat, '/api/events', newKey(), sampleEvent, origin);
      expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('Idempotency-Replayed');
    } finally {
      await open.close();
    }
  });
});

(process.env['MONGODB_URI'] ? test : test.skip)(
  'two processes that get a key 20 times at once create one event',
  async () => {
    const other = await convene.beside();
    try {
      const [key, title] = [newKey(), newTitle()];
      const there = new Person(other, ada.user, ada.tokens);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => create(i % 2 === 0 ? ada : there, key, { title })),
      );
      expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
      expect(answers.filter(isReplay)).toHaveLength(19);
      expect(await countOf(ada, title)).toBe(1);
    } finally {
      await other.close();
    }
  },
);
