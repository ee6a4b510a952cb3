// The same load on one process and on two, with a Redis and a store that they share.
import { interleaved, rowOf } from '../lib/compare.mjs';
import { deliver } from '../lib/deliveries.mjs';
import { event2k } from '../lib/events.mjs';
import { openHouse } from '../lib/houses.mjs';
import { load } from '../lib/http-load.mjs';
import { connect, disconnect, subscribe } from '../lib/sockets.mjs';
import { whatIsMissing } from '../storm/needs.mjs';
import { DIST } from '../lib/product.mjs';

/** @typedef {import('../lib/figures.mjs').Sample} Sample */
/** @typedef {import('../lib/server.mjs').Server} Server */
/** @typedef {import('../main.mjs').Settings} Settings */

const SUBSCRIBERS = 400;
const EVENTS = 16;
const EDITS = 800;

/** Ever another number: an edit that changes nothing would be none. */
let edits = 0;

/** @param {Settings} settings @returns {Promise<import('../lib/figures.mjs').Row[]>} */
export async function processes({ store }) {
  if (store === 'embedded') return [];
  const missing = whatIsMissing(DIST);
  if (missing.length > 0) {
    console.error(missing.join('\n'));
    return [];
  }
  const [one, two] = [await openCrowd(1), await openCrowd(2)];
  try {
    const edited = await interleaved({ ours: two.edit, theirs: one.edit });
    const told = await interleaved({ ours: two.tell, theirs: one.tell });
    const about = { part: 'processes', yardstick: 'one process' };
    return [
      rowOf({ ...about, work: 'edit over REST, two processes' }, edited.ours, edited.theirs),
      rowOf({ ...about, work: 'edits, two processes', of: 'rate' }, edited.ours, edited.theirs),
      rowOf({ ...about, work: 'one delivery, two processes' }, told.ours, told.theirs),
      rowOf({ ...about, work: 'deliveries, two processes', of: 'rate' }, told.ours, told.theirs),
    ];
  } finally {
    await one.close();
    await two.close();
  }
}

/** @param {number} size how many processes */
async function openCrowd(size) {
  const house = await openHouse(size, async (sower) => {
    const users = await sower.users(SUBSCRIBERS);
    const [owner, ...others] = users;
    const roles = others.map(({ id }) => ({ id, role: /** @type {const} */ ('viewer') }));
    const [watched = ''] = await sower.events(owner?.id ?? '', 1, event2k, roles);
    const ids = await sower.events(owner?.id ?? '', EVENTS, event2k);
    return { tokens: users.map(({ token }) => token), watched, ids };
  });
  const { tokens, watched, ids } = house.sown;
  const [token = ''] = tokens;
  const all = await Promise.all(
    house.nodes.map(({ url }, i) =>
      connect(
        url,
        tokens.filter((_token, j) => j % size === i),
      ),
    ),
  );
  const sockets = all.flat();
  await subscribe(sockets, watched);
  const nodes = house.nodes.map(
    ({ url }) => /** @type {Server} */ (/** @type {unknown} */ ({ url, cpu: house.cpu })),
  );
  return {
    edit: () => editAll(nodes, house.cpu, token, ids),
    tell: async () =>
      (await deliver(/** @type {Server} */ (nodes[0]), sockets, token, `/api/events/${watched}`, 40)).sample,
    close: async () => {
      disconnect(sockets);
      await house.close();
    },
  };
}

/**
 * Half of the writers at each process, each with an event of its own.
 *
 * @param {readonly Server[]} nodes @param {() => Promise<number>} cpu @param {string} token @param {readonly string[]} ids
 * @returns {Promise<Sample>}
 */
async function editAll(nodes, cpu, token, ids) {
  const share = ids.length / nodes.length;
  const before = await cpu();
  const samples = await Promise.all(
    nodes.map((node, i) =>
      load(
        node,
        {
          method: 'PATCH',
          path: '/api/events',
          token,
          amount: EDITS / nodes.length,
          next: ({ index }) => ({
            path: `/api/events/${ids[i * share + index] ?? ''}`,
            body: { metadata: { n: (edits += 1) } },
          }),
        },
        share,
      ),
    ),
  );
  const [{ p50 = 0, p99 = 0 } = {}] = samples;
  return {
    cpu: ((await cpu()) - before) / EDITS,
    rate: samples.reduce((sum, { rate }) => sum + rate, 0),
    p50,
    p99,
  };
}
