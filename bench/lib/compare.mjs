import { figure, typical } from './figures.mjs';

/** @typedef {import('./figures.mjs').Sample} Sample */
/** @typedef {import('./figures.mjs').Row} Row */

/** How often each is measured. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

/**
 * Measures things turn by turn, so that whatever else the machine does falls on all of them alike. The first turn warms
 * up and does not count.
 *
 * @template {string} K
 * @param {Record<K, () => Promise<Sample>>} works
 * @param {number} [rounds]
 * @returns {Promise<Record<K, Sample[]>>}
 */
export async function interleaved(works, rounds = ROUNDS) {
  const entries = /** @type {[K, () => Promise<Sample>][]} */ (Object.entries(works));
  const samples = /** @type {Record<K, Sample[]>} */ (
    /** @type {Record<string, Sample[]>} */ (Object.fromEntries(entries.map(([name]) => [name, []])))
  );
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of entries) {
      const sample = await work();
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}

/**
 * @param {Pick<Row, 'part' | 'work' | 'yardstick' | 'atMost' | 'atLeast' | 'note'> & { of?: keyof typeof UNITS }} about
 *   `of`: which of the values is compared
 * @param {readonly Sample[]} ours
 * @param {readonly Sample[]} theirs
 * @returns {Row}
 */
export function rowOf({ of = 'cpu', ...about }, ours, theirs) {
  /** @param {readonly Sample[]} samples */
  const values = (samples) => samples.map((sample) => sample[of] ?? Number.NaN);
  const [a, b] = [values(ours), values(theirs)];
  return {
    ...about,
    unit: UNITS[of],
    ours: figure(a),
    theirs: figure(b),
    ratio: figure(a.map((value, i) => value / (b[i] ?? Number.NaN))),
    speed: { ours: typical(ours), theirs: typical(theirs) },
  };
}

const UNITS = { cpu: 'µs CPU', rate: '/s', p50: 'ms', p99: 'ms p99' };
