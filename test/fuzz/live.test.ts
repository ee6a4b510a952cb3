import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PATIENCE, runs, SEED } from '../support/arbitraries.js';
import { Convene } from '../support/convene.js';
import { frames, messages } from '../support/fuzz/messages.js';
import { LiveTown } from '../support/fuzz/live-town.js';

let convene: Convene;
let town: LiveTown;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
  town = new LiveTown(convene);
  await town.open();
});
afterAll(async () => {
  town.close();
  await convene.close();
});

const BATCH = 50;

async function storm<T>(arbitrary: fc.Arbitrary<T>, count: number, send: (one: T) => Promise<string | null>) {
  const faults: string[] = [];
  for (let batch = 0; batch * BATCH < runs(count).numRuns && faults.length < 5; batch += 1) {
    const seed = SEED + batch;
    for (const one of fc.sample(arbitrary, { numRuns: BATCH, seed })) {
      const fault = await send(one);
      faults.push(...(fault === null ? [] : [`FUZZ_SEED=${seed}: ${fault}`]));
    }
    await town.check();
  }
  expect(faults).toEqual([]);
}

test(
  'whatever a message holds, on either wire, it is answered as documented, in time, and the connection stays',
  async () => {
    await storm(messages, 1_000, (message) => town.ask(message));
    if (process.env['FUZZ_RUNS'] !== undefined) {
      const counts = Object.fromEntries(town.outcomes);
      process.stdout.write(`${JSON.stringify({ seed: SEED, counts, slowest: town.slowest })}\n`);
    }
    expect(town.outcomes.get('ok')).toBeGreaterThan(20);
    expect(town.outcomes.get('validation-failed')).toBeGreaterThan(100);
  },
  PATIENCE * 2,
);

test(
  'whatever comes in place of a packet ends its own connection at most',
  () => storm(frames, 300, (frame) => town.throwAt(frame)),
  PATIENCE * 2,
);
