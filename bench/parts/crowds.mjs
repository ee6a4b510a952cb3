// What a subscriber and an idle socket cost as there are more of them, beside bare Socket.IO.
import { pause } from '../storm/time.mjs';
import { interleaved, rowOf } from '../lib/compare.mjs';
import { deliver } from '../lib/deliveries.mjs';
import { event2k } from '../lib/events.mjs';
import { figure } from '../lib/figures.mjs';
import { newPlace } from '../lib/place.mjs';
import { startConvene, startYardstick } from '../lib/server.mjs';
import { connect, disconnect, subscribe } from '../lib/sockets.mjs';

/** @typedef {import('../lib/figures.mjs').Row} Row */
/** @typedef {import('../lib/server.mjs').Server} Server */
/** @typedef {import('../lib/sockets.mjs').Socket} Socket */
/** @typedef {import('../main.mjs').Settings} Settings */

const CROWDS = [10, 1_000, 5_000];
/** How many deliveries a round has, about. */
const DELIVERIES = 20_000;

/** @param {Settings} settings @returns {Promise<Row[]>} */
export async function subscribers(settings) {
  const place = newPlace(settings.store);
  const { tokens, eventIds } = await place.sow(async (sower) => {
    const [owner, ...others] = await sower.users(CROWDS.at(-1) ?? 0);
    const ids = [];
    for (const size of CROWDS) {
      const roles = others.slice(0, size).map(({ id }) => ({ id, role: /** @type {const} */ ('viewer') }));
      ids.push(...(await sower.events(owner?.id ?? '', 1, event2k, roles)));
    }
    return { tokens: [owner, ...others].map((user) => user?.token ?? ''), eventIds: ids };
  });
  const server = await startConvene(place.environment);
  const sockets = await connect(server.url, tokens);
  try {
    /** @type {Record<string, () => Promise<import('../lib/figures.mjs').Sample>>} */
    const works = {};
    for (const [i, size] of CROWDS.entries()) {
      const [some, id] = [sockets.slice(0, size), eventIds[i] ?? ''];
      await subscribe(some, id);
      const edits = Math.max(8, Math.min(400, DELIVERIES / size));
      works[`${size} `] = async () =>
        (await deliver(server, some, tokens[0] ?? '', `/api/events/${id}`, edits)).sample;
    }
    // Who is present has been told to everybody.
    await pause(1_500);
    const samples = await interleaved(works);
    /** @param {number} size @param {number} smaller */
    const beside = (size, smaller) =>
      rowOf(
        {
          part: 'subscribers',
          work: `one delivery, ${size.toLocaleString('en')} subscribers`,
          yardstick: smaller.toLocaleString('en'),
          ...(size === CROWDS.at(-1) && { atMost: 1.2 }),
        },
        samples[`${size} `] ?? [],
        samples[`${smaller} `] ?? [],
      );
    const [few = 0, many = 0, most = 0] = CROWDS;
    // With few, the edit itself is most of it: the last comparison is of deliveries alone.
    return [beside(many, few), beside(most, few), beside(most, many)];
  } finally {
    disconnect(sockets);
    await server.stop();
    await place.remove();
  }
}

/** @param {Settings} settings @returns {Promise<Row[]>} */
export async function memory(settings) {
  const crowds = [100, 1_000, 10_000];
  const place = newPlace(settings.store);
  const users = await place.sow((sower) => sower.users(crowds.at(-1) ?? 0));
  const [ours, theirs] = [await startConvene(place.environment), await startYardstick('socket')];
  try {
    const tokens = users.map(({ token }) => token);
    // What is made at the first connection counts for none.
    for (const server of [ours, theirs]) disconnect(await connect(server.url, tokens.slice(0, 50)));
    const [a, b] = [await bytesEach(ours, tokens, crowds), await bytesEach(theirs, tokens, crowds)];
    return crowds.map((size, i) => {
      const [our, their] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
      return {
        part: 'memory',
        work: `an idle socket, of ${size.toLocaleString('en')}`,
        yardstick: 'bare Socket.IO',
        unit: 'KB of heap and buffers',
        ours: figure([our]),
        theirs: figure([their]),
        ratio: figure([our / their]),
        ...(i === crowds.length - 1 && { atMost: 1.3 }),
      };
    });
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
    await place.remove();
  }
}

/**
 * What each socket takes once there are so many, in KB.
 *
 * @param {Server} server @param {readonly string[]} tokens @param {readonly number[]} crowds ascending
 */
async function bytesEach(server, tokens, crowds) {
  const before = await server.memory();
  /** @type {Socket[]} */
  const sockets = [];
  const each = [];
  for (const size of crowds) {
    sockets.push(...(await connect(server.url, tokens.slice(sockets.length, size))));
    each.push(((await server.memory()) - before) / size / 1024);
  }
  disconnect(sockets);
  return each;
}
