// Checks single and weekly candidates for schedule conflicts against 1,000 and 10,000 events, half of them series,
// and prints how long it takes:  npm run bench:conflicts
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { startApp } from '../dist/app.js';
import { readConfig } from '../dist/config.js';

const ROUNDS = 15;
const DAY = 86_400_000;
const directory = mkdtempSync(path.join(tmpdir(), 'convene-bench-'));
const config = readConfig({ PORT: '0', HOST: '127.0.0.1', DATA_DIR: directory, RATE_LIMIT: 'off' });
const app = await startApp(config, pino({ level: 'silent' }));
const url = `http://127.0.0.1:${app.address.port}/api`;

/**
 * @param {string} token
 * @param {string} route
 * @param {unknown} body
 */
async function post(token, route, body) {
  const response = await fetch(url + route, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`POST ${route}: ${JSON.stringify(answer)}`);
  return /** @type {Record<string, any>} */ (answer);
}

/** @param {number} ms */
const instant = (ms) => new Date(ms).toISOString();
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];
const rules = ['FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=2', 'FREQ=MONTHLY', 'FREQ=DAILY;COUNT=20', 'FREQ=YEARLY'];

/** @param {number} i */
function event(i) {
  const start = Date.now() + Math.floor(Math.random() * 365) * DAY + Math.floor(Math.random() * 96) * 900_000;
  return {
    title: `Event ${i}`,
    description: 'x'.repeat(500),
    timeZone: zones[i % zones.length],
    start: instant(start),
    end: instant(start + 1_800_000),
    recurrence: i % 2 ? rules[i % rules.length] : null,
  };
}

/** @param {number[]} times */
const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

try {
  console.log('median ms of a dry run');
  console.log(`${'events'.padEnd(12)}${'single'.padStart(10)}${'weekly'.padStart(10)}`);
  for (const count of [1_000, 10_000]) {
    const account = { email: `bench${count}@example.com`, password: randomBytes(12).toString('hex') };
    const { accessToken: token } = await post('', '/auth/register', account);
    for (let made = 0; made < count; made += 500) {
      const events = Array.from({ length: 500 }, (_, i) => event(made + i));
      await post(token, '/events/batch?conflicts=ignore', { events });
    }
    /** @param {string | null} recurrence */
    const measure = async (recurrence) => {
      const times = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const start = Date.now() + Math.floor(Math.random() * 200) * DAY;
        const candidate = { start: instant(start), end: instant(start + 3_600_000), recurrence };
        const began = performance.now();
        await post(token, '/events/conflicts', candidate);
        times.push(performance.now() - began);
      }
      return median(times).toFixed(1).padStart(10);
    };
    console.log(`${String(count).padEnd(12)}${await measure(null)}${await measure('FREQ=WEEKLY')}`);
  }
} finally {
  await app.close();
  rmSync(directory, { recursive: true, force: true });
}
