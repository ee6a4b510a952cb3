import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConveneClient } from '../../src/client/index.js';
import { DAY, expectProblem, MINUTE, SECOND } from '../support/answers.js';
import { whyNoCluster } from '../support/cluster.js';
import { Convene, PASSWORD, Person } from '../support/convene.js';

/*
 * The server's clock is put right: it jumps, while people work.
 */
const HOUR = 60 * MINUTE;

let convene: Convene;
let ada: Person;
let bob: Person;
let event: any;

beforeEach(async () => {
  convene = await Convene.start();
  [ada, bob] = [await convene.person(), await convene.person()];
  event = await ada.createEvent();
  await ada.share(event, bob, 'editor');
});
afterEach(() => convene.close());

const url = (): string => `/api/events/${event.id}`;
const edit = async (person: Person, fields: object): Promise<any> => {
  const { status, body } = await person.patch(url(), fields);
  expect(status).toBe(200);
  return body;
};
const refresh = async ({ tokens, user }: Person): Promise<Person> => {
  const refreshToken = tokens?.refreshToken;
  const answer = await convene.anonymous.post('/api/auth/refresh', { refreshToken });
  expect(answer.status).toBe(200);
  return new Person(convene, user, answer.body);
};

describe('an hour back', () => {
  test('edits keep their order, and an event’s times do not go back', async () => {
    const before = await edit(ada, { title: 'before' });
    convene.advance(-HOUR);
    const after = await edit(bob, { title: 'after' });
    const later = await edit(ada, { location: 'later' });
    expect([after.version, later.version]).toEqual([before.version + 1, before.version + 2]);
    expect(after.updatedAt >= before.updatedAt).toBe(true);
    expect(later.updatedAt >= after.updatedAt).toBe(true);
    expect(later.createdAt <= later.updatedAt).toBe(true);
    const { body } = await ada.get(`${url()}/history`);
    const versions: number[] = body.items.map(({ version }: any) => version);
    expect(versions).toEqual([5, 4, 3, 2, 1]);
    const times: string[] = body.items.map(({ at }: any) => at);
    expect([...times].sort().reverse()).toEqual(times);
  });

  test('whoever asks what is new since the last time misses nothing', async () => {
    const { updatedAt } = await edit(ada, { title: 'before' });
    convene.advance(-HOUR);
    await edit(bob, { title: 'after' });
    const { body } = await ada.get(`/api/events?updatedSince=${updatedAt}`);
    expect(body.items).toMatchObject([{ id: event.id, title: 'after' }]);
  });

  test('into the trash, out of it, back to an earlier version', async () => {
    const { updatedAt } = await edit(ada, { title: 'before' });
    convene.advance(-HOUR);
    expect((await ada.delete(url())).status).toBe(204);
    const { body: trash } = await ada.get('/api/events?deleted=true');
    expect(trash.items).toHaveLength(1);
    expect(trash.items[0].deletedAt >= updatedAt).toBe(true);
    expect((await ada.post(`${url()}/restore`)).body).toMatchObject({ deletedAt: null });
    const back = await ada.post(`${url()}/rollback/1`);
    expect(back).toMatchObject({ status: 200, body: { title: event.title } });
    expect(back.body.updatedAt >= updatedAt).toBe(true);
  });

  test('nobody is signed out: tokens from before and from after hold, and can be renewed', async () => {
    convene.advance(-HOUR);
    expect((await ada.get('/api/auth/me')).status).toBe(200);
    const renewed = await refresh(ada);
    expect((await renewed.get('/api/auth/me')).status).toBe(200);
    const login = await convene.anonymous.post('/api/auth/login', {
      email: bob.user.email,
      password: PASSWORD,
    });
    const after = new Person(convene, bob.user, login.body);
    expect((await after.get('/api/auth/me')).status).toBe(200);
    const { body } = await after.get('/api/auth/sessions');
    expect(body.items).toHaveLength(2);
    // When it is put right again, they still hold.
    convene.advance(HOUR);
    expect((await after.get('/api/auth/me')).status).toBe(401); // an hour old
    expect((await (await refresh(after)).get('/api/auth/me')).status).toBe(200);
    expect((await renewed.get('/api/auth/me')).status).toBe(401);
    expect((await (await refresh(renewed)).get('/api/auth/me')).status).toBe(200);
  });

  test('sockets stay, new ones come in, and they hear each other', async () => {
    const before = await ada.connect();
    await before.ask('event:subscribe', { eventId: event.id });
    convene.advance(-HOUR);
    const after = await bob.connect();
    expect(await after.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true });
    const patch = [{ op: 'replace', path: '/title', value: 'live' }];
    const answer = await after.ask('event:edit', { eventId: event.id, patch, changeId: 'c1' });
    expect(answer).toMatchObject({ ok: true });
    expect(await before.until('event:changed')).toMatchObject({ version: answer.version });
    expect(before.socket.connected).toBe(true);
    expect([before, after].flatMap((one) => one.all('session:ended'))).toEqual([]);
  });

  test('who is there is told in time, and of one person on two devices the last state wins', async () => {
    const [one, two] = [await ada.connect(), await ada.connect()];
    const watching = await bob.connect();
    for (const socket of [one, two, watching]) {
      await socket.ask('event:subscribe', { eventId: event.id });
    }
    const stateOf = ({ present }: any): unknown =>
      present.find(({ userId }: any) => userId === ada.id)?.state;
    await one.ask('presence:set', { eventId: event.id, state: { field: 'title' } });
    await watching.until('presence:changed', (told) => (stateOf(told) as any)?.field === 'title');
    convene.advance(-HOUR);
    await two.ask('presence:set', { eventId: event.id, state: { field: 'location' } });
    await watching.until('presence:changed', (told) => (stateOf(told) as any)?.field === 'location', 2_000);
    one.close();
    two.close();
    await watching.until('presence:changed', ({ total }) => total === 1, 2_000);
  });
});

describe('forward', () => {
  test('over the end of an access token: it is refused as expired, everywhere, and is renewed', async () => {
    convene.advance(16 * MINUTE);
    const refused = await ada.get(url());
    expectProblem(refused, 401, 'token-expired');
    expect(refused.headers.get('WWW-Authenticate')).toBe('Bearer');
    expectProblem(await ada.patch(url(), { title: 'x' }), 401, 'token-expired');
    await expect(ada.connect()).rejects.toMatchObject({ data: { code: 'token-expired', status: 401 } });
    const renewed = await refresh(ada);
    expect((await renewed.get(url())).status).toBe(200);
    const socket = await renewed.connect();
    expect(await socket.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true });
  });

  test('to just before it: a new socket is warned at once, and ends with the token', async () => {
    convene.advance(15 * MINUTE - 2 * SECOND);
    const socket = await ada.connect();
    await socket.until('session:expiring');
    expect(await socket.until('session:ended')).toEqual({ reason: 'expired' });
    expectProblem(await ada.get(url()), 401, 'token-expired');
  });

  test('the client that comes with Convene does not notice', async () => {
    const client = new ConveneClient({ url: convene.url, transports: ['websocket'] });
    try {
      await client.signIn({ email: ada.user.email, password: PASSWORD });
      const live = await client.subscribe(event.id);
      convene.advance(HOUR);
      expect(await client.request('GET', url())).toMatchObject({ id: event.id });
      await live.edit({ title: 'an hour later' });
      expect(live.content.title).toBe('an hour later');
      convene.advance(-2 * HOUR);
      await live.edit({ title: 'two hours back' });
      expect(await client.request('GET', url())).toMatchObject({ title: 'two hours back' });
    } finally {
      client.close();
    }
  });

  test('a month: who has not been here meanwhile signs in again', async () => {
    convene.advance(31 * DAY);
    const refreshToken = ada.tokens?.refreshToken;
    const refused = await convene.anonymous.post('/api/auth/refresh', { refreshToken });
    expect(refused.status).toBe(401);
    const login = { email: ada.user.email, password: PASSWORD };
    const { body } = await convene.anonymous.post('/api/auth/login', login);
    const again = new Person(convene, ada.user, body);
    expect((await again.get('/api/auth/sessions')).body.items).toHaveLength(1);
    expect((await again.patch(url(), { title: 'a month later' })).status).toBe(200);
  });
});

(whyNoCluster === '' ? describe : describe.skip)(
  `two processes whose clocks differ by an hour${whyNoCluster}`,
  () => {
    let slow: Convene;
    beforeEach(async () => {
      slow = await convene.beside();
      slow.advance(-HOUR);
    });
    afterEach(() => slow.close());

    test('edits through both keep their order, times, and sessions', async () => {
      const there = new Person(slow, bob.user, bob.tokens);
      const watching = await ada.connect();
      await watching.ask('event:subscribe', { eventId: event.id });
      let last = await edit(ada, { title: '0' });
      for (let i = 1; i <= 4; i += 1) {
        const next = await edit(i % 2 === 0 ? ada : there, { title: String(i) });
        expect(next.version).toBe(last.version + 1);
        expect(next.updatedAt >= last.updatedAt).toBe(true);
        last = next;
      }
      await watching.until('event:changed', ({ version }) => version === last.version, 12_000);
      // Registered at the one that is behind, and taken by the other.
      const carl = await slow.person({ email: 'carl@example.com' });
      const here = new Person(convene, carl.user, carl.tokens);
      expect((await here.get('/api/auth/me')).status).toBe(401); // an hour old, by this clock
      expect((await (await refresh(here)).get('/api/auth/me')).status).toBe(200);
      expect((await there.get('/api/auth/me')).status).toBe(200);
    });
  },
);
