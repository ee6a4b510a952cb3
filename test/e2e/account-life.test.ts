import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DAY, expectProblem, mannerly, SECOND } from '../support/answers.js';
import { Convene, PASSWORD, Person, sampleEvent, type Answer } from '../support/convene.js';

let convene: Convene;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  convene.witness = mannerly;
});
afterAll(() => convene.close());

const NEW_PASSWORD = 'a better horse';

const register = (body: unknown): Promise<Answer> => convene.anonymous.post('/api/auth/register', body);
const login = (body: unknown): Promise<Answer> => convene.anonymous.post('/api/auth/login', body);
const refresh = (person: Person): Promise<Answer> =>
  convene.anonymous.post('/api/auth/refresh', { refreshToken: person.tokens?.refreshToken });

/** One more session of somebody's. */
const anotherSession = async (person: Person, userAgent = 'test'): Promise<Person> => {
  const { body } = await new Person(person.convene, null, null).post(
    '/api/auth/login',
    { email: person.user.email, password: PASSWORD },
    { headers: { 'User-Agent': userAgent } },
  );
  return new Person(person.convene, body.user, body);
};

const isSignedIn = async (person: Person): Promise<boolean> => {
  const { status } = await person.get('/api/auth/me');
  expect([200, 401]).toContain(status);
  return status === 200;
};

const change = (person: Person, body: unknown): Promise<Answer> => person.patch('/api/auth/me', body);
const leave = (person: Person, body: unknown): Promise<Answer> => person.delete('/api/auth/me', { body });
const sessionsOf = async (person: Person): Promise<any[]> =>
  (await person.get('/api/auth/sessions')).body.items;

const membersOf = async (person: Person, event: { id: string }): Promise<[string, string][]> =>
  (await person.get(`/api/events/${event.id}/permissions`)).body.items.map((one: any) => [
    one.user.id,
    one.role,
  ]);
const historyOf = async (person: Person, event: { id: string }): Promise<any[]> =>
  (await person.get(`/api/events/${event.id}/history`)).body.items;

/** Waits until a condition holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await condition());) {
    expect(Date.now()).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('changing one’s own account', () => {
  test('name and username: the answer is the user, and others see the new names', async () => {
    const [person, friend] = [await convene.person(), await convene.person()];
    const event = await person.createEvent();
    await person.share(event, friend, 'viewer');
    const answer = await change(person, { name: 'Ada King', username: 'Ada.King' });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ ...person.user, name: 'Ada King', username: 'Ada.King' });
    expect((await person.get('/api/auth/me')).body).toEqual(answer.body);
    const [entry] = (await historyOf(friend, event)).slice(-1);
    expect(entry.by).toEqual({ id: person.id, name: 'Ada King', username: 'Ada.King' });

    expect(await login({ username: 'ada.king', password: PASSWORD })).toMatchObject({ status: 200 });
    expectProblem(
      await login({ username: person.user.username, password: PASSWORD }),
      401,
      'invalid-credentials',
    );
    expect(
      await register({
        email: 'free@example.com',
        password: PASSWORD,
        username: person.user.username,
      }),
    ).toMatchObject({ status: 201 });
  });

  test('one field alone, none at all, the own username in other letters, and no name', async () => {
    const person = await convene.person({ username: 'letters', name: 'Somebody' });
    expect((await change(person, { name: 'New' })).body).toEqual({ ...person.user, name: 'New' });
    expect((await change(person, {})).body).toEqual({ ...person.user, name: 'New' });
    expect((await change(person, { username: 'LETTERS' })).body).toMatchObject({ username: 'LETTERS' });
    expect((await change(person, { name: '' })).body).toMatchObject({ name: 'LETTERS' });
    expect(await isSignedIn(person)).toBe(true);
  });

  test('a taken username is a 409, whatever its case; of several at once one gets a free one', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => convene.person()));
    const [first, second] = people as [Person, Person];
    const taken = await change(first, { name: 'x', username: second.user.username.toUpperCase() });
    expectProblem(taken, 409, 'already-registered', '/username');
    expect((await first.get('/api/auth/me')).body).toEqual(first.user);
    const answers = await Promise.all(people.map((one) => change(one, { username: 'much.wanted' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  test('a new password ends every other session, sockets included, and keeps the one that made it', async () => {
    const person = await convene.person();
    const other = await anotherSession(person);
    const [mine, others] = [await person.connect(), await other.connect()];
    const answer = await change(person, { password: NEW_PASSWORD, currentPassword: PASSWORD });
    expect(answer).toMatchObject({ status: 200, body: person.user });

    expect(await others.until('session:ended')).toEqual({ reason: 'password-changed' });
    expect(await isSignedIn(other)).toBe(false);
    expectProblem(await refresh(other), 401, 'session-revoked');
    expect(await isSignedIn(person)).toBe(true);
    expect(await refresh(person)).toMatchObject({ status: 200 });
    expect(mine.socket.connected).toBe(true);
    expect(mine.all('session:ended')).toEqual([]);

    const { email } = person.user;
    expectProblem(await login({ email, password: PASSWORD }), 401, 'invalid-credentials');
    expect(await login({ email, password: NEW_PASSWORD })).toMatchObject({ status: 200 });
  });

  test.each([
    ['a wrong current password', { password: NEW_PASSWORD, currentPassword: 'wrong' }, 401, undefined],
    ['no current password', { password: NEW_PASSWORD }, 422, '/currentPassword'],
    ['a current password alone', { currentPassword: PASSWORD }, 422, '/currentPassword'],
    ['a short one', { password: '1234567', currentPassword: PASSWORD }, 422, '/password'],
    ['a number', { password: 12345678, currentPassword: PASSWORD }, 422, '/password'],
    ['an operator', { password: NEW_PASSWORD, currentPassword: { $ne: '' } }, 422, '/currentPassword'],
    ['another email', { email: 'new@example.com' }, 422, '/email'],
    ['a username with a space', { username: 'a b c' }, 422, '/username'],
    ['null for a name', { name: null }, 422, '/name'],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, 422, '/name'],
    ['an id', { id: '0'.repeat(24) }, 422, '/id'],
    ['a list', [], 422, undefined],
  ])('%s is refused, and nothing is changed', async (_, body, status, pointer) => {
    const person = await convene.person();
    const other = await anotherSession(person);
    const wish = Array.isArray(body) ? body : { username: 'never.taken', ...body };
    const code = status === 401 ? 'invalid-credentials' : 'validation-failed';
    expectProblem(await change(person, wish), status, code, pointer);
    expect((await person.get('/api/auth/me')).body).toEqual(person.user);
    expect(await isSignedIn(other)).toBe(true);
    expect(await login({ email: person.user.email, password: PASSWORD })).toMatchObject({ status: 200 });
  });

  test('of two new passwords at once one is taken, and its session goes on alone', async () => {
    const person = await convene.person();
    const both = [person, await anotherSession(person)];
    const passwords = ['first new password', 'second new password'];
    const answers = await Promise.all(
      both.map((one, i) => change(one, { password: passwords[i], currentPassword: PASSWORD })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const won = answers.findIndex(({ status }) => status === 200);
    expect(await isSignedIn(both[won]!)).toBe(true);
    expect(await isSignedIn(both[1 - won]!)).toBe(false);
    const { email } = person.user;
    expect(await login({ email, password: passwords[won] })).toMatchObject({ status: 200 });
    expectProblem(await login({ email, password: passwords[1 - won] }), 401, 'invalid-credentials');
  });

  test('whoever signs in or refreshes with what was good until then is out afterwards', async () => {
    const person = await convene.person();
    const others = await Promise.all(Array.from({ length: 4 }, () => anotherSession(person)));
    const { email } = person.user;
    const [changed, ...answers] = await Promise.all([
      change(person, { password: NEW_PASSWORD, currentPassword: PASSWORD }),
      ...Array.from({ length: 4 }, () => login({ email, password: PASSWORD })),
      ...others.map(refresh),
    ]);
    expect(changed).toMatchObject({ status: 200 });
    for (const { status, body } of answers) {
      expect([200, 401]).toContain(status);
      if (status === 200) {
        const tokens = new Person(convene, body.user, body);
        expect(await isSignedIn(tokens)).toBe(false);
        expectProblem(await refresh(tokens), 401, 'session-revoked');
      }
    }
    expect(await isSignedIn(person)).toBe(true);
    expect(await sessionsOf(person)).toHaveLength(1);
  });
});

describe('one’s sessions', () => {
  test('are listed with where they come from, the newest first, and which is the current one', async () => {
    const person = await convene.person();
    const other = await anotherSession(person, 'Firefox on a phone');
    convene.advance(SECOND);
    await refresh(other).finally(() => convene.advance(-SECOND));
    const items = await sessionsOf(person);
    expect(items.map(({ current }) => current)).toEqual([false, true]);
    expect(items[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      current: false,
      createdAt: expect.any(String),
      lastUsedAt: expect.any(String),
      userAgent: 'Firefox on a phone',
      address: expect.stringMatching(/127\.0\.0\.1$/),
    });
    expect(items[0].lastUsedAt > items[0].createdAt).toBe(true);
    expect((await sessionsOf(other)).map(({ current }) => current)).toEqual([true, false]);
  });

  test('are no more listed once they have ended or expired', async () => {
    const person = await convene.person();
    const other = await anotherSession(person);
    await other.post('/api/auth/logout');
    expect(await sessionsOf(person)).toHaveLength(1);
    convene.advance(29 * DAY);
    const renewed = await refresh(person).finally(() => convene.advance(-29 * DAY));
    await anotherSession(person);
    convene.advance(31 * DAY);
    try {
      const { body } = await convene.anonymous.post('/api/auth/refresh', {
        refreshToken: renewed.body.refreshToken,
      });
      expect(await sessionsOf(new Person(convene, body.user, body))).toHaveLength(1);
    } finally {
      convene.advance(-31 * DAY);
    }
  });

  test('can be ended from another, sockets included', async () => {
    const person = await convene.person();
    const other = await anotherSession(person);
    const [mine, others] = [await person.connect(), await other.connect()];
    const [{ id }] = (await sessionsOf(person)).filter(({ current }) => !current);
    expect(await person.delete(`/api/auth/sessions/${id}`)).toMatchObject({ status: 204, body: '' });
    expect(await others.until('session:ended')).toEqual({ reason: 'revoked' });
    expect(await isSignedIn(other)).toBe(false);
    expectProblem(await refresh(other), 401, 'session-revoked');
    expect(await isSignedIn(person)).toBe(true);
    expect(mine.socket.connected).toBe(true);
    expectProblem(await person.delete(`/api/auth/sessions/${id}`), 404, 'not-found');
  });

  test('end with a logout where it is the current one', async () => {
    const person = await convene.person();
    const other = await anotherSession(person);
    const socket = await person.connect();
    const [{ id }] = (await sessionsOf(person)).filter(({ current }) => current);
    expect(await person.delete(`/api/auth/sessions/${id}`)).toMatchObject({ status: 204 });
    expect(await socket.until('session:ended')).toEqual({ reason: 'logout' });
    expect(await isSignedIn(person)).toBe(false);
    expect(await isSignedIn(other)).toBe(true);
  });

  test('of somebody else, or of nobody, are not found', async () => {
    const [person, stranger] = [await convene.person(), await convene.person()];
    const [{ id }] = await sessionsOf(stranger);
    for (const one of [id, '0'.repeat(24), 'x', '__proto__', '%00']) {
      expectProblem(await person.delete(`/api/auth/sessions/${one}`), 404, 'not-found');
    }
    expect(await isSignedIn(stranger)).toBe(true);
  });
});

describe('deleting one’s account', () => {
  const erase = { password: PASSWORD, events: 'erase' };
  const toHeir = (heir: Person) => ({ password: PASSWORD, transferTo: { email: heir.user.email } });
  const former = { username: 'former-member', name: 'former member' };

  test('ends every session, sockets included, and nobody signs in any more', async () => {
    const person = await convene.person();
    const other = await anotherSession(person);
    const sockets = [await person.connect(), await other.connect()];
    expect(await leave(person, erase)).toMatchObject({ status: 204, body: '' });
    for (const socket of sockets) {
      expect(await socket.until('session:ended')).toEqual({ reason: 'account-deleted' });
    }
    for (const session of [person, other]) {
      expectProblem(await session.get('/api/auth/me'), 401, 'unauthenticated');
      expectProblem(await session.get('/api/events'), 401, 'unauthenticated');
      expectProblem(await refresh(session), 401, 'session-revoked');
    }
    for (const { email, username } of [person.user]) {
      expectProblem(await login({ email, password: PASSWORD }), 401, 'invalid-credentials');
      expectProblem(await login({ username, password: PASSWORD }), 401, 'invalid-credentials');
    }
  });

  test('frees email and username: who registers with them is somebody new', async () => {
    const person = await convene.person();
    const event = await person.createEvent();
    await leave(person, erase);
    const { email, username } = person.user;
    const { status, body } = await register({ email, username, password: NEW_PASSWORD });
    expect(status).toBe(201);
    expect(body.user.id).not.toBe(person.id);
    const next = new Person(convene, body.user, body);
    expect((await next.get('/api/events')).body.items).toEqual([]);
    expectProblem(await next.get(`/api/events/${event.id}`), 404, 'not-found');
  });

  test('with its events: they are gone for everybody, from the trash too, and the members hear of it', async () => {
    const [person, member] = [await convene.person(), await convene.person()];
    const [live, trashed] = [await person.createEvent(), await person.createEvent()];
    await person.share(live, member, 'editor');
    await person.delete(`/api/events/${trashed.id}`);
    const socket = await member.connect();
    await socket.ask('event:subscribe', { eventId: live.id });
    expect(await leave(person, erase)).toMatchObject({ status: 204 });
    expectProblem(await member.get(`/api/events/${live.id}`), 404, 'not-found');
    expect((await member.get('/api/events')).body.items).toEqual([]);
    expect(await socket.until('event:deleted')).toEqual({
      eventId: live.id,
      version: 3,
      by: { id: person.id, ...former },
    });
  });

  test('leaves others’ events with a version, and is a former member in their history', async () => {
    const [person, owner] = [await convene.person(), await convene.person()];
    const event = await owner.createEvent();
    await owner.share(event, person, 'editor');
    await person.patch(`/api/events/${event.id}`, { title: 'Edited' });
    const socket = await owner.connect();
    await socket.ask('event:subscribe', { eventId: event.id });
    expect(await leave(person, erase)).toMatchObject({ status: 204 });

    expect(await membersOf(owner, event)).toEqual([[owner.id, 'owner']]);
    const [left, edited] = await historyOf(owner, event);
    const by = { id: person.id, ...former };
    expect(edited).toMatchObject({ kind: 'edit', version: 3, by });
    expect(left).toMatchObject({
      kind: 'unshare',
      version: 4,
      by,
      membership: { userId: person.id, role: null, previousRole: 'editor' },
    });
    expect(await socket.until('event:changed', ({ version }) => version === 4)).toMatchObject({ by });
    expect((await owner.get(`/api/events/${event.id}`)).body.title).toBe('Edited');
  });

  test('may give its events to another, with all their history and members', async () => {
    const [person, heir, member] = [await convene.person(), await convene.person(), await convene.person()];
    const [alone, shared, trashed] = [
      await person.createEvent(),
      await person.createEvent(),
      await person.createEvent(),
    ];
    await person.share(shared, member, 'editor');
    await person.share(shared, heir, 'viewer');
    await person.delete(`/api/events/${trashed.id}`);
    const socket = await heir.connect();
    expect(await leave(person, toHeir(heir))).toMatchObject({ status: 204 });

    for (const event of [alone, shared]) {
      const { body } = await heir.get(`/api/events/${event.id}`);
      expect(body).toMatchObject({ ownerId: heir.id, role: 'owner' });
      expect(await socket.until('event:shared', ({ eventId }) => eventId === event.id)).toMatchObject({
        role: 'owner',
        event: { id: event.id, ownerId: heir.id },
        by: { id: person.id, ...former },
      });
    }
    expect(await membersOf(heir, alone)).toEqual([[heir.id, 'owner']]);
    expect((await membersOf(heir, shared)).sort()).toEqual(
      [
        [heir.id, 'owner'],
        [member.id, 'editor'],
      ].sort(),
    );
    const history = await historyOf(heir, shared);
    expect(history.map(({ kind }) => kind)).toEqual(['unshare', 'transfer', 'share', 'share', 'create']);
    expect(history[1].membership).toEqual({ userId: heir.id, role: 'owner', previousRole: 'viewer' });

    const trash = (await heir.get('/api/events?deleted=true')).body.items;
    expect(trash.map(({ id }: any) => id)).toEqual([trashed.id]);
    expect(await heir.post(`/api/events/${trashed.id}/restore`)).toMatchObject({ status: 200 });
    expect(await heir.delete(`/api/events/${shared.id}?permanent=true`)).toMatchObject({ status: 204 });
  });

  test('stays no member of an event that was in another’s trash, once it comes back', async () => {
    const [person, owner] = [await convene.person(), await convene.person()];
    const event = await owner.createEvent();
    await owner.share(event, person, 'viewer');
    await owner.delete(`/api/events/${event.id}`);
    await leave(person, erase);
    // Nobody has them on record any more, either.
    convene.advance(DAY);
    await convene.restart();
    convene.advance(-DAY);
    await owner.post(`/api/events/${event.id}/restore`);
    await until(async () => (await membersOf(owner, event)).length === 1);
    expect((await historyOf(owner, event))[0]).toMatchObject({ kind: 'unshare' });
  });

  test.each<[string, (person: Person) => unknown, number, string, string | undefined]>([
    ['a wrong password', () => ({ ...erase, password: 'wrong' }), 401, 'invalid-credentials', undefined],
    ['no password', () => ({ events: 'erase' }), 422, 'validation-failed', '/password'],
    [
      'an operator for a password',
      () => ({ ...erase, password: { $ne: '' } }),
      422,
      'validation-failed',
      '/password',
    ],
    ['nothing said of the events', () => ({ password: PASSWORD }), 422, 'validation-failed', ''],
    [
      'something else said of them',
      () => ({ ...erase, events: 'keep' }),
      422,
      'validation-failed',
      '/events',
    ],
    [
      'both said of them',
      ({ user }) => ({ ...erase, transferTo: { username: user.username } }),
      422,
      'validation-failed',
      '',
    ],
    [
      'an unknown heir',
      () => ({ password: PASSWORD, transferTo: { email: 'nobody@example.com' } }),
      404,
      'user-not-found',
      '/transferTo/email',
    ],
    [
      'oneself for an heir',
      ({ user }) => ({ password: PASSWORD, transferTo: { username: user.username.toUpperCase() } }),
      422,
      'validation-failed',
      '/transferTo/username',
    ],
    ['no heir', () => ({ password: PASSWORD, transferTo: {} }), 422, 'validation-failed', '/transferTo'],
    [
      'an heir by two names',
      () => ({ password: PASSWORD, transferTo: { email: 'a@b.example', username: 'abc' } }),
      422,
      'validation-failed',
      '/transferTo',
    ],
    ['an unknown field', () => ({ ...erase, sure: true }), 422, 'validation-failed', '/sure'],
  ])('with %s is refused, and everything stays', async (_, body, status, code, pointer) => {
    const person = await convene.person();
    const event = await person.createEvent();
    expectProblem(await leave(person, body(person)), status, code, pointer);
    expect(await isSignedIn(person)).toBe(true);
    expect(await person.get(`/api/events/${event.id}`)).toMatchObject({ status: 200, body: { version: 1 } });
  });

  test('asked several times at once happens once; none of them fails', async () => {
    const [person, heir] = [await convene.person(), await convene.person()];
    await person.createEvent();
    const answers = await Promise.all([1, 2, 3, 4].map(() => leave(person, toHeir(heir))));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(204);
    expect(statuses.slice(1).every((status) => status === 204 || status === 401)).toBe(true);
    expect((await heir.get('/api/events')).body.items).toHaveLength(1);
  });

  test('while others edit and share to it: nothing of theirs is lost, and it is a member of nothing', async () => {
    const [person, owner] = [await convene.person(), await convene.person()];
    const shared = await Promise.all(Array.from({ length: 5 }, () => owner.createEvent()));
    const fresh = await Promise.all(Array.from({ length: 15 }, () => owner.createEvent()));
    await Promise.all(shared.map((event) => owner.share(event, person, 'editor')));
    const edit = (event: any, i: number) =>
      owner.patch(`/api/events/${event.id}`, { metadata: { [`edit${i}`]: i } });
    const share = (event: any) =>
      owner.post(`/api/events/${event.id}/share`, { userId: person.id, role: 'viewer' });
    const [left, edits, shares] = await Promise.all([
      leave(person, erase),
      Promise.all(shared.flatMap((event) => [1, 2, 3].map((i) => edit(event, i)))),
      Promise.all(fresh.map(share)),
    ]);
    expect(left.status).toBe(204);
    edits.forEach((answer) => expect(answer.status).toBe(200));
    shares.forEach(({ status }) => expect([200, 404]).toContain(status));
    for (const event of [...shared, ...fresh]) {
      await until(async () => (await membersOf(owner, event)).length === 1);
    }
    for (const event of shared) {
      expect((await owner.get(`/api/events/${event.id}`)).body.metadata).toEqual({
        edit1: 1,
        edit2: 2,
        edit3: 3,
      });
      const versions = (await historyOf(owner, event)).map(({ version }) => version);
      expect(versions).toEqual([6, 5, 4, 3, 2, 1]);
    }
    expectProblem(await share(fresh[0]), 404, 'user-not-found');
  });

  test('while it signs in elsewhere: no session outlives it', async () => {
    const person = await convene.person();
    const { email } = person.user;
    const [left, ...logins] = await Promise.all([
      leave(person, erase),
      ...Array.from({ length: 6 }, () => login({ email, password: PASSWORD })),
    ]);
    expect(left.status).toBe(204);
    for (const { status, body } of logins) {
      expect([200, 401]).toContain(status);
      if (status === 200) {
        expect(await isSignedIn(new Person(convene, body.user, body))).toBe(false);
      }
    }
  });

  test('to an heir who leaves at the same moment: the events go to whom that one names', async () => {
    const [first, second, last] = [await convene.person(), await convene.person(), await convene.person()];
    const events = [await first.createEvent(), await second.createEvent()];
    const answers = await Promise.all([leave(first, toHeir(second)), leave(second, toHeir(last))]);
    // The second may be gone before it is looked for.
    expect(answers[1].status).toBe(204);
    if (answers[0].status === 204) {
      await until(async () => (await last.get('/api/events')).body.items.length === 2);
    } else {
      expectProblem(answers[0], 404, 'user-not-found');
      expect(await first.get(`/api/events/${events[0].id}`)).toMatchObject({ status: 200 });
    }
    expect(await last.get(`/api/events/${events[1].id}`)).toMatchObject({ status: 200 });
  });

  test('with hundreds of events, all of them go; and it is so after a restart', async () => {
    const [person, heir] = [await convene.person(), await convene.person()];
    const events = Array.from({ length: 300 }, (_, i) => ({ ...sampleEvent, title: `No. ${i}` }));
    const created = await person.post('/api/events/batch?conflicts=ignore', { events });
    expect(created.status).toBe(201);
    expect(await leave(person, toHeir(heir))).toMatchObject({ status: 204 });
    await convene.restart();
    const titles = new Set<string>();
    for (let cursor = ''; ;) {
      const { body } = await heir.get(`/api/events?limit=200&role=owner${cursor}`);
      body.items.forEach(({ title }: any) => titles.add(title));
      if (body.nextCursor === null) {
        break;
      }
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(titles.size).toBe(300);
    expectProblem(await login({ email: person.user.email, password: PASSWORD }), 401, 'invalid-credentials');
  }, 30_000);
});

describe('registration by invitation', () => {
  const settings = { REGISTRATION: 'open', RATE_LIMIT: 'off' };
  let invited: Convene;
  let host: Person;
  let people = 0;

  beforeAll(async () => {
    invited = await Convene.start(settings);
    invited.witness = mannerly;
    host = await invited.person();
    settings.REGISTRATION = 'invite';
    await invited.restart();
  });
  afterAll(() => invited.close());

  const invite = async (): Promise<string> => {
    const answer = await host.post('/api/invitations');
    expect(answer.status).toBe(201);
    return answer.body.code;
  };
  const enter = (fields: Record<string, unknown>): Promise<Answer> => {
    people += 1;
    const email = `guest${people}@example.com`;
    return invited.anonymous.post('/api/auth/register', { email, password: PASSWORD, ...fields });
  };

  test('takes one account for a code that a user has made', async () => {
    const { status, body } = await host.post('/api/invitations');
    expect(status).toBe(201);
    expect(body).toEqual({ code: expect.stringMatching(/^[\w-]{22}$/), expiresAt: expect.any(String) });
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(7 * DAY - 60_000);
    expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThanOrEqual(7 * DAY);

    const entered = await enter({ invitation: body.code });
    expect(entered.status).toBe(201);
    const guest = new Person(invited, entered.body.user, entered.body);
    expect(await guest.post('/api/invitations', {})).toMatchObject({ status: 201 });
    expectProblem(await enter({ invitation: body.code }), 422, 'validation-failed', '/invitation');
  });

  test('refuses a code that is missing or unknown, alike whether or not the address is registered', async () => {
    for (const invitation of [undefined, '', 'x', 'A'.repeat(22), { $ne: null }, null, 'x'.repeat(201)]) {
      for (const fields of [{}, { email: host.user.email }]) {
        const answer = await enter({ ...fields, ...(invitation !== undefined && { invitation }) });
        expectProblem(answer, 422, 'validation-failed', '/invitation');
      }
    }
  });

  test('refuses a code after 7 days', async () => {
    const invitation = await invite();
    invited.advance(7 * DAY);
    try {
      expectProblem(await enter({ invitation }), 422, 'validation-failed', '/invitation');
    } finally {
      invited.advance(-7 * DAY);
    }
    expect(await enter({ invitation })).toMatchObject({ status: 201 });
  });

  test('does not use a code up where it comes to nothing for another reason', async () => {
    const invitation = await invite();
    expectProblem(await enter({ invitation, password: 'short' }), 422, 'validation-failed', '/password');
    expectProblem(await enter({ invitation, email: host.user.email }), 409, 'already-registered', '/email');
    const { username } = host.user;
    expectProblem(await enter({ invitation, username }), 409, 'already-registered', '/username');
    expect(await enter({ invitation })).toMatchObject({ status: 201 });
  });

  test('of several with one code at once, exactly one succeeds', async () => {
    const invitation = await invite();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => enter({ invitation })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422, 422]);
  });

  test('lets a user have 50 codes that are good, and takes them along when the account is deleted', async () => {
    const { body } = await enter({ invitation: await invite() });
    const guest = new Person(invited, body.user, body);
    const made = await Promise.all(Array.from({ length: 50 }, () => guest.post('/api/invitations')));
    made.forEach(({ status }) => expect(status).toBe(201));
    expectProblem(await guest.post('/api/invitations'), 422, 'validation-failed');
    expect(await enter({ invitation: made[0]!.body.code })).toMatchObject({ status: 201 });
    expect(await guest.post('/api/invitations')).toMatchObject({ status: 201 });
    await leave(guest, { password: PASSWORD, events: 'erase' });
    expectProblem(await enter({ invitation: made[1]!.body.code }), 422, 'validation-failed', '/invitation');
  });

  test('needs nothing where everybody may register, and nothing helps where nobody may', async () => {
    const invitation = await invite();
    settings.REGISTRATION = 'open';
    await invited.restart();
    expect(await enter({ invitation })).toMatchObject({ status: 201 });
    expect(await enter({})).toMatchObject({ status: 201 });
    settings.REGISTRATION = 'closed';
    await invited.restart();
    expectProblem(await enter({ invitation }), 403, 'registration-closed');
    expectProblem(await host.post('/api/invitations'), 403, 'registration-closed');
    settings.REGISTRATION = 'invite';
    await invited.restart();
    expect(await enter({ invitation })).toMatchObject({ status: 201 });
  });
});

const onMongo = process.env['MONGODB_URI'] ? describe : describe.skip;

onMongo('with another process on the same data (needs MONGODB_URI)', () => {
  let other: Convene;
  beforeAll(async () => {
    other = await convene.beside();
  });
  afterAll(() => other.close());

  /** The same person, who talks to the other process. */
  const over = ({ user, tokens }: Person): Person => new Person(other, user, tokens);

  test('sockets there end with their sessions, too', async () => {
    const person = await convene.person();
    const [revoked, changed] = [await anotherSession(person), await anotherSession(person)];
    const sockets = await Promise.all([revoked, changed, person].map((one) => over(one).connect()));
    const [{ id }] = (await sessionsOf(revoked)).filter(({ current }) => current);
    expect(await person.delete(`/api/auth/sessions/${id}`)).toMatchObject({ status: 204 });
    await sockets[0]!.until('session:ended');
    const answer = await change(person, { password: NEW_PASSWORD, currentPassword: PASSWORD });
    expect(answer).toMatchObject({ status: 200 });
    await sockets[1]!.until('session:ended');
    expect(sockets[2]!.socket.connected).toBe(true);
    expect(await leave(person, { password: NEW_PASSWORD, events: 'erase' })).toMatchObject({ status: 204 });
    await sockets[2]!.until('session:ended');
    expect(await isSignedIn(over(person))).toBe(false);
  });

  test('an account that is deleted over both at once is deleted once', async () => {
    const [person, heir] = [await convene.person(), await convene.person()];
    const events = await Promise.all(Array.from({ length: 20 }, () => person.createEvent()));
    const body = { password: PASSWORD, transferTo: { email: heir.user.email } };
    const answers = await Promise.all([leave(person, body), leave(over(person), body)]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([204, 401]);
    for (const event of events) {
      expect((await historyOf(heir, event)).map(({ kind }) => kind)).toEqual([
        'unshare',
        'transfer',
        'create',
      ]);
    }
  });
});
