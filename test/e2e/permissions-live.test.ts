import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { io } from 'socket.io-client';
import msgpack from 'socket.io-msgpack-parser';
import { ClientMessages, ServerMessages, type ClientMessage } from '../../src/protocol/live.js';
import {
  CALLERS,
  gather,
  look,
  may,
  NOTHING,
  refusalOf,
  signIn,
  stage,
  whyNotSignedIn,
  type Caller,
  type People,
  type Role,
} from '../support/callers.js';
import { Convene, TestSocket, type Person } from '../support/convene.js';

let convene: Convene;
let people: People;

beforeAll(async () => {
  convene = await Convene.start();
  people = await gather(convene);
});
afterEach(() => {
  convene.sockets.forEach((socket) => socket.close());
  convene.sockets.clear();
});
afterAll(() => convene.close());

const FORMATS = { JSON: {}, MessagePack: { path: '/socket.io-msgpack', parser: msgpack } };
type Format = keyof typeof FORMATS;

async function connect(person: Person, format: Format = 'JSON', auth?: object): Promise<TestSocket> {
  const socket = new TestSocket(
    io(convene.url, {
      ...FORMATS[format],
      auth: auth ?? { token: person.tokens?.accessToken },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    }),
  );
  convene.sockets.add(socket);
  await socket.connected();
  return socket;
}

const SIGNED_IN = CALLERS.filter((caller) => whyNotSignedIn(caller) === null);
const NOT_SIGNED_IN = CALLERS.filter((caller) => whyNotSignedIn(caller) !== null);

/** One thing that may be sent about an event. */
interface Row {
  message: ClientMessage;
  how?: string;
  payload: object;
  /** The least role that may send it; null: whoever is signed in, and they are told nothing by it. */
  least: Role | null;
  /** What a member gets in place of `ok`. */
  code?: string;
  /** The caller has subscribed before, as far as they may. */
  subscribed?: true;
  /** It works for the owner while the event is in the trash. */
  inTrash?: true;
}

const retitled = [{ op: 'replace', path: '/title', value: 'x' }];
const rows: Row[] = [
  { message: 'event:subscribe', payload: {}, least: 'viewer', inTrash: true },
  {
    message: 'event:subscribe',
    how: 'to what was missed',
    payload: { sinceVersion: 1 },
    least: 'viewer',
    inTrash: true,
  },
  {
    message: 'event:subscribe',
    how: 'to what is yet to come',
    payload: { sinceVersion: 999 },
    least: 'viewer',
    inTrash: true,
  },
  { message: 'event:unsubscribe', payload: {}, least: null },
  { message: 'event:edit', payload: { patch: retitled }, least: 'editor' },
  {
    message: 'event:edit',
    how: 'of an older version',
    payload: { patch: retitled, baseVersion: 1 },
    least: 'editor',
  },
  { message: 'event:edit', how: 'without a change', payload: { patch: [] }, least: 'editor' },
  {
    message: 'event:edit',
    how: 'that does not apply',
    payload: { patch: [{ op: 'test', path: '/title', value: 'not this' }] },
    least: 'editor',
    code: 'invalid-patch',
  },
  {
    message: 'event:edit',
    how: 'of no version',
    payload: { patch: retitled, baseVersion: 999 },
    least: 'editor',
    code: 'unknown-version',
  },
  { message: 'event:rollback', payload: { toVersion: 1 }, least: 'editor' },
  {
    message: 'event:rollback',
    how: 'to no version',
    payload: { toVersion: 999 },
    least: 'editor',
    code: 'version-not-found',
  },
  {
    message: 'presence:set',
    payload: { state: { field: 'title' } },
    least: 'viewer',
    subscribed: true,
    inTrash: true,
  },
  {
    message: 'presence:set',
    how: 'to nothing',
    payload: { state: null },
    least: 'viewer',
    subscribed: true,
    inTrash: true,
  },
];

/** Those that are not about an event have tests of their own below. */
const ABOUT_ONESELF: ClientMessage[] = ['session:renew'];

const title = ({ message, how = '' }: Row): string => `${message} ${how}`.trim();

async function ask(row: Row, socket: TestSocket, eventId: string): Promise<any> {
  if (row.subscribed) {
    await socket.ask('event:subscribe', { eventId });
  }
  return socket.ask(row.message, { eventId, ...row.payload });
}

/** An acknowledgement to the last byte, but for what is each one's own. */
const imprint = ({ problem, ...rest }: any, id: string): string =>
  JSON.stringify({ ...rest, problem: problem && { ...problem, requestId: '' } }).replaceAll(id, '{id}');

const outcome = (answer: any): [status: number, code: string] | 'ok' =>
  answer.ok ? 'ok' : [answer.problem.status, answer.problem.code];

describe.each(rows.map((row) => [title(row), row] as const))('%s', (_, row) => {
  const isServed = (caller: Caller): boolean => row.least === null || may(caller, row.least);

  test.each(SIGNED_IN)('%s', async (caller) => {
    const id = await stage(people);
    const before = await look(people, id);
    const socket = await connect(people[caller]);
    const answer = await ask(row, socket, id);
    if (isServed(caller) && row.code === undefined) {
      expect(outcome(answer)).toBe('ok');
      return;
    }
    expect(outcome(answer)).toEqual(isServed(caller) ? [expect.any(Number), row.code] : refusalOf(caller));
    if (caller === 'stranger' || caller === 'former member') {
      expect(imprint(answer, id)).toBe(imprint(await ask(row, socket, NOTHING), NOTHING));
    }
    expect(await look(people, id)).toEqual(before);
  });

  test('in the trash', async () => {
    const id = await stage(people, { trashed: true });
    const before = await look(people, id);
    for (const caller of SIGNED_IN) {
      const socket = await connect(people[caller]);
      const answer = await ask(row, socket, id);
      if (row.least === null || (caller === 'owner' && row.inTrash)) {
        expect({ caller, answer: outcome(answer) }).toEqual({ caller, answer: 'ok' });
      } else {
        expect({ caller, answer: outcome(answer) }).toEqual({ caller, answer: [404, 'not-found'] });
        expect(imprint(answer, id)).toBe(imprint(await ask(row, socket, NOTHING), NOTHING));
      }
    }
    expect(await look(people, id)).toEqual(before);
  });
});

describe.each(Object.keys(FORMATS) as Format[])('whoever is not signed in (%s)', (format) => {
  test.each(NOT_SIGNED_IN)('%s is not let in', async (caller) => {
    await expect(connect(people[caller], format)).rejects.toMatchObject({
      data: { status: 401, code: whyNotSignedIn(caller) },
    });
  });

  test('is not let in by a token anywhere but in the handshake’s auth', async () => {
    const { accessToken = '' } = people.owner.tokens ?? {};
    for (const options of [
      { query: { token: accessToken } },
      { extraHeaders: { Authorization: `Bearer ${accessToken}` } },
      { extraHeaders: { Cookie: `token=${accessToken}` } },
      { auth: { accessToken } },
      { auth: { token: [accessToken] } },
      { auth: { token: `Bearer ${accessToken}` } },
    ]) {
      const socket = new TestSocket(
        io(convene.url, {
          ...FORMATS[format],
          transports: ['websocket'],
          forceNew: true,
          reconnection: false,
          ...options,
        }),
      );
      convene.sockets.add(socket);
      await expect(socket.connected()).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
    }
  });
});

test('what is sent before the handshake is over is not performed', async () => {
  const id = await stage(people);
  const before = await look(people, id);
  for (const message of Object.keys(ClientMessages)) {
    const socket = new TestSocket(
      io(convene.url, { auth: {}, transports: ['websocket'], forceNew: true, reconnection: false }),
    );
    convene.sockets.add(socket);
    const heard: unknown[] = [];
    const { engine } = socket.socket.io as unknown as {
      engine: { write(packet: string): void; on(name: string, listener: (data: unknown) => void): void };
    };
    engine.on('message', (packet) => heard.push(packet));
    const closed = new Promise<void>((resolve) => engine.on('close', () => resolve()));
    engine.on('open', () => {
      // Before the packet in which the client would say who it is.
      engine.write(
        `42["${message}",{"eventId":"${id}","patch":[{"op":"replace","path":"/title","value":"x"}]}]`,
      );
    });
    await closed;
    expect(heard.filter((packet) => String(packet).startsWith('43'))).toEqual([]);
  }
  expect(await look(people, id)).toEqual(before);
});

describe('session:renew', () => {
  const renew = async (caller: Caller, token: unknown): Promise<unknown> =>
    outcome(await (await connect(people[caller])).ask('session:renew', { token }));

  test.each(SIGNED_IN)('%s: with a token of their own, and with nobody else’s', async (caller) => {
    const other = caller === 'owner' ? people['other member'] : people.owner;
    expect(await renew(caller, (await signIn(people[caller])).tokens?.accessToken)).toBe('ok');
    expect(await renew(caller, other.tokens?.accessToken)).toEqual([401, 'unauthenticated']);
  });

  test.each(NOT_SIGNED_IN)('nobody with what %s has', async (caller) => {
    const { accessToken = '' } = people[caller].tokens ?? {};
    expect(await renew('owner', accessToken)).toEqual([401, whyNotSignedIn(caller)]);
  });

  test('a refused one leaves the socket what it was', async () => {
    const id = await stage(people);
    const socket = await connect(people.viewer);
    await socket.ask('session:renew', { token: people.owner.tokens?.accessToken });
    expect(await socket.ask('event:edit', { eventId: id, patch: retitled })).toMatchObject({
      problem: { code: 'forbidden' },
    });
    expect(await socket.ask('event:subscribe', { eventId: id })).toMatchObject({ role: 'viewer' });
  });
});

describe('what sockets hear', () => {
  /** The messages about one event that have come so far. */
  const heard = async (socket: TestSocket, id: string): Promise<string[]> => {
    // What was sent before the answer to this has come before it.
    await socket.ask('event:unsubscribe', { eventId: NOTHING });
    return socket.received
      .filter(({ payload }) => JSON.stringify(payload).includes(id))
      .map(({ message }) => message);
  };

  test('nothing, but for members, of whatever happens to an event; a stranger’s subscription changes nothing', async () => {
    const id = await stage(people);
    const url = `/api/events/${id}`;
    const sockets = new Map<Caller, TestSocket>();
    for (const caller of SIGNED_IN) {
      const socket = await connect(people[caller]);
      await socket.ask('event:subscribe', { eventId: id });
      sockets.set(caller, socket);
    }
    const { owner } = people;
    const writer = sockets.get('owner')!;
    await writer.ask('event:edit', { eventId: id, patch: retitled });
    await writer.ask('presence:set', { eventId: id, state: { field: 'title' } });
    await owner.put(`${url}/permissions/${people['other member'].id}`, { role: 'editor' });
    await owner.post(`${url}/rollback/1`);
    await sockets.get('viewer')!.until('event:changed', ({ kind }) => kind === 'rollback');
    await sockets
      .get('viewer')!
      .until('presence:changed', ({ present }) =>
        present.some(({ state }: { state: unknown }) => state !== null),
      );
    await owner.delete(url);
    await owner.post(`${url}/restore`);
    await sockets.get('viewer')!.until('event:restored');
    for (const caller of SIGNED_IN) {
      const messages = new Set(await heard(sockets.get(caller)!, id));
      if (may(caller, 'viewer')) {
        // Whether there is one hangs on the other events of these people.
        messages.delete('conflict:detected');
      }
      const expected = may(caller, 'viewer')
        ? ['event:changed', 'event:deleted', 'event:restored', 'presence:changed']
        : [];
      expect({ caller, messages: [...messages].sort() }).toEqual({ caller, messages: expected });
    }
  });

  test('every message of the server that is about an event is about one that its receiver may read', () => {
    // A new message has to be looked at here: to whom it goes, and whether a test says so.
    expect(Object.keys(ServerMessages).sort()).toEqual([
      'conflict:detected', // test/e2e/schedule.test.ts
      'event:behind', // test/live/beacon.test.ts
      'event:changed',
      'event:created', // test/e2e/live.test.ts
      'event:deleted',
      'event:restored',
      'event:shared', // test/e2e/live.test.ts
      'event:unshared', // test/e2e/live.test.ts
      'presence:changed',
      'server:closing', // test/e2e/process.test.ts
      'session:ended', // test/e2e/accounts.test.ts
      'session:expiring', // test/e2e/live.test.ts
    ]);
  });
});

test('no message is without its rows here', () => {
  const tested = new Set([...rows.map(({ message }) => message), ...ABOUT_ONESELF]);
  expect([...tested].sort()).toEqual(Object.keys(ClientMessages).sort());
});
