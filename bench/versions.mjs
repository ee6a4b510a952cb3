// Edits and reads one event with 10 versions and one with 10,000, turn by turn in one run, and prints the ratios.
// On the embedded store, or on MONGODB_URI:  npm run bench:versions
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { startApp } from '../dist/app.js';
import { readConfig } from '../dist/config.js';

const LONG = Number(process.argv[2] ?? 10_000);
const SHORT = 10;
const ROUNDS = 300;

const directory = mkdtempSync(path.join(tmpdir(), 'convene-bench-'));
const server = process.env.MONGODB_URI;
const database = `convene_bench_${randomBytes(4).toString('hex')}`;
const config = readConfig({
  PORT: '0',
  HOST: '127.0.0.1',
  RATE_LIMIT: 'off',
  DATA_DIR: directory,
  ...(server && { MONGODB_URI: new URL(database, server.endsWith('/') ? server : `${server}/`).href }),
});
const app = await startApp(config, pino({ level: 'silent' }));
const url = `http://127.0.0.1:${app.address.port}/api`;
let token = '';

/**
 * @param {string} method
 * @param {string} route
 * @param {unknown} [body]
 */
async function call(method, route, body) {
  const response = await fetch(url + route, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${route}: ${JSON.stringify(answer)}`);
  return /** @type {Record<string, any>} */ (answer);
}

let edits = 0;
/** @param {string} id */
const edit = (id) => call('PATCH', `/events/${id}`, { metadata: { n: (edits += 1) } });

/** @param {number} versions */
async function eventWith(versions) {
  const event = await call('POST', '/events', {
    title: 'Many versions',
    description: 'x'.repeat(1500),
    start: '2026-03-02T15:00:00Z',
    end: '2026-03-02T16:00:00Z',
  });
  for (let version = 1; version < versions; version += 1) await edit(event.id);
  return event.id;
}

/**
 * What is measured; `prepare` is not, and gives `run` a version.
 * @type {Record<string, {prepare?: (id: string) => Promise<number>, run: (id: string, version: number) => Promise<unknown>}>}
 */
const works = {
  edit: { run: edit },
  'edit with an old base': {
    prepare: async (id) => (await edit(id)).version,
    run: (id, version) =>
      call('PATCH', `/events/${id}?baseVersion=${version - 1}`, { location: String((edits += 1)) }),
  },
  get: { run: (id) => call('GET', `/events/${id}`) },
  'history, first page': { run: (id) => call('GET', `/events/${id}/history?limit=10`) },
  'any version': {
    prepare: anyVersion,
    run: (id, version) => call('GET', `/events/${id}/history/${version}`),
  },
  'diff of neighbours': {
    prepare: anyVersion,
    run: (id, version) => call('GET', `/events/${id}/diff/${version}/${version + 1}`),
  },
};

/** @param {string} id */
async function anyVersion(id) {
  const { version } = await call('GET', `/events/${id}`);
  return 1 + Math.floor(Math.random() * (version - 1));
}

/** @param {number[]} times */
const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

try {
  token = (
    await call('POST', '/auth/register', {
      email: 'bench@example.com',
      password: randomBytes(12).toString('hex'),
    })
  ).accessToken;
  // Many short ones, so that they stay short.
  const short = [];
  for (let i = 0; i < 100; i += 1) short.push(await eventWith(SHORT));
  const long = await eventWith(LONG);
  console.log(`median ms on the ${server ? 'MongoDB' : 'embedded'} store, ${ROUNDS} rounds`);
  console.log(`${''.padEnd(24)}${String(SHORT).padStart(10)}${String(LONG).padStart(10)}     ratio`);
  for (const [name, { prepare, run }] of Object.entries(works)) {
    /** @type {number[][]} */
    const times = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [i, id] of [short[round % short.length] ?? '', long].entries()) {
        const version = (await prepare?.(id)) ?? 0;
        const started = performance.now();
        await run(id, version);
        times[i]?.push(performance.now() - started);
      }
    }
    const [few = 0, many = 0] = times.map(median);
    console.log(
      `${name.padEnd(24)}${few.toFixed(2).padStart(10)}${many.toFixed(2).padStart(10)}${(many / few).toFixed(2).padStart(10)}`,
    );
  }
} finally {
  await app.close();
  rmSync(directory, { recursive: true, force: true });
}
