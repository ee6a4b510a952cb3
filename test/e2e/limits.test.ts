import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { Convene, PASSWORD, Person, sampleEvent, type Answer } from '../support/convene.js';
import { startRedis, whyNoRedis } from '../support/redis.js';

const SECRET = 'a secret that no test looks at, long enough';

const limitOf = ({ headers }: Answer) => ({
  limit: Number(headers.get('RateLimit-Limit') ?? NaN),
  remaining: Number(headers.get('RateLimit-Remaining') ?? NaN),
  reset: Number(headers.get('RateLimit-Reset') ?? NaN),
});

/** A refusal that says when to come again, and is right about it. */
function expectRefusal(answer: Answer, limit: number): void {
  expect(answer).toMatchObject({ status: 429, body: { code: 'rate-limited', status: 429 } });
  const { retryAfter } = answer.body;
  expect(Number.isInteger(retryAfter) && retryAfter >= 1).toBe(true);
  expect(answer.headers.get('Retry-After')).toBe(String(retryAfter));
  expect(limitOf(answer)).toEqual({ limit, remaining: 0, reset: retryAfter });
}

describe('every answer below /api', () => {
  let convene: Convene;
  let ada: Person;
  beforeAll(async () => {
    convene = await Convene.start();
    ada = await convene.person();
  });
  afterAll(() => convene.close());

  const reads = 6_000;
  const writes = 3_000;
  const anonymous = 3_000;
  const event = async (): Promise<string> => `/api/events/${(await ada.createEvent()).id}`;

  test.each<[string, number, number, () => Promise<Answer>]>([
    ['a list', 200, reads, () => ada.get('/api/events')],
    ['a creation', 201, writes, () => ada.post('/api/events', sampleEvent)],
    ['a deletion', 204, writes, async () => ada.delete(await event())],
    [
      'what has not changed',
      304,
      reads,
      async () => ada.get(await event(), { headers: { 'If-None-Match': '"1"' } }),
    ],
    ['a damaged body', 400, writes, () => ada.send('POST', '/api/events', { raw: '{', headers: json })],
    ['nobody’s request', 401, anonymous, () => convene.anonymous.get('/api/events')],
    [
      'a token that is none',
      401,
      anonymous,
      () => convene.anonymous.get('/api/events', { headers: { Authorization: 'Bearer x' } }),
    ],
    ['an event that is not there', 404, reads, () => ada.get('/api/events/66f0c0ffee0123456789abcd')],
    ['a path that is not there', 404, reads, () => ada.get('/api/nothing')],
    ['a path that cannot be read', 404, reads, () => ada.get('/api/events/%E0')],
    ['a method that is not taken', 405, writes, () => ada.put('/api/events', {})],
    [
      'what cannot be answered',
      406,
      reads,
      () => ada.get('/api/events', { headers: { Accept: 'text/csv' } }),
    ],
    ['another version', 412, writes, async () => ada.patch(await event(), {}, { 'If-Match': '"9"' })],
    ['too large a body', 413, writes, () => ada.post('/api/events', { title: 'x'.repeat(1_100_000) })],
    ['no content type', 415, writes, () => ada.send('POST', '/api/events', { raw: '{}' })],
    ['what is not valid', 422, writes, () => ada.post('/api/events', {})],
    ['a preflight request', 204, anonymous, () => convene.anonymous.send('OPTIONS', '/api/events')],
    ['the document', 200, anonymous, () => convene.anonymous.get('/api/openapi.json')],
    ['the page of the API', 200, anonymous, () => convene.anonymous.get('/api/docs/')],
    ['wrong credentials', 401, 600, () => convene.anonymous.post('/api/auth/login', stranger)],
    ['a refresh token that is none', 401, 600, () => convene.anonymous.post('/api/auth/refresh', noToken)],
    ['a registration', 422, 300, () => convene.anonymous.post('/api/auth/register', {})],
  ])('says how much is left: %s (%i)', async (_, status, limit, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    const standing = limitOf(answer);
    expect(standing.limit).toBe(limit);
    expect(standing.remaining).toBeGreaterThanOrEqual(0);
    expect(standing.remaining).toBeLessThan(limit);
    expect(standing.reset).toBeGreaterThanOrEqual(1);
    expect(standing.reset).toBeLessThanOrEqual(600);
  });

  const json = { 'Content-Type': 'application/json' };
  const stranger = { email: 'nobody@example.com', password: 'wrong' };
  const noToken = { refreshToken: 'none' };

  test('an answer elsewhere does not', async () => {
    expect((await convene.anonymous.get('/health/live')).headers.has('RateLimit-Limit')).toBe(false);
  });

  test.each<[string, number, () => Promise<Answer>]>([
    ['a reading', 1, () => ada.get('/api/auth/me')],
    ['looking for conflicts', 5, async () => ada.get(`${await event()}/conflicts`)],
    ['checking a candidate', 5, () => ada.post('/api/events/conflicts', sampleEvent)],
    ['free/busy', 5, () => ada.post('/api/freebusy', { users: [ada.id], ...march })],
    ['an expansion', 5, () => ada.get(`/api/events?expand=true&from=${march.from}&to=${march.to}`)],
    ['a list', 1, () => ada.get('/api/events/')],
    ['a batch', 10, () => ada.post('/api/events/batch', { events: [sampleEvent] })],
    ['a batch, with a slash', 10, () => ada.post('/api/events/batch/', { events: [sampleEvent] })],
  ])('%s costs %i', async (_, cost, ask) => {
    const first = limitOf(await ask());
    const second = limitOf(await ask());
    expect(first.remaining - second.remaining).toBe(cost);
  });

  const march = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };

  test('a few hundred requests at once meet no limit', async () => {
    const bob = await convene.person();
    const answers = await Promise.all([
      ...Array.from({ length: 300 }, () => bob.get('/api/auth/me')),
      ...Array.from({ length: 200 }, () => bob.post('/api/events?conflicts=ignore', sampleEvent)),
    ]);
    expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
  });
});

describe('over a limit', () => {
  let convene: Convene;
  const start = async (environment: Record<string, string>): Promise<void> => {
    convene = await Convene.start(environment);
  };
  afterEach(() => convene.close());

  test('of 200 requests at the same time exactly as many get through as may', async () => {
    await start({ RATE_LIMIT_WRITES: '50/600' });
    const ada = await convene.person();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => ada.post('/api/events?conflicts=ignore', sampleEvent)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    answers.filter(({ status }) => status !== 201).forEach((answer) => expectRefusal(answer, 50));
    expect((await ada.get('/api/events?limit=200')).body.items).toHaveLength(50);
  });

  test('reads are refused, and writes and other people are not', async () => {
    await start({ RATE_LIMIT_READS: '2/600' });
    const [ada, bob] = [await convene.person(), await convene.person()];
    await ada.get('/api/auth/me');
    await ada.get('/api/nothing');
    expectRefusal(await ada.get('/api/auth/me'), 2);
    expect((await ada.post('/api/events', sampleEvent)).status).toBe(201);
    expect((await bob.get('/api/auth/me')).status).toBe(200);
  });

  test('nobody’s requests are refused by address, and those of the signed in are not', async () => {
    await start({ RATE_LIMIT_ANONYMOUS: '2/600' });
    const ada = await convene.person();
    await convene.anonymous.get('/api/events');
    await convene.anonymous.get('/api/openapi.json');
    expectRefusal(await convene.anonymous.get('/api/events'), 2);
    expect((await ada.get('/api/events')).status).toBe(200);
  });

  test('registrations and refreshes are refused by address', async () => {
    await start({ RATE_LIMIT_REGISTRATIONS: '1/600', RATE_LIMIT_REFRESHES: '1/600' });
    const { tokens } = await convene.person();
    const again = { email: 'again@example.com', password: PASSWORD };
    expectRefusal(await convene.anonymous.post('/api/auth/register', again), 1);
    const refreshed = await convene.anonymous.post('/api/auth/refresh', {
      refreshToken: tokens?.refreshToken,
    });
    expect(refreshed.status).toBe(200);
    const { refreshToken } = refreshed.body;
    expectRefusal(await convene.anonymous.post('/api/auth/refresh', { refreshToken }), 1);
  });

  test('behind a proxy it is the address that the proxy tells, of IPv6 the network', async () => {
    await start({ RATE_LIMIT_ANONYMOUS: '1/600', TRUST_PROXY: '1' });
    const from = async (address: string): Promise<number> =>
      (await convene.anonymous.get('/api/events', { headers: { 'X-Forwarded-For': address } })).status;
    expect(await from('192.0.2.1')).toBe(401);
    expect(await from('192.0.2.1')).toBe(429);
    expect(await from('192.0.2.2')).toBe(401);
    expect(await from('2001:db8::1')).toBe(401);
    expect(await from('2001:db8::2')).toBe(429);
  });

  test('without a proxy nobody can say that they come from elsewhere', async () => {
    await start({ RATE_LIMIT_ANONYMOUS: '1/600' });
    const from = async (address: string): Promise<number> =>
      (await convene.anonymous.get('/api/events', { headers: { 'X-Forwarded-For': address } })).status;
    expect([await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([401, 429]);
  });

  test('the refusal can be read by a page of an origin that may call', async () => {
    await start({ RATE_LIMIT_ANONYMOUS: '1/600', CORS_ORIGIN: 'https://calendar.example.org' });
    const headers = { Origin: 'https://calendar.example.org' };
    await convene.anonymous.get('/api/events', { headers });
    const answer = await convene.anonymous.get('/api/events', { headers });
    expectRefusal(answer, 1);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('https://calendar.example.org');
    const exposed = answer.headers.get('Access-Control-Expose-Headers') ?? '';
    expect(exposed.split(',')).toEqual(
      expect.arrayContaining(['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After']),
    );
  });

  test('RATE_LIMIT=off: there are no limits, and no headers', async () => {
    await start({ RATE_LIMIT: 'off', RATE_LIMIT_READS: '1/600' });
    const ada = await convene.person();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ada.get('/api/events')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    answers.forEach(({ headers }) => expect(headers.has('RateLimit-Limit')).toBe(false));
  });
});

describe('logging in', () => {
  let convene: Convene;
  let email: string;
  beforeEach(async () => {
    convene = await Convene.start({ TRUST_PROXY: '1' });
    email = (await convene.person()).user.email;
  });
  afterEach(() => convene.close());

  const logIn = (password: string, address: string): Promise<Answer> =>
    convene.anonymous.post(
      '/api/auth/login',
      { email, password },
      { headers: { 'X-Forwarded-For': address } },
    );

  test('within 240 wrong passwords for one account comes a 429; elsewhere the right one gets in', async () => {
    const statuses: number[] = [];
    while (statuses.length < 240 && statuses.at(-1) !== 429) {
      statuses.push((await logIn('wrong', '192.0.2.1')).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([401]));
    expectRefusal(await logIn(PASSWORD, '192.0.2.1'), 50);
    expect((await logIn(PASSWORD, '192.0.2.2')).status).toBe(200);
  }, 60_000);
});

(whyNoRedis ? describe.skip : describe)(`with a Redis${whyNoRedis}`, () => {
  test('limits hold, and requests and logins go on when it is killed', async () => {
    const redis = await startRedis();
    if (typeof redis === 'string') {
      throw new Error(redis);
    }
    const convene = await Convene.start({ RATE_LIMIT_WRITES: '50/600', REDIS_URL: redis.url });
    try {
      const ada = await convene.person();
      const create = () => ada.post('/api/events?conflicts=ignore', sampleEvent);
      const answers = await Promise.all(Array.from({ length: 100 }, create));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
      answers.filter(({ status }) => status !== 201).forEach((answer) => expectRefusal(answer, 50));
      await redis.kill();
      expect((await create()).status).toBe(201);
      const { email } = ada.user;
      const login = await convene.anonymous.post('/api/auth/login', { email, password: PASSWORD });
      expect(login.status).toBe(200);
      expect(limitOf(login).limit).toBe(120);
    } finally {
      await convene.close();
      await redis.remove();
    }
  }, 40_000);
});

describe('a password that is asked for again', () => {
  let convene: Convene;
  let ada: Person;
  beforeEach(async () => {
    convene = await Convene.start({ RATE_LIMIT_GUESSES: '3/900' });
    ada = await convene.person();
  });
  afterEach(() => convene.close());

  const change = (person: Person, currentPassword: string): Promise<Answer> =>
    person.patch('/api/auth/me', { password: 'another password', currentPassword });
  const remove = (person: Person, password: string): Promise<Answer> =>
    person.delete('/api/auth/me', { body: { password, events: 'erase' } });

  test('for a new one cannot be guessed with somebody’s token; their other sessions can change it', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect((await change(ada, 'wrong')).status).toBe(401);
      expect((await ada.patch('/api/auth/me', { name: `Ada ${i}` })).status).toBe(200);
    }
    expectRefusal(await change(ada, PASSWORD), 3);
    const { body } = await convene.anonymous.post('/api/auth/login', {
      email: ada.user.email,
      password: PASSWORD,
    });
    expect((await change(new Person(convene, body.user, body), PASSWORD)).status).toBe(200);
  });

  test('for the end of an account cannot be guessed either', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect((await remove(ada, 'wrong')).status).toBe(401);
    }
    expectRefusal(await remove(ada, PASSWORD), 3);
    const bob = await convene.person();
    expect((await remove(bob, PASSWORD)).status).toBe(204);
  });
});

describe('the settings', () => {
  const read = (environment: Record<string, string>) => readConfig({ JWT_SECRET: SECRET, ...environment });
  const listed = [...readFileSync('.env.example', 'utf8').matchAll(/^#(RATE_LIMIT_\w+)=(.*)$/gm)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );

  test('are in .env.example, all of them and with their defaults', () => {
    expect(read(Object.fromEntries(listed)).limits).toEqual(read({}).limits);
    const changed = read(Object.fromEntries(listed.map(([name, value]) => [name, `2${value}`]))).limits;
    const expected = Object.entries(read({}).limits ?? {}).map(([name, { points, seconds }]) => {
      return [name, { points: Number(`2${points}`), seconds }];
    });
    expect(changed).toEqual(Object.fromEntries(expected));
  });

  test.each(['600', '0/60', '600/0', '-1/60', '600/60s', '1e3/60', '9999999/60', '60/99999', 'off'])(
    'RATE_LIMIT_READS=%s stops the start',
    (value) => {
      expect(() => read({ RATE_LIMIT_READS: value })).toThrow(/^RATE_LIMIT_READS must be points\/seconds/);
    },
  );

  test('one that is empty is not set', () => {
    expect(read({ RATE_LIMIT_READS: '' }).limits).toEqual(read({}).limits);
  });
});
