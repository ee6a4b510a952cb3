import { randomBytes } from 'node:crypto';
import { Subscriber } from './subscriber.mjs';
import { inTurns } from './time.mjs';

/** @typedef {import('../../src/client/index.js')} Library */
/** @typedef {import('../../src/client/index.js').ConveneClient} Client */
/** @typedef {Awaited<ReturnType<typeof gather>>} Crowd */

/** How many users the subscribers who only read share, each with a socket of its own. */
const READERS = 20;

/**
 * Makes the users and the events, connects the subscribers, and has each subscribe to one event. Each of the first
 * `writers` is an editor of its own; the others share a few users who may only read.
 *
 * @param {Library} library
 * @param {string} url
 * @param {{ subscribers: number, writers: number, events: number }} sizes
 */
export async function gather(library, url, sizes) {
  const password = randomBytes(12).toString('hex');
  const owner = new library.ConveneClient({ url, connect: () => deaf });
  await owner.register({ email: 'owner@example.com', password });
  const names = Array.from({ length: sizes.subscribers }, (_, i) =>
    i < sizes.writers ? `editor${i}` : `reader${i % READERS}`,
  );
  await inTurns([...new Set(names)], (username) =>
    owner.request('POST', '/api/auth/register', {
      body: { email: `${username}@example.com`, username, password },
    }),
  );
  const eventIds = await inTurns(Array.from({ length: sizes.events }), (_, i) =>
    createShared(
      owner,
      names.filter((_name, j) => j % sizes.events === i),
    ),
  );
  const subscribers = await inTurns(names, async (username, i) => {
    const subscriber = new Subscriber(library, url);
    await subscriber.client.signIn({ username, password });
    subscriber.watch(await subscriber.client.subscribe(eventIds[i % eventIds.length] ?? ''));
    return subscriber;
  });
  return { owner, eventIds, subscribers, users: new Set(names).size };
}

/** @param {Client} owner @param {string[]} members by their usernames */
async function createShared(owner, members) {
  const editors = members.filter((username) => username.startsWith('editor'));
  // A list for each editor to write in.
  const metadata = Object.fromEntries(editors.map((username) => [username, [-1, 0]]));
  const event = /** @type {{ id: string }} */ (
    await owner.request('POST', '/api/events', {
      query: { conflicts: 'ignore' },
      body: { title: 'Storm', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', metadata },
    })
  );
  const shares = [...new Set(members)].map((username) => ({
    username,
    role: editors.includes(username) ? 'editor' : 'viewer',
  }));
  await owner.request('POST', `/api/events/${event.id}/share`, { body: { shares } });
  return event.id;
}

/** Who only uses REST needs no socket. @type {import('../../src/client/index.js').Wire} */
const deaf = { connect: () => {}, disconnect: () => {}, send: () => {} };
