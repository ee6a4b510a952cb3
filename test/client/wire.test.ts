import { describe, expect, test } from '@jest/globals';
import { ConveneError } from '../../src/client/index.js';
import { change, event as eventAt, FakeServer, ID, live, renewed, settle, tokens } from './fake.js';
import { heard, versionsOf } from './support.js';

const up = { role: 'editor', present: [] };

describe('the order of changes', () => {
  test('one that overtook another waits for it; what is known already is ignored', async () => {
    const { server, client, event } = await live();
    const told = versionsOf(event);
    for (const version of [4, 3, 3, 4, 1, 6, 5]) {
      await server.tell('event:changed', change(version));
    }
    expect(told).toEqual([3, 4, 5, 6]);
    await server.timers.pass(1_000);
    expect(server.take('event:subscribe')).toEqual([]);
    client.close();
  });

  test('a gap that stays is asked for, once, until the answer comes', async () => {
    const { server, client, event } = await live();
    const told = versionsOf(event);
    await server.tell('event:changed', change(5));
    await server.timers.pass(200);
    const asked = server.one('event:subscribe');
    expect(asked.payload).toEqual({ eventId: ID, sinceVersion: 2 });
    await server.tell('event:changed', change(6));
    await server.timers.pass(1_000);
    expect(server.sent).toEqual([]);
    await asked.answer({ ...up, version: 4, missed: [change(3), change(4)] });
    expect(told).toEqual([3, 4, 5, 6]);
    expect(event).toMatchObject({ version: 6, content: { title: 'v6' } });
    client.close();
  });

  test('where asking fails it is asked again, later each time', async () => {
    const { server, client, event } = await live();
    await server.tell('event:behind', { eventId: ID, version: 9 });
    await server.one('event:subscribe').refuse('rate-limited', { retryAfter: 3 });
    await server.timers.pass(2_999);
    expect(server.sent).toEqual([]);
    await server.timers.pass(10_000);
    await server.one('event:subscribe').refuse('unavailable');
    await server.timers.pass(10_000);
    await server.one('event:subscribe').answer({ ...up, version: 9, event: eventAt(9, { title: 'whole' }) });
    expect(event).toMatchObject({ version: 9, content: { title: 'whole' } });
    client.close();
  });

  test('a change that does not apply has the event read whole', async () => {
    const { server, client, event } = await live();
    const patch = [{ op: 'replace', path: '/no/such/place', value: 1 }];
    await server.tell('event:changed', { ...change(3), patch });
    await server.timers.pass(200);
    const asked = server.one('event:subscribe');
    expect(asked.payload).toEqual({ eventId: ID });
    await asked.answer({ ...up, version: 3, event: eventAt(3, { title: 'whole' }) });
    await server.tell('event:changed', change(4));
    expect(event).toMatchObject({ version: 4, content: { title: 'v4' } });
    expect(server.errors).toEqual([]);
    client.close();
  });

  test('a restored backup goes back, and edits on their way stand on it', async () => {
    const { server, client, event } = await live();
    const resets = heard((listener) => event.on('reset', listener));
    void event.edit({ location: 'mine' });
    await server.drop();
    await server.timers.pass(1_000);
    await server.accept();
    const restored = { ...up, version: 1, event: eventAt(1, { title: 'old' }), reset: true };
    server.take('event:edit');
    await server.one('event:subscribe').answer(restored);
    expect(resets).toEqual([{ version: 1 }]);
    expect(event).toMatchObject({ version: 1, content: { title: 'old', location: 'mine' } });
    expect(server.one('event:edit').payload).toMatchObject({ baseVersion: 1 });
    client.close();
  });
});

describe('edits', () => {
  const mine = (version: number, changeId: string) =>
    change(version, 'mine', { changeId, by: { id: tokens.user.id, username: 'ada', name: 'Ada' } });

  test.each([['before'], ['after']])('a change that comes %s its answer is one with it', async (order) => {
    const { server, client, event } = await live();
    const told = versionsOf(event);
    const answer = event.edit({ title: 'mine' });
    const sent = server.one('event:edit');
    const made = mine(3, sent.payload.changeId);
    if (order === 'before') {
      await server.tell('event:changed', made);
      // Somebody else takes it back before its author has an answer: it must not be shown again.
      await server.tell('event:changed', change(4, 'v2'));
      expect(event.content.title).toBe('v2');
    }
    await sent.answer({ version: 3, merged: false, change: made });
    if (order === 'after') {
      await server.tell('event:changed', made);
      await server.tell('event:changed', change(4, 'v2'));
    }
    expect(await answer).toEqual({ version: 3, merged: false, change: made });
    expect(told).toEqual([3, 4]);
    expect(event.content.title).toBe('v2');
    client.close();
  });

  test('one is sent at a time; an edit made on another goes out on the version that has it', async () => {
    const { server, client, event } = await live();
    void event.edit({ title: 'mine' });
    void event.edit({ title: 'mine 2', location: 'x' });
    const first = server.one('event:edit');
    expect(first.payload).toEqual({
      eventId: ID,
      baseVersion: 2,
      patch: [{ op: 'replace', path: '/title', value: 'mine' }],
      changeId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    // The answer is two versions ahead of what has come: the next waits until it is there.
    await first.answer({ version: 4, merged: true, change: mine(4, first.payload.changeId) });
    expect(server.take('event:edit')).toEqual([]);
    expect(event.content).toMatchObject({ title: 'mine 2', location: 'x' });
    await server.tell('event:changed', change(3, 'theirs', { patch: [] }));
    expect(server.one('event:edit').payload).toMatchObject({
      baseVersion: 4,
      patch: [
        { op: 'replace', path: '/title', value: 'mine 2' },
        { op: 'replace', path: '/location', value: 'x' },
      ],
    });
    client.close();
  });

  test('over the rate it waits as long as it is told, and sends the same', async () => {
    const { server, client, event } = await live();
    const answer = event.edit({ title: 'mine' });
    const first = server.one('event:edit');
    await first.refuse('rate-limited', { retryAfter: 2 });
    await server.timers.pass(1_999);
    expect(server.sent).toEqual([]);
    await server.timers.pass(2_000);
    const again = server.one('event:edit');
    expect(again.payload).toEqual(first.payload);
    await again.answer({ version: 3, merged: false, change: mine(3, first.payload.changeId) });
    expect(await answer).toMatchObject({ version: 3 });
    client.close();
  });

  test.each([['no answer'], ['unavailable']])('after %s the same is sent again', async (what) => {
    const { server, client, event } = await live();
    void event.edit({ title: 'mine' });
    const first = server.one('event:edit');
    if (what === 'unavailable') {
      await first.refuse('unavailable');
    } else {
      await server.timers.pass(10_000);
    }
    await server.timers.pass(2_000);
    expect(server.one('event:edit').payload).toEqual(first.payload);
    expect(event.pending).toBe(1);
    client.close();
  });

  test('what was made on a refused edit, and does not need it, goes on', async () => {
    const { server, client, event } = await live();
    const first = event.edit({ title: 'mine' });
    const second = event.edit({ location: 'x' });
    const third = event.edit({ title: 'mine again' });
    await server.one('event:edit').refuse('edit-conflict', { conflicts: [] });
    await expect(first).rejects.toBeInstanceOf(ConveneError);
    expect(event.content).toMatchObject({ title: 'v2', location: 'x' });
    const sent = server.one('event:edit');
    expect(sent.payload.patch).toEqual([{ op: 'replace', path: '/location', value: 'x' }]);
    const { changeId } = sent.payload;
    const patch = sent.payload.patch;
    await sent.answer({ version: 3, merged: false, change: { ...mine(3, changeId), patch } });
    await second;
    // Its title was built on one that was never stored: that is for its author to see.
    await expect(third).rejects.toMatchObject({
      code: 'edit-conflict',
      conflicts: [{ path: '/title', base: 'mine', theirs: 'v2', yours: 'mine again' }],
    });
    client.close();
  });

  test('where it is not known whether what came has an edit, its answer says so', async () => {
    const { server, client, event } = await live();
    const answer = event.edit({ title: 'mine' });
    const first = server.one('event:edit');
    await server.drop();
    await server.timers.pass(1_000);
    await server.accept();
    // It was stored as version 3, and taken back by somebody in the fourth.
    await server.one('event:subscribe').answer({ ...up, version: 300, event: eventAt(300) });
    expect(event.content.title).toBe('mine');
    const again = server.one('event:edit');
    expect(again.payload).toEqual(first.payload);
    await again.answer({ version: 3, merged: false, change: mine(3, first.payload.changeId) });
    expect(await answer).toMatchObject({ version: 3 });
    expect(event).toMatchObject({ version: 300, content: { title: 'v2' } });
    client.close();
  });

  test('where the event is not found any more it is closed', async () => {
    const { server, client, event } = await live();
    const answer = event.edit({ title: 'mine' });
    await server.one('event:edit').refuse('not-found');
    await expect(answer).rejects.toMatchObject({ code: 'not-found' });
    await server.one('event:subscribe').refuse('not-found');
    expect(event.closed).toBe('not-found');
    client.close();
  });

  test('a thousand wait at most', async () => {
    const { server, client, event } = await live();
    await server.drop();
    const answers = Array.from({ length: 1_000 }, (_, i) => event.edit({ metadata: { i } }));
    await settle();
    await expect(event.edit({ title: 'one more' })).rejects.toMatchObject({ code: 'too-many-pending' });
    expect(event.content.title).toBe('v2');
    client.close();
    await Promise.all(answers.map((one) => expect(one).rejects.toMatchObject({ code: 'closed' })));
  });

  test('a listener may edit, too', async () => {
    const { server, client, event } = await live();
    event.on('change', ({ change: told }) => {
      if (told?.version === 3) {
        void event.edit({ location: 'noted' });
      }
    });
    await server.tell('event:changed', change(3));
    await server.tell('event:changed', change(4));
    expect(event.content).toMatchObject({ title: 'v4', location: 'noted' });
    expect(server.one('event:edit').payload).toMatchObject({ baseVersion: 3 });
    client.close();
  });
});

describe('the connection', () => {
  const connected = async () => {
    const server = new FakeServer();
    const client = server.client();
    client.resume(tokens);
    await server.accept();
    return { server, client };
  };

  test('is tried again, later each time', async () => {
    const { server, client } = await connected();
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      await server.drop();
      const [before, attempts] = [server.timers.now(), server.attempts.length];
      while (server.attempts.length === attempts) {
        await server.timers.pass(100);
      }
      waits.push(server.timers.now() - before);
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeLessThan(1_000);
    expect(waits.at(-1)).toBeGreaterThan(5_000);
    expect(waits.at(-1)).toBeLessThanOrEqual(15_000);
    client.close();
  });

  test.each([
    [
      'the server closes',
      async (server: FakeServer) => {
        await server.tell('server:closing', { retryAfter: 4 });
        await server.drop();
      },
    ],
    [
      'there are too many',
      (server: FakeServer) => server.drop({ code: 'rate-limited', detail: '', retryAfter: 4 }),
    ],
  ])('waits as long as it is told where %s', async (_, drop) => {
    const { server, client } = await connected();
    await drop(server);
    await server.timers.pass(4_000);
    expect(server.attempts).toHaveLength(1);
    await server.timers.pass(2_000);
    expect(server.attempts).toHaveLength(2);
    client.close();
  });

  test('with a refused token it renews it once; refused again, the session is over', async () => {
    const server = new FakeServer();
    server.respond = () => ({ status: 200, body: renewed });
    const client = server.client();
    const ended = heard((listener) => client.on('session-ended', listener));
    client.resume(tokens);
    await server.drop({ code: 'token-expired', detail: '' });
    expect(server.attempts).toEqual(['access 1', 'access 2']);
    await server.drop({ code: 'unauthenticated', detail: '' });
    expect(ended).toEqual([{ reason: 'revoked' }]);
    expect(server.requests).toEqual(['/api/auth/refresh']);
    expect(client.tokens).toBeNull();
    client.close();
  });

  test('a network that fails while a token is renewed ends nothing', async () => {
    const server = new FakeServer();
    const client = server.client();
    client.resume(tokens);
    await server.drop({ code: 'token-expired', detail: '' });
    await server.timers.pass(1_000);
    expect(server.attempts).toEqual(['access 1', 'access 1']);
    server.respond = () => ({ status: 200, body: renewed });
    await server.drop({ code: 'token-expired', detail: '' });
    expect(server.attempts.at(-1)).toBe('access 2');
    client.close();
  });

  test('events come back twenty at a time', async () => {
    const { server, client } = await connected();
    const ids = Array.from({ length: 45 }, (_, i) => String(i).padStart(24, '0'));
    ids.forEach((id) => void client.subscribe(id).catch(() => undefined));
    await settle();
    const counts: number[] = [];
    for (
      let asked = server.take('event:subscribe');
      asked.length > 0;
      asked = server.take('event:subscribe')
    ) {
      counts.push(asked.length);
      for (const one of asked) {
        await one.answer({ ...up, version: 2, event: eventAt(2) });
      }
    }
    expect(counts).toEqual([20, 20, 5]);
    client.close();
  });
});

describe('the session', () => {
  test('is renewed in time, tried again where the network fails, and told to the connection', async () => {
    const server = new FakeServer();
    const client = server.client();
    const told = heard((listener) => client.on('tokens', listener));
    client.resume({ ...tokens, expiresAt: 900_000 });
    await server.accept();
    await server.timers.pass(800_000);
    expect(server.requests).toEqual([]);
    await server.timers.pass(11_000);
    expect(server.requests.length).toBeGreaterThan(0);
    server.respond = () => ({ status: 200, body: renewed });
    await server.timers.pass(20_000);
    expect(told.map((one) => one?.accessToken)).toEqual(['access 1', 'access 2']);
    expect(server.one('session:renew').payload).toEqual({ token: 'access 2' });
    expect(client.tokens?.expiresAt).toBeGreaterThan(900_000);
    client.close();
  });

  test('when the server says that it expires, it is renewed', async () => {
    const { server, client } = await live();
    server.respond = () => ({ status: 200, body: renewed });
    await server.tell('session:expiring', { expiresAt: '' });
    expect(server.one('session:renew').payload).toEqual({ token: 'access 2' });
    client.close();
  });
});

test('a closed client leaves no timer, and answers everything', async () => {
  const { server, client, event } = await live();
  const answers = [event.edit({ title: 'x' }), event.rollback(1), event.setPresence({ a: 1 })];
  await server.tell('event:changed', change(9));
  await server.one('event:edit').refuse('rate-limited', { retryAfter: 60 });
  client.close();
  await Promise.allSettled(answers);
  await settle();
  expect(server.timers.set.size).toBe(0);
  expect(client.connectionState).toBe('offline');
  expect(server.errors).toEqual([]);
});
