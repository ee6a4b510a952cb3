// Two processes, a Redis, a shared store, 200 subscribers and an edit storm, in the middle of which Redis is killed and
// started again, and later one process is killed. Prints what was acknowledged, delivered, lost and doubled, and how
// long it took until everybody had everything; exit code 0 only where nothing was lost or doubled and all had it in
// time. Needs redis-server on the PATH and a MongoDB:
//   MONGODB_URI=mongodb://127.0.0.1:27017/ npm run demo:storm -- [--seconds 30] [--subscribers 200] [--writers 20]
//     [--events 10] [--rate 4: edits a second of each writer] [--restart: the killed process comes back]
//     [--silence: nobody edits after it is killed, so that no later change gives away what it had not told]
// CONVENE_DIST names another build than dist/.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gather } from './storm/crowd.mjs';
import { House } from './storm/house.mjs';
import { Missing, whatIsMissing } from './storm/needs.mjs';
import { report } from './storm/report.mjs';
import { checkLogs, converge, countDeliveries } from './storm/tally.mjs';
import { pause } from './storm/time.mjs';
import { Writers } from './storm/writers.mjs';

const REDIS_AWAY_MS = 3_000;
/** How many edits are to be under way when the process is killed. */
const IN_FLIGHT = 4;
/** How long the last edits may take to be answered. */
const ANSWERS_MS = 60_000;

const options = readOptions();
const dist = path.resolve(process.env.CONVENE_DIST ?? path.join(import.meta.dirname, '..', 'dist'));
const missing = whatIsMissing(dist);
if (missing.length > 0) {
  console.error(missing.join('\n'));
  process.exit(2);
}
const house = new House(dist);
for (const [signal, code] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])) {
  process.once(signal, () => void end(code));
}
await run().then(end, (/** @type {unknown} */ error) => {
  if (error instanceof Missing) {
    console.error(error.message);
    return end(2);
  }
  console.error(error, house.said && `\nThe processes said:\n${house.said}`);
  return end(1);
});

/** @returns the exit code */
async function run() {
  const library = /** @type {import('./storm/crowd.mjs').Library} */ (
    await import(pathToFileURL(path.join(dist, 'client', 'index.js')).href)
  );
  console.log('Two processes, a Redis and a balancer are starting; users register and subscribe …');
  const url = await house.open(2);
  const crowd = await gather(library, url, options);
  console.log(
    `${crowd.subscribers.length} subscribers (${crowd.users} users) of ${options.events} events; ` +
      `${options.writers} of them make ${options.rate} edits a second each, half of them over REST`,
  );
  const { writers, marks } = await storm(crowd);
  const last = Math.max(...writers.acknowledged.map(({ at }) => at));
  const converged = await converge(crowd, last);
  const deliveries = countDeliveries(crowd, writers.acknowledged);
  const log = await checkLogs(crowd, writers.acknowledged);
  const code = report({ crowd, writers, marks, converged, deliveries, log, options });
  crowd.subscribers.forEach(({ client }) => client.close());
  return code;
}

/** @param {import('./storm/crowd.mjs').Crowd} crowd */
async function storm({ subscribers }) {
  const third = (options.seconds * 1000) / 3;
  const start = performance.now();
  /** @type {{ name: string, from: number }[]} */
  const marks = [];
  /** @param {string} name @param {string} text */
  const mark = (name, text) => {
    const now = performance.now();
    marks.push({ name, from: now });
    console.log(`${((now - start) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  };
  const writers = new Writers(subscribers.slice(0, options.writers), options.events, options.rate);
  mark('quiet', 'the storm begins');
  await pause(third);
  mark('Redis away', 'Redis is killed');
  await house.killRedis();
  await pause(REDIS_AWAY_MS);
  await house.startRedis();
  mark('Redis back', 'Redis is started again, empty');
  await pause(Math.max(0, start + 2 * third - performance.now()));
  for (let tries = 0; writers.unanswered < IN_FLIGHT && tries < 1_000; tries += 1) await pause(1);
  writers.isRunning = !options.silence;
  const killed = house.killNode(0);
  mark(
    'one process',
    `one of the two processes is killed (kill -9); ${writers.unanswered} edits were unanswered`,
  );
  await killed;
  if (options.restart) {
    await pause(REDIS_AWAY_MS);
    await house.startNode(0);
    mark('both again', 'it is started again');
  }
  await pause(Math.max(0, start + 3 * third - performance.now()));
  mark('end', 'the storm ends');
  await Promise.race([writers.end(), pause(ANSWERS_MS)]);
  return { writers, marks };
}

/** @param {number} code */
async function end(code) {
  if (house.isClosed) return;
  await house.close().catch((/** @type {unknown} */ error) => console.error(error));
  process.exit(code);
}

function readOptions() {
  const text = /** @param {string} value */ (value) =>
    /** @type {const} */ ({ type: 'string', default: value });
  try {
    const { values } = parseArgs({
      options: {
        seconds: text('30'),
        subscribers: text('200'),
        writers: text('20'),
        events: text('10'),
        rate: text('4'),
        restart: { type: 'boolean', default: false },
        silence: { type: 'boolean', default: false },
      },
    });
    return checked(values);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

/** @param {Record<'restart' | 'silence', boolean> & Record<'seconds' | 'subscribers' | 'writers' | 'events' | 'rate', string>} given */
function checked({ restart, silence, ...rest }) {
  const sizes = /** @type {Record<keyof typeof rest, number>} */ (
    Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, Number(value)]))
  );
  const { seconds, subscribers, writers, events, rate } = sizes;
  const isWhole = [subscribers, writers, events].every((size) => Number.isInteger(size) && size > 0);
  if (!isWhole || !(seconds >= 3) || !(rate > 0) || writers > subscribers || events > subscribers) {
    throw new Error(
      'Numbers, please: at least 3 seconds, and at most as many writers and events as subscribers.',
    );
  }
  return { ...sizes, restart, silence };
}
