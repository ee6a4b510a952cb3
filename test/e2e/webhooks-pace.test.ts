import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { expectProblem } from '../support/answers.js';
import { Convene, type Person } from '../support/convene.js';
import { Numbers } from '../support/metrics.js';
import { Receiver } from '../support/receiver.js';

let convene: Convene;
let receiver: Receiver;
let ada: Person;
/** What was not answered yet. */
let open: { path: string; response: ServerResponse }[];

const start = async (environment: Record<string, string> = { WEBHOOK_PRIVATE: 'allow' }): Promise<void> => {
  convene = await Convene.start(environment);
  ada = await convene.person();
};
beforeEach(async () => {
  receiver = await Receiver.start();
  open = [];
});
afterEach(async () => {
  await convene.close();
  await receiver.close();
});

const hook = async (path: string): Promise<void> => {
  expect((await ada.post('/api/webhooks', { url: receiver.url(path) })).status).toBe(201);
};
const keepWaiting = (path: string): void => {
  receiver.answer = (received, response) => {
    if (received.path !== path) {
      return 204;
    }
    open.push({ path, response });
    return 0;
  };
};
const answerAll = (): void => open.splice(0).forEach(({ response }) => void response.writeHead(204).end());

test('a slow receiver is sent four at a time, and others do not wait for it', async () => {
  await start();
  await hook('/slow');
  await hook('/fast');
  keepWaiting('/slow');
  const events = await Promise.all(Array.from({ length: 7 }, () => ada.createEvent()));
  await receiver.until(() => receiver.accepted('/fast').length === events.length);
  await receiver.until(() => open.length === 4);
  const seen = receiver.received.length;
  // Somebody else's change is looked at, and nothing more is begun with it.
  await ada.createEvent();
  await receiver.until(() => receiver.accepted('/fast').length === events.length + 1);
  expect({ open: open.length, more: receiver.received.length - seen }).toEqual({ open: 4, more: 1 });
  answerAll();
  await receiver.until(() => open.length === 4);
  answerAll();
});

test('a process that ends waits a little for what is under way; what it breaks off comes again', async () => {
  await start();
  await hook('/slow');
  keepWaiting('/slow');
  const event = await ada.createEvent();
  await receiver.until(() => open.length === 1);
  const began = performance.now();
  await convene.restart();
  expect(performance.now() - began).toBeLessThan(8_000);
  receiver.answer = () => 204;
  await receiver.until(() => receiver.versions(event.id, '/slow').length === 1, 40_000);
}, 60_000);

test('what has become of deliveries is counted', async () => {
  await start();
  await hook('/good');
  await hook('/bad');
  receiver.answer = ({ path }) => (path === '/good' ? 204 : 500);
  await ada.createEvent();
  const counted = async (result: string): Promise<number> =>
    (await Numbers.of(convene.url)).sum('convene_webhook_deliveries_total', { result });
  for (const deadline = Date.now() + 10_000; (await counted('delivered')) + (await counted('failed')) < 2;) {
    expect(Date.now()).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect([await counted('delivered'), await counted('failed'), await counted('dead')]).toEqual([1, 1, 0]);
});

test('where private addresses are refused, they are refused at once', async () => {
  await start({});
  const url = 'https://hooks.invalid/';
  const { body: webhook } = await ada.post('/api/webhooks', { url });
  for (const wrong of [
    receiver.url(),
    'http://localhost:1/',
    'https://[::1]/',
    'https://169.254.169.254/x',
  ]) {
    for (const answer of [
      await ada.post('/api/webhooks', { url: wrong }),
      await ada.patch(`/api/webhooks/${webhook.id}`, { url: wrong }),
    ]) {
      expectProblem(answer, 422, 'validation-failed');
      expect(answer.body.errors).toEqual([
        { pointer: '/url', message: 'must not lead to a private or local address' },
      ]);
    }
  }
});
