import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { Convene } from '../support/convene.js';
import { ConveneProcess, temporaryDirectory } from '../support/process.js';

/* The receiver in docs/WEBHOOKS.md, as whoever reads it would copy it. */

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) {
    await step();
  }
});

function program(): string {
  const [, code = ''] = /^```js .*\n([^]*?)^```/m.exec(readFileSync('docs/WEBHOOKS.md', 'utf8')) ?? [];
  const { directory, remove } = temporaryDirectory();
  undo.push(remove);
  const file = path.join(directory, 'receiver.mjs');
  writeFileSync(file, code);
  return file;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await condition());) {
    expect(Date.now()).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('takes what is genuine, and nothing else', async () => {
  const convene = await Convene.start({ WEBHOOK_PRIVATE: 'allow' });
  undo.push(() => convene.close());
  const ada = await convene.person();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { secret } = (await ada.post('/api/webhooks', { url })).body;

  const receiver = ConveneProcess.spawn({ SECRET: secret, PORT: String(port) }, ['node', program()]);
  undo.push(() => receiver.end('SIGKILL'));
  const post = async (body: string, signature?: string): Promise<number> => {
    const headers = { ...(signature !== undefined && { 'Convene-Signature': signature }) };
    return (await fetch(url, { method: 'POST', body, headers })).status;
  };
  await until(() =>
    post('{}').then(
      () => true,
      () => false,
    ),
  );

  const event = await ada.createEvent();
  await until(() => receiver.output.includes(`create made version 1 of ${event.id}\n`));

  const body = JSON.stringify({ eventId: event.id, version: 9, kind: 'edit' });
  const signed = (key: string, seconds: number): string =>
    `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
  const now = Math.floor(Date.now() / 1000);
  expect(await post(body, signed(secret, now))).toBe(204);
  for (const signature of [
    undefined,
    '',
    'nonsense',
    signed('whsec_another', now),
    signed(secret, now - 3600),
    signed(secret, now).replace(`t=${now}`, `t=${now - 1}`),
    signed(secret, now).slice(0, -1),
  ]) {
    expect(await post(body, signature)).toBe(401);
  }
  expect(await post(`${body} `, signed(secret, now))).toBe(401);
});
