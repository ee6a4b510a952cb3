// Measures Convene beside bare Express and bare Socket.IO, and prints the ratios against their goals:
//   npm run bench [-- get edit fanout …] [--full: the longest histories and crowds too] [--profile: CPU profiles]
// MONGODB_URI set: the same on that server too. What is measured and how: docs/PERFORMANCE.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CAN_PIN, LOAD_CORE, pin } from './lib/cores.mjs';
import { readOptions } from './lib/options.mjs';
import { renderTable } from './lib/table.mjs';
import { parts } from './parts/index.mjs';

/** @typedef {import('./lib/figures.mjs').Row} Row */
/**
 * @typedef {object} Settings
 * @property {import('./lib/place.mjs').StoreName} store
 * @property {boolean} full
 * @property {(name: string, server: import('./lib/server.mjs').Server, work: () => Promise<unknown>) => Promise<void>} profile
 *   profiles a server while it works, where that was asked for
 */

const RESULTS = path.join(import.meta.dirname, 'results');

const options = optionsOrExit();
mkdirSync(RESULTS, { recursive: true });
pin(process.pid, LOAD_CORE);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
if (!CAN_PIN) console.log('There is one core only, or no taskset: server and load share what there is.');
const began = performance.now();
/** @type {Settings['store'][]} */
const stores = process.env.MONGODB_URI ? ['embedded', 'MongoDB'] : ['embedded'];
/** @type {Record<string, Row[]>} */
const results = {};
const file = path.join(RESULTS, `${new Date().toISOString().replace(/:/g, '-').slice(0, 19)}.json`);
for (const store of stores) {
  await runAll({ store, full: options.full, profile: profileInto(store) });
  console.log(`\n${store === 'embedded' ? 'The embedded store' : 'MongoDB'}\n`);
  console.log(renderTable(results[store] ?? []));
}
console.log(`\n${seconds()} s; ${path.relative(process.cwd(), file)}`);
process.exit();

/** Runs the parts; each one's figures are on record once it is over. @param {Settings} settings */
async function runAll(settings) {
  const { store } = settings;
  for (const name of options.parts) {
    const started = performance.now();
    try {
      const found = (await parts[name]?.(settings)) ?? [];
      results[store] = [...(results[store] ?? []), ...found];
      const took = `${store}, ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`;
      console.error(took + (found.length === 0 ? ', left out' : ''));
    } catch (error) {
      // The others are worth their time nevertheless.
      console.error(`${store}, ${name}:`, error);
      process.exitCode = 1;
    }
    const run = { at: new Date(), node: process.version, seconds: seconds(), pinned: CAN_PIN, results };
    writeFileSync(file, JSON.stringify(run, null, 2));
  }
}

function seconds() {
  return Math.round((performance.now() - began) / 1000);
}

/** @param {string} store @returns {Settings['profile']} */
function profileInto(store) {
  return async (name, server, work) => {
    if (!options.profile) return;
    await server.profile();
    await work();
    await server.profiled(path.join(RESULTS, `${name}-${store}.cpuprofile`));
  };
}

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2), Object.keys(parts));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}
