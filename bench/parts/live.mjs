// Sockets beside bare Socket.IO, which tells one room the same JSON.
import { event2k } from '../lib/events.mjs';
import { interleaved, rowOf } from '../lib/compare.mjs';
import { deliver } from '../lib/deliveries.mjs';
import { percentile } from '../lib/figures.mjs';
import { call } from '../lib/http-load.mjs';
import { newPlace, shareOf } from '../lib/place.mjs';
import { startConvene, startYardstick } from '../lib/server.mjs';
import { ask, connect, disconnect, subscribe, versionIn } from '../lib/sockets.mjs';

/** @typedef {import('../lib/figures.mjs').Row} Row */
/** @typedef {import('../lib/figures.mjs').Sample} Sample */
/** @typedef {import('../lib/server.mjs').Server} Server */
/** @typedef {import('../lib/sockets.mjs').Socket} Socket */
/** @typedef {import('../main.mjs').Settings} Settings */

const WRITERS = 16;
const EDITS_EACH = 600;
const SUBSCRIBERS = 1_000;

/** Ever another number: an edit that changes nothing would be none. */
let edits = 0;

/** @param {number} writer @param {number} [version] that it was made on; without it the newest */
const editOf = (writer, version) => ({
  ...(version !== undefined && { baseVersion: version }),
  patch: [{ op: 'add', path: `/metadata/writer${writer}`, value: (edits += 1) }],
});

/**
 * Convene with an event and as many members, beside bare Socket.IO that says the same; sockets of all of them.
 *
 * @template T
 * @param {Settings} settings
 * @param {number} members
 * @param {(house: { ours: Server, theirs: Server, ourSockets: Socket[], theirSockets: Socket[], eventId: string, token: string }) => Promise<T>} work
 */
export async function withRoom(settings, members, work) {
  const place = newPlace(settings.store);
  const { users, eventId } = await place.sow(async (sower) => {
    const [owner, ...others] = await sower.users(members);
    const roles = others.map(({ id }) => ({ id, role: /** @type {const} */ ('editor') }));
    const [id = ''] = await sower.events(owner?.id ?? '', 1, event2k, roles);
    return { users: [...(owner ? [owner] : []), ...others], eventId: id };
  });
  const token = users[0]?.token ?? '';
  const [ours, theirs] = [await startConvene(place.environment), await startYardstick('socket')];
  const tokens = users.map((user) => user.token);
  const ourSockets = await connect(ours.url, tokens);
  const theirSockets = await connect(theirs.url, tokens);
  try {
    await subscribe(ourSockets, eventId);
    await subscribe(theirSockets, eventId);
    theirs.tell(await saidFor(ours.url, token, /** @type {Socket} */ (ourSockets[0]), eventId));
    return await work({ ours, theirs, ourSockets, theirSockets, eventId, token });
  } finally {
    disconnect([...ourSockets, ...theirSockets]);
    await Promise.all([ours.stop(), theirs.stop()]);
    await place.remove();
  }
}

/** What the yardstick is to say: what Convene says. @param {string} url @param {string} token @param {Socket} socket @param {string} eventId */
async function saidFor(url, token, socket, eventId) {
  const acknowledgement = await ask(socket, 'event:edit', { eventId, ...editOf(0) });
  const answer = await call(url, token, 'PATCH', `/api/events/${eventId}`, {
    metadata: { writer0: (edits += 1) },
  });
  return { change: acknowledgement.change, acknowledgement, answer };
}

/** @param {Settings} settings @returns {Promise<Row[]>} */
export const socketEdit = (settings) =>
  withRoom(settings, WRITERS, async ({ ours, theirs, ourSockets, theirSockets, eventId }) => {
    const each = EDITS_EACH / shareOf(settings.store);
    const samples = await interleaved({
      ours: () => writeTogether(ours, ourSockets, eventId, each),
      theirs: () => writeTogether(theirs, theirSockets, eventId, each),
    });
    await settings.profile('socket-edit', ours, () => writeTogether(ours, ourSockets, eventId, each));
    const work = 'edit over a socket, 16 writers on one event';
    return [
      rowOf(
        { part: 'socket-edit', work, yardstick: 'bare Socket.IO', atMost: 2.5 },
        samples.ours,
        samples.theirs,
      ),
    ];
  });

/**
 * All edit at the same time, each its own field, one edit after the other, and hear of each other.
 *
 * @param {Server} server @param {readonly Socket[]} sockets @param {string} eventId @param {number} each edits
 * @returns {Promise<Sample>}
 */
async function writeTogether(server, sockets, eventId, each) {
  /** @type {number[]} */
  const latencies = [];
  const before = await server.cpu();
  const started = performance.now();
  await Promise.all(
    sockets.map(async (socket, writer) => {
      /** @type {number | undefined} */
      let latest;
      socket.on('event:changed', (text) => (latest = versionIn(text)));
      for (let i = 0; i < each; i += 1) {
        const sent = performance.now();
        const answer = await ask(socket, 'event:edit', { eventId, ...editOf(writer, latest) });
        latest = Math.max(latest ?? 0, answer.version);
        latencies.push(performance.now() - sent);
      }
      socket.off('event:changed');
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const cpu = ((await server.cpu()) - before) / latencies.length;
  return {
    cpu,
    rate: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

/** @param {Settings} settings @returns {Promise<Row[]>} */
export const fanout = (settings) =>
  withRoom(settings, SUBSCRIBERS, async ({ ours, theirs, ourSockets, theirSockets, eventId, token }) => {
    /** @type {number[]} */
    const lost = [];
    const our = async () => {
      const { sample, missing } = await deliver(ours, ourSockets, token, `/api/events/${eventId}`, 40);
      lost.push(missing);
      return sample;
    };
    const their = async () => (await deliver(theirs, theirSockets, token, '/answer', 40)).sample;
    const samples = await interleaved({ ours: our, theirs: their });
    await settings.profile('fanout', ours, our);
    const gone = lost.reduce((sum, missing) => sum + missing, 0);
    const about = { part: 'fanout', yardstick: 'bare Express to a Socket.IO room' };
    const work = 'fan-out to 1,000';
    return [
      rowOf({ ...about, work: `${work}: CPU a delivery` }, samples.ours, samples.theirs),
      rowOf(
        { ...about, work: `${work}: deliveries`, of: 'rate', atLeast: 0.9, note: `${gone} lost` },
        samples.ours,
        samples.theirs,
      ),
      rowOf(
        { ...about, work: `${work}: p99 of a delivery`, of: 'p99', atMost: 1.2 },
        samples.ours,
        samples.theirs,
      ),
    ];
  });
