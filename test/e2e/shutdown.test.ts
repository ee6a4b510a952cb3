import { afterEach, expect, test } from '@jest/globals';
import { Person, register, type Reachable, type TestSocket } from '../support/convene.js';
import { Storm } from '../support/follower.js';
import { ConveneProcess } from '../support/process.js';
import { storeSettings, type StoreSettings } from '../support/stores.js';

/*
 * SIGTERM while everybody writes as fast as they can: a clean end, in time, and nothing that was acknowledged is lost.
 */
const SOCKETS = 20;
const WRITERS = 8;
/** Less than the 10 s after which what is still under way is cut off. */
const IN_TIME_MS = 9_500;

let store: StoreSettings;
let running: ConveneProcess | undefined;
const sockets = new Set<TestSocket>();

afterEach(async () => {
  sockets.forEach((socket) => socket.close());
  sockets.clear();
  await running?.end('SIGKILL');
  await store.remove();
});

async function start(): Promise<ConveneProcess> {
  running = await ConveneProcess.start({
    DATA_DIR: store.dataDir,
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'warn',
    ...(store.mongodbUri !== undefined && { MONGODB_URI: store.mongodbUri }),
  });
  return running;
}

/** Somebody who edits over REST until the server is gone: the versions it was told. */
class Writer {
  readonly acknowledged: number[] = [];
  /** Answers that are none of a server in good order. */
  readonly odd: unknown[] = [];
  readonly done: Promise<void>;

  constructor(person: Person, eventId: string, name: string) {
    this.done = this.write(person, eventId, name);
  }

  private async write(person: Person, eventId: string, name: string): Promise<void> {
    for (let i = 0; ; i += 1) {
      const body = [{ op: 'add', path: `/metadata/${name}`, value: i }];
      const answer = await person.jsonPatch(`/api/events/${eventId}`, body).catch(() => null);
      if (answer === null) {
        return; // nobody listens any more
      }
      if (answer.status === 200) {
        this.acknowledged.push(answer.body.version);
      } else {
        this.odd.push(answer);
      }
    }
  }
}

/** The versions that are stored, each with its note. */
async function stored(person: Person, eventId: string): Promise<Map<number, string | null>> {
  const versions = new Map<number, string | null>();
  for (let cursor = ''; ;) {
    const { body } = await person.get(`/api/events/${eventId}/history?limit=100${cursor}`);
    body.items.forEach(({ version, note }: any) => versions.set(version, note));
    if (body.nextCursor === null) {
      return versions;
    }
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}

test('exit code 0 in time, sockets are told, and every acknowledged change is there afterwards', async () => {
  store = storeSettings();
  const first = await start();
  const here: Reachable = { url: first.url, sockets };
  const ada = await register(here, { email: 'ada@example.com' });
  const events = await Promise.all(Array.from({ length: 4 }, () => ada.createEvent()));
  const connected = await Promise.all(Array.from({ length: SOCKETS }, () => ada.connect()));
  for (const [i, socket] of connected.entries()) {
    await socket.ask('event:subscribe', { eventId: events[i % 4].id });
  }
  const storms = events.map(({ id }, i) => ({
    id,
    storm: new Storm(
      connected.filter((_, at) => at % 4 === i),
      id,
      { lanes: 3, pause: 0 },
    ),
  }));
  const writers = Array.from({ length: WRITERS }, (_, i) => {
    const { id } = events[i % 4];
    return { id, writer: new Writer(ada, id, `w${i}`) };
  });
  await Promise.all(storms.map(({ storm }) => storm.more(100)));

  const since = Date.now();
  expect(await first.end('SIGTERM')).toBe(0);
  expect(Date.now() - since).toBeLessThan(IN_TIME_MS);
  await Promise.all(writers.map(({ writer }) => writer.done));
  await Promise.all(storms.map(({ storm }) => storm.end()));
  expect(connected.map((socket) => socket.all('server:closing').length)).toEqual(connected.map(() => 1));
  expect(writers.flatMap(({ writer }) => writer.odd)).toEqual([]);
  expect(storms.flatMap(({ storm }) => storm.refused)).toEqual([]);
  expect(first.errors).toBe('');
  expect(first.output.split('\n').filter((line) => line.startsWith('{'))).toEqual([]); // no warning, no error

  const second = await start();
  const again = new Person({ url: second.url, sockets }, ada.user, ada.tokens);
  for (const { id, storm } of storms) {
    const versions = await stored(again, id);
    expect([...versions.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: versions.size }, (_, i) => i + 1),
    );
    // A storm says in its notes what number of its own it gave a change.
    const lost = storm.acknowledged.filter(
      ({ version, changeId }) => versions.get(version) !== changeId.split('-')[1],
    );
    expect(lost).toEqual([]);
    const told = writers.filter((one) => one.id === id).flatMap(({ writer }) => writer.acknowledged);
    expect(told.length).toBeGreaterThan(0);
    expect(told.filter((version) => !versions.has(version))).toEqual([]);
  }
}, 60_000);
