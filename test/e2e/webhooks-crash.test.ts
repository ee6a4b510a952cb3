import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { at, Cluster, whyNoCluster } from '../support/cluster.js';
import { register, type Person } from '../support/convene.js';
import { ConveneProcess } from '../support/process.js';
import { Receiver } from '../support/receiver.js';
import { storeSettings } from '../support/stores.js';

/*
 * Processes are killed with changes that no webhook was told of yet: the log has them, and whoever comes next finds
 * them there. It takes as long as it takes until a dead process's lease is over.
 */
const LONG = 45_000;

let receiver: Receiver;
const undo: (() => unknown)[] = [];
beforeEach(async () => {
  receiver = await Receiver.start();
  undo.push(() => receiver.close());
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) {
    await step();
  }
});

/** From 1 on. */
const upTo = (version: number): number[] => Array.from({ length: version }, (_, i) => i + 1);
/** The versions in the order in which they were accepted for the first time. */
const firsts = (eventId: string): number[] => [...new Set(receiver.versions(eventId))];

const edit = async (person: Person, { id }: { id: string }, n: number): Promise<void> => {
  const { status } = await person.patch(`/api/events/${id}`, { metadata: { n } });
  expect(status).toBe(200);
};

test('what a killed process has acknowledged arrives after the next start, in order', async () => {
  const store = storeSettings();
  undo.push(() => store.remove());
  const node = { url: '', sockets: new Set<never>() };
  let running: ConveneProcess | undefined;
  const start = async (): Promise<void> => {
    running = await ConveneProcess.start({
      DATA_DIR: store.dataDir,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      RATE_LIMIT: 'off',
      WEBHOOK_PRIVATE: 'allow',
      ...(store.mongodbUri !== undefined && { MONGODB_URI: store.mongodbUri }),
    });
    node.url = running.url;
  };
  undo.push(() => running?.end('SIGKILL'));

  await start();
  const ada = await register(node, { email: 'ada@example.com' });
  const event = await ada.createEvent();
  expect((await ada.post('/api/webhooks', { url: receiver.url() })).status).toBe(201);
  await edit(ada, event, 0);
  await receiver.until(() => receiver.versions(event.id).length > 0);
  let missed = 0;
  for (let round = 1; round <= 2; round += 1) {
    await edit(ada, event, round);
    await running?.end('SIGKILL');
    missed += receiver.versions(event.id).includes(round + 2) ? 0 : 1;
    await start();
    await receiver.until(() => receiver.versions(event.id).includes(round + 2), LONG);
  }
  expect(firsts(event.id)).toEqual([2, 3, 4]);
  // Or it was no test at all.
  expect(missed).toBeGreaterThan(0);
}, 120_000);

describe(`two processes${whyNoCluster}`, () => {
  const clusterTest = whyNoCluster ? test.skip : test;
  clusterTest(
    'deliver each change, in order, whoever takes the edits, one of them killed in the middle',
    async () => {
      const cluster = await Cluster.start(2, { WEBHOOK_PRIVATE: 'allow' });
      undo.push(() => cluster.close());
      const ada = await cluster.person();
      const [here, there] = [at(cluster.node(0), ada), at(cluster.node(1), ada)];
      expect((await here.post('/api/webhooks', { url: receiver.url() })).status).toBe(201);
      const events = [await here.createEvent(), await there.createEvent()];
      for (let n = 0; n < 30; n += 1) {
        await Promise.all(events.flatMap((event) => [edit(here, event, n), edit(there, event, n + 0.5)]));
      }
      // In the middle of telling of it.
      const [killed, alive] = [edit(here, events[0], 100), edit(there, events[1], 100)];
      await killed;
      await cluster.kill(0);
      await alive;
      await edit(there, events[0], 101);
      for (const { id } of events) {
        const { version } = (await there.get(`/api/events/${id}`)).body;
        await receiver.until(() => receiver.versions(id).includes(version), LONG);
        expect(firsts(id)).toEqual(upTo(version));
      }
    },
    120_000,
  );
});
