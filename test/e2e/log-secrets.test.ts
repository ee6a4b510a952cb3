import { connect } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { io } from 'socket.io-client';
import { Person, register, TestSocket, type Reachable } from '../support/convene.js';
import { ConveneProcess } from '../support/process.js';
import { Receiver } from '../support/receiver.js';
import { startRedis } from '../support/redis.js';
import { embeddedSettings, mongoSettings, withDatabase, type StoreSettings } from '../support/stores.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/*
 * Whatever people send, tokens, passwords, what events say, stays out of the log: at its most talkative, over every
 * way in, when things go well and when they do not. Each secret begins with the same word, to be looked for.
 */
const MARK = 'sekrit';
const server = process.env['MONGODB_URI'];

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) {
    await step();
  }
});

interface Running extends Reachable {
  process: ConveneProcess;
}

async function start(store: StoreSettings, environment: Record<string, string> = {}): Promise<Running> {
  const started = await ConveneProcess.start({
    DATA_DIR: store.dataDir,
    JWT_SECRET: `${MARK}-jwt-${'x'.repeat(32)}`,
    LOG_LEVEL: 'trace',
    RATE_LIMIT_GUESSES: '3/60',
    WEBHOOK_PRIVATE: 'allow',
    ...(store.mongodbUri !== undefined && { MONGODB_URI: store.mongodbUri }),
    ...environment,
  });
  const sockets = new Set<TestSocket>();
  undo.push(() => started.end('SIGKILL'));
  undo.push(() => sockets.forEach((socket) => socket.close()));
  return { url: started.url, sockets, process: started };
}

const PASSWORD = `${MARK}-password`;
const secretEvent = {
  title: `${MARK}-title`,
  description: `${MARK}-description`,
  location: `${MARK}-location`,
  url: `https://${MARK}-url.example.com/`,
  tags: [`${MARK}-tag`],
  metadata: { [`${MARK}-key`]: { value: `${MARK}-metadata` } },
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
};

/** Tokens that the server itself has made. */
type Given = Set<string>;

async function accounts(convene: Running, given: Given): Promise<[Person, Person]> {
  const anonymous = new Person(convene, null, null);
  const person = async (name: string): Promise<Person> => {
    const fields = {
      email: `${MARK}-${name}@example.com`,
      username: `${MARK}-${name}`,
      name: `${MARK} ${name}`,
    };
    return register(convene, { ...fields, password: PASSWORD });
  };
  const [ada, bob] = [await person('ada'), await person('bob')];
  await anonymous.post('/api/auth/register', { email: ada.user.email, password: PASSWORD });
  const login = { email: ada.user.email, password: PASSWORD };
  const { body } = await anonymous.post('/api/auth/login', login);
  for (let i = 0; i < 6; i += 1) {
    await anonymous.post('/api/auth/login', { email: ada.user.email, password: `${PASSWORD}-wrong` });
  }
  const refreshed = await anonymous.post('/api/auth/refresh', { refreshToken: body.refreshToken });
  await anonymous.post('/api/auth/refresh', { refreshToken: body.refreshToken });
  await ada.patch('/api/auth/me', { currentPassword: `${PASSWORD}-wrong`, password: `${PASSWORD}-new` });
  const invitation = await ada.post('/api/invitations', {});
  for (const tokens of [ada.tokens, bob.tokens, body, refreshed.body]) {
    given.add(tokens.accessToken).add(tokens.refreshToken);
  }
  given.add(invitation.body.code);
  const feed = await ada.post('/api/feeds', { label: `${MARK}-label` });
  given.add(feed.body.token);
  await anonymous.get(feed.body.url);
  await ada.delete(`/api/feeds/${feed.body.id}`);
  await anonymous.get(feed.body.url);
  await anonymous.get(`/api/events/x.ics?token=${MARK}-feed`);
  return [ada, bob];
}

async function edits(ada: Person, bob: Person): Promise<string> {
  const event = await ada.createEvent(secretEvent);
  const at = `/api/events/${event.id}`;
  await ada.share(event, bob, 'editor');
  await bob.patch(`${at}?baseVersion=2&note=${MARK}-note`, { title: `${MARK}-title-2` });
  await ada.patch(`${at}?baseVersion=2`, { title: `${MARK}-title-3` }); // a conflict
  await ada.jsonPatch(at, [{ op: 'test', path: '/title', value: `${MARK}-test` }]);
  await ada.patch(at, { [`${MARK}-unknown`]: 1, title: 7 });
  await ada.post('/api/events/batch', { events: [secretEvent, { ...secretEvent, start: `${MARK}-start` }] });
  await ada.get(`/api/events?q=${MARK}-search&tag=${MARK}-tag&cursor=${MARK}-cursor`);
  await ada.get(`${at}/changelog`);
  const { body: file } = await ada.get(`${at}.ics`);
  const calendar = { 'Content-Type': 'text/calendar' };
  await ada.send('POST', '/api/import', { raw: file.replace('-title', '-imported'), headers: calendar });
  await ada.send('POST', '/api/import', { raw: file.replace('DTSTART', 'X-START'), headers: calendar });
  await ada.send('POST', '/api/import', { raw: `${MARK}-file`, headers: calendar });
  await ada.post(`${at}/share`, { username: `${MARK}-nobody`, role: 'viewer' });
  return event.id;
}

/** A change is told, and told in vain. */
async function webhooks(ada: Person, given: Given): Promise<void> {
  const receiver = await Receiver.start();
  undo.push(() => receiver.close());
  receiver.answer = ({ path }) => (path.includes('bad') ? 500 : 204);
  const urls = [
    receiver.url(`/${MARK}-hook?token=${MARK}-good`),
    receiver.url(`/${MARK}-hook?token=${MARK}-bad`),
  ];
  for (const url of [...urls, `http://${MARK}-host.invalid/`, `http://${MARK}:x@example.com/`]) {
    const { body } = await ada.post('/api/webhooks', { url });
    given.add(body.secret ?? MARK);
  }
  await ada.createEvent(secretEvent);
  await receiver.until(({ received }) => received.length === 2);
}

async function oddRequests({ url }: Running): Promise<void> {
  const send = (to: string, init: RequestInit = {}): Promise<Response> => fetch(url + to, init);
  const json = { 'Content-Type': 'application/json' };
  const headers = {
    Authorization: `Bearer ${MARK}-bearer`,
    Cookie: `session=${MARK}-cookie`,
    'User-Agent': `${MARK}-agent`,
    'X-Api-Key': `${MARK}-api-key`,
    'If-Match': `"${MARK}-etag"`,
  };
  await send(`/api/events?token=${MARK}-query`, { headers });
  await send(`/api/feeds/x.ics?token=${MARK}-feed`, { headers: { Authorization: `Basic ${MARK}-basic` } });
  await send(`/nowhere?password=${MARK}-query-2#${MARK}-hash`);
  await send(`/?next=${MARK}-next`, { redirect: 'manual' });
  for (const body of [
    `{"password": "${MARK}-cut`,
    `${MARK}-bare`,
    `{"a": "${MARK}-dup", }`,
    `["\\u${MARK}"]`,
  ]) {
    for (const to of ['/api/auth/login', '/api/auth/register', '/api/auth/refresh']) {
      await send(to, { method: 'POST', body, headers: json });
    }
  }
  const body = JSON.stringify({ password: `${MARK}-typed`, __proto__: { a: `${MARK}-proto` } });
  await send('/api/auth/login', { method: 'POST', body, headers: { 'Content-Type': `text/${MARK}-type` } });
  await send('/api/auth/login', {
    method: 'POST',
    body,
    headers: { ...json, 'Content-Encoding': `${MARK}-zip` },
  });
  const large = JSON.stringify({ password: `${MARK}-large`.padEnd(2_000_000, 'x') });
  await send('/api/auth/login', { method: 'POST', body: large, headers: json });
  await rawly(url, `GET / HTTP/1.1\r\nHost: x\r\nX-Bad\x00Header: ${MARK}-raw\r\n\r\n`);
  await rawly(url, `${MARK}-no-http-at-all\r\n\r\n`);
}

const rawly = (url: string, text: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(text));
    socket.on('error', () => resolve()).on('close', () => resolve());
    socket.resume();
  });

async function messages(convene: Running, ada: Person, eventId: string): Promise<void> {
  await expect(ada.connect(`${MARK}-socket-token`)).rejects.toThrow();
  const socket = await ada.connect();
  await socket.ask('event:subscribe', { eventId });
  const edit = (patch: unknown, changeId: string): Promise<unknown> =>
    socket.ask('event:edit', { eventId, patch, changeId, note: `${MARK}-note-2` });
  await edit([{ op: 'replace', path: '/title', value: `${MARK}-live` }], 'c1');
  await edit([{ op: 'replace', path: `/${MARK}-path`, value: 1 }], 'c2');
  await edit(`${MARK}-no-patch`, 'c3');
  await socket.ask('presence:update', { eventId, state: { doing: `${MARK}-state` } });
  await socket.ask(`${MARK}-message`, { secret: `${MARK}-payload` });
  const polling = io(`${convene.url}?token=${MARK}-socket-query`, {
    auth: { token: ada.tokens?.accessToken },
    transports: ['polling'],
    reconnection: false,
  });
  const second = new TestSocket(polling);
  convene.sockets.add(second);
  await second.connected();
  second.close();
  socket.close();
}

const linesOf = ({ output }: ConveneProcess): Record<string, any>[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** Ends the process, so that all has been said, and looks at every line of it. */
async function expectSilence({ process: told }: Running, given: Given): Promise<Record<string, any>[]> {
  await told.end('SIGTERM');
  const said = `${told.output}\n${told.errors}`;
  const secrets = new RegExp(`${MARK}|${[...given].join('|')}`, 'i');
  expect(said.split('\n').filter((line) => secrets.test(line))).toEqual([]);
  return linesOf(told);
}

async function everything(convene: Running, given: Given): Promise<[Person, string]> {
  const [ada, bob] = await accounts(convene, given);
  const eventId = await edits(ada, bob);
  await webhooks(ada, given);
  await oddRequests(convene);
  await messages(convene, ada, eventId);
  return [ada, eventId];
}

const stores = [
  { name: 'embedded store', settings: embeddedSettings },
  ...(server ? [{ name: 'MongoDB', settings: () => mongoSettings(server) }] : []),
];

describe.each(stores)('$name', ({ settings }) => {
  test('the log tells who asked for what, and how that ended; nothing of what was said', async () => {
    const store = settings();
    undo.push(store.remove);
    const convene = await start(store);
    const given: Given = new Set();
    const [ada, eventId] = await everything(convene, given);
    const lines = await expectSilence(convene, given);

    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.length).toBeGreaterThan(40);
    expect(requests).toContainEqual({
      level: 30,
      time: expect.any(Number),
      pid: expect.any(Number),
      hostname: expect.any(String),
      requestId: expect.stringMatching(/^[\w-]{36}$/),
      method: 'GET',
      path: `/api/events/${eventId}/changelog`,
      status: 200,
      ms: expect.any(Number),
      userId: ada.id,
      msg: 'request',
    });
    const [connected, gone] = ['a socket has connected', 'a socket has gone'].map((msg) =>
      lines.filter((line) => line.msg === msg),
    );
    expect(connected).toHaveLength(2);
    expect(connected![0]).toMatchObject({ level: 20, userId: ada.id, socketId: expect.any(String) });
    const socketId = (line: Record<string, any>): string => line['socketId'];
    expect(gone!.map(socketId).sort()).toEqual(connected!.map(socketId).sort());
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
  }, 60_000);

  test('a Redis that wants no password, or is gone, does not bring the one that it was given into the log', async () => {
    const redis = await startRedis();
    if (typeof redis === 'string') {
      return;
    }
    undo.push(() => redis.remove());
    const store = settings();
    undo.push(store.remove);
    const address = redis.url.replace('://', `://${MARK}-user:${MARK}-redis@`);
    const convene = await start(store, { REDIS_URL: address });
    const given: Given = new Set();
    const [ada] = await accounts(convene, given);
    await redis.stop();
    await ada.createEvent(secretEvent);
    const lines = await expectSilence(convene, given);
    expect(lines.filter(({ level }) => level >= 40).length).toBeGreaterThan(0);
  }, 60_000);
});

(server ? describe : describe.skip)('MongoDB that fails', () => {
  test('in the middle: the errors are there with their stacks, without what was to be written', async () => {
    const { hostname, port } = new URL(server ?? '');
    const proxy = await TcpProxy.to(hostname, Number(port || 27017));
    undo.push(() => proxy.close());
    const direct = mongoSettings(server ?? '');
    undo.push(direct.remove);
    const database = new URL(direct.mongodbUri ?? '').pathname.slice(1);
    const mongodbUri = withDatabase(`mongodb://127.0.0.1:${proxy.port}/`, database);
    const convene = await start({ ...direct, mongodbUri });
    const given: Given = new Set();
    const [ada, bob] = await accounts(convene, given);
    const event = await ada.createEvent(secretEvent);
    const socket = await ada.connect();
    proxy.cut();
    const failed = await Promise.all([
      ada.post('/api/events', secretEvent),
      ada.patch(`/api/events/${event.id}`, { title: `${MARK}-lost` }),
      bob.post('/api/auth/login', { email: bob.user.email, password: PASSWORD }),
    ]);
    expect(failed.map(({ status }) => status)).toEqual([503, 503, 503]);
    const patch = [{ op: 'replace', path: '/title', value: `${MARK}-lost-2` }];
    await socket.ask('event:edit', { eventId: event.id, patch, changeId: 'c1' });
    const lines = await expectSilence(convene, given);
    const errors = lines.filter(({ msg }) => msg === 'a request failed');
    expect(errors.length).toBeGreaterThanOrEqual(3);
    expect(errors[0]).toMatchObject({
      level: 50,
      requestId: expect.any(String),
      err: { message: expect.stringMatching(/./), stack: expect.stringContaining('\n    at ') },
    });
  }, 60_000);

  test('at the start, its address with a password', async () => {
    const store = embeddedSettings();
    undo.push(store.remove);
    const { host } = new URL(server ?? '');
    const mongodbUri = `mongodb://${MARK}-user:${MARK}-pass@${host}/convene?authSource=${MARK}-database`;
    await expect(start({ ...store, mongodbUri })).rejects.toThrow(expect.not.stringContaining(MARK));
  }, 30_000);
});

test('an error carries into the log neither a document, nor a command, nor a key, nor an address’s password', async () => {
  const log = path.resolve(process.env['CONVENE_DIST'] ?? 'dist', 'log.js');
  const script = `
    import { createLog } from ${JSON.stringify(log)};
    const error = Object.assign(new Error('E11000 duplicate key error index: email_1 dup key: { email: "${MARK}@x.y" }'), {
      code: 11000,
      keyValue: { email: '${MARK}' },
      writeErrors: [{ err: { op: { title: '${MARK}' } } }],
      command: { name: 'auth', args: ['${MARK}'] },
      cause: Object.assign(new Error('connecting to mongodb://user:${MARK}@db:27017/x and redis://:${MARK}@r:1'), {
        input: '${MARK}', options: { credentials: '${MARK}' },
      }),
    });
    const log = createLog('trace');
    log.error({ err: error }, 'failed');
    log.error({ err: new AggregateError([error], 'several') }, 'failed');
    log.error({ err: { title: '${MARK}' } }, 'failed');
    log.error({ err: '${MARK}' }, 'failed');`;
  const child = ConveneProcess.spawn({}, ['node', '--input-type=module', '-e', script]);
  expect(await child.exited).toBe(0);
  expect(child.output).not.toContain(MARK);
  expect(linesOf(child)).toHaveLength(4);
  expect(linesOf(child)[0]?.['err']).toMatchObject({
    type: 'Error',
    code: 11000,
    message: expect.stringMatching(/E11000 duplicate key error.*connecting to mongodb:\/\/db:27017\/x/),
    stack: expect.stringMatching(/ {4}at [^]*caused by: Error: connecting/),
  });
});
