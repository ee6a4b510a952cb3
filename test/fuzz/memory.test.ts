import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Convene, type Person } from '../support/convene.js';

/*
 * What a storm of requests, connections and subscriptions takes, it gives back. Server and clients share a process
 * here, so that what either keeps is seen.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let convene: Convene;
let people: Person[];

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  people = await Promise.all(Array.from({ length: 8 }, () => convene.person()));
});
afterAll(() => convene.close());

async function heap(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** One person's: events made, shared, watched by several sockets, edited, refused, and all gone again. */
async function life(person: Person, friend: Person): Promise<void> {
  const event = await person.createEvent({ description: 'x'.repeat(5_000) });
  await person.share(event, friend, 'editor');
  const sockets = await Promise.all([person.connect(), person.connect(), friend.connect()]);
  await Promise.all(sockets.map((socket) => socket.ask('event:subscribe', { eventId: event.id })));
  for (let i = 0; i < 20; i += 1) {
    const patch = [{ op: 'add', path: `/metadata/k${i}`, value: 'y'.repeat(200) }];
    await sockets[i % 3]?.ask('event:edit', { eventId: event.id, patch, changeId: `c${i}` });
    await person.patch(`/api/events/${event.id}`, { nonsense: 'z'.repeat(1_000) });
    await friend.get(`/api/events?q=word${Math.random()}&tag=${Math.random()}`);
  }
  await sockets[0].ask('presence:set', { eventId: event.id, state: { field: 'title' } });
  sockets.forEach((socket) => {
    socket.close();
    convene.sockets.delete(socket);
  });
  await person.delete(`/api/events/${event.id}`);
  await person.delete(`/api/events/${event.id}?permanent=true`);
}

const storm = async (rounds: number): Promise<void> => {
  for (let i = 0; i < rounds; i += 1) {
    await Promise.all(people.map((person, j) => life(person, people[(j + 1) % people.length] ?? person)));
  }
};

test('memory is back within 20 % after a storm', async () => {
  await storm(3);
  const before = await heap();
  await storm(9);
  const after = await heap();
  expect(after / before).toBeLessThan(1.2);
}, 120_000);
