import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { contentOf } from '../support/answers.js';
import { Convene, type Person } from '../support/convene.js';
import { Clients, FrayedWire, heard, until, versionsOf } from './support.js';

let convene: Convene;
let ada: Person;
let bob: Person;
const clients = new Clients(() => convene);

/** A port that a restarted server can have again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  convene = await Convene.start({ PORT: String(await freePort()) });
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterEach(() => {
  clients.close();
  expect(clients.errors.splice(0)).toEqual([]);
});
afterAll(() => convene.close());

/** Ada, by a wire that can be cut, and an event of hers that Bob may edit. */
async function frayed(fields = {}) {
  const { id } = await ada.createEvent(fields);
  await ada.share({ id }, bob, 'editor');
  const wire = new FrayedWire(() => convene.url);
  const client = await clients.of(ada, { connect: wire.connect });
  return { id, wire, client, event: await client.subscribe(id) };
}

const read = async (id: string) => (await ada.get(`/api/events/${id}`)).body;
const historyOf = async (id: string) => (await ada.get(`/api/events/${id}/history`)).body.items;

describe('a lost connection', () => {
  test('edits made meanwhile are sent on return, merged with what others changed', async () => {
    const { id, wire, client, event } = await frayed({ title: 'before' });
    const states = heard((listener) => client.on('connection', listener));
    wire.cut();
    const answers = [event.edit({ title: 'mine' }), event.edit({ title: 'mine too', tags: ['a'] })];
    expect(event).toMatchObject({ pending: 2, content: { title: 'mine too', tags: ['a'] } });
    await bob.patch(`/api/events/${id}`, { location: 'theirs' });
    wire.mend();
    expect(await Promise.all(answers)).toMatchObject([
      { version: 4, merged: true },
      { version: 5, merged: false },
    ]);
    expect(contentOf(await read(id))).toMatchObject({ title: 'mine too', tags: ['a'], location: 'theirs' });
    expect(event.content).toEqual(contentOf(await read(id)));
    expect([states[0], states.at(-1)]).toEqual(['offline', 'online']);
  });

  test('an edit that meets another’s meanwhile is not shown, and the server says so', async () => {
    const { id, wire, event } = await frayed({ title: 'before' });
    wire.cut();
    const answer = event.edit({ title: 'mine' });
    await bob.patch(`/api/events/${id}`, { title: 'theirs' });
    wire.mend();
    await expect(answer).rejects.toMatchObject({
      code: 'edit-conflict',
      conflicts: [{ path: '/title', base: 'before', theirs: 'theirs', yours: 'mine' }],
    });
    // Sent as it was made, on the version on which it was made.
    expect(wire.edits()).toMatchObject([{ baseVersion: 2, patch: [{ path: '/title', value: 'mine' }] }]);
    expect(event.content.title).toBe('theirs');
  });

  test('an edit whose answer was lost is sent again as it was, and is there once', async () => {
    const { id, wire, event } = await frayed();
    const told = versionsOf(event);
    wire.losesAnswers = true;
    const answers = [event.edit({ title: 'once' }), event.edit({ title: 'twice' })];
    await until('the answer was lost', () => wire.isCut);
    wire.mend();
    expect(await Promise.all(answers)).toMatchObject([
      { version: 3, change: { version: 3 } },
      { version: 4, change: { version: 4 } },
    ]);
    const [first, again, second] = wire.edits();
    expect(again).toEqual(first);
    expect(second.changeId).not.toBe(first.changeId);
    expect((await historyOf(id)).map(({ version }: any) => version)).toEqual([4, 3, 2, 1]);
    expect(told).toEqual([3, 4]);
  });

  test('is tried again at once when asked to, however long the next try is off', async () => {
    const { id, wire, client, event } = await frayed();
    const states = heard((listener) => client.on('connection', listener));
    client.reconnect();
    wire.tell('server:closing', { retryAfter: 300 });
    wire.cut();
    wire.mend();
    await bob.patch(`/api/events/${id}`, { title: 'theirs' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(states).toEqual(['offline']);
    client.reconnect();
    await until('it is up to date', () => event.content.title === 'theirs');
    expect(states).toEqual(['offline', 'connecting', 'online']);
  });

  test('more changes than are sent one by one come as the event', async () => {
    const { id, wire, event } = await frayed();
    wire.cut();
    const mine = event.edit({ title: 'mine' });
    for (let i = 0; i < 205; i += 1) {
      await bob.patch(`/api/events/${id}`, { metadata: { i } });
    }
    wire.mend();
    expect(await mine).toMatchObject({ merged: true });
    const body = await read(id);
    expect(event).toMatchObject({ version: body.version, content: { title: 'mine', metadata: { i: 204 } } });
    expect(event.content).toEqual(contentOf(body));
  });

  test('presence is told again', async () => {
    const { id, wire, event } = await frayed();
    const other = await (await clients.of(bob)).subscribe(id);
    await event.setPresence({ field: 'title' });
    const ofAda = () => other.present.find(({ userId }) => userId === ada.id);
    await until('the other sees it', () => ofAda()?.state?.['field'] === 'title');
    wire.cut();
    await until('the other sees nobody', () => ofAda() === undefined);
    wire.mend();
    await until('the other sees it again', () => ofAda()?.state?.['field'] === 'title');
  });

  test('an event that was taken away meanwhile is closed, and its edits are given back', async () => {
    const { id } = await ada.createEvent();
    await ada.share({ id }, bob, 'editor');
    const wire = new FrayedWire(() => convene.url);
    const client = await clients.of(bob, { connect: wire.connect });
    const event = await client.subscribe(id);
    const closed = heard((listener) => event.on('closed', listener));
    wire.cut();
    const answer = event.edit({ title: 'mine' });
    await ada.delete(`/api/events/${id}/permissions/${bob.id}`);
    wire.mend();
    await expect(answer).rejects.toMatchObject({ code: 'not-found' });
    expect(closed).toMatchObject([{ reason: 'not-found', unsaved: [{ after: { title: 'mine' } }] }]);
  });

  test('an event that was deleted meanwhile is closed for its owner, too', async () => {
    const { id, wire, event } = await frayed();
    wire.cut();
    await ada.delete(`/api/events/${id}`);
    wire.mend();
    await until('it is closed', () => event.closed === 'deleted');
  });

  test('what is subscribed without a connection comes with it', async () => {
    const { id, wire, client, event } = await frayed();
    await event.close();
    wire.cut();
    const coming = client.subscribe(id);
    wire.mend();
    expect(await coming).toMatchObject({ id, version: 2 });
  });
});

test('whatever befalls the wires, nothing is lost and nothing is there twice', async () => {
  const { id } = await ada.createEvent();
  await ada.share({ id }, bob, 'editor');
  const wires = [new FrayedWire(() => convene.url), new FrayedWire(() => convene.url)];
  const people = [ada, bob];
  const made = await Promise.all(wires.map(({ connect }, i) => clients.of(people[i]!, { connect })));
  const events = await Promise.all(made.map((client) => client.subscribe(id)));
  const told = events.map(versionsOf);
  const answers: Promise<{ version: number }>[] = [];
  for (let i = 0; i < 60; i += 1) {
    const [wire, event] = [wires[i % 2]!, events[i % 2]!];
    answers.push(event.edit({ metadata: { [`key ${i}`]: i } }));
    if (i % 14 === 3) {
      wire.losesAnswers = true;
    } else if (i % 14 === 8) {
      wire.cut();
    } else if (i % 7 === 6) {
      wires.forEach((one) => one.mend());
      await until('something was stored', () => event.pending < 12);
    }
  }
  wires.forEach((one) => one.mend());
  const versions = (await Promise.all(answers)).map(({ version }) => version);
  const all = Array.from({ length: 60 }, (_, i) => i + 3);
  expect([...versions].sort((a, b) => a - b)).toEqual(all);
  await until('both have all', () => events.every(({ version }) => version === 62));
  expect(told).toEqual([all, all]);
  const expected = contentOf(await read(id));
  expect(expected['metadata']).toEqual(Object.fromEntries(all.map((_, i) => [`key ${i}`, i])));
  expect(events.map(({ content }) => content)).toEqual([expected, expected]);
});

describe('a server that restarts', () => {
  test('is found again, and everything goes on, many events at once', async () => {
    const made = await Promise.all(Array.from({ length: 40 }, () => ada.createEvent()));
    const client = await clients.of(ada);
    const events = await Promise.all(made.map(({ id }) => client.subscribe(id)));
    const states = heard((listener) => client.on('connection', listener));
    const restarted = convene.restart();
    await until('it is gone', () => states.includes('offline'));
    const answers = events.map((event) => event.edit({ title: 'from afar' }));
    await restarted;
    expect((await Promise.all(answers)).map(({ version }) => version)).toEqual(made.map(() => 2));
    await bob.get('/health/live');
    const { id } = made[7] ?? {};
    await ada.patch(`/api/events/${id}`, { title: 'live again' });
    await until('it is live again', () => events[7]?.content.title === 'live again');
  }, 60_000);
});
