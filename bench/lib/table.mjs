import { isReached } from './figures.mjs';

/** @typedef {import('./figures.mjs').Row} Row */
/** @typedef {import('./figures.mjs').Figure} Figure */

const HEADS = [
  '',
  'Convene',
  'yardstick',
  '',
  'ratio',
  'spread',
  'goal',
  '',
  'a second',
  'p50 ms',
  'p99 ms',
  '',
];
/** The columns that are read from the left. */
const TEXT = new Set([0, 3, 11]);

/**
 * The figures as a table for a terminal: each work's figure, its yardstick's, the ratio of the two with its spread, the
 * goal and whether it is reached; then rate and latencies, each before those of the yardstick.
 *
 * @param {readonly Row[]} rows
 */
export function renderTable(rows) {
  const lines = [HEADS, ...rows.map(cellsOf)];
  const widths = HEADS.map((_head, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, i) => pad(cell, widths[i] ?? 0, TEXT.has(i)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {string} text @param {number} width @param {boolean} isText */
const pad = (text, width, isText) => (isText ? text.padEnd(width) : text.padStart(width));

/** @param {Row} row @returns {string[]} */
function cellsOf(row) {
  const { ours, theirs } = row.speed ?? {};
  return [
    row.work,
    number(row.ours.median),
    number(row.theirs.median),
    row.unit,
    row.ratio.median.toFixed(2),
    `${row.ratio.low.toFixed(2)}–${row.ratio.high.toFixed(2)}`,
    goalOf(row),
    { true: 'ok', false: 'NOT YET', undefined: '' }[String(isReached(row))] ?? '',
    ours && theirs ? `${number(ours.rate)} | ${number(theirs.rate)}` : '',
    pair(ours?.p50, theirs?.p50),
    pair(ours?.p99, theirs?.p99),
    [`to ${row.yardstick}`, row.note].filter(Boolean).join('; '),
  ];
}

/** @param {Row} row */
const goalOf = ({ atMost, atLeast }) =>
  atMost !== undefined ? `≤ ${number(atMost)}` : atLeast !== undefined ? `≥ ${number(atLeast)}` : '';

/** @param {number | undefined} ours @param {number | undefined} theirs */
const pair = (ours = Number.NaN, theirs = Number.NaN) =>
  Number.isNaN(ours) || Number.isNaN(theirs) ? '' : `${number(ours)} | ${number(theirs)}`;

/** Three digits that count. @param {number} value */
export function number(value) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  const [whole = '', fraction] = value.toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const rest = fraction?.replace(/0+$/, '');
  return rest ? `${grouped}.${rest}` : grouped;
}
