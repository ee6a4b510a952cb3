import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildDocument } from '../../src/http/openapi/document.js';
import { PATIENCE, runs, SEED } from '../support/arbitraries.js';
import { Convene } from '../support/convene.js';
import { requests } from '../support/fuzz/requests.js';
import { Town } from '../support/fuzz/town.js';

let convene: Convene;
let town: Town;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  town = new Town(convene);
  await town.open();
});
afterAll(async () => {
  town.close();
  await convene.close();
});

const BATCH = 100;
/** One can hide another: it does not end at the first. */
const MAX_FAULTS = 10;
/** How many are under way at a time. */
const AT_ONCE = 4;

test(
  'whatever is sent to any route is answered as documented, in time, and touches nobody else',
  async () => {
    const arbitrary = requests(buildDocument());
    const batches = Math.ceil(runs(2_000).numRuns / BATCH);
    const faults: string[] = [];
    for (let batch = 0; batch < batches && faults.length < MAX_FAULTS; batch += 1) {
      const seed = SEED + batch;
      const hostile = fc.sample(arbitrary, { numRuns: BATCH, seed });
      const send = async (): Promise<void> => {
        for (let next = hostile.pop(); next; next = hostile.pop()) {
          const fault = await town.ask(next);
          faults.push(...(fault === null ? [] : [`FUZZ_SEED=${seed}: ${fault}`]));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, send));
      await town.check();
    }
    expect(faults).toEqual([]);
    const counts = Object.fromEntries([...town.statuses].sort(([a], [b]) => a - b));
    if (process.env['FUZZ_RUNS'] !== undefined) {
      process.stdout.write(`${JSON.stringify({ seed: SEED, counts, slowest: town.slowest })}\n`);
    }
    // It gets past the checks often enough to be worth the name.
    expect(counts[200]).toBeGreaterThan(100);
    expect(counts[422]).toBeGreaterThan(100);
    expect((await convene.anonymous.get('/health/ready')).status).toBe(200);
  },
  PATIENCE * 2,
);
