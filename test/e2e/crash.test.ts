import { afterEach, expect, test } from '@jest/globals';
import { Person, register, type Reachable, type TestSocket } from '../support/convene.js';
import { Journal } from '../support/crash-journal.js';
import { layGround, Load, type Crew } from '../support/crash-load.js';
import { ConveneProcess } from '../support/process.js';
import { storeSettings } from '../support/stores.js';
import { randomFrom } from '../service/house.js';

/*
 * The process is killed at random moments while many write, again and again on the same data.
 * CRASH_ROUNDS says how often; CRASH_SEED repeats the choices of an earlier run (not what they meet).
 */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 5);
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const STARTS_WITHIN = 10_000;

const store = storeSettings();
let convene: ConveneProcess;
const sockets = new Set<TestSocket>();
const node: Reachable = {
  get url() {
    return convene.url;
  },
  sockets,
};

async function start(): Promise<number> {
  const began = performance.now();
  convene = await ConveneProcess.start({
    DATA_DIR: store.dataDir,
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    ...(store.mongodbUri !== undefined && { MONGODB_URI: store.mongodbUri }),
  });
  return performance.now() - began;
}

afterEach(async () => {
  sockets.forEach((socket) => socket.close());
  await convene.end('SIGKILL');
  await store.remove();
});

/** The same people after a restart: their sessions go on. */
async function signInAgain({ owner, editor, guest }: Omit<Crew, 'sockets'>): Promise<Crew> {
  const renew = async (person: Person): Promise<Person> => {
    const body = { refreshToken: person.tokens?.refreshToken };
    const answer = await new Person(node, null, null).post('/api/auth/refresh', body);
    expect(answer.status).toBe(200);
    return new Person(node, person.user, answer.body);
  };
  const [a, b, c] = [await renew(owner), await renew(editor), await renew(guest)];
  return { owner: a, editor: b, guest: c, sockets: [await a.connect(), await b.connect()] };
}

/** What was sent and not answered is sent again: it was stored, or it was not; now it is, once. */
async function sendAgain(load: Load, journal: Journal, random: () => number): Promise<void> {
  const answered = journal.changes.filter(({ acknowledged, mayBeIdle }) => acknowledged && !mayBeIdle);
  const some = Array.from({ length: 10 }, () => answered[Math.floor(random() * answered.length)]);
  for (const change of [...journal.open(), ...some.flatMap((one) => one ?? [])]) {
    const [stored] = journal.versionsOf(change);
    await load.change(change).catch((error: unknown) => journal.fault('failed', String(error)));
    if (stored !== undefined && change.acknowledged?.version !== stored) {
      journal.fault('doubled', `${change.token} is version ${stored}; sent again it was answered otherwise`);
    }
  }
  for (const eventId of journal.roles.keys()) {
    await load.sendRole(eventId);
  }
}

test(
  `killed in the middle ${ROUNDS} times on the ${store.name}, it starts again and has every acknowledged change once`,
  async () => {
    const random = randomFrom(SEED);
    await start();
    const [owner, editor, guest] = [
      await register(node, { email: 'owner@example.com' }),
      await register(node, { email: 'editor@example.com' }),
      await register(node, { email: 'guest@example.com' }),
    ];
    let crew: Crew = await signInAgain({ owner, editor, guest });
    const ground = await layGround(owner, editor);
    const journal = new Journal([...ground.events, ground.series]);
    const load = new Load(() => crew, ground, journal, random);
    let slowest = 0;

    for (let round = 0; round < ROUNDS; round += 1) {
      const watcher = await crew.editor.connect();
      for (const eventId of journal.eventIds) {
        await watcher.ask('event:subscribe', { eventId });
      }
      load.start();
      await new Promise((resolve) => setTimeout(resolve, 50 + random() * 550));
      await convene.end('SIGKILL');
      await load.end();
      journal.told.push(...watcher.all('event:changed'));
      sockets.forEach((socket) => socket.close());
      sockets.clear();
      slowest = Math.max(slowest, await start());
      crew = await signInAgain(crew);
      await journal.check(crew.owner, crew.guest);
      await sendAgain(load, journal, random);
    }
    await journal.check(crew.owner, crew.guest, true);

    const acknowledged = journal.changes.filter((one) => one.acknowledged).length;
    const figures = { rounds: ROUNDS, sent: journal.changes.length, acknowledged, ...journal.counts };
    if (process.env['CRASH_ROUNDS']) {
      process.stdout.write(
        `${store.name}: ${JSON.stringify({ ...figures, slowest: Math.round(slowest) })}\n`,
      );
    }
    expect({ seed: SEED, faults: journal.faults }).toEqual({ seed: SEED, faults: [] });
    expect(journal.open()).toEqual([]);
    expect(acknowledged).toBeGreaterThan(ROUNDS * 5);
    expect(slowest).toBeLessThan(STARTS_WITHIN);
  },
  60_000 + ROUNDS * 20_000,
);
