// The start with 100,000 events to the first answer, beside the start with nothing.
import { interleaved, rowOf } from '../lib/compare.mjs';
import { oneOfMany } from '../lib/events.mjs';
import { call } from '../lib/http-load.mjs';
import { newPlace } from '../lib/place.mjs';
import { startConvene } from '../lib/server.mjs';

/** @typedef {import('../lib/place.mjs').Place} Place */
/** @typedef {import('../main.mjs').Settings} Settings */

/** @param {Settings} settings @returns {Promise<import('../lib/figures.mjs').Row[]>} */
export async function start(settings) {
  const [full, empty] = [newPlace(settings.store), newPlace(settings.store)];
  try {
    const [ours, theirs] = [await filled(full, 100_000), await filled(empty, 0)];
    const samples = await interleaved({ ours: () => timed(full, ours), theirs: () => timed(empty, theirs) });
    const about = { part: 'start', yardstick: 'its start with none', atMost: 2 };
    const work = 'start with 100,000 events to the first answer';
    return [
      rowOf({ ...about, work: `${work}, CPU` }, samples.ours, samples.theirs),
      rowOf({ ...about, work, of: 'p50' }, samples.ours, samples.theirs),
    ];
  } finally {
    await full.remove();
    await empty.remove();
  }
}

/** @param {Place} place @param {number} count @returns {Promise<string>} a token */
const filled = (place, count) =>
  place.sow(async (sower) => {
    const { id, token } = await sower.user('ada');
    await sower.events(id, count, oneOfMany);
    return token;
  });

/** @param {Place} place @param {string} token */
async function timed(place, token) {
  const began = performance.now();
  const server = await startConvene(place.environment);
  try {
    await call(server.url, token, 'GET', '/api/events?limit=1');
    const ms = performance.now() - began;
    return { cpu: await server.cpu(), rate: 1000 / ms, p50: ms, p99: ms };
  } finally {
    await server.stop();
  }
}
