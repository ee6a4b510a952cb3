import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jsonPatch from 'fast-json-patch';
import { Convene, type Person, type TestSocket } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;
let eve: Person;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  [ada, bob, eve] = [await convene.person(), await convene.person(), await convene.person()];
});
afterAll(() => convene.close());

const title = (value: string) => [{ op: 'replace', path: '/title', value }];
const versions = (socket: TestSocket): number[] => socket.all('event:changed').map(({ version }) => version);

/** The content of an answered event: what a patch may touch. */
const contentOf = (event: Record<string, unknown>): Record<string, unknown> => {
  const envelope = ['id', 'version', 'role', 'ownerId', 'createdAt', 'updatedAt', 'updatedBy', 'deletedAt'];
  return Object.fromEntries(Object.entries(event).filter(([key]) => !envelope.includes(key)));
};

/** An event of Ada's in which Bob is an editor. */
async function shared(fields = {}): Promise<{ id: string; version: number }> {
  const event = await ada.createEvent(fields);
  await ada.share(event, bob, 'editor');
  return { id: event.id, version: 2 };
}

describe('handshake', () => {
  test.each([
    ['no token', undefined],
    ['an empty token', ''],
    ['a token that is no string', { $gt: '' }],
    ['a forged token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
  ])('%s is refused with a problem', async (_, token) => {
    await expect(convene.anonymous.connect(token)).rejects.toMatchObject({
      data: { code: 'unauthenticated', status: 401 },
    });
  });

  test.each([[['polling']], [['polling', 'websocket']]])('connects by %j', async (transports) => {
    const event = await shared();
    const a = await ada.connect(ada.tokens?.accessToken, transports);
    expect(await a.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true, version: 2 });
    await ada.patch(`/api/events/${event.id}`, { title: 'heard' });
    expect(await a.until('event:changed')).toMatchObject({ version: 3 });
    a.close();
  });

  test('an expired token is refused as such, a revoked one as unauthenticated', async () => {
    const late = await convene.person();
    convene.advance(16 * 60_000);
    try {
      await expect(late.connect()).rejects.toMatchObject({ data: { code: 'token-expired' } });
    } finally {
      convene.advance(-16 * 60_000);
    }
    await late.post('/api/auth/logout');
    await expect(late.connect()).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
  });
});

describe('subscribing', () => {
  test('answers the event, the role and who is there', async () => {
    const event = await shared();
    const a = await ada.connect();
    const answer = await a.ask('event:subscribe', { eventId: event.id });
    expect(answer).toMatchObject({
      ok: true,
      version: 2,
      role: 'owner',
      event: { id: event.id, version: 2 },
    });
    expect(answer.present).toMatchObject([{ userId: ada.id, sockets: 1, state: null }]);
    expect(answer.missed).toBeUndefined();
  });

  test('strangers, unknown ids and ids of no known form are the same not-found', async () => {
    const event = await shared();
    const e = await eve.connect();
    for (const eventId of [event.id, '0'.repeat(24), 'x', '']) {
      const answer = await e.ask('event:subscribe', { eventId });
      expect(answer).toMatchObject({ ok: false, problem: { code: 'not-found', status: 404 } });
    }
  });

  test('with sinceVersion it answers the changes missed, in order, and none twice afterwards', async () => {
    const event = await shared();
    for (const name of ['one', 'two', 'three']) {
      await ada.patch(`/api/events/${event.id}`, { title: name });
    }
    const b = await bob.connect();
    const answer = await b.ask('event:subscribe', { eventId: event.id, sinceVersion: 2 });
    expect(answer.missed.map(({ version }: { version: number }) => version)).toEqual([3, 4, 5]);
    expect(answer.event).toBeUndefined();
    await ada.patch(`/api/events/${event.id}`, { title: 'four' });
    await b.until('event:changed', ({ version }) => version === 6);
    expect(versions(b)).toEqual([6]);
  });

  test('more than 200 behind, or ahead of the event, it answers the event', async () => {
    const event = await shared();
    const a = await ada.connect();
    await Promise.all(
      Array.from({ length: 201 }, (_, i) =>
        a.ask('event:edit', { eventId: event.id, patch: title(`v${i}`) }),
      ),
    );
    const behind = await a.ask('event:subscribe', { eventId: event.id, sinceVersion: 2 });
    expect(behind).toMatchObject({ version: 203, event: { version: 203 } });
    expect(behind.missed).toBeUndefined();
    const near = await a.ask('event:subscribe', { eventId: event.id, sinceVersion: 3 });
    expect(near.missed).toHaveLength(200);
    const ahead = await a.ask('event:subscribe', { eventId: event.id, sinceVersion: 900 });
    expect(ahead).toMatchObject({ version: 203, reset: true, event: { version: 203 } });
  });

  test('a socket has at most 500 subscriptions, and hears nothing of an event that it unsubscribed', async () => {
    const a = await ada.connect();
    const created = await ada.post('/api/events/batch', {
      events: Array.from({ length: 500 }, (_, i) => ({
        title: `e${i}`,
        start: '2026-01-01T10:00:00Z',
        end: '2026-01-01T11:00:00Z',
      })),
    });
    const ids: string[] = created.body.results.map(({ event }: { event: { id: string } }) => event.id);
    for (const eventId of ids) {
      expect(await a.ask('event:subscribe', { eventId })).toMatchObject({ ok: true });
    }
    const one = await shared();
    const refused = await a.ask('event:subscribe', { eventId: one.id });
    expect(refused).toMatchObject({ ok: false, problem: { code: 'too-many-subscriptions', status: 429 } });
    expect(await a.ask('event:unsubscribe', { eventId: ids[0] })).toEqual({ ok: true });
    expect(await a.ask('event:subscribe', { eventId: one.id })).toMatchObject({ ok: true });
    await ada.patch(`/api/events/${ids[0]}`, { title: 'unheard' });
    await ada.patch(`/api/events/${one.id}`, { title: 'heard' });
    await a.until('event:changed', ({ eventId }) => eventId === one.id);
    expect(a.all('event:changed').filter(({ eventId }) => eventId === ids[0])).toEqual([]);
  });
});

describe('guarantees', () => {
  test('1: in version order each subscriber can replay exactly the server’s content', async () => {
    const event = await shared({ description: 'one\ntwo\nthree', metadata: { a: { b: 1 } } });
    const sockets = await Promise.all([ada.connect(), bob.connect(), bob.connect()]);
    const first = await Promise.all(
      sockets.map((socket) => socket.ask('event:subscribe', { eventId: event.id })),
    );
    const edits = [
      ...Array.from({ length: 20 }, (_, i) => [
        { op: 'add', path: `/metadata/key${i % 7}`, value: { n: i } },
      ]),
      ...Array.from({ length: 20 }, (_, i) => title(`title ${i}`)),
      ...Array.from({ length: 20 }, (_, i) => [{ op: 'replace', path: '/tags', value: [`tag ${i}`] }]),
    ];
    const answers = await Promise.all(
      edits.map((patch, i) => sockets[i % 3]!.ask('event:edit', { eventId: event.id, patch })),
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const last = Math.max(...answers.map(({ version }) => version));
    for (const [i, socket] of sockets.entries()) {
      await socket.until('event:changed', ({ version }) => version === last);
      const changes = socket.all('event:changed');
      expect(changes.map(({ version }) => version)).toEqual(
        Array.from({ length: last - 2 }, (_, n) => n + 3),
      );
      const replayed = changes.reduce(
        (content, { patch }) => jsonPatch.applyPatch(content, patch, true).newDocument,
        contentOf(first[i].event),
      );
      expect(replayed).toEqual(contentOf((await ada.get(`/api/events/${event.id}`)).body));
    }
  });

  test('3 and 6: subscribing in the middle of a storm leaves no gap and brings nothing twice', async () => {
    const event = await shared();
    const writer = await ada.connect();
    const storm = Array.from({ length: 150 }, (_, i) =>
      writer.ask('event:edit', { eventId: event.id, patch: title(`storm ${i}`) }),
    );
    const joined = await Promise.all(
      Array.from({ length: 15 }, async (_, i) => {
        const socket = await bob.connect();
        await new Promise((resolve) => setTimeout(resolve, i * 3));
        const answer = await socket.ask('event:subscribe', {
          eventId: event.id,
          ...(i % 2 && { sinceVersion: 2 }),
        });
        return { socket, answer };
      }),
    );
    const last = Math.max(...(await Promise.all(storm)).map(({ version }) => version));
    const marker = await ada.patch(`/api/events/${event.id}`, { title: 'marker' });
    for (const { socket, answer } of joined) {
      await socket.until('event:changed', ({ version }) => version === marker.body.version);
      const expected = Array.from({ length: last + 1 - answer.version }, (_, n) => answer.version + 1 + n);
      expect(versions(socket)).toEqual(expected);
      if (answer.missed) {
        expect(answer.missed.map(({ version }: { version: number }) => version)).toEqual(
          Array.from({ length: answer.version - 2 }, (_, n) => n + 3),
        );
      }
    }
  });

  test('4: an acknowledged edit is there after a restart', async () => {
    const own = await Convene.start({ RATE_LIMIT: 'off' });
    try {
      const owner = await own.person();
      const event = await owner.createEvent();
      const socket = await owner.connect();
      const answer = await socket.ask('event:edit', { eventId: event.id, patch: title('kept') });
      await own.restart();
      expect(await owner.get(`/api/events/${event.id}`)).toMatchObject({
        body: { title: 'kept', version: answer.version },
      });
    } finally {
      await own.close();
    }
  });

  test('5: once a removal is answered, nothing of the event reaches the one removed', async () => {
    for (let round = 0; round < 20; round += 1) {
      const event = await shared();
      const [a, b] = [await ada.connect(), await bob.connect()];
      await b.ask('event:subscribe', { eventId: event.id });
      const storm = Array.from({ length: 10 }, (_, i) =>
        a.ask('event:edit', { eventId: event.id, patch: title(`storm ${i}`) }),
      );
      const inFlight = b.ask('event:edit', { eventId: event.id, patch: title('mine') });
      const removal = await ada.delete(`/api/events/${event.id}/permissions/${bob.id}`);
      expect(removal.status).toBe(204);
      const heard = b.all('event:changed').length;
      await Promise.all([...storm, inFlight]);
      await ada.patch(`/api/events/${event.id}`, { title: 'after' });
      await b.until('event:unshared', ({ eventId }) => eventId === event.id);
      expect(b.all('event:changed').length).toBe(heard);
      expect(await b.ask('event:edit', { eventId: event.id, patch: title('no') })).toMatchObject({
        ok: false,
        problem: { code: 'not-found' },
      });
      expect(await b.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: false });
      a.close();
      b.close();
    }
  });
});

describe('editing', () => {
  test('merges over a base version, or refuses with what both changed', async () => {
    const event = await shared();
    const [a, b] = [await ada.connect(), await bob.connect()];
    await a.ask('event:edit', { eventId: event.id, baseVersion: 2, patch: title('hers') });
    const place = [{ op: 'replace', path: '/location', value: 'Room 4' }];
    const merged = await b.ask('event:edit', {
      eventId: event.id,
      baseVersion: 2,
      patch: place,
      note: 'moved',
    });
    expect(merged).toMatchObject({
      ok: true,
      version: 4,
      merged: true,
      change: { version: 4, patch: place, note: 'moved' },
    });
    const refused = await b.ask('event:edit', { eventId: event.id, baseVersion: 2, patch: title('his') });
    expect(refused).toMatchObject({
      ok: false,
      problem: {
        code: 'edit-conflict',
        status: 409,
        currentVersion: 4,
        conflicts: [{ path: '/title', base: 'Design review', theirs: 'hers', yours: 'his' }],
      },
    });
  });

  test('the same changeId again gets the first answer, over either door, and writes nothing', async () => {
    const event = await shared();
    const b = await bob.connect();
    const message = { eventId: event.id, patch: title('once'), changeId: 'c-1' };
    const first = await b.ask('event:edit', message);
    expect(first.change).toMatchObject({ changeId: 'c-1', version: 3 });
    await ada.patch(`/api/events/${event.id}`, { title: 'later' });
    expect(await b.ask('event:edit', message)).toEqual(first);
    expect(await b.ask('event:edit', { ...message, patch: title('other') })).toEqual(first);
    const rest = await bob.patch(`/api/events/${event.id}`, { title: 'rest' }, { 'Edit-Id': 'c-1' });
    expect(rest).toMatchObject({ status: 200, body: { version: 3, title: 'once' } });
    // Another user's change of the same id is another change.
    expect(
      (await ada.patch(`/api/events/${event.id}`, { title: 'hers' }, { 'Edit-Id': 'c-1' })).body.version,
    ).toBe(5);
  });

  test('an edit that changes nothing is answered and writes nothing', async () => {
    const event = await shared();
    const b = await bob.connect();
    const answer = await b.ask('event:edit', { eventId: event.id, patch: title('Design review') });
    expect(answer).toEqual({ ok: true, version: 2, merged: false, change: null });
  });

  test('viewers may not, whoever asks', async () => {
    const event = await ada.createEvent();
    await ada.share(event, eve, 'viewer');
    const e = await eve.connect();
    await e.ask('event:subscribe', { eventId: event.id });
    for (const [message, rest] of [
      ['event:edit', { patch: title('no') }],
      ['event:rollback', { toVersion: 1 }],
    ] as const) {
      const answer = await e.ask(message, { eventId: event.id, ...rest });
      expect(answer).toMatchObject({
        ok: false,
        problem: { code: 'forbidden', status: 403, instance: message },
      });
    }
  });

  test('rolls back to an earlier version', async () => {
    const event = await shared();
    const a = await ada.connect();
    await a.ask('event:subscribe', { eventId: event.id });
    await a.ask('event:edit', { eventId: event.id, patch: title('changed') });
    const answer = await a.ask('event:rollback', { eventId: event.id, toVersion: 1 });
    expect(answer).toMatchObject({ ok: true, version: 4, change: { kind: 'rollback', restoredVersion: 1 } });
    expect(await a.ask('event:rollback', { eventId: event.id, toVersion: 99 })).toMatchObject({
      problem: { code: 'version-not-found' },
    });
    expect(await a.ask('event:rollback', { eventId: event.id, toVersion: 1 })).toMatchObject({
      version: 4,
      change: null,
    });
  });
});

describe('what reaches a user with nothing subscribed', () => {
  test('their own new events, what is shared with them, and what is taken away', async () => {
    const [a, b] = [await ada.connect(), await bob.connect()];
    const event = await ada.createEvent({ title: 'News' });
    expect(await a.until('event:created')).toMatchObject({
      event: { id: event.id, role: 'owner', version: 1 },
      by: { id: ada.id },
    });
    await ada.share(event, bob, 'viewer');
    expect(await b.until('event:shared')).toMatchObject({
      eventId: event.id,
      role: 'viewer',
      event: { id: event.id, role: 'viewer', version: 2 },
      by: { id: ada.id },
    });
    await ada.put(`/api/events/${event.id}/permissions/${bob.id}`, { role: 'editor' });
    await b.until('event:shared', ({ role }) => role === 'editor');
    await ada.delete(`/api/events/${event.id}`);
    expect(await b.until('event:deleted')).toEqual({
      eventId: event.id,
      version: 4,
      by: { id: ada.id, username: ada.user.username, name: ada.user.name },
    });
    await ada.post(`/api/events/${event.id}/restore`);
    expect(await b.until('event:restored')).toMatchObject({ eventId: event.id, version: 5 });
    await ada.delete(`/api/events/${event.id}/permissions/${bob.id}`);
    expect(await b.until('event:unshared')).toMatchObject({ eventId: event.id, by: { id: ada.id } });
    await ada.delete(`/api/events/${event.id}?permanent=true`);
    expect(await a.until('event:deleted', ({ version }) => version === 7)).toMatchObject({
      eventId: event.id,
    });
    expect(b.all('event:deleted')).toHaveLength(1);
    expect(b.all('event:changed')).toEqual([]);
  });

  test('a transfer reaches both', async () => {
    const event = await shared();
    const [a, b] = [await ada.connect(), await bob.connect()];
    await a.ask('event:subscribe', { eventId: event.id });
    await ada.put(`/api/events/${event.id}/permissions/${bob.id}`, { role: 'owner' });
    expect(await b.until('event:shared')).toMatchObject({
      role: 'owner',
      event: { ownerId: bob.id, role: 'owner' },
    });
    expect(await a.until('event:shared')).toMatchObject({ role: 'editor', event: { role: 'editor' } });
    expect(await a.until('event:changed')).toMatchObject({
      kind: 'transfer',
      patch: [],
      membership: { userId: bob.id, role: 'owner', previousRole: 'editor' },
    });
  });

  test('a deletion reaches subscribers as a change, then all but the owner are out of the room', async () => {
    const event = await shared();
    const [a, b] = [await ada.connect(), await bob.connect()];
    await a.ask('event:subscribe', { eventId: event.id });
    await b.ask('event:subscribe', { eventId: event.id });
    await ada.delete(`/api/events/${event.id}`);
    expect(await b.until('event:changed')).toMatchObject({ kind: 'delete', version: 3, patch: [] });
    await ada.post(`/api/events/${event.id}/restore`);
    await b.until('event:restored');
    await ada.patch(`/api/events/${event.id}`, { title: 'again' });
    await a.until('event:changed', ({ version }) => version === 5);
    expect(versions(a)).toEqual([3, 4, 5]);
    expect(versions(b)).toEqual([3]);
    expect(await b.ask('event:subscribe', { eventId: event.id, sinceVersion: 3 })).toMatchObject({
      version: 5,
    });
  });
});

describe('presence', () => {
  test('lists people with their sockets and what they do, and tells when it changes', async () => {
    const event = await shared();
    const [a, b, b2] = [await ada.connect(), await bob.connect(), await bob.connect()];
    await a.ask('event:subscribe', { eventId: event.id });
    await b.ask('event:subscribe', { eventId: event.id });
    await b2.ask('event:subscribe', { eventId: event.id });
    const three = await a.until('presence:changed', ({ present }) =>
      present.some(
        ({ userId, sockets }: { userId: string; sockets: number }) => userId === bob.id && sockets === 2,
      ),
    );
    expect(three.total).toBe(2);
    expect(await b.ask('presence:set', { eventId: event.id, state: { field: 'title', cursor: 3 } })).toEqual({
      ok: true,
    });
    await a.until('presence:changed', ({ present }) =>
      present.some(({ state }: { state: { field?: string } | null }) => state?.field === 'title'),
    );
    await b.ask('presence:set', { eventId: event.id, state: null });
    b2.close();
    await b.ask('event:unsubscribe', { eventId: event.id });
    const alone = await a.until('presence:changed', ({ total }) => total === 1, 2_000);
    expect(alone.present).toMatchObject([{ userId: ada.id }]);
  });

  test('needs the subscription, and a state of at most 1 KiB', async () => {
    const event = await shared();
    const a = await ada.connect();
    const state = { field: 'title' };
    expect(await a.ask('presence:set', { eventId: event.id, state })).toMatchObject({
      problem: { code: 'not-found' },
    });
    await a.ask('event:subscribe', { eventId: event.id });
    const large = { field: 'x'.repeat(2000) };
    expect(await a.ask('presence:set', { eventId: event.id, state: large })).toMatchObject({
      problem: { code: 'validation-failed', errors: [{ pointer: '/state' }] },
    });
  });
});

describe('sessions', () => {
  test('logout ends the session’s sockets, and everywhere those of all sessions', async () => {
    const person = await convene.person();
    const login = await convene.anonymous.post('/api/auth/login', {
      email: person.user.email,
      password: 'correct horse battery',
    });
    const first = await person.connect();
    const second = await person.connect(login.body.accessToken);
    expect((await person.post('/api/auth/logout', {})).status).toBe(204);
    expect(await first.until('session:ended')).toEqual({ reason: 'logout' });
    expect(second.socket.connected).toBe(true);
    const again = await person.connect(login.body.accessToken);
    await person.post(
      '/api/auth/logout',
      { everywhere: true },
      {
        headers: { Authorization: `Bearer ${login.body.accessToken}` },
      },
    );
    await again.until('session:ended');
    await second.until('session:ended');
  });

  test('is renewed with a fresh token of the same user alone, and ends when its token expires', async () => {
    const person = await convene.person();
    const socket = await person.connect();
    const fresh = await convene.anonymous.post('/api/auth/refresh', {
      refreshToken: person.tokens?.refreshToken,
    });
    const renewed = await socket.ask('session:renew', { token: fresh.body.accessToken });
    expect(Date.parse(renewed.expiresAt)).toBeGreaterThan(Date.now() + 14 * 60_000);
    expect(await socket.ask('session:renew', { token: ada.tokens?.accessToken })).toMatchObject({
      ok: false,
      problem: { code: 'unauthenticated' },
    });
    expect(await socket.ask('session:renew', { token: 'x' })).toMatchObject({ ok: false });
    // A token that has less than a minute left: the warning comes at once, the end when it is over.
    const hurried = await convene.person();
    convene.advance(15 * 60_000 - 2_000);
    try {
      const late = await hurried.connect();
      expect(await late.until('session:expiring')).toHaveProperty('expiresAt');
      expect(await late.until('session:ended')).toEqual({ reason: 'expired' });
    } finally {
      convene.advance(-(15 * 60_000 - 2_000));
    }
  });
});

describe('malformed messages', () => {
  test.each<[string, unknown[]]>([
    ['event:subscribe', []],
    ['event:subscribe', ['text']],
    ['event:subscribe', [null]],
    ['event:subscribe', [{}]],
    ['event:subscribe', [{ eventId: { $gt: '' } }]],
    ['event:subscribe', [{ eventId: '0'.repeat(24), unknown: 1 }]],
    ['event:subscribe', [{ eventId: '0'.repeat(24), sinceVersion: -1 }]],
    ['event:subscribe', [{ eventId: 'a' }, { eventId: 'b' }]],
    ['event:subscribe', [{ eventId: { length: { toString: 0 } } }]],
    ['event:edit', [{ eventId: '0'.repeat(24), patch: 'x' }]],
    ['event:edit', [{ eventId: '0'.repeat(24), patch: [], changeId: '' }]],
    ['event:edit', [{ eventId: '0'.repeat(24), patch: [], note: 'x'.repeat(201) }]],
    ['event:edit', [{ eventId: '0'.repeat(24), patch: [{ value: '\u0000' }] }]],
    ['event:edit', [{ eventId: '0'.repeat(24), patch: [{ value: '\ud800' }] }]],
    ['event:rollback', [{ eventId: '0'.repeat(24), toVersion: 'one' }]],
    ['no:such', [{}]],
    ['constructor', [{}]],
    ['toString', [{}]],
  ])('%s %j is validation-failed, and the socket goes on', async (message, payload) => {
    const a = await ada.connect();
    const answer = await a.ask(message, ...payload);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'validation-failed', status: 422 } });
    expect(answer.problem.requestId).toEqual(expect.any(String));
    a.socket.emit(message, ...payload); // without an acknowledgement
    const event = await ada.createEvent();
    expect(await a.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true });
    a.close();
  });

  test('a patch that is malformed or leads out of the content is refused as over REST', async () => {
    const event = await shared();
    const b = await bob.connect();
    const ask = (patch: unknown[]) => b.ask('event:edit', { eventId: event.id, patch });
    expect(await ask([{ op: 'x', path: '/title' }])).toMatchObject({
      problem: { code: 'invalid-patch', errors: [{ pointer: '/patch/0/op' }] },
    });
    expect(await ask([{ op: 'add', path: '/metadata/__proto__/x', value: 1 }])).toMatchObject({
      problem: { code: 'validation-failed', errors: [{ pointer: '/patch/0/path' }] },
    });
    expect(await ask([{ op: 'replace', path: '/version', value: 9 }])).toMatchObject({
      problem: { code: 'validation-failed' },
    });
    expect(await ask([{ op: 'replace', path: '/end', value: '2020-01-01T00:00:00Z' }])).toMatchObject({
      problem: { code: 'validation-failed', errors: [{ pointer: '/end' }] },
    });
    expect((await bob.get(`/api/events/${event.id}`)).body.version).toBe(2);
  });

  test('a message over 64 KiB ends at most its own connection', async () => {
    const [a, b] = [await ada.connect(), await bob.connect()];
    const event = await shared();
    const gone = new Promise((resolve) => a.socket.once('disconnect', resolve));
    a.socket.emit('event:edit', {
      eventId: event.id,
      patch: [{ op: 'add', path: '/metadata/x', value: 'x'.repeat(100_000) }],
    });
    await gone;
    expect(await b.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true, version: 2 });
  });
});
