import { afterEach, describe, expect, test } from '@jest/globals';
import { at, Cluster, whyNoCluster } from '../support/cluster.js';
import { PASSWORD, type Answer, type Person, type TestSocket } from '../support/convene.js';
import { Follower, Storm } from '../support/follower.js';
import { startRedis, whyNoRedis, type RedisServer } from '../support/redis.js';

/*
 * Guarantee 5 of docs/PROTOCOL.md across processes: with the answer to a removal, a logout or a deletion, the user's
 * sockets are silent, at whichever process they are.
 */
const ROUNDS = Number(process.env['REVOKE_ROUNDS'] ?? 15);
/** How long an answer may take where a process does not confirm, in milliseconds. */
const ANSWERED = 7_000;

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

/** Ada and Carol edit Ada's event at both processes; Bob listens at both, and is about to lose something. */
interface Scene {
  eventId: string;
  ada: Person;
  bob: Person;
  edits: Storm;
  /** Bob's: two at process 1, then one at process 0, where things are taken from him. */
  sockets: TestSocket[];
}

async function scene(ada: Person, bob: Person, role: 'viewer' | 'editor' = 'viewer'): Promise<Scene> {
  const event = await ada.createEvent();
  await ada.share(event, bob, role);
  const writers = [await ada.connect(), await at(cluster.node(1), ada).connect()];
  const there = at(cluster.node(1), bob);
  const sockets = [await there.connect(), await there.connect(), await at(cluster.node(0), bob).connect()];
  for (const socket of sockets) {
    expect(await socket.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true });
  }
  const edits = new Storm(writers, event.id, { pause: 0 });
  await edits.more(10);
  return { eventId: event.id, ada, bob, edits, sockets };
}

const NOTHING = '0'.repeat(24);

/** What a socket of somebody who lost an event was sent of it too late. */
class Ear {
  private from = Number.POSITIVE_INFINITY;

  /** Made as soon as the answer is there; whatever comes after the answer to this question was sent after it. */
  constructor(
    private readonly socket: TestSocket,
    private readonly eventId: string,
    private readonly sentBefore: number,
  ) {
    socket.socket.emit('event:unsubscribe', { eventId: NOTHING }, () => (this.from = socket.received.length));
  }

  tooLate(): unknown[] {
    const ofEvent = ({ message, payload }: { message: string; payload: any }): boolean =>
      ['event:changed', 'presence:changed'].includes(message) && payload.eventId === this.eventId;
    const isNewer = ({ payload }: { payload: any }): boolean => Number(payload.note ?? 0) > this.sentBefore;
    const after = this.socket.received.slice(this.from);
    return [...after.filter(ofEvent), ...this.socket.received.filter(ofEvent).filter(isNewer)];
  }
}

/** Has something taken away amid the edits and listens to what comes later; edits go on throughout. */
async function silentAfter(
  { eventId, edits, sockets }: Scene,
  take: () => Promise<Answer>,
  goesOn = true,
): Promise<void> {
  let answer = await take();
  for (let tries = 0; answer.status === 503 && tries < 3; tries += 1) {
    answer = await take();
  }
  const ears = sockets.map((socket) => new Ear(socket, eventId, edits.sent));
  expect(answer.status).toBe(204);
  await (goesOn ? edits.more(40) : new Promise((resolve) => setTimeout(resolve, 300)));
  await edits.end();
  expect(ears.flatMap((ear) => ear.tooLate())).toEqual([]);
}

const disconnected = (socket: TestSocket): Promise<unknown> =>
  socket.socket.connected
    ? new Promise((resolve) => socket.socket.once('disconnect', resolve))
    : Promise.resolve();

/** Without Redis another process learns from the store alone, which says that a session is over and not why. */
const reasonAt = (socket: TestSocket, { sockets }: Scene, reason: string): string =>
  redis || socket === sockets[2] ? reason : 'revoked';

const both: [string, boolean, (name: string, tests: () => void) => void][] = [
  [`with Redis${whyNoCluster || whyNoRedis}`, true, whyNoCluster || whyNoRedis ? describe.skip : describe],
  [`without Redis${whyNoCluster}`, false, whyNoCluster ? describe.skip : describe],
];

for (const [how, redisToo, either] of both) {
  either(`5: revoked at one process is silent at the other, ${how}`, () => {
    test(
      'a removal',
      async () => {
        await start(2, redisToo);
        const [ada, bob] = [await cluster.person(0), await cluster.person(0)];
        for (let round = 0; round < ROUNDS; round += 1) {
          const now = await scene(ada, bob);
          await silentAfter(now, () => ada.delete(`/api/events/${now.eventId}/permissions/${bob.id}`));
          for (const socket of redisToo ? now.sockets : now.sockets.slice(2)) {
            expect(await socket.until('event:unshared')).toMatchObject({ eventId: now.eventId });
          }
          now.sockets.forEach((socket) => socket.close());
        }
      },
      60_000 + ROUNDS * 8_000,
    );

    test('leaving', async () => {
      await start(2, redisToo);
      const [ada, bob] = [await cluster.person(0), await cluster.person(0)];
      const now = await scene(ada, bob);
      await silentAfter(now, () => bob.delete(`/api/events/${now.eventId}/permissions/${bob.id}`));
    }, 60_000);

    test('a deletion, to the trash and for good', async () => {
      await start(2, redisToo);
      const [ada, bob] = [await cluster.person(0), await cluster.person(0)];
      for (const query of ['', '?permanent=true']) {
        const now = await scene(ada, bob);
        await silentAfter(now, () => ada.delete(`/api/events/${now.eventId}${query}`), false);
        const told = redisToo ? now.sockets : now.sockets.slice(2);
        await Promise.all(told.map((socket) => socket.until('event:deleted')));
      }
    }, 60_000);

    test(
      'a logout, and all sessions but one by a new password',
      async () => {
        await start(2, redisToo);
        const ada = await cluster.person(0);
        const logout = (bob: Person): Promise<Answer> => bob.post('/api/auth/logout', {});
        for (let round = 0; round < Math.ceil(ROUNDS / 3); round += 1) {
          const bob = await cluster.person(0);
          const now = await scene(ada, bob);
          await silentAfter(now, () => logout(bob));
          for (const socket of now.sockets) {
            expect(await socket.until('session:ended')).toEqual({ reason: reasonAt(socket, now, 'logout') });
            await disconnected(socket);
          }
        }
        const bob = await cluster.person(0);
        const now = await scene(ada, bob);
        const login = await bob.post('/api/auth/login', { email: bob.user.email, password: PASSWORD });
        const change = { password: `${PASSWORD} 2`, currentPassword: PASSWORD };
        const second = at(cluster.node(0), { user: bob.user, tokens: login.body });
        await silentAfter(now, async () => {
          const answer = await second.patch('/api/auth/me', change);
          return { ...answer, status: answer.status === 200 ? 204 : answer.status };
        });
        await Promise.all(now.sockets.map((socket) => socket.until('session:ended')));
      },
      60_000 + ROUNDS * 4_000,
    );

    test('the deletion of an account', async () => {
      await start(2, redisToo);
      const [ada, bob] = [await cluster.person(0), await cluster.person(0)];
      const now = await scene(ada, bob);
      const body = { password: PASSWORD, events: 'erase' };
      await silentAfter(now, () => bob.delete('/api/auth/me', { body }));
      for (const socket of now.sockets) {
        const reason = reasonAt(socket, now, 'account-deleted');
        expect(await socket.until('session:ended')).toEqual({ reason });
      }
    }, 60_000);

    test('a demoted editor reads on, and no edit of theirs comes after the answer', async () => {
      await start(2, redisToo);
      const [ada, bob] = [await cluster.person(0), await cluster.person(0)];
      const { eventId, edits, sockets } = await scene(ada, bob, 'editor');
      const [reading = sockets[0]!, writing = sockets[1]!] = sockets;
      const his = new Storm([writing], eventId, { pause: 0 });
      await his.more(5);
      const role = await ada.put(`/api/events/${eventId}/permissions/${bob.id}`, { role: 'viewer' });
      expect(role.status).toBe(200);
      const patch = [{ op: 'add', path: '/metadata/late', value: 1 }];
      const late = await writing.ask('event:edit', { eventId, patch });
      expect(late).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
      await his.end();
      await edits.more(20);
      const last = await edits.end();
      const heard = await reading.until('event:changed', ({ version }) => version >= last, 10_000);
      const demotion = reading.all('event:changed').find(({ kind }) => kind === 'role');
      const after = reading.all('event:changed').filter(({ version }) => version > demotion.version);
      expect(heard.version).toBeGreaterThan(demotion.version);
      expect(after.filter(({ by }) => by.id === bob.id)).toEqual([]);
    }, 60_000);

    test('a removal while the other process is stopped is answered in time, and silent when it goes on', async () => {
      await start(2, redisToo);
      const [ada, bob] = [await cluster.person(0), await cluster.person(0)];
      await whileStopped({ ada, bob }, (eventId) =>
        ada.delete(`/api/events/${eventId}/permissions/${bob.id}`),
      );
    }, 90_000);

    test('a logout while the other process is stopped is answered in time, and silent when it goes on', async () => {
      await start(2, redisToo);
      const [ada, bob] = [await cluster.person(0), await cluster.person(0)];
      const socket = await whileStopped({ ada, bob }, () => bob.post('/api/auth/logout', {}));
      const { reason } = await socket.until('session:ended', () => true, 15_000);
      expect(['logout', 'revoked']).toContain(reason);
      await disconnected(socket);
    }, 90_000);
  });
}

/** Takes something from Bob, whose socket is at a process that is stopped; answers the socket, once all is told. */
async function whileStopped(
  { ada, bob }: { ada: Person; bob: Person },
  take: (eventId: string) => Promise<Answer>,
): Promise<TestSocket> {
  const event = await ada.createEvent();
  await ada.share(event, bob, 'viewer');
  const beside = await Follower.of(at(cluster.node(1), ada), event.id);
  const socket = await at(cluster.node(1), bob).connect();
  await socket.ask('event:subscribe', { eventId: event.id });
  await ada.patch(`/api/events/${event.id}`, { title: 'heard' });
  await socket.until('event:changed', () => true, 10_000);

  cluster.stop(1);
  const began = Date.now();
  const { status, body } = await take(event.id);
  expect(Date.now() - began).toBeLessThan(ANSWERED);
  expect(status === 204 || body.code).toEqual(status === 204 ? true : 'unavailable');
  const late: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    const answer = await ada.patch(`/api/events/${event.id}`, { title: `late ${i}` });
    expect(answer.status).toBe(200);
    late.push(answer.body.version);
  }
  cluster.continue(1);
  await beside.reaches(late.at(-1) ?? 0, 15_000);
  const again = await ada.patch(`/api/events/${event.id}`, { title: 'after' });
  await beside.reaches(again.body.version, 15_000);
  const heard = socket.all('event:changed').map(({ version }) => version);
  expect(heard.filter((version) => version >= Math.min(...late))).toEqual([]);
  return socket;
}
