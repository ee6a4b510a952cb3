import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DAY, expectProblem, mannerly, MINUTE, SECOND } from '../support/answers.js';
import { Convene, PASSWORD, Person, type Answer } from '../support/convene.js';

let convene: Convene;
let ada: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  ada = await convene.person({ email: 'ada@example.com', username: 'Ada.L', name: 'Ada Lovelace' });
});
afterAll(() => convene.close());

const register = (body: unknown): Promise<Answer> => convene.anonymous.post('/api/auth/register', body);
const login = (body: unknown): Promise<Answer> => convene.anonymous.post('/api/auth/login', body);
const refresh = (refreshToken: unknown): Promise<Answer> =>
  convene.anonymous.post('/api/auth/refresh', { refreshToken });

/** Somebody with these tokens. */
const bearing = (tokens: any): Person => new Person(convene, tokens.user, tokens);

/** One more session of somebody's. */
const anotherSession = async (person: Person): Promise<Person> =>
  bearing((await login({ email: person.user.email, password: PASSWORD })).body);

const isSignedIn = async (person: Person): Promise<boolean> => {
  const { status } = await person.get('/api/auth/me');
  expect([200, 401]).toContain(status);
  return status === 200;
};

/** Does something after a while, and comes back. */
async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  convene.advance(ms);
  try {
    return await work();
  } finally {
    convene.advance(-ms);
  }
}

describe('registering', () => {
  test('answers the user and a pair of tokens that work at once', async () => {
    const before = Date.now();
    const { status, body } = await register({
      email: 'Grace@Example.com',
      password: PASSWORD,
      name: 'Grace Hopper',
      username: 'grace',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      user: {
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        email: 'Grace@Example.com',
        username: 'grace',
        name: 'Grace Hopper',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: 900,
    });
    expect(Date.parse(body.user.createdAt)).toBeGreaterThanOrEqual(before);
    expect(await bearing(body).get('/api/auth/me')).toMatchObject({ status: 200, body: body.user });
  });

  test('makes up a username from the address where none is given, a free one each time', async () => {
    const users = await Promise.all(
      ['a', 'b', 'c'].map((domain) => register({ email: `maria.k@${domain}.example`, password: PASSWORD })),
    );
    const names = users.map(({ body }) => body.user.username);
    expect(new Set(names).size).toBe(3);
    names.forEach((name) => expect(name).toMatch(/^maria\.k\d*$/));
  });

  test.each(['x', 'üñî', '+++', '名前', 'a𠀀', `a${'𠀀'.repeat(20)}`, 'ﷺ'.repeat(12)])(
    'a username made from the address %s is one that could be chosen',
    async (local) => {
      const { status, body } = await register({ email: `${local}@made.example`, password: PASSWORD });
      expect(status).toBe(201);
      expect(body.user.username).toMatch(/^[\p{L}\p{M}\p{Nd}._-]{3,32}$/u);
      expect(body.user.username.isWellFormed()).toBe(true);
    },
  );

  test.each([
    ['email', { email: 'ADA@example.COM' }],
    ['username', { email: 'other@example.com', username: 'aDA.l' }],
  ])('a taken %s is a 409, whatever its case', async (field, taken) => {
    expectProblem(await register({ password: PASSWORD, ...taken }), 409, 'already-registered', `/${field}`);
  });

  test('emails and usernames are compared Unicode-normalised', async () => {
    const [composed, decomposed] = ['josé', 'jose\u0301'];
    expect(await register({ email: `${composed}@example.com`, password: PASSWORD })).toMatchObject({
      status: 201,
    });
    const again = await register({ email: `${decomposed}@example.com`, password: PASSWORD });
    expectProblem(again, 409, 'already-registered', '/email');
    expect(await login({ email: `${decomposed}@EXAMPLE.com`, password: PASSWORD })).toMatchObject({
      status: 200,
    });
    expect(await login({ username: decomposed.toUpperCase(), password: PASSWORD })).toMatchObject({
      status: 200,
    });
  });

  test('of several registrations of one address at once, exactly one succeeds', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        register({ email: 'race@example.com', username: `racer${n}`, password: PASSWORD }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  test.each([
    ['no email', { email: undefined }, '/email'],
    ['an email without @', { email: 'ada.example.com' }, '/email'],
    ['an email of several lines', { email: 'a@example.com\nb@example.com' }, '/email'],
    ['an email of 255 characters', { email: `${'a'.repeat(60)}@${'b'.repeat(190)}.com` }, '/email'],
    ['an email that is an operator', { email: { $gt: '' } }, '/email'],
    ['an email that is a list', { email: ['new@example.com'] }, '/email'],
    ['no password', { password: undefined }, '/password'],
    ['a password of 7 characters', { password: '1234567' }, '/password'],
    ['a password of 129 characters', { password: 'x'.repeat(129) }, '/password'],
    ['a password that is a number', { password: 12345678 }, '/password'],
    ['a password with NUL', { password: 'pass\0word' }, '/password'],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, '/name'],
    ['a name with a lone surrogate', { name: 'x\ud800' }, '/name'],
    ['a username of 2 characters', { username: 'ab' }, '/username'],
    ['a username of 33 characters', { username: 'x'.repeat(33) }, '/username'],
    ['a username with a space', { username: 'a b c' }, '/username'],
    ['a username with @', { username: 'ada@home' }, '/username'],
    ['an unknown field', { admin: true }, '/admin'],
  ])('%s is refused, and nobody is registered', async (_, fault, pointer) => {
    const body = { email: 'new@example.com', password: PASSWORD, ...fault };
    expectProblem(await register(body), 422, 'validation-failed', pointer);
    expectProblem(await login({ email: 'new@example.com', password: PASSWORD }), 401, 'invalid-credentials');
  });

  test('an address that normalises to something very long is refused', async () => {
    const email = `${'ﷺ'.repeat(64)}@${'ﷺ'.repeat(60)}.com`;
    expectProblem(await register({ email, password: PASSWORD }), 422, 'validation-failed', '/email');
  });

  test.each([
    ['8 characters', 'pässwört'],
    ['128 characters', '🔑'.repeat(128)],
    ['spaces and every kind of sign', ' "\\\'$&;<>\t '],
  ])('a password may have %s', async (what, password) => {
    const email = `${what.replaceAll(/\W/g, '')}@password.example`;
    expect(await register({ email, password })).toMatchObject({ status: 201 });
    expect(await login({ email, password })).toMatchObject({ status: 200 });
    expectProblem(await login({ email, password: `${password} ` }), 401, 'invalid-credentials');
  });

  test('is a 403 where registration is closed, whatever is sent', async () => {
    const closed = await Convene.start({ REGISTRATION: 'closed' });
    try {
      for (const body of [{ email: 'new@example.com', password: PASSWORD }, {}]) {
        const answer = await closed.anonymous.post('/api/auth/register', body);
        expectProblem(answer, 403, 'registration-closed');
      }
    } finally {
      await closed.close();
    }
  });
});

describe('logging in', () => {
  test.each([{ email: 'ada@example.com' }, { email: 'ADA@EXAMPLE.COM' }, { username: 'ada.l' }])(
    'with %o opens a session of its own',
    async (who) => {
      const { status, body } = await login({ ...who, password: PASSWORD });
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual([
        'accessToken',
        'expiresIn',
        'refreshToken',
        'tokenType',
        'user',
      ]);
      expect(body.user).toEqual(ada.user);
      expect(body.accessToken).not.toBe(ada.tokens?.accessToken);
      expect(await isSignedIn(bearing(body))).toBe(true);
    },
  );

  test('a wrong password and an unknown account are refused in the same words', async () => {
    const refusals = [
      await login({ email: 'ada@example.com', password: 'wrong password' }),
      await login({ email: 'nobody@example.com', password: 'wrong password' }),
      await login({ username: 'nobody', password: 'wrong password' }),
      await login({ email: 'not an address', password: '' }),
    ];
    refusals.forEach((answer) => expectProblem(answer, 401, 'invalid-credentials'));
    const words = refusals.map(({ body: { requestId: _, ...rest } }) => JSON.stringify(rest));
    expect(new Set(words).size).toBe(1);
  });

  test.each([
    ['neither email nor username', { password: PASSWORD }],
    ['both', { email: 'ada@example.com', username: 'ada.l', password: PASSWORD }],
    ['no password', { email: 'ada@example.com' }],
    ['an operator for an email', { email: { $gt: '' }, password: PASSWORD }],
    ['an operator for a username', { username: { $ne: null }, password: PASSWORD }],
    ['an operator for a password', { email: 'ada@example.com', password: { $ne: '' } }],
    ['null for an email', { email: null, password: PASSWORD }],
    ['an unknown field', { email: 'ada@example.com', password: PASSWORD, remember: true }],
  ])('%s is a 422', async (_, body) => {
    expectProblem(await login(body), 422, 'validation-failed');
  });

  test('a name that normalises to something very long is just unknown', async () => {
    expectProblem(await login({ username: 'ﷺ'.repeat(254), password: PASSWORD }), 401, 'invalid-credentials');
  });
});

describe('refreshing', () => {
  test('answers a new pair for the same session; the old access token holds until it expires', async () => {
    const person = await convene.person();
    const { status, body } = await refresh(person.tokens?.refreshToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: person.user, tokenType: 'Bearer', expiresIn: 900 });
    expect(body.accessToken).not.toBe(person.tokens?.accessToken);
    expect(body.refreshToken).not.toBe(person.tokens?.refreshToken);
    expect(await isSignedIn(bearing(body))).toBe(true);
    expect(await isSignedIn(person)).toBe(true);
  });

  test('a refresh token used twice ends its whole session, sockets included, and no other', async () => {
    const person = await convene.person();
    const other = await anotherSession(person);
    const socket = await person.connect();
    const { body: next } = await refresh(person.tokens?.refreshToken);

    expectProblem(await refresh(person.tokens?.refreshToken), 401, 'session-revoked');
    expect(await socket.until('session:ended')).toEqual({ reason: 'revoked' });
    expectProblem(await refresh(next.refreshToken), 401, 'session-revoked');
    expect(await isSignedIn(bearing(next))).toBe(false);
    expect(await isSignedIn(person)).toBe(false);

    expect(await isSignedIn(other)).toBe(true);
    expect(await refresh(other.tokens?.refreshToken)).toMatchObject({ status: 200 });
  });

  test('of several refreshes with one token at once exactly one wins, and the session ends', async () => {
    const person = await convene.person();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => refresh(person.tokens?.refreshToken)));
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status !== 200);
    expect(won).toHaveLength(1);
    lost.forEach((answer) => expectProblem(answer, 401, 'session-revoked'));
    expectProblem(await refresh(won[0]?.body.refreshToken), 401, 'session-revoked');
  });

  test('a refresh token holds 30 days, each one anew', async () => {
    let { tokens } = await convene.person();
    for (const days of [29, 58, 87]) {
      const { status, body } = await later(days * DAY, () => refresh(tokens?.refreshToken));
      expect(status).toBe(200);
      tokens = body;
    }
    expectProblem(await later(117 * DAY + MINUTE, () => refresh(tokens?.refreshToken)), 401, 'token-expired');
  });

  test.each([
    ['that is made up', () => 'AAAA'],
    ['that is empty', () => ''],
    ['with a character changed', (token: string) => `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`],
    ['with something behind it', (token: string) => `${token}=`],
    ['that is an access token', () => ada.tokens?.accessToken],
  ])('a refresh token %s is a 401, and no session ends', async (_, damage) => {
    const person = await convene.person();
    expectProblem(await refresh(damage(person.tokens?.refreshToken ?? '')), 401, 'unauthenticated');
    expect(await isSignedIn(person)).toBe(true);
    expect(await refresh(person.tokens?.refreshToken)).toMatchObject({ status: 200 });
  });

  test.each([{ $gt: '' }, null, undefined, 7, ['x']])('%o in its place is a 422', async (token) => {
    expectProblem(await refresh(token), 422, 'validation-failed', '/refreshToken');
  });
});

describe('an access token', () => {
  test('holds 15 minutes; the refresh token gives a new one', async () => {
    const person = await convene.person();
    expect(await later(15 * MINUTE - 5 * SECOND, () => isSignedIn(person))).toBe(true);
    await later(15 * MINUTE + SECOND, async () => {
      expectProblem(await person.get('/api/auth/me'), 401, 'token-expired');
      expectProblem(await person.post('/api/events', {}), 401, 'token-expired');
      const { body } = await refresh(person.tokens?.refreshToken);
      expect(await isSignedIn(bearing(body))).toBe(true);
    });
  });

  test('is a JWT, signed with HS256, for one issuer and audience', () => {
    const [header, claims] = (ada.tokens?.accessToken ?? '').split('.').map(decodePart);
    const issuedAt: number = claims.iat;
    expect(header).toMatchObject({ alg: 'HS256' });
    expect(claims).toMatchObject({
      sub: ada.id,
      iss: expect.any(String),
      aud: expect.any(String),
      exp: issuedAt + 900,
    });
    expect(JSON.stringify(claims)).not.toContain('ada@example.com');
  });

  const encodePart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const decodePart = (part: string): any => {
    try {
      return JSON.parse(Buffer.from(part, 'base64url').toString());
    } catch {
      return null; // the signature
    }
  };

  test.each<[string, (token: string) => string | null]>([
    ['nothing', () => null],
    ['a token of another scheme', (token) => `Basic ${token}`],
    ['the token alone', (token) => token],
    ['Bearer and nothing', () => 'Bearer'],
    ['two tokens', (token) => `Bearer ${token} ${token}`],
    ['a token without its signature', (token) => `Bearer ${token.slice(0, token.lastIndexOf('.') + 1)}`],
    [
      'a token with the algorithm "none"',
      (token) => `Bearer ${encodePart({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`,
    ],
    [
      'a token for somebody else, with the same signature',
      (token) => {
        const [header, claims, signature] = token.split('.');
        return `Bearer ${header}.${encodePart({ ...decodePart(claims ?? ''), sub: '0'.repeat(24) })}.${signature}`;
      },
    ],
    ['a refresh token', () => `Bearer ${ada.tokens?.refreshToken}`],
    ['a very long token', () => `Bearer ${'x'.repeat(10_000)}`],
  ])('%s is a 401 that says how to sign in', async (_, authorization) => {
    const value = authorization(ada.tokens?.accessToken ?? '');
    const answer = await convene.anonymous.get('/api/auth/me', {
      headers: value === null ? {} : { Authorization: value },
    });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer');
  });

  test('is not taken from another Convene', async () => {
    const elsewhere = await Convene.start();
    try {
      const stranger = await elsewhere.person();
      expectProblem(await bearing(stranger.tokens).get('/api/auth/me'), 401, 'unauthenticated');
    } finally {
      await elsewhere.close();
    }
  });
});

describe('logging out', () => {
  test('ends the session at once, its sockets too, and leaves the others', async () => {
    const person = await convene.person();
    const other = await anotherSession(person);
    const [mine, others] = [await person.connect(), await other.connect()];

    expect(await person.post('/api/auth/logout', {})).toMatchObject({ status: 204, body: '' });
    expect(await mine.until('session:ended')).toEqual({ reason: 'logout' });
    expect(await isSignedIn(person)).toBe(false);
    expectProblem(await refresh(person.tokens?.refreshToken), 401, 'session-revoked');
    await expect(person.connect()).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
    expect(mine.socket.connected).toBe(false);

    expect(await isSignedIn(other)).toBe(true);
    expect(others.socket.connected).toBe(true);
    expect(others.all('session:ended')).toEqual([]);
  });

  test('everywhere ends every session and disconnects every socket of the user, and of nobody else', async () => {
    const person = await convene.person();
    const sessions = [person, await anotherSession(person), await anotherSession(person)];
    const sockets = await Promise.all(sessions.map((session) => session.connect()));
    const bystander = await ada.connect();

    expect(await person.post('/api/auth/logout', { everywhere: true })).toMatchObject({ status: 204 });
    for (const [i, session] of sessions.entries()) {
      expect(await sockets[i]?.until('session:ended')).toEqual({ reason: 'logout' });
      expect(await isSignedIn(session)).toBe(false);
      expectProblem(await refresh(session.tokens?.refreshToken), 401, 'session-revoked');
    }
    expect(await isSignedIn(ada)).toBe(true);
    expect(bystander.socket.connected).toBe(true);
    expect(await isSignedIn(await anotherSession(person))).toBe(true);
  });

  test('a session that was refreshed ends whole', async () => {
    const person = await convene.person();
    const renewed = bearing((await refresh(person.tokens?.refreshToken)).body);
    await person.post('/api/auth/logout');
    expect(await isSignedIn(renewed)).toBe(false);
    expectProblem(await refresh(renewed.tokens?.refreshToken), 401, 'session-revoked');
  });

  test.each([{ everywhere: 'yes' }, { everywhere: { $ne: false } }, { all: true }, [], 'everywhere'])(
    'with %j is refused, and the session goes on',
    async (body) => {
      const person = await convene.person();
      expectProblem(await person.post('/api/auth/logout', body), 422, 'validation-failed');
      expect(await isSignedIn(person)).toBe(true);
    },
  );

  test('needs no body; a second time it is a 401', async () => {
    const person = await convene.person();
    expect(await person.post('/api/auth/logout')).toMatchObject({ status: 204 });
    expectProblem(await person.post('/api/auth/logout'), 401, 'unauthenticated');
  });
});

test('accounts, sessions and refused tokens are still known after a restart', async () => {
  const [stays, leaves] = [await convene.person(), await convene.person()];
  await leaves.post('/api/auth/logout');
  await convene.restart();
  expect(await isSignedIn(stays)).toBe(true);
  expect(await isSignedIn(leaves)).toBe(false);
  expect(await refresh(stays.tokens?.refreshToken)).toMatchObject({ status: 200 });
  expectProblem(await refresh(stays.tokens?.refreshToken), 401, 'session-revoked');
});
