// Where the time goes in a CPU profile that `npm run bench -- --profile` has left: what takes most by itself, and with
// all that it calls, at its place in the source:  node bench/hottest.mjs bench/results/get-embedded.cpuprofile [lines]
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ id: number, callFrame: { functionName: string, url: string, lineNumber: number, columnNumber: number }, children?: number[] }} ProfileNode */

const [file = '', lines = '30'] = process.argv.slice(2);
/** @type {{ nodes: ProfileNode[], samples: number[], timeDeltas: number[] }} */
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));

/** @type {Map<number, number>} microseconds at each node */
const at = new Map();
samples.forEach((id, i) => at.set(id, (at.get(id) ?? 0) + (timeDeltas[i] ?? 0)));
const byId = new Map(nodes.map((node) => [node.id, node]));
/** Waiting, and the profiler's own doing. */
const NO_WORK = ['(idle)', '(root)', 'dispatch  '];
for (const { id, callFrame } of nodes) {
  if (NO_WORK.some((name) => `${callFrame.functionName}  ${callFrame.url}`.startsWith(name))) at.set(id, 0);
}
const total = [...at.values()].reduce((sum, us) => sum + us, 0);

/** @type {Map<string, SourceMap | null>} */
const maps = new Map();
/** @param {string} script */
function mapOf(script) {
  if (!maps.has(script)) {
    maps.set(
      script,
      existsSync(`${script}.map`) ? new SourceMap(JSON.parse(readFileSync(`${script}.map`, 'utf8'))) : null,
    );
  }
  return maps.get(script) ?? null;
}

/** @param {ProfileNode['callFrame']} frame */
function placeOf({ functionName, url, lineNumber, columnNumber }) {
  if (!url.startsWith('file:')) return `${functionName || '(anonymous)'}  ${url}`;
  const script = fileURLToPath(url);
  const entry = mapOf(script)?.findEntry(lineNumber, columnNumber);
  const found = entry && 'originalSource' in entry ? entry : undefined;
  const source = found
    ? path.resolve(path.dirname(script), found.originalSource).replace(/^.*\/(?=src\/)/, '')
    : script.replace(/^.*node_modules\//, '');
  return `${functionName || '(anonymous)'}  ${source}:${(found?.originalLine ?? lineNumber) + 1}`;
}

/** @type {Map<string, number>} */
const own = new Map();
/** @type {Map<string, number>} */
const whole = new Map();
/** @param {ProfileNode} node @param {ReadonlySet<string>} above @returns {number} */
function walk(node, above) {
  const place = placeOf(node.callFrame);
  const self = at.get(node.id) ?? 0;
  own.set(place, (own.get(place) ?? 0) + self);
  const below = new Set([...above, place]);
  const sum = (node.children ?? []).reduce(
    (us, id) => us + walk(/** @type {ProfileNode} */ (byId.get(id)), below),
    self,
  );
  // A function that calls itself counts once.
  if (!above.has(place)) whole.set(place, (whole.get(place) ?? 0) + sum);
  return sum;
}
if (nodes[0]) walk(nodes[0], new Set());

for (const [title, times] of /** @type {const} */ ([
  ['by itself', own],
  ['with what it calls', whole],
])) {
  console.log(`\n${title}, of ${(total / 1000).toFixed(0)} ms of work`);
  [...times]
    .filter(([place]) => !NO_WORK.some((name) => place.startsWith(name)))
    .sort(([, a], [, b]) => b - a)
    .slice(0, Number(lines))
    .forEach(([place, us]) => console.log(`${((100 * us) / total).toFixed(1).padStart(6)} %  ${place}`));
}
