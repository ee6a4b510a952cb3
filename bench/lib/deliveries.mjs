import { pause } from '../storm/time.mjs';
import { percentile } from './figures.mjs';
import { call } from './http-load.mjs';
import { versionIn } from './sockets.mjs';

/** @typedef {import('./server.mjs').Server} Server */
/** @typedef {import('./sockets.mjs').Socket} Socket */

/** How many edits are under way at a time. */
const IN_FLIGHT = 4;
/** How long what has not come is waited for. */
const LATE_MS = 10_000;

let edits = 0;

/**
 * Edits over REST, and counts what comes to the subscribers. An edit is over when everybody has it.
 *
 * @param {Server} server
 * @param {readonly Socket[]} sockets all of them subscribed
 * @param {string} token
 * @param {string} path where an edit is sent
 * @param {number} amount of edits
 * @returns {Promise<{ sample: import('./figures.mjs').Sample, missing: number }>} a sample of deliveries
 */
export async function deliver(server, sockets, token, path, amount) {
  const arrivals = listen(sockets);
  /** @type {number[]} */
  const latencies = [];
  let missing = 0;
  let left = amount;
  const write = async () => {
    while (left > 0) {
      left -= 1;
      const sent = performance.now();
      const { version } = await call(server.url, token, 'PATCH', path, {
        metadata: { fanout: (edits += 1) },
      });
      const times = await arrivals.complete(version);
      times.forEach((time) => latencies.push(time - sent));
      missing += sockets.length - times.length;
    }
  };
  const before = await server.cpu();
  const started = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, write));
  const seconds = (performance.now() - started) / 1000;
  const cpu = ((await server.cpu()) - before) / latencies.length;
  arrivals.close();
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return { sample: { cpu, rate: latencies.length / seconds, p50, p99 }, missing };
}

/** When each version came to whom. @param {readonly Socket[]} sockets */
export function listen(sockets) {
  /** @type {Map<number, { times: number[], done: () => void }>} */
  const versions = new Map();
  /** @param {number} version */
  const arrivalsOf = (version) => {
    const known = versions.get(version) ?? { times: [], done: () => {} };
    versions.set(version, known);
    return known;
  };
  /** @param {string} text */
  const hear = (text) => {
    const { times, done } = arrivalsOf(versionIn(text));
    if (times.push(performance.now()) === sockets.length) done();
  };
  sockets.forEach((socket) => socket.on('event:changed', hear));
  return {
    /** The times at which a version came, once it has come to all. @param {number} version @returns {Promise<number[]>} */
    async complete(version) {
      const arrivals = arrivalsOf(version);
      if (arrivals.times.length < sockets.length) {
        /** @type {Promise<void>} */
        const all = new Promise((resolve) => (arrivals.done = resolve));
        await Promise.race([all, pause(LATE_MS)]);
      }
      versions.delete(version);
      return arrivals.times;
    },
    close: () => sockets.forEach((socket) => socket.off('event:changed', hear)),
  };
}
