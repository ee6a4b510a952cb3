import { afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startApp, type App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { register, sampleEvent, type Answer, type Person } from '../support/convene.js';
import { ConveneProcess } from '../support/process.js';
import { storeSettings } from '../support/stores.js';

/*
 * The process is killed while several write with idempotency keys. Then everything is sent again, to another process
 * on the same data, at a time at which it is known that the first one is dead.
 */
const ROUNDS = 3;
const LANES = 8;
/** Killed after so many answers. */
const ANSWERS = 24;
const LATER_MS = 5 * 60_000;

const store = storeSettings();
const environment = {
  DATA_DIR: store.dataDir,
  HOST: '127.0.0.1',
  PORT: '0',
  RATE_LIMIT: 'off',
  LOG_LEVEL: 'warn',
  ...(store.mongodbUri !== undefined && { MONGODB_URI: store.mongodbUri }),
};

let killed: ConveneProcess | undefined;
let app: App | undefined;
afterEach(async () => {
  await killed?.end('SIGKILL');
  await app?.close();
  await store.remove();
});

/** Somebody on a server that is elsewhere after each round. */
const node = { url: '', sockets: new Set<never>() };

interface Sent {
  path: string;
  key: string;
  body: unknown;
  titles: string[];
  answer?: Answer;
}

let count = 0;
function newRequest(): Sent {
  count += 1;
  const name = `t${count}x`;
  const titles = count % 2 === 0 ? [name] : ['a', 'b', 'c'].map((letter) => name + letter);
  const events = titles.map((title) => ({ ...sampleEvent, title }));
  return count % 2 === 0
    ? { path: '/api/events?conflicts=ignore', key: name, body: events[0], titles }
    : { path: '/api/events/batch?conflicts=ignore', key: name, body: { events }, titles };
}

const send = (person: Person, { path, key, body }: Sent): Promise<Answer> =>
  person.post(path, body, { headers: { 'Idempotency-Key': key } });

/** Sends one request after the other until there is nobody to send to. */
async function lane(person: Person, all: Sent[], onAnswer: () => void): Promise<void> {
  for (;;) {
    const sent = newRequest();
    all.push(sent);
    try {
      sent.answer = await send(person, sent);
    } catch {
      return;
    }
    onAnswer();
  }
}

async function killedWhileWriting(writer: Person | undefined): Promise<[Person, Sent[]]> {
  killed = await ConveneProcess.start(environment);
  node.url = killed.url;
  const person = writer ?? (await register(node, { email: 'ada@example.com' }));
  const all: Sent[] = [];
  let answers = 0;
  const lanes = Array.from({ length: LANES }, () =>
    lane(person, all, () => {
      answers += 1;
      if (answers === ANSWERS) {
        killed?.signal('SIGKILL');
      }
    }),
  );
  await Promise.all(lanes);
  await killed.exited;
  return [person, all];
}

/** The titles of all that somebody has, as often as they have them. */
async function titlesOf(person: Person): Promise<string[]> {
  const titles: string[] = [];
  for (let cursor = ''; ;) {
    const { body } = await person.get(`/api/events?limit=200${cursor && `&cursor=${cursor}`}`);
    titles.push(...body.items.map(({ title }: any) => title));
    if (body.nextCursor === null) {
      return titles.sort();
    }
    cursor = encodeURIComponent(body.nextCursor);
  }
}

test(`killed in the middle, on the ${store.name}, whatever is sent again is done once`, async () => {
  let ada: Person | undefined;
  const expected: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [writer, all] = await killedWhileWriting(ada);
    ada = writer;
    const open = all.filter(({ answer }) => !answer);
    expect(open).toHaveLength(LANES);

    app = await startApp(readConfig(environment), pino({ level: 'silent' }), {
      now: () => new Date(Date.now() + LATER_MS),
    });
    node.url = `http://127.0.0.1:${app.address.port}`;
    for (const sent of all) {
      const again = await send(writer, sent);
      expect({ key: sent.key, status: again.status, body: again.body }).toEqual({
        key: sent.key,
        status: 201,
        body: sent.answer ? sent.answer.body : expect.anything(),
      });
      if (sent.answer) {
        expect(again.headers.get('Idempotency-Replayed')).toBe('true');
      }
      const [one] = again.body.results ?? [{ event: again.body }];
      expect(one.event.title).toBe(sent.titles[0]);
      expected.push(...sent.titles);
    }
    expect(await titlesOf(writer)).toEqual([...expected].sort());
    await app.close();
    app = undefined;
  }
}, 60_000);
