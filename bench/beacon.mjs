// What a look at the store costs a process whose sockets watch many events (`src/live/beacon.ts`): the one query for
// all their versions, and the comparison. Nothing has changed, as nearly always.
// On the embedded store, or on MONGODB_URI:  npm run bench:beacon [events]
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseContent } from '../dist/calendar/content.js';
import { createAudience } from '../dist/live/audience.js';
import { createBeacon } from '../dist/live/beacon.js';
import { createFeeds } from '../dist/live/feeds.js';
import { indexKeys } from '../dist/service/commit-change.js';
import { newId } from '../dist/service/ids.js';
import { openEmbeddedStore } from '../dist/store/embedded/index.js';
import { openMongoStore } from '../dist/store/mongo/index.js';

const EVENTS = Number(process.argv[2] ?? 10_000);
const LOOKS = 30;
/** The beacon's own interval, in seconds. */
const INTERVAL = 5;

const directory = mkdtempSync(path.join(tmpdir(), 'convene-bench-'));
const server = process.env.MONGODB_URI;
const database = `convene_bench_${randomBytes(4).toString('hex')}`;
const store = server
  ? await openMongoStore(new URL(database, server.endsWith('/') ? server : `${server}/`).href)
  : await openEmbeddedStore(directory);

const now = new Date();
const at = now.toISOString();
const owner = newId(now);
const content = parseContent({
  title: 'Watched',
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
});
const event = () => ({
  event: {
    id: newId(now),
    version: 1,
    ownerId: owner,
    content,
    createdAt: at,
    updatedAt: at,
    updatedBy: owner,
    deletedAt: null,
  },
  keys: indexKeys(content),
  entries: [
    {
      version: 1,
      kind: /** @type {const} */ ('create'),
      at,
      by: owner,
      via: /** @type {const} */ ('rest'),
      patch: [],
    },
  ],
  members: [{ userId: owner, role: /** @type {const} */ ('owner'), grantedBy: owner, grantedAt: at }],
});

/** @type {import('../dist/live/io.js').Rooms} */
const rooms = { sockets: () => [], tell: () => {}, onLeave: () => {} };
const feeds = createFeeds({
  emit: () => {},
  withdraw: () => {},
  catchUp: async () => [],
  isCurrent: () => true,
  onError: console.error,
});
const beacon = createBeacon({
  feeds,
  rooms,
  audience: createAudience(rooms),
  sessions: /** @type {any} */ ({ check: async () => {} }),
  catchUp: async () => [],
  versions: (ids) => store.events.versions(ids),
  find: async () => null,
  onError: console.error,
});

for (let made = 0; made < EVENTS; made += 500) {
  const events = Array.from({ length: Math.min(500, EVENTS - made) }, event);
  await store.events.insert(events);
  for (const { event: one } of events) {
    await feeds.join(
      one.id,
      'socket',
      async () => one,
      () => {},
    );
  }
}

await beacon.look();
/** @type {number[]} */
const waits = [];
const before = process.cpuUsage();
for (let i = 0; i < LOOKS; i += 1) {
  const start = performance.now();
  await beacon.look();
  waits.push(performance.now() - start);
}
const { user, system } = process.cpuUsage(before);
const cpu = (user + system) / 1000 / LOOKS;
const [median = 0] = waits.sort((a, b) => a - b).slice(LOOKS / 2);
console.log(
  `${EVENTS} watched events, ${server ? 'MongoDB' : 'embedded store'}: a look takes ${median.toFixed(1)} ms (median of ${LOOKS}), ` +
    `${cpu.toFixed(1)} ms of this process's CPU; every ${INTERVAL} s that is ${(cpu / INTERVAL / 10).toFixed(2)} % of a core`,
);

feeds.close();
await store.close();
rmSync(directory, { recursive: true, force: true });
if (server) {
  const { default: mongoose } = await import('mongoose');
  const connection = await mongoose
    .createConnection(new URL(database, server.endsWith('/') ? server : `${server}/`).href)
    .asPromise();
  await connection.dropDatabase();
  await connection.destroy();
}
