import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ConveneClient, type Change } from '../../src/client/index.js';
import { ConveneProcess, temporaryDirectory } from '../support/process.js';

const DEMO = ['node', path.join(process.env['CONVENE_DIST'] ?? 'dist', 'demo', 'main.js')];
const ADDRESS = /^The demo is at (http:\/\/\S+)$/m;
const PERSON = /^ {2}(\S+@\S+) {2,}(.+?) {2}\((.+)\)$/gm;

let temporary: ReturnType<typeof temporaryDirectory>;
let demo: ConveneProcess;

beforeEach(() => {
  temporary = temporaryDirectory();
  // Whatever a deployment has set is not the demo's.
  demo = ConveneProcess.spawn(
    { TMPDIR: temporary.directory, DATA_DIR: '/nowhere', REGISTRATION: 'closed', LOG_LEVEL: 'silent' },
    DEMO,
  );
});
afterEach(async () => {
  await demo.end('SIGKILL');
  temporary.remove();
});

async function address(): Promise<string> {
  const ended = demo.exited.then((code) => `ended with ${code}: ${demo.errors}`);
  for (;;) {
    const url = ADDRESS.exec(demo.output)?.[1];
    if (url) {
      return url;
    }
    const pause = new Promise<null>((resolve) => setTimeout(() => resolve(null), 50));
    const end = await Promise.race([ended, pause]);
    if (end !== null) {
      throw new Error(end);
    }
  }
}

test('the demo says how to sign in, shows a month in which others keep editing, and leaves nothing', async () => {
  const url = await address();
  const [visitor, ...colleagues] = [...demo.output.matchAll(PERSON)];
  const [, email = '', password = ''] = visitor ?? [];
  expect(colleagues).toHaveLength(3);
  const client = new ConveneClient({ url });
  await client.signIn({ email, password });
  const { items } = await client.request<{ items: { id: string; role: string; recurrence: unknown }[] }>(
    'GET',
    '/api/events',
    { query: { limit: 200 } },
  );
  expect(items.length).toBeGreaterThan(20);
  expect(items.some(({ recurrence }) => recurrence !== null)).toBe(true);
  expect(new Set(items.map(({ role }) => role))).toEqual(new Set(['owner', 'editor', 'viewer']));
  const change = await new Promise<Change>((resolve) => {
    for (const { id } of items) {
      void client
        .subscribe(id)
        .then((event) => event.on('change', (told) => told.change && resolve(told.change)));
    }
  });
  expect(change.by.username).not.toBe('ada');
  client.close();
  expect(await demo.end('SIGINT')).toBe(0);
  expect(readdirSync(temporary.directory)).toEqual([]);
}, 60_000);

test('it can be ended at once, and leaves nothing then either', async () => {
  while (readdirSync(temporary.directory).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await demo.end('SIGTERM')).toBe(0);
  expect(readdirSync(temporary.directory)).toEqual([]);
}, 30_000);
