import { afterEach, describe, expect, test } from '@jest/globals';
import { contentOf } from '../support/answers.js';
import { at, Cluster, whyNoCluster } from '../support/cluster.js';
import type { Person } from '../support/convene.js';
import { Follower, Storm } from '../support/follower.js';
import { startRedis, whyNoRedis, type RedisServer } from '../support/redis.js';

/*
 * Several processes on one database. The numbers are those of "What a subscriber may rely on" in docs/PROTOCOL.md.
 */
const suite = whyNoCluster ? describe.skip : describe;
const withRedis = whyNoCluster || whyNoRedis ? describe.skip : describe;
/** Seconds. */
const REDIS_AWAY = Number(process.env['REDIS_AWAY'] ?? 5);
/** The promise of guarantee 2, in milliseconds. */
const HEALED = 10_000;

let cluster: Cluster;
let redis: RedisServer | undefined;

async function start(size: number, redisToo: boolean): Promise<void> {
  const found = redisToo ? await startRedis() : undefined;
  if (typeof found === 'string') {
    throw new Error(found);
  }
  redis = found;
  cluster = await Cluster.start(size, redis ? { REDIS_URL: redis.url } : {});
}

afterEach(async () => {
  await cluster.close();
  await redis?.remove();
  redis = undefined;
});

/** Ada's event, in which Bob is an editor; both may be asked for at each process. */
async function shared(): Promise<{
  eventId: string;
  ada: (i: number) => Person;
  bob: (i: number) => Person;
}> {
  const [ada, bob] = [await cluster.person(), await cluster.person()];
  const event = await ada.createEvent();
  await ada.share(event, bob, 'editor');
  const everywhere = (person: Person) => (i: number) => at(cluster.node(i), person);
  return { eventId: event.id, ada: everywhere(ada), bob: everywhere(bob) };
}

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + 1 + i);

/** First comings in order, whether or not healing has repeated some. */
const firsts = (versions: number[]): number[] => [...new Set(versions)];

/** What it has made of the changes is what its own process answers. */
async function expectSame(follower: Follower): Promise<void> {
  const { body } = await follower.person.get(`/api/events/${follower.eventId}`);
  expect({ version: follower.version, content: follower.content }).toEqual({
    version: body.version,
    content: contentOf(body),
  });
}

const inOrder = (versions: number[]): boolean =>
  versions.every((version, i) => i === 0 || version > versions[i - 1]!);

/** Edits from every process at once, and somebody who listens at each. */
async function storm(size: number, edits: number, within: number): Promise<Follower[]> {
  const { eventId, ada, bob } = await shared();
  const nodes = Array.from({ length: size }, (_, i) => i);
  const followers = await Promise.all(nodes.map((i) => Follower.of(bob(i), eventId)));
  const sockets = await Promise.all(nodes.flatMap((i) => [ada(i).connect(), bob(i).connect()]));
  const edited = new Storm(sockets, eventId);
  await edited.more(edits, 60_000);
  const last = await edited.end();
  expect(edited.refused).toEqual([]);
  await Promise.all(followers.map((follower) => follower.reaches(last, within)));
  for (const i of nodes) {
    // With nothing after it that could give it away.
    const { body } = await ada(i).patch(`/api/events/${eventId}`, { title: `the last of ${i}` });
    await Promise.all(followers.map((follower) => follower.reaches(body.version, within)));
  }
  for (const follower of followers) {
    await expectSame(follower);
  }
  return followers;
}

withRedis(`several processes with Redis${whyNoCluster || whyNoRedis}`, () => {
  test.each([2, 3])(
    '1, 2, 3, 7: under edits from all of %i processes each subscriber hears every version once, in order',
    async (size) => {
      await start(size, true);
      for (const { heard, behind } of await storm(size, 300, 2_000)) {
        expect({ heard, behind }).toEqual({ heard: upTo(2, heard.at(-1) ?? 0), behind: 0 });
      }
    },
    90_000,
  );

  test('7: a user’s sockets on two processes are one person, and a state set on one is seen on the other', async () => {
    await start(2, true);
    const { eventId, ada, bob } = await shared();
    const [a, b, watcher] = [await bob(0).connect(), await bob(1).connect(), await ada(1).connect()];
    for (const socket of [watcher, a, b]) {
      await socket.ask('event:subscribe', { eventId });
    }
    const isBob = ({ userId }: any): boolean => userId === bob(0).id;
    await watcher.until('presence:changed', ({ present }) => present.find(isBob)?.sockets === 2);
    expect(await a.ask('presence:set', { eventId, state: { field: 'title' } })).toEqual({ ok: true });
    const seen = await watcher.until(
      'presence:changed',
      ({ present }) => present.find(isBob)?.state?.field === 'title',
      2_000,
    );
    expect(seen).toMatchObject({ total: 2 });
    expect(seen.present).toHaveLength(2);
    const newcomer = await (await ada(0).connect()).ask('event:subscribe', { eventId });
    expect(newcomer.present.find(isBob)).toMatchObject({ sockets: 2, state: { field: 'title' } });
    b.close();
    await watcher.until('presence:changed', ({ present }) => present.find(isBob)?.sockets === 1);
  }, 30_000);

  test('7: those at a killed process are gone within 30 seconds', async () => {
    await start(2, true);
    const { eventId, ada, bob } = await shared();
    const [there, here] = [await bob(1).connect(), await ada(0).connect()];
    await here.ask('event:subscribe', { eventId });
    await there.ask('event:subscribe', { eventId });
    await here.until('presence:changed', ({ total }) => total === 2);
    const before = here.all('presence:changed').length;
    await cluster.kill(1);
    const gone = (): boolean =>
      here
        .all('presence:changed')
        .slice(before)
        .some(({ total }) => total === 1);
    const deadline = Date.now() + 30_000;
    while (!gone() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(gone()).toBe(true);
  }, 60_000);

  test.each([
    ['killed', (server: RedisServer) => server.kill(), (server: RedisServer) => server.start()],
    ['paused', async (server: RedisServer) => server.pause(), async (server: RedisServer) => server.resume()],
  ])(
    '2: while Redis is %s nothing fails, sockets stay, and everybody has everything soon after',
    async (_, leave, comeBack) => {
      await start(2, true);
      const { eventId, ada, bob } = await shared();
      const followers = await Promise.all([0, 1].map((i) => Follower.of(bob(i), eventId)));
      const sockets = [await ada(0).connect(), await ada(1).connect()];
      const edits = new Storm(sockets, eventId, { lanes: 1, pause: 50 });
      await edits.more(10);
      const server = redis!;
      await leave(server);
      const until = Date.now() + REDIS_AWAY * 1000;
      while (Date.now() < until) {
        const slow = Date.now();
        expect((await ada(0).patch(`/api/events/${eventId}`, { title: `at ${until - slow}` })).status).toBe(
          200,
        );
        expect((await bob(1).get(`/api/events/${eventId}`)).status).toBe(200);
        expect(Date.now() - slow).toBeLessThan(3_000);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const duringAbsence = edits.acknowledged.length;
      await comeBack(server);
      await edits.more(10);
      const last = await edits.end();
      expect(duringAbsence).toBeGreaterThan(20);
      expect({ refused: edits.refused, crowded: edits.crowded }).toEqual({ refused: [], crowded: 0 });
      for (const follower of followers) {
        await follower.reaches(last, HEALED);
        expect(follower.socket.socket.connected).toBe(true);
        expect(inOrder(firsts(follower.heard))).toBe(true);
        await expectSame(follower);
      }
      await ada(0).patch(`/api/events/${eventId}`, { title: 'as before' });
      await Promise.all(followers.map((follower) => follower.reaches(last + 1, HEALED)));
    },
    60_000 + REDIS_AWAY * 1000,
  );

  test('7: what is told to users reaches their sockets on the other process', async () => {
    await start(2, true);
    const [ada, bob] = [await cluster.person(0), await cluster.person(1)];
    const [mine, his] = [await at(cluster.node(1), ada).connect(), await bob.connect()];
    const event = await ada.createEvent();
    expect(await mine.until('event:created')).toMatchObject({ event: { id: event.id } });
    await ada.share(event, bob, 'viewer');
    expect(await his.until('event:shared')).toMatchObject({ eventId: event.id, role: 'viewer' });
    await ada.delete(`/api/events/${event.id}`);
    expect(await his.until('event:deleted')).toMatchObject({ eventId: event.id, version: 3 });
    await ada.post(`/api/events/${event.id}/restore`);
    expect(await his.until('event:restored')).toMatchObject({ eventId: event.id, version: 4 });
  }, 30_000);
});

suite(`several processes without Redis${whyNoCluster}`, () => {
  test('1, 2, 3: under edits from both processes each subscriber gets every version, in order', async () => {
    await start(2, false);
    for (const { heard } of await storm(2, 200, HEALED)) {
      expect(inOrder(firsts(heard))).toBe(true);
    }
  }, 90_000);
});

const both: [string, boolean, (name: string, tests: () => void) => void][] = [
  [`with Redis${whyNoCluster || whyNoRedis}`, true, withRedis],
  [`without Redis${whyNoCluster}`, false, suite],
];

for (const [how, redisToo, either] of both) {
  either(how, () => {
    test('2: what a process acknowledged before it was killed reaches subscribers of another, once', async () => {
      await start(2, redisToo);
      const { eventId, ada, bob } = await shared();
      const follower = await Follower.of(bob(1), eventId);
      for (const rounds of [40, 90]) {
        const edits = new Storm([await ada(0).connect(), await bob(0).connect()], eventId, { pause: 0 });
        await edits.more(rounds);
        await cluster.kill(0);
        const last = await edits.end();
        await follower.reaches(last, HEALED);
        const { body } = await bob(1).get(`/api/events/${eventId}`);
        await follower.reaches(body.version, HEALED);
        await expectSame(follower);
        await cluster.restart(0);
      }
      expect(inOrder(firsts(follower.heard))).toBe(true);
      expect(follower.heard).toEqual(expect.arrayContaining([3, 4, 5]));
    }, 90_000);

    test('2: a process that stood still for over 200 changes brings its subscribers up to date', async () => {
      await start(2, redisToo);
      const { eventId, ada, bob } = await shared();
      const follower = await Follower.of(bob(1), eventId);
      const edits = new Storm([await ada(0).connect()], eventId, { lanes: 8, pause: 0 });
      await edits.more(5);
      cluster.stop(1);
      await edits.more(250);
      const last = await edits.end();
      cluster.continue(1);
      await follower.reaches(last, HEALED);
      expect(inOrder(firsts(follower.heard))).toBe(true);
      await expectSame(follower);
    }, 60_000);

    test('a change sent again gets its first answer, at another process and after all have started anew', async () => {
      await start(2, redisToo);
      const { eventId, ada } = await shared();
      const edit = { eventId, patch: [{ op: 'replace', path: '/title', value: 'once' }], changeId: 'again' };
      const first = await (await ada(0).connect()).ask('event:edit', edit);
      expect(first).toMatchObject({ ok: true, version: 3 });
      expect(await (await ada(1).connect()).ask('event:edit', edit)).toEqual(first);
      for (const i of [0, 1]) {
        expect(await cluster.end(i)).toBe(0);
      }
      for (const i of [0, 1]) {
        await cluster.restart(i);
        expect(await (await ada(i).connect()).ask('event:edit', edit)).toEqual(first);
        const overRest = await ada(i).jsonPatch(`/api/events/${eventId}`, edit.patch, { 'Edit-Id': 'again' });
        expect(overRest).toMatchObject({ status: 200, body: { version: 3 } });
      }
    }, 60_000);
  });
}
