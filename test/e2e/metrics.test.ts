import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/answers.js';
import { Cluster, whyNoCluster } from '../support/cluster.js';
import { Convene, PASSWORD, type Person } from '../support/convene.js';
import { Numbers } from '../support/metrics.js';
import { startRedis, whyNoRedis, type RedisServer } from '../support/redis.js';

let convene: Convene | undefined;
const start = async (environment: Record<string, string> = {}): Promise<Convene> =>
  (convene = await Convene.start(environment));
afterEach(async () => {
  await convene?.close();
  convene = undefined;
});

/** Asks until it is so: what a request has done is counted once its connection knows that it is over. */
async function eventually(url: string, check: (numbers: Numbers) => void): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    try {
      check(await Numbers.of(url));
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

test('anybody may ask, and gets the text format of Prometheus, of the process too', async () => {
  const { url, anonymous } = await start();
  const answer = await anonymous.get('/metrics', { headers: { Accept: 'application/openmetrics-text' } });
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('# HELP convene_') });
  expect(answer.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const numbers = await Numbers.of(url);
  expect(numbers.sum('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(numbers.all('nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  const refused = await anonymous.post('/metrics', {});
  expectProblem(refused, 405, 'method-not-allowed');
  expect(refused.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
});

test('requests by method, route and status, with their times', async () => {
  const { url, anonymous } = await start();
  const ada = await convene!.person();
  const { id } = await ada.createEvent();
  await ada.get(`/api/events/${id}`);
  await ada.get(`/api/events/${id}`);
  await anonymous.get(`/api/events/${id}`);
  await ada.get(`/api/events/${'0'.repeat(24)}`);
  await ada.send('PROPFIND', `/api/events/${id}`);
  await anonymous.get('/health/live');
  const route = '/api/events/:id';
  await eventually(url, (numbers) => {
    const count = (method: string, status: string, at = route): number =>
      numbers.sum('convene_http_requests_total', { method, route: at, status });
    expect(count('GET', '200')).toBe(2);
    expect(count('GET', '401')).toBe(1);
    expect(count('GET', '404')).toBe(1);
    expect(count('other', '405')).toBe(1);
    expect(count('POST', '201', '/api/events')).toBe(1);
    expect(count('POST', '201', '/api/auth/register')).toBe(1);
    expect(count('GET', '200', '/health/live')).toBe(1);
    expect(numbers.sum('convene_http_request_duration_seconds_count', { method: 'GET', route })).toBe(4);
    expect(numbers.sum('convene_http_request_duration_seconds_sum', { route })).toBeGreaterThan(0);
  });
});

test('changes by kind, and how many went into one write', async () => {
  const { url } = await start();
  const [ada, bob] = [await convene!.person(), await convene!.person()];
  const event = await ada.createEvent();
  await ada.patch(`/api/events/${event.id}`, { title: 'x' });
  await ada.patch(`/api/events/${event.id}`, { title: 'x' }); // changes nothing
  await ada.share(event, bob, 'editor');
  await ada.delete(`/api/events/${event.id}`);
  const numbers = await Numbers.of(url);
  const kinds = numbers.all('convene_changes_total').map(({ labels, value }) => [labels['kind'], value]);
  expect(Object.fromEntries(kinds)).toEqual({ create: 1, edit: 1, share: 1, delete: 1 });
  expect(numbers.sum('convene_change_batch_size_count')).toBe(3);
  expect(numbers.sum('convene_change_batch_size_sum')).toBe(3);
  expect(
    numbers.sum('convene_store_operation_duration_seconds_count', { store: 'events', operation: 'commit' }),
  ).toBe(3);
  expect(numbers.sum('convene_store_failures_total')).toBe(0);
  expect(numbers.sum('convene_lost_races_total')).toBe(0);
});

test('sockets by wire format, what they watch, and their messages', async () => {
  const { url } = await start();
  const ada = await convene!.person();
  const [one, two] = [await ada.createEvent(), await ada.createEvent()];
  const first = await ada.connect();
  const second = await ada.connect();
  await first.ask('event:subscribe', { eventId: one.id });
  await first.ask('event:subscribe', { eventId: two.id });
  await second.ask('event:subscribe', { eventId: one.id });
  await second.ask('event:subscribe', { eventId: '0'.repeat(24) });
  await second.ask('made up', {});
  const patch = [{ op: 'replace', path: '/title', value: 'y' }];
  await first.ask('event:edit', { eventId: one.id, patch, changeId: 'a' });
  const numbers = await Numbers.of(url);
  expect(numbers.sum('convene_sockets', { format: 'json' })).toBe(2);
  expect(numbers.sum('convene_sockets', { format: 'msgpack' })).toBe(0);
  expect(numbers.sum('convene_watched_events')).toBe(2);
  expect(numbers.sum('convene_subscriptions')).toBe(3);
  const messages = (message: string, outcome: string): number =>
    numbers.sum('convene_messages_total', { message, outcome });
  expect(messages('event:subscribe', 'ok')).toBe(3);
  expect(messages('event:subscribe', 'not-found')).toBe(1);
  expect(messages('event:edit', 'ok')).toBe(1);
  expect(messages('unknown', 'validation-failed')).toBe(1);
  expect(numbers.all('convene_bus_up')).toEqual([]);
  first.close();
  second.close();
  await eventually(url, (later) => {
    expect(later.sum('convene_sockets')).toBe(0);
    expect(later.sum('convene_subscriptions')).toBe(0);
    expect(later.sum('convene_watched_events')).toBe(0);
  });
});

test('failed logins, and what was refused by which limit', async () => {
  const { url, anonymous } = await start({ RATE_LIMIT_LOGINS: '3/60', RATE_LIMIT_MESSAGES: '1/60' });
  const ada = await convene!.person();
  const login = (password: string) => anonymous.post('/api/auth/login', { email: ada.user.email, password });
  expect((await login('wrong and long enough')).status).toBe(401);
  expect((await login('wrong again, longer')).status).toBe(401);
  expect((await login(PASSWORD)).status).toBe(200);
  expectProblem(await login(PASSWORD), 429, 'rate-limited');
  const socket = await ada.connect();
  await socket.ask('event:unsubscribe', { eventId: '0'.repeat(24) });
  await socket.ask('event:unsubscribe', { eventId: '0'.repeat(24) });
  const numbers = await Numbers.of(url);
  expect(numbers.sum('convene_login_failures_total')).toBe(2);
  const limited = numbers
    .all('convene_rate_limited_total')
    .map(({ labels, value }) => [labels['limit'], value]);
  expect(Object.fromEntries(limited)).toEqual({ logins: 1, messages: 1 });
});

test('a reader that is too slow is counted when it is dropped', async () => {
  const { url } = await start({ RATE_LIMIT: 'off' });
  const ada = await convene!.person();
  const event = await ada.createEvent();
  const slow = await ada.connect(undefined, ['polling']);
  await slow.ask('event:subscribe', { eventId: event.id });
  // It takes no more from now on: whatever comes is for nobody.
  (slow.socket.io.engine.transport as unknown as { doPoll(): void }).doPoll = () => {};
  const dropped = async (): Promise<number> =>
    (await Numbers.of(url)).sum('convene_slow_consumers_dropped_total', { transport: 'polling' });
  for (let i = 0; i < 120 && (await dropped()) === 0; i += 1) {
    const description = `${i} ${'€'.repeat(19_000)}`;
    expect((await ada.patch(`/api/events/${event.id}`, { description })).status).toBe(200);
  }
  expect(await dropped()).toBe(1);
});

describe('what it says', () => {
  /** Everything a stranger can make up: paths, methods, messages, names. */
  async function noise(person: Person, round: number): Promise<void> {
    const text = `noise${round}x${Math.random().toString(36).slice(2)}`;
    const id = Array.from({ length: 24 }, () => Math.floor(Math.random() * 16).toString(16)).join('');
    const paths = [`/${text}`, `/api/${text}`, `/api/events/${id}`, `/api/events/${text}/history/${round}`];
    const others = [`/api/events/${id}/permissions/${id}`, `/API/events/${text}`, `/metrics/${text}`];
    const methods = ['GET', 'POST', 'DELETE', 'PROPFIND', 'OPTIONS'];
    for (const [i, path] of [...paths, ...others, `/api/docs/${text}`, `/%ff${text}`].entries()) {
      await fetch(person.convene.url + path + `?q=${text}`, {
        method: methods[(i + round) % methods.length] ?? 'GET',
        headers: { Authorization: `Bearer ${person.tokens?.accessToken}`, 'User-Agent': text },
      });
    }
    await person.post('/api/auth/login', { username: text, password: text });
    const socket = await person.connect();
    await socket.ask(text, { eventId: id });
    await socket.ask('event:subscribe', { eventId: id });
    socket.close();
  }

  test('does not grow with what strangers make up', async () => {
    const { url } = await start({ RATE_LIMIT: 'off' });
    const ada = await convene!.person();
    for (let round = 0; round < 5; round += 1) {
      await noise(ada, round);
    }
    const series = (numbers: Numbers): string[] =>
      numbers.samples
        .filter(({ name }) => name.startsWith('convene_'))
        .map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`);
    await eventually(url, (numbers) =>
      expect(numbers.sum('convene_http_requests_total', { route: '/metrics' })).toBeGreaterThan(0),
    );
    const before = new Set(series(await Numbers.of(url)));
    for (let round = 5; round < 25; round += 1) {
      await noise(ada, round);
    }
    const after = series(await Numbers.of(url));
    expect(after.filter((one) => !before.has(one))).toEqual([]);
    expect(after.length).toBeLessThan(2_000);
  });

  test('names nobody and nothing: no id, no name, no address, no word of an event', async () => {
    const { url } = await start();
    const ada = await convene!.person({ username: 'marmalade', email: 'marmalade@example.com' });
    const bob = await convene!.person({ username: 'trombone' });
    const event = await ada.createEvent({ title: 'Zeppelin', tags: ['quartz'], metadata: { sphinx: 'vow' } });
    await ada.share(event, bob, 'editor');
    const socket = await bob.connect();
    await socket.ask('event:subscribe', { eventId: event.id });
    await ada.get('/api/events?q=Zeppelin&tag=quartz');
    await ada.get(`/api/events/${event.id}/history/1`);
    const { text } = await Numbers.of(url);
    expect(text).not.toMatch(/[0-9a-f]{24}/);
    expect(text).not.toMatch(/marmalade|trombone|zeppelin|quartz|sphinx|127\.0\.0\.1|example\.com/i);
  });
});

const why = whyNoCluster || whyNoRedis;
(why === '' ? describe : describe.skip)(`several processes${why}`, () => {
  let redis: RedisServer;
  let cluster: Cluster;

  beforeEach(async () => {
    redis = (await startRedis()) as RedisServer;
    cluster = await Cluster.start(2, { REDIS_URL: redis.url });
  }, 60_000);
  afterEach(async () => {
    await cluster.close();
    await redis.remove();
  });

  test('the bus, confirmations, looks, repairs and lost races', async () => {
    const ada = await cluster.person(0);
    const bob = await cluster.person(1);
    const event = await ada.createEvent();
    await ada.share(event, bob, 'editor');
    const watching = await bob.connect();
    await watching.ask('event:subscribe', { eventId: event.id });
    await eventually(cluster.url(1), (numbers) => expect(numbers.sum('convene_bus_up')).toBe(1));

    await redis.stop();
    await eventually(cluster.url(1), (numbers) => expect(numbers.sum('convene_bus_up')).toBe(0));
    await ada.patch(`/api/events/${event.id}`, { title: 'told by nobody' });
    await watching.until('event:changed', ({ kind }) => kind === 'edit', 10_000);
    const numbers = await Numbers.of(cluster.url(1));
    expect(numbers.sum('convene_beacon_repairs_total')).toBeGreaterThanOrEqual(1);
    expect(numbers.sum('convene_beacon_look_duration_seconds_count')).toBeGreaterThanOrEqual(1);

    await ada.delete(`/api/events/${event.id}/permissions/${bob.id}`);
    const waited = await Numbers.of(cluster.url(0));
    expect(waited.sum('convene_confirmation_duration_seconds_count', { outcome: 'ok' })).toBe(1);

    const crowd = await ada.createEvent();
    await ada.share(crowd, bob, 'editor');
    const edit = (person: Person, key: string, i: number) =>
      person.jsonPatch(`/api/events/${crowd.id}`, [{ op: 'add', path: `/metadata/${key}`, value: i }]);
    for (let i = 0, lost = 0; i < 50 && lost === 0; i += 1) {
      await Promise.all([edit(ada, 'a', i), edit(bob, 'b', i)]);
      const both = await Promise.all([0, 1].map((node) => Numbers.of(cluster.url(node))));
      lost = both.reduce((sum, one) => sum + one.sum('convene_lost_races_total'), 0);
      expect(i).toBeLessThan(49);
    }
  }, 60_000);

  test('a confirmation that does not come is a 503, and counted as one', async () => {
    const ada = await cluster.person(0);
    const bob = await cluster.person(0);
    const event = await ada.createEvent();
    await ada.share(event, bob, 'viewer');
    await eventually(cluster.url(0), (numbers) => expect(numbers.sum('convene_bus_up')).toBe(1));
    cluster.stop(1);
    try {
      const answer = await ada.delete(`/api/events/${event.id}/permissions/${bob.id}`);
      expectProblem(answer, 503, 'unavailable');
    } finally {
      cluster.continue(1);
    }
    await eventually(cluster.url(0), (numbers) => {
      expect(numbers.sum('convene_confirmation_duration_seconds_count', { outcome: 'unavailable' })).toBe(1);
      expect(numbers.sum('convene_http_requests_total', { status: '503' })).toBe(1);
    });
  }, 60_000);
});
