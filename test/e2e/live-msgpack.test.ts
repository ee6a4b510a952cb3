import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { io } from 'socket.io-client';
import parser from 'socket.io-msgpack-parser';
import { Convene, TestSocket, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start();
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterAll(() => convene.close());

async function connect(person: Person, token: unknown = person.tokens?.accessToken): Promise<TestSocket> {
  const socket = new TestSocket(
    io(convene.url, {
      path: '/socket.io-msgpack',
      parser,
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    }),
  );
  convene.sockets.add(socket);
  await socket.connected();
  return socket;
}

test('whoever speaks MessagePack and whoever speaks JSON hear each other, in the same words', async () => {
  const event = await ada.createEvent({ metadata: { deep: { list: [1, 2.5, null, 'ü'] } } });
  await ada.share(event, bob, 'editor');
  const json = await ada.connect();
  const packed = await connect(bob);
  const first = await json.ask('event:subscribe', { eventId: event.id });
  const second = await packed.ask('event:subscribe', { eventId: event.id });
  expect({ ...second.event, role: null }).toEqual({ ...first.event, role: null });

  const patch = [{ op: 'replace', path: '/title', value: 'By MessagePack' }];
  const answer = await packed.ask('event:edit', { eventId: event.id, patch, changeId: 'm1', note: 'from b' });
  expect(answer).toMatchObject({ ok: true, version: 3, merged: false });
  const heard = await json.until('event:changed', ({ version }) => version === 3);
  expect(await packed.until('event:changed', ({ version }) => version === 3)).toEqual(heard);
  expect(answer.change).toEqual(heard);
  await json.until('presence:changed', ({ total }) => total === 2);
});

test('what is refused is refused as on the other path', async () => {
  await expect(connect(bob, 'forged')).rejects.toMatchObject({
    data: { code: 'unauthenticated', status: 401 },
  });
  const packed = await connect(bob);
  const answer = await packed.ask('event:subscribe', { eventId: 'a', unknown: 1 });
  expect(answer).toMatchObject({ ok: false, problem: { code: 'validation-failed' } });
  expect(await packed.ask('event:subscribe', { eventId: 'a' })).toMatchObject({
    problem: { code: 'not-found' },
  });
});

test('a removal and a logout reach those sockets too', async () => {
  const event = await ada.createEvent();
  await ada.share(event, bob, 'viewer');
  const packed = await connect(bob);
  await packed.ask('event:subscribe', { eventId: event.id });
  expect((await ada.delete(`/api/events/${event.id}/permissions/${bob.id}`)).status).toBe(204);
  await ada.patch(`/api/events/${event.id}`, { title: 'unheard' });
  await packed.until('event:unshared');
  expect(packed.all('event:changed').filter(({ eventId }) => eventId === event.id)).toEqual([]);
  expect((await bob.post('/api/auth/logout', {})).status).toBe(204);
  await packed.until('session:ended', ({ reason }) => reason === 'logout');
});
