import { interleaved, rowOf } from './compare.mjs';
import { load } from './http-load.mjs';

/** @typedef {import('./figures.mjs').Row} Row */
/** @typedef {import('./http-load.mjs').Work} Work */

/**
 * Does the same work on things of several sizes, turn by turn, and compares each with the smallest.
 *
 * @param {import('./server.mjs').Server} server
 * @param {{ part: string, work: string, of: string, atMost?: number, note?: string }} about `of`: what grows
 * @param {Record<string, Work>} works by the size, the smallest first
 * @param {number} [connections]
 * @returns {Promise<Row[]>} the goal is the largest one's
 */
export async function grow(server, { of, work, atMost, ...about }, works, connections = 4) {
  const sizes = Object.keys(works);
  for (const one of Object.values(works)) await load(server, { ...one, amount: connections }, connections);
  await server.quiet();
  const samples = await interleaved(
    Object.fromEntries(
      Object.entries(works).map(([size, one]) => [`${size} `, () => load(server, one, connections)]),
    ),
  );
  const [smallest = '', ...larger] = sizes;
  const base = samples[`${smallest} `] ?? [];
  return larger.map((size) =>
    rowOf(
      {
        ...about,
        work: `${work}, ${grouped(size)} ${of}`,
        yardstick: grouped(smallest),
        ...(atMost !== undefined && size === sizes.at(-1) && { atMost }),
      },
      samples[`${size} `] ?? [],
      base,
    ),
  );
}

/** @param {string} size */
const grouped = (size) => size.replace(/\B(?=(\d{3})+$)/g, ',');
