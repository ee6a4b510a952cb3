import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Convene, PASSWORD, type Person } from '../support/convene.js';
import { MINUTE, SECOND } from '../support/answers.js';
import { ConveneClient } from '../../src/client/index.js';
import { Clients, heard, until } from './support.js';

let convene: Convene;
let ada: Person;
const clients = new Clients(() => convene);

beforeAll(async () => {
  convene = await Convene.start();
  ada = await convene.person();
});
afterEach(() => {
  clients.close();
  expect(clients.errors.splice(0)).toEqual([]);
});
afterAll(() => convene.close());

/** As long as `work` lasts the server's clock is ahead. */
async function later(ms: number, work: () => Promise<void>): Promise<void> {
  convene.advance(ms);
  try {
    await work();
  } finally {
    convene.advance(-ms);
  }
}

/** What the client asks for over REST, counted by path. */
function counted() {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (input, options) => {
    asked.push(new URL(input).pathname);
    return globalThis.fetch(input, options);
  };
  return { asked, fetch, renewals: () => asked.filter((path) => path === '/api/auth/refresh').length };
}

describe('signing in and out', () => {
  test('register, sign out, sign in, resume', async () => {
    const client = clients.make();
    const tokens = heard((listener) => client.on('tokens', listener));
    const ended = heard((listener) => client.on('session-ended', listener));
    await client.register({ email: 'client@example.com', password: PASSWORD, username: 'client' });
    expect(client.tokens?.user).toMatchObject({ username: 'client' });
    await until('it is online', () => client.connectionState === 'online');
    expect(await client.request('GET', '/api/auth/me')).toEqual(client.tokens?.user);

    await client.signOut();
    expect(client).toMatchObject({ tokens: null, connectionState: 'offline' });
    expect(ended).toEqual([{ reason: 'logout' }]);
    await expect(client.request('GET', '/api/auth/me')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(client.subscribe('0'.repeat(24))).rejects.toMatchObject({ code: 'unauthenticated' });

    await client.signIn({ username: 'client', password: PASSWORD });
    expect(tokens.map((one) => one?.user.username)).toEqual(['client', undefined, 'client']);
    const other = clients.make();
    other.resume(tokens[2]);
    await until('the other is online', () => other.connectionState === 'online');
  });

  test('what the server refuses is an error with its problem', async () => {
    const client = clients.make();
    await expect(client.signIn({ email: 'nobody@example.com', password: 'wrong' })).rejects.toMatchObject({
      code: 'invalid-credentials',
      status: 401,
      problem: { title: expect.any(String), requestId: expect.any(String) },
    });
    await expect(client.register({ email: 'x', password: 'y' })).rejects.toMatchObject({
      code: 'validation-failed',
      errors: expect.arrayContaining([{ pointer: '/email', message: expect.any(String) }]),
    });
    expect(client.tokens).toBeNull();
  });

  test('a server that cannot be reached is a network error', async () => {
    const client = clients.make({ url: 'http://127.0.0.1:1' });
    await expect(client.signIn({ email: 'a@b.c', password: 'x' })).rejects.toMatchObject({
      code: 'network-error',
      status: null,
    });
  });

  test('a query goes with a request, without what is undefined', async () => {
    const client = await clients.of(ada);
    await ada.createEvent({ title: 'findable thing' });
    const page = await client.request<{ items: unknown[] }>('GET', '/api/events', {
      query: { q: 'findable', limit: 1, tag: undefined },
    });
    expect(page.items).toHaveLength(1);
  });
});

describe('renewal', () => {
  test('of many requests with an expired token all succeed, and the token is renewed once', async () => {
    const rest = counted();
    const client = await clients.of(ada, { fetch: rest.fetch });
    const tokens = heard((listener) => client.on('tokens', listener));
    await later(16 * MINUTE, async () => {
      const answers = Array.from({ length: 8 }, () => client.request<any>('GET', '/api/auth/me'));
      expect((await Promise.all(answers)).map(({ id }) => id)).toEqual(Array(8).fill(ada.id));
      expect(rest.renewals()).toBe(1);
      expect(tokens).toEqual([client.tokens]);
    });
  });

  test('a connection with an expired token is made with a new one', async () => {
    const client = clients.make();
    const late = await convene.person();
    await later(16 * MINUTE, async () => {
      client.resume(late.tokens as any);
      await until('it is online', () => client.connectionState === 'online');
      expect(client.tokens?.refreshToken).not.toBe(late.tokens?.refreshToken);
    });
  });

  test('a connection outlives its access token', async () => {
    const person = await convene.person();
    const { id } = await person.createEvent();
    const client = clients.make();
    await later(15 * MINUTE - 2 * SECOND, async () => {
      client.resume(person.tokens as any);
      const event = await client.subscribe(id);
      const states = heard((listener) => client.on('connection', listener));
      await until('it is renewed', () => client.tokens?.accessToken !== person.tokens?.accessToken);
      // The server would end the connection now, at the end of the first token.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      await event.edit({ title: 'still there' });
      expect(states).toEqual([]);
    });
  });
});

describe('the end of a session', () => {
  test('a session that was ended elsewhere closes everything', async () => {
    const person = await convene.person();
    const { id } = await person.createEvent();
    const client = await clients.of(person);
    const event = await client.subscribe(id);
    const ended = heard((listener) => client.on('session-ended', listener));
    await person.post('/api/auth/logout', { everywhere: true });
    await until('it has ended', () => ended.length > 0);
    expect(ended).toEqual([{ reason: 'logout' }]);
    expect(client).toMatchObject({ tokens: null, connectionState: 'offline' });
    expect(event.closed).toBe('session-ended');
    await expect(event.edit({ title: 'x' })).rejects.toMatchObject({ code: 'closed' });
  });

  test('a session that is no more is not resumed', async () => {
    const person = await convene.person();
    await person.post('/api/auth/logout');
    const client = clients.make();
    const ended = heard((listener) => client.on('session-ended', listener));
    client.resume(person.tokens as any);
    const subscribed = client.subscribe('0'.repeat(24));
    await expect(subscribed).rejects.toMatchObject({ code: 'closed' });
    expect(ended).toEqual([{ reason: 'revoked' }]);
    expect(client.tokens).toBeNull();
  });

  test('close leaves the session as it is', async () => {
    const client = await clients.of(ada);
    const { id } = await ada.createEvent();
    const event = await client.subscribe(id);
    const { tokens } = client;
    client.close();
    expect(event.closed).toBe('closed');
    const next = new ConveneClient({ url: convene.url });
    next.resume(tokens!);
    await next.subscribe(id);
    next.close();
  });
});
