import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Convene, type Person, type TestSocket } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let event: { id: string };

beforeAll(async () => {
  convene = await Convene.start();
});
beforeEach(async () => {
  ada = await convene.person();
  event = await ada.createEvent();
});
afterAll(() => convene.close());

/** The engine's connection beneath a client's socket: what it is given goes out as it is. */
const wireOf = (socket: TestSocket) =>
  (socket.socket.io as unknown as { engine: { write(packet: string): void } }).engine;

const isClosed = async (socket: TestSocket): Promise<void> => {
  await new Promise<void>((resolve) => {
    if (socket.socket.disconnected) {
      resolve();
    }
    socket.socket.once('disconnect', () => resolve());
  });
};

/** Somebody else is served as ever. */
async function expectUndisturbed(): Promise<void> {
  const bob = await convene.person();
  const socket = await bob.connect();
  const own = await bob.createEvent();
  expect(await socket.ask('event:subscribe', { eventId: own.id })).toMatchObject({ ok: true, version: 1 });
}

describe('limits', () => {
  test('edits over 20 a second and bursts of 60 are rate-limited, for the user, and the connection stays', async () => {
    const [one, two] = [await ada.connect(), await ada.connect()];
    const edit = (socket: TestSocket, i: number) =>
      socket.ask('event:edit', {
        eventId: event.id,
        patch: [{ op: 'replace', path: '/title', value: `${i}` }],
      });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => edit(i % 2 === 0 ? one : two, i)),
    );
    const stored = answers.filter(({ ok }) => ok);
    expect(stored.length).toBeGreaterThanOrEqual(60);
    expect(stored.length).toBeLessThan(100);
    const refused = answers.find(({ ok }) => !ok);
    expect(refused.problem).toMatchObject({
      code: 'rate-limited',
      status: 429,
      retryAfter: expect.any(Number),
    });
    expect(refused.problem.retryAfter).toBeGreaterThanOrEqual(1);
    // Nothing of what was refused is stored, and everything else is.
    expect((await ada.get(`/api/events/${event.id}`)).body.version).toBe(1 + stored.length);
    await new Promise((resolve) => setTimeout(resolve, refused.problem.retryAfter * 1000));
    expect(await edit(one, 999)).toMatchObject({ ok: true });
    expect(one.socket.connected && two.socket.connected).toBe(true);
  });

  test('other messages over 50 a second are rate-limited, for the socket', async () => {
    const [one, two] = [await ada.connect(), await ada.connect()];
    const answers = await Promise.all(
      Array.from({ length: 120 }, () => one.ask('event:unsubscribe', { eventId: event.id })),
    );
    expect(answers.filter(({ ok }) => ok).length).toBeLessThan(115);
    expect(answers.find(({ ok }) => !ok).problem).toMatchObject({ code: 'rate-limited' });
    expect(await two.ask('event:unsubscribe', { eventId: event.id })).toEqual({ ok: true });
    expect(one.socket.connected).toBe(true);
  });

  test('new connections over the limit of an address are refused with retryAfter', async () => {
    const strict = await Convene.start({ RATE_LIMIT_CONNECTIONS: '3/60' });
    try {
      const person = await strict.person();
      const sockets = [await person.connect(), await person.connect(), await person.connect()];
      await expect(person.connect()).rejects.toMatchObject({
        data: { code: 'rate-limited', retryAfter: expect.any(Number) },
      });
      expect(sockets.every(({ socket }) => socket.connected)).toBe(true);
    } finally {
      await strict.close();
    }
  });
});

describe('floods', () => {
  test('packets faster than they could be refused end their connection, and disturb nobody', async () => {
    const socket = await ada.connect();
    const closed = isClosed(socket);
    for (let i = 0; i < 5_000; i += 1) {
      wireOf(socket).write('2["no:such",{}]');
    }
    await closed;
    await expectUndisturbed();
  });

  test('a message named by a number, one without a name, and acks of nothing are survived', async () => {
    const socket = await ada.connect();
    wireOf(socket).write('21[5,{}]');
    wireOf(socket).write('3999["never asked"]');
    expect(await socket.ask('event:unsubscribe', { eventId: event.id })).toEqual({ ok: true });
    const closed = isClosed(socket);
    wireOf(socket).write('2[]');
    await closed;
    await expectUndisturbed();
  });

  test.each([
    '2{',
    '2["disconnect",{}]',
    '9',
    '2["event:edit",{}',
    '51-["event:edit",{"_placeholder":true}]',
  ])('the malformed frame %s ends at most its own connection', async (frame) => {
    const socket = await ada.connect();
    wireOf(socket).write(frame);
    await expectUndisturbed();
  });

  test('another namespace is refused', async () => {
    const socket = await ada.connect();
    const other = socket.socket.io.socket('/admin', { auth: { token: ada.tokens?.accessToken } });
    const refused = new Promise((resolve) => other.once('connect_error', resolve));
    other.connect();
    expect(await refused).toMatchObject({ message: 'Invalid namespace' });
  });
});
