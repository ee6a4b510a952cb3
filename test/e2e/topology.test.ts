import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ConveneClient } from '../../src/client/index.js';
import { expectProblem } from '../support/answers.js';
import { Cluster, whyNoCluster } from '../support/cluster.js';
import { PASSWORD, Person, register, type Reachable, type TestSocket } from '../support/convene.js';
import { Numbers } from '../support/metrics.js';
import { Nginx, whyNoNginx } from '../support/nginx.js';
import { startRedis, whyNoRedis, type RedisServer } from '../support/redis.js';

/*
 * What docker-compose.yml starts, from plain processes: the proxy with its own configuration, two processes of the
 * program, Redis, MongoDB.
 */
const why = whyNoCluster || whyNoRedis || whyNoNginx;
const suite = why === '' ? describe : describe.skip;

let redis: RedisServer;
let cluster: Cluster;
let nginx: Nginx;
const sockets = new Set<TestSocket>();
const clients: ConveneClient[] = [];

/** Addresses that the proxy takes for different offices. */
const OFFICES = Array.from({ length: 8 }, (_, i) => `127.0.${i + 1}.1`);

/** The proxy, as it is seen from an address. */
const seenFrom = async (address: string): Promise<Reachable> => ({ url: await nginx.from(address), sockets });
const as = (at: Reachable, { user, tokens }: Person): Person => new Person(at, user, tokens);
let people = 0;
const person = async (at?: Reachable): Promise<Person> =>
  register(at ?? (await seenFrom('127.0.0.1')), { email: `person${(people += 1)}@example.com` });

async function client(at: Reachable, { user }: Person): Promise<ConveneClient> {
  const made = new ConveneClient({ url: at.url });
  clients.push(made);
  await made.signIn({ email: user.email, password: PASSWORD });
  return made;
}

async function eventually(check: () => Promise<void> | void, ms = 15_000): Promise<void> {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** How many sockets each process has. */
const socketsOfEach = async (): Promise<number[]> =>
  Promise.all([0, 1].map(async (i) => (await Numbers.of(cluster.url(i))).sum('convene_sockets')));

suite(`the proxy, two processes, Redis and MongoDB${why}`, () => {
  beforeAll(async () => {
    redis = (await startRedis()) as RedisServer;
    const RATE = { RATE_LIMIT: 'on', RATE_LIMIT_LOGINS: '60/60', RATE_LIMIT_WRITES: '100000/60' };
    cluster = await Cluster.start(2, { REDIS_URL: redis.url, TRUST_PROXY: '1', ...RATE });
    nginx = await Nginx.start([0, 1].map((i) => new URL(cluster.url(i)).host));
  }, 60_000);
  afterEach(() => {
    clients.splice(0).forEach((one) => one.close());
    sockets.forEach((socket) => socket.close());
    sockets.clear();
  });
  afterAll(async () => {
    await nginx.stop();
    await cluster.close();
    await redis.remove();
  });

  test('REST goes through it, from every address, to both processes', async () => {
    const ada = await person();
    const event = await ada.createEvent();
    for (const office of OFFICES) {
      const there = as(await seenFrom(office), ada);
      expect(await there.get(`/api/events/${event.id}`)).toMatchObject({
        status: 200,
        body: { id: event.id },
      });
    }
    const routes = { route: '/api/events/:id', status: '200' };
    for (const i of [0, 1]) {
      const numbers = await Numbers.of(cluster.url(i));
      expect(numbers.sum('convene_http_requests_total', routes)).toBeGreaterThan(0);
    }
    expect((await ada.get('/health/ready')).status).toBe(200);
  });

  test.each(['websocket', 'polling'])(
    'sockets over %s, from everywhere, hear each other',
    async (transport) => {
      const ada = await person();
      const event = await ada.createEvent();
      const connected = await Promise.all(
        OFFICES.map(async (office) => as(await seenFrom(office), ada).connect(undefined, [transport])),
      );
      for (const socket of connected) {
        expect(await socket.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true });
        expect(socket.socket.io.engine.transport.name).toBe(transport);
      }
      const each = await socketsOfEach();
      expect(each.reduce((sum, count) => sum + count)).toBe(OFFICES.length);
      expect(Math.min(...each)).toBeGreaterThan(0);
      const patch = [{ op: 'replace', path: '/title', value: 'heard' }];
      await connected[0]?.ask('event:edit', { eventId: event.id, patch, changeId: 'c1' });
      for (const socket of connected) {
        expect(await socket.until('event:changed')).toMatchObject({ version: 2 });
      }
    },
  );

  test('a client that begins with long-polling goes over to WebSocket', async () => {
    const ada = await person();
    const socket = await ada.connect(undefined, ['polling', 'websocket']);
    await eventually(() => expect(socket.socket.io.engine.transport.name).toBe('websocket'));
    expect(await socket.ask('event:subscribe', { eventId: (await ada.createEvent()).id })).toMatchObject({
      ok: true,
    });
  });

  test('a session has its client’s address, whatever the client says of it', async () => {
    const ada = await person();
    const there = new Person(await seenFrom('127.0.77.1'), null, null);
    const headers = { 'X-Forwarded-For': '6.6.6.6', 'X-Real-IP': '6.6.6.6', Forwarded: 'for=6.6.6.6' };
    const credentials = { email: ada.user.email, password: PASSWORD };
    expect((await there.post('/api/auth/login', credentials, { headers })).status).toBe(200);
    const { body } = await ada.get('/api/auth/sessions');
    const addresses = body.items.map(({ address }: { address: string }) => address);
    expect(addresses.sort()).toEqual(['127.0.0.1', '127.0.77.1']);
  });

  test('an address is limited by itself, over both processes', async () => {
    const nobody = { email: 'nobody@example.com', password: 'whatever it is' };
    const here = new Person(await seenFrom('127.0.90.1'), null, null);
    const there = new Person(await seenFrom('127.0.91.1'), null, null);
    const statuses = new Set<number>();
    for (let i = 0; i < 61; i += 1) {
      statuses.add((await here.post('/api/auth/login', { ...nobody, email: `n${i}@example.com` })).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    expect((await there.post('/api/auth/login', nobody)).status).toBe(401);
  });

  test('what is for the operator is not for everybody', async () => {
    for (const i of [0, 1]) {
      expect((await fetch(`${cluster.url(i)}/metrics`)).status).toBe(200);
    }
    const ways = ['/metrics', '/metrics/', '/metrics?x=1', '//metrics', '/./metrics', '/x/%2e%2e/metrics'];
    for (const way of [...ways, '/%6detrics', '/metrics%2f', '/METRICS', '/metrics%00', '/api/../metrics']) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const answer = await fetch(nginx.url + way, { method });
        expect({ way, method, isOpen: answer.status < 400 }).toEqual({ way, method, isOpen: false });
        expect(await answer.text()).not.toContain('convene_');
      }
    }
  });

  test('a body that is too large is refused: by the process, and one of more than 6 MiB by the proxy', async () => {
    const ada = await person();
    const ofMiB = (size: number) =>
      ada.post('/api/events', {
        title: 'x'.repeat(size * 1024 * 1024),
        start: '2026-03-02',
        end: '2026-03-03',
      });
    expectProblem(await ofMiB(5.5), 413, 'payload-too-large');
    const headers = {
      Authorization: `Bearer ${ada.tokens?.accessToken}`,
      'Content-Type': 'application/json',
    };
    const body = 'x'.repeat(6.5 * 1024 * 1024);
    const refused = await fetch(`${nginx.url}/api/events`, { method: 'POST', headers, body });
    expect(refused.status).toBe(413);
    expect(refused.headers.get('X-Request-Id')).toBeNull();
    expect((await ada.get('/api/events')).status).toBe(200);
  });

  /** Clients from two offices that are not on the same process, at one event; and writing until it is enough. */
  async function twoOffices() {
    const ada = await person();
    const { id } = await ada.createEvent();
    const all = await Promise.all(
      OFFICES.map(async (office) => (await client(await seenFrom(office), ada)).subscribe(id)),
    );
    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    let isWriting = true;
    const write = async (live: (typeof all)[number], lane: number): Promise<void> => {
      for (let i = 0; isWriting; i += 1) {
        const key = `l${lane}n${i % 20}`;
        await live.edit({ metadata: { [key]: i } }, { note: `${lane}-${i}` }).then(
          () => acknowledged.push(`${lane}-${i}`),
          (error: unknown) => refused.push(error),
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const writers = all.map(write);
    const more = (count: number): Promise<void> => {
      const wanted = acknowledged.length + count;
      return eventually(() => expect(acknowledged.length).toBeGreaterThanOrEqual(wanted), 30_000);
    };
    const stop = async (): Promise<void> => {
      isWriting = false;
      await Promise.all(writers);
    };
    return { ada, id, all, acknowledged, refused, more, stop };
  }

  /** The notes of every change that is stored, oldest first: each of them once. */
  async function notesOf(ada: Person, id: string): Promise<string[]> {
    const notes: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ada.get(`/api/events/${id}/history?limit=100${cursor && `&cursor=${cursor}`}`);
      notes.unshift(...body.items.map(({ note }: { note: string }) => note).reverse());
      if (body.nextCursor === null) {
        return notes.slice(1);
      }
      cursor = encodeURIComponent(body.nextCursor);
    }
  }

  async function expectNothingLost(scene: Awaited<ReturnType<typeof twoOffices>>): Promise<void> {
    const { ada, id, all, acknowledged, refused } = scene;
    expect(refused).toEqual([]);
    const notes = await notesOf(ada, id);
    expect(new Set(notes).size).toBe(notes.length);
    expect(acknowledged.filter((one) => !notes.includes(one))).toEqual([]);
    const { body } = await ada.get(`/api/events/${id}`);
    await eventually(() => {
      expect(all.map(({ version }) => version)).toEqual(all.map(() => body.version));
    });
    expect(all.every(({ content }) => JSON.stringify(content) === JSON.stringify(all[0]?.content))).toBe(
      true,
    );
    expect(all[0]?.content.metadata).toEqual(body.metadata);
  }

  test('one process is killed: the other takes over, its clients come back, nothing is lost or done twice', async () => {
    const scene = await twoOffices();
    await scene.more(20);
    expect(Math.min(...(await socketsOfEach()))).toBeGreaterThan(0);
    await cluster.kill(0);
    await eventually(async () => {
      expect((await Numbers.of(cluster.url(1))).sum('convene_sockets')).toBe(OFFICES.length);
    }, 30_000);
    await scene.more(20);
    expect((await scene.ada.get(`/api/events/${scene.id}`)).status).toBe(200);
    await cluster.restart(0);
    await scene.more(20);
    await scene.stop();
    await expectNothingLost(scene);
  }, 90_000);

  test('each process is replaced in turn while everybody writes: nothing acknowledged is lost', async () => {
    const scene = await twoOffices();
    await scene.more(20);
    for (const i of [0, 1]) {
      expect(await cluster.end(i)).toBe(0);
      await cluster.restart(i);
      await scene.more(20);
    }
    await scene.stop();
    await expectNothingLost(scene);
  }, 90_000);
});
