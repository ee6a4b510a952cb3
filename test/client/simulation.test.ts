import { expect, test } from '@jest/globals';
import { simulate, type Report } from '../support/simulation/simulation.js';
import { summary } from '../support/simulation/summary.js';

/**
 * Up to 8 clients edit the same events through up to 3 processes on one store, over a network that goes wrong, and
 * everybody ends with what the server has. A seed decides everything: `SIMULATION_FIRST=7 SIMULATION_SEEDS=1` repeats
 * seed 7. With `SIMULATION_FULL=1` each run has 8 clients with 100 edits each; `SIMULATION_REPORT=1` prints what
 * happened, `SIMULATION_TRACE=file` writes down every step of the last run.
 */
const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const FIRST = number('SIMULATION_FIRST', 0);
const SEEDS = number('SIMULATION_SEEDS', 25);
const isFull = number('SIMULATION_FULL', 0) === 1;
const reports = number('SIMULATION_REPORT', 0) === 1;
/** A seed takes less than a second; far more on a machine that is busy with other things. */
const SEED_MS = 20_000;

/** What is wrong with a run, and how to have it again; null where nothing is. */
const failure = ({ plan, complaints }: Report): string | null =>
  complaints.length === 0
    ? null
    : [
        `seed ${plan.seed}, again with SIMULATION_FIRST=${plan.seed} SIMULATION_SEEDS=1${isFull ? ' SIMULATION_FULL=1' : ''}`,
        JSON.stringify(plan),
        ...complaints.slice(0, 10),
      ].join('\n  ');

test(
  `everybody ends with what the server has: ${SEEDS} seeds from ${FIRST}`,
  async () => {
    const done: Report[] = [];
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      done.push(await simulate(seed, isFull));
    }
    if (reports) {
      console.log(summary(done));
    }
    expect(done.flatMap((report) => failure(report) ?? [])).toEqual([]);
  },
  SEEDS * SEED_MS,
);

test(
  'a seed does the same each time',
  async () => {
    const [once, again] = [await simulate(FIRST + 5), await simulate(FIRST + 5)];
    expect(again.digest).toBe(once.digest);
    expect((await simulate(FIRST + 6)).digest).not.toBe(once.digest);
  },
  3 * SEED_MS,
);
