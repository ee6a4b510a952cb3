import { delays, longestOutage } from './tally.mjs';

/** How long what was acknowledged may take to everybody (guarantee 2). */
const HEALED_MS = 10_000;

/**
 * Prints the figures.
 *
 * @param {{
 *   crowd: import('./crowd.mjs').Crowd,
 *   writers: import('./writers.mjs').Writers,
 *   marks: { name: string, from: number }[],
 *   converged: Awaited<ReturnType<typeof import('./tally.mjs').converge>>,
 *   deliveries: ReturnType<typeof import('./tally.mjs').countDeliveries>,
 *   log: Awaited<ReturnType<typeof import('./tally.mjs').checkLogs>>,
 *   options: { seconds: number },
 * }} found
 * @returns the exit code: 0 where it is as promised
 */
export function report({ crowd, writers, marks, converged, deliveries, log, options }) {
  const { acknowledged, made, refused, sentAgain } = writers;
  const lost = deliveries.lost + log.missing + log.elsewhere + log.gaps;
  const doubled = deliveries.doubled + log.doubled;
  const longest = delays(crowd, acknowledged).at(-1) ?? 0;
  const rate = acknowledged.length / options.seconds;
  const again = deliveries.sentAgain + sentAgain;

  console.log('');
  table([
    ['edits acknowledged', acknowledged.length, `of ${made}; ${rate.toFixed(0)} a second`],
    ['  sent again', again, 'for want of an answer, as they were'],
    ['deliveries', deliveries.expected, 'acknowledged edits × subscribers of their event'],
    ['  delivered', deliveries.delivered, 'each as a change, in order'],
    ['  caught up whole', deliveries.whole, 'brought past them with the event itself'],
    [
      'lost',
      lost,
      `not delivered ${deliveries.lost}; not in the log ${log.missing}, as another version ${log.elsewhere}, gaps ${log.gaps}`,
    ],
    ['doubled', doubled, `told twice ${deliveries.doubled}; twice in the log ${log.doubled}`],
    ['repeated on the wire', deliveries.repeatedOnWire, 'healing may; the client drops them'],
    [
      'log entries',
      log.entries,
      `without a gap; ${log.unacknowledged} edits in them without an acknowledgement`,
    ],
    [
      'converged',
      converged.behind > 0 ? 'NO' : seconds(converged.ms),
      `after the last acknowledgement; ${converged.behind} behind, ${converged.other} with other content`,
    ],
    [
      'longest outage',
      seconds(longestOutage(crowd)),
      'of a subscriber, until it was connected and up to date again',
    ],
    ['longest way', seconds(longest), 'of an edit, from its acknowledgement to all who were connected'],
  ]);
  phases(crowd, acknowledged, marks);
  refused.slice(0, 5).forEach((text) => console.log(`refused: ${text}`));
  const isRight =
    lost + doubled + refused.length + log.unacknowledged + converged.behind + converged.other === 0 &&
    acknowledged.length === made &&
    acknowledged.length > 0 &&
    Math.max(converged.ms, longest) <= HEALED_MS;
  console.log(isRight ? '\nAs promised.' : '\nNOT as promised.');
  return isRight ? 0 : 1;
}

/**
 * @param {import('./crowd.mjs').Crowd} crowd
 * @param {readonly import('./writers.mjs').Acknowledged[]} acknowledged
 * @param {{ name: string, from: number }[]} marks
 */
function phases(crowd, acknowledged, marks) {
  console.log(
    `\n${'ms'.padEnd(14)}${['edits', 'answer', 'to all: median', 'p99', 'longest', 'reconnected too'].map((s) => s.padStart(16)).join('')}`,
  );
  for (const [i, { name, from }] of marks.entries()) {
    const to = marks[i + 1]?.from ?? Infinity;
    const edits = acknowledged.filter(({ at }) => at >= from && at < to);
    const all = delays(crowd, edits);
    const answers = edits.map(({ sentAt, at }) => at - sentAt).sort((a, b) => a - b);
    if (edits.length === 0) continue;
    const figures = [
      edits.length,
      quantile(answers, 0.5),
      quantile(all, 0.5),
      quantile(all, 0.99),
      quantile(all, 1),
      quantile(delays(crowd, edits, false), 1),
    ];
    console.log(name.padEnd(14) + figures.map((figure) => figure.toFixed(0).padStart(16)).join(''));
  }
}

/** @param {readonly number[]} ascending @param {number} share */
const quantile = (ascending, share) => ascending[Math.ceil(share * ascending.length) - 1] ?? Number.NaN;

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** @param {[string, number | string, string][]} rows */
const table = (rows) =>
  rows.forEach(([name, figure, words]) =>
    console.log(`${name.padEnd(22)}${String(figure).padStart(10)}  ${words}`),
  );
