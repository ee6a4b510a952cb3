import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { io } from 'socket.io-client';
import { ConveneProcess, temporaryDirectory } from '../support/process.js';

/*
 * The program as it is started by a person: `dist/main.js`, which `npm test` has built.
 */
let directory: string;
let remove: () => void;
let running: ConveneProcess[] = [];

beforeEach(() => {
  ({ directory, remove } = temporaryDirectory());
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.end('SIGKILL')));
  running = [];
  remove();
});

async function start(environment: Record<string, string> = {}, command?: string[]): Promise<ConveneProcess> {
  const started = await ConveneProcess.start(
    { DATA_DIR: directory, RATE_LIMIT: 'off', ...environment },
    command,
  );
  running.push(started);
  return started;
}

/** Starts what is not to start, and answers what it says and its exit code. */
async function refuse(environment: Record<string, string>): Promise<{ code: number | null; says: string }> {
  const started = ConveneProcess.spawn({ DATA_DIR: directory, ...environment });
  running.push(started);
  const code = await started.exited;
  expect(started.output).toBe('');
  return { code, says: started.errors };
}

async function call(
  url: string,
  method: string,
  path_: string,
  token?: string,
  body?: unknown,
): Promise<any> {
  const response = await fetch(url + path_, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: response.status === 204 ? null : await response.json() };
}

const register = async (url: string, name = 'ada'): Promise<string> =>
  (
    await call(url, 'POST', '/api/auth/register', undefined, {
      email: `${name}@example.com`,
      password: 'long enough',
    })
  ).body.accessToken;
const event = { title: 'Kept', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' };

describe('starting and ending', () => {
  test('prints one line, keeps its data and its secret, and ends with exit code 0 on SIGTERM and SIGINT', async () => {
    const first = await start();
    expect(first.output).toMatch(/^Convene is listening on http:\/\/localhost:\d+$/m);
    const token = await register(first.url);
    const created = await call(first.url, 'POST', '/api/events', token, event);
    expect(await first.end('SIGTERM')).toBe(0);
    expect(readdirSync(directory).sort()).not.toContain('lock');
    const second = await start();
    expect(await call(second.url, 'GET', `/api/events/${created.body.id}`, token)).toMatchObject({
      status: 200,
      body: { title: 'Kept' },
    });
    expect(await second.end('SIGINT')).toBe(0);
  });

  test('npm start is one process that gets the signals and leaves nothing behind', async () => {
    const npm = await start({}, ['npm', 'start', '--silent']);
    expect((await call(npm.url, 'GET', '/health/ready')).body).toEqual({
      status: 'ok',
      checks: { store: 'up' },
    });
    await npm.end('SIGTERM');
    await expect(fetch(npm.url)).rejects.toThrow();
    await start(); // the directory is free again
  });

  test('sockets are told that the server closes; a request under way is finished', async () => {
    const convene = await start();
    const token = await register(convene.url);
    const socket = io(convene.url, { auth: { token }, transports: ['websocket'], reconnection: false });
    await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
    const closing = new Promise((resolve) => socket.once('server:closing', resolve));
    const slow = register(convene.url, 'bob'); // hashing a password takes a while
    await new Promise((resolve) => setTimeout(resolve, 5));
    const ended = convene.end('SIGTERM');
    expect(await closing).toEqual({ retryAfter: expect.any(Number) });
    expect(typeof (await slow)).toBe('string');
    expect(await ended).toBe(0);
  });
});

describe('what stops the start is said in one line, with exit code 1', () => {
  test('a second process on the same directory', async () => {
    const first = await start();
    const { code, says } = await refuse({});
    expect(code).toBe(1);
    expect(says).toMatch(
      /^Convene could not start: The data directory .* is in use by another Convene process\..*\n$/,
    );
    expect((await call(first.url, 'GET', '/health/live')).status).toBe(200);
  });

  test('a port in use', async () => {
    const blocker = createServer().listen(0);
    const { port } = blocker.address() as { port: number };
    const { code, says } = await refuse({ PORT: String(port) });
    blocker.close();
    expect({ code, says }).toEqual({
      code: 1,
      says: expect.stringMatching(new RegExp(`Port ${port} is in use\\..*\n$`)),
    });
  });

  test.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
    ['JWT_SECRET', 'short'],
    ['CORS_ORIGIN', 'example.com'],
    ['MONGODB_URI', 'localhost:27017'],
    ['REGISTRATION', 'sometimes'],
    ['RATE_LIMIT', 'maybe'],
    ['REDIS_URL', 'localhost'],
    ['TRUST_PROXY', 'the one in the cellar'],
  ])('%s=%s', async (name, value) => {
    const { code, says } = await refuse({ [name]: value });
    expect(code).toBe(1);
    expect(says).toMatch(new RegExp(`^The configuration is not valid: ${name} .*\n$`));
  });

  test('a directory that cannot be a directory', async () => {
    const file = path.join(directory, 'file');
    writeFileSync(file, '');
    const { code, says } = await refuse({ DATA_DIR: file });
    expect({ code, lines: says.split('\n').length }).toEqual({ code: 1, lines: 2 });
  });

  test('a store that is away, without its password', async () => {
    const uri = 'mongodb://user:secret-word@127.0.0.1:1/convene';
    const { code, says } = await refuse({ MONGODB_URI: uri });
    expect(code).toBe(1);
    expect(says).toMatch(/^Convene could not start: .*127\.0\.0\.1:1.*\n$/);
    expect(says).not.toContain('secret-word');
  }, 30_000);

  test('production with MongoDB and no secret', async () => {
    const { says } = await refuse({ NODE_ENV: 'production', MONGODB_URI: 'mongodb://127.0.0.1:1/convene' });
    expect(says).toMatch(/^The configuration is not valid: JWT_SECRET must be set/);
  });

  test('data of a format that this version does not know', async () => {
    mkdirSync(directory, { recursive: true });
    const { open } = await import('lmdb');
    const root = open({ path: path.join(directory, 'convene.lmdb'), maxDbs: 32, encoding: 'json' });
    await root.openDB({ name: 'meta', encoding: 'json' }).put('format', 99);
    await root.close();
    expect((await refuse({})).says).toMatch(/has format 99; this version of Convene reads format 2/);
  });
});

describe('killed in the middle', () => {
  test('every acknowledged edit is there once, and the log has no gap', async () => {
    let convene = await start();
    const token = await register(convene.url);
    const { body: created } = await call(convene.url, 'POST', '/api/events', token, event);
    const acknowledged: { changeId: string; version: number }[] = [];
    for (let round = 0; round < 5; round += 1) {
      const socket = io(convene.url, { auth: { token }, transports: ['websocket'], reconnection: false });
      await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
      for (let i = 0; i < 400; i += 1) {
        const changeId = `${round}-${i}`;
        const patch = [{ op: 'add', path: `/metadata/r${round}`, value: i }];
        socket.emit('event:edit', { eventId: created.id, patch, changeId }, (answer: any) => {
          if (answer.ok) {
            acknowledged.push({ changeId, version: answer.version });
          }
        });
      }
      const before = acknowledged.length;
      while (acknowledged.length < before + 3) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await new Promise((resolve) => setTimeout(resolve, round * 5));
      await convene.end('SIGKILL');
      socket.disconnect();
      convene = await start();
    }
    const { body: now } = await call(convene.url, 'GET', `/api/events/${created.id}`, token);
    expect(acknowledged.length).toBeGreaterThanOrEqual(15);
    for (let version = 1; version <= now.version; version += 1) {
      const { body } = await call(convene.url, 'GET', `/api/events/${created.id}/history/${version}`, token);
      expect(body.entry.version).toBe(version);
    }
    const again = io(convene.url, { auth: { token }, transports: ['websocket'], reconnection: false });
    for (const { changeId, version } of acknowledged) {
      const patch = [{ op: 'add', path: '/metadata/again', value: 1 }];
      const answer = await again.emitWithAck('event:edit', { eventId: created.id, patch, changeId });
      expect(answer).toMatchObject({ ok: true, version });
    }
    again.disconnect();
    expect((await call(convene.url, 'GET', `/api/events/${created.id}`, token)).body.version).toBe(
      now.version,
    );
  }, 60_000);
});
