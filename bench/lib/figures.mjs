/**
 * What one round came to.
 * @typedef {object} Sample
 * @property {number} cpu microseconds of the server's processor time (user and system) for one operation
 * @property {number} rate operations a second
 * @property {number} [p50] milliseconds
 * @property {number} [p99] milliseconds
 *
 * A median with what lay on either side of it.
 * @typedef {{ median: number, low: number, high: number }} Figure
 *
 * One line of the table: some work beside its yardstick.
 * @typedef {object} Row
 * @property {string} part what it belongs to: `npm run bench -- <part>`
 * @property {string} work
 * @property {string} yardstick what it is compared with
 * @property {string} unit of `ours` and `theirs`
 * @property {Figure} ours
 * @property {Figure} theirs
 * @property {Figure} ratio ours over theirs, of the rounds that stood side by side
 * @property {number} [atMost] the goal for the ratio
 * @property {number} [atLeast]
 * @property {{ ours: Sample, theirs: Sample }} [speed] the medians of everything that was measured beside
 * @property {string} [note]
 */

/** @param {readonly number[]} values */
const ascending = (values) => [...values].sort((a, b) => a - b);

/** @param {readonly number[]} values @param {number} share from 0 to 1 */
export function percentile(values, share) {
  const sorted = ascending(values);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** @param {readonly number[]} values @returns {Figure} */
export const figure = (values) => ({
  median: median(values),
  low: Math.min(...values),
  high: Math.max(...values),
});

/** @param {readonly Sample[]} samples @returns {Sample} each of its values the median of theirs */
export function typical(samples) {
  /** @param {'cpu' | 'rate' | 'p50' | 'p99'} name */
  const of = (name) => median(samples.map((sample) => sample[name] ?? Number.NaN));
  return { cpu: of('cpu'), rate: of('rate'), p50: of('p50'), p99: of('p99') };
}

/** @param {Row} row @returns whether the goal is reached; undefined where there is none */
export function isReached({ ratio, atMost, atLeast }) {
  if (atMost === undefined && atLeast === undefined) return undefined;
  return ratio.median <= (atMost ?? Infinity) && ratio.median >= (atLeast ?? -Infinity);
}
