import { afterEach, describe, expect, test } from '@jest/globals';
import { Convene } from '../support/convene.js';
import { withDatabase } from '../support/stores.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/*
 * The store goes away while people work, and comes back. Only where it is a server: MONGODB_URI.
 */
const given = process.env['MONGODB_URI'];
const suite = given ? describe : describe.skip;
/** Seconds; a real outage is longer, and no different. */
const AWAY = Number(process.env['STORE_AWAY'] ?? 6);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let proxy: TcpProxy;
let convene: Convene;

afterEach(async () => {
  await convene.close();
  await proxy.close();
});

/** A Convene whose way to the server leads through the proxy. */
async function start(): Promise<void> {
  const { hostname, port, pathname, search } = new URL(given ?? '');
  proxy = await TcpProxy.to(hostname, Number(port || 27017));
  const server = `mongodb://127.0.0.1:${proxy.port}${pathname}${search}`;
  const database = `convene_test_away_${Math.random().toString(16).slice(2, 10)}`;
  convene = await Convene.start({ MONGODB_URI: withDatabase(server, database), RATE_LIMIT: 'off' });
}

async function eventually(condition: () => Promise<boolean>, ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not so within ${ms} ms`);
    }
    await sleep(200);
  }
}

suite('the store is away for a while', () => {
  test.each(['cut', 'silence'] as const)(
    '%s: requests get 503 with Retry-After, sockets stay, and everything goes on by itself',
    async (how) => {
      await start();
      const [ada, bob] = [await convene.person(), await convene.person()];
      const event = await ada.createEvent();
      await ada.share(event, bob, 'editor');
      const [a, b] = [await ada.connect(), await bob.connect()];
      for (const socket of [a, b]) {
        expect(await socket.ask('event:subscribe', { eventId: event.id })).toMatchObject({ ok: true });
      }
      const title = (value: string) => [{ op: 'replace', path: '/title', value }];
      const before = await a.ask('event:edit', { eventId: event.id, patch: title('before'), changeId: 'c1' });
      expect(before).toMatchObject({ ok: true, version: 3 });

      proxy[how]();
      const since = Date.now();
      const read = await bob.get(`/api/events/${event.id}`);
      expect(read).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(Number(read.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(Date.now() - since).toBeLessThan(10_000);
      const meanwhile = await a.ask('event:edit', {
        eventId: event.id,
        patch: title('meanwhile'),
        changeId: 'c2',
      });
      expect(meanwhile).toMatchObject({ ok: false, problem: { code: 'unavailable' } });
      const ready = await convene.anonymous.get('/health/ready');
      expect(ready).toMatchObject({ status: 503, body: { checks: { store: 'down' } } });
      expect((await convene.anonymous.get('/health/live')).status).toBe(200);

      await sleep(Math.max(0, AWAY * 1000 - (Date.now() - since)));
      proxy.heal();
      await eventually(async () => (await convene.anonymous.get('/health/ready')).status === 200, 20_000);
      expect([a.socket.connected, b.socket.connected]).toEqual([true, true]);
      // Sent again with its id, whether or not it had been stored.
      await eventually(async () => {
        const again = { eventId: event.id, patch: title('meanwhile'), changeId: 'c2' };
        return (await a.ask('event:edit', again)).ok;
      }, 10_000);
      expect(await b.until('event:changed', ({ version }) => version === 4, 12_000)).toMatchObject({
        changeId: 'c2',
      });
      const { body } = await bob.get(`/api/events/${event.id}/history`);
      expect(body.items.map(({ version }: { version: number }) => version)).toEqual([4, 3, 2, 1]);
    },
    90_000,
  );
});
