import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildLiveDocument } from '../../src/http/asyncapi/document.js';
import { findChromium, visit } from '../support/chromium.js';
import { Convene, type TestSocket } from '../support/convene.js';
import { LiveConformity } from '../support/live-conformity.js';

const document = buildLiveDocument();
const conformity = new LiveConformity(document);

let convene: Convene;
beforeAll(async () => {
  convene = await Convene.start();
});
afterAll(() => convene.close());

test('the document is served as it is built, to anybody', async () => {
  const answer = await convene.anonymous.get('/api/asyncapi.json');
  expect(answer).toMatchObject({ status: 200, body: JSON.parse(JSON.stringify(document)) });
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/json\b/);
});

/** What a title edit is. */
const title = (value: unknown) => [{ op: 'replace', path: '/title', value }];

describe('a session of two people', () => {
  const asked: { message: string; answer: any }[] = [];
  let received: string[];

  /** Everything that a client can send, well and badly; everything that the server sends of itself. */
  beforeAll(async () => {
    const [ada, bob] = [await convene.person(), await convene.person()];
    const [a, b] = [await ada.connect(), await bob.connect()];
    const ask = async (socket: TestSocket, message: string, payload: unknown): Promise<any> => {
      const answer = await socket.ask(message, payload);
      asked.push({ message, answer });
      return answer;
    };
    const { id: eventId } = await ada.createEvent();
    await bob.createEvent({ title: 'Interview', start: '2026-03-02T17:00:00Z', end: '2026-03-02T18:00:00Z' });
    await ada.share({ id: eventId }, bob, 'editor');
    await b.until('event:shared');
    await ask(a, 'event:subscribe', { eventId });
    await ask(b, 'event:subscribe', { eventId, sinceVersion: 1 });
    await ask(b, 'event:subscribe', { eventId, sinceVersion: 99 });
    await ask(b, 'presence:set', { eventId, state: { field: 'title' } });
    await a.until('presence:changed', ({ present }) => present.some((one: any) => one.state !== null));
    await ask(b, 'event:edit', {
      eventId,
      baseVersion: 2,
      patch: title('Plan'),
      changeId: 'c1',
      note: 'why',
    });
    await ask(a, 'event:edit', { eventId, baseVersion: 2, patch: title('Other') });
    await ask(a, 'event:edit', { eventId, baseVersion: 99, patch: title('Other') });
    await ask(a, 'event:edit', { eventId, patch: [{ op: 'test', path: '/title', value: 'x' }] });
    await ask(a, 'event:edit', { eventId, patch: title(7) });
    await ask(a, 'event:edit', { eventId, patch: [], more: true });
    await ask(b, 'event:edit', { eventId, patch: title('Plan') });
    const later = { start: '2026-03-02T17:30:00Z', end: '2026-03-02T18:30:00Z' };
    await ada.patch(`/api/events/${eventId}`, later);
    await b.until('conflict:detected');
    await ask(b, 'event:rollback', { eventId, toVersion: 1 });
    await ask(b, 'event:rollback', { eventId, toVersion: 99 });
    await ask(b, 'session:renew', { token: bob.tokens?.accessToken });
    await ask(b, 'session:renew', { token: ada.tokens?.accessToken });
    await ask(b, 'presence:set', { eventId: 'nothing', state: null });
    await ask(b, 'no:message', {});
    await ask(a, 'event:unsubscribe', { eventId });
    await ada.delete(`/api/events/${eventId}`);
    await b.until('event:deleted');
    await ada.post(`/api/events/${eventId}/restore`);
    await b.until('event:restored');
    await ada.delete(`/api/events/${eventId}/permissions/${bob.id}`);
    await b.until('event:unshared');
    convene.advance(14 * 60_000 + 30_000);
    const late = await ada.connect();
    await late.until('session:expiring');
    convene.advance(-(14 * 60_000 + 30_000));
    await ada.post('/api/auth/logout');
    await a.until('session:ended');
    convene.sockets.delete(b); // it is still there when the server closes
    await convene.restart();
    await b.until('server:closing');
    b.close();
    received = [a, b, late].flatMap((socket) => socket.received.map(({ message }) => message));
  }, 60_000);

  test('sends and is sent everything that the document has, but for what comes only of a long absence', () => {
    const names = (action: string): string[] =>
      Object.values(document.operations)
        .filter((one) => one.action === action && one.channel.$ref === '#/channels/namespace')
        .flatMap(({ messages }) => messages.map(({ $ref }) => $ref.split('/').at(-1)!.replace('.', ':')));
    const sent = asked.filter(({ answer }) => answer.ok).map(({ message }) => message);
    expect([...new Set(sent)].sort()).toEqual(names('receive').sort());
    expect([...new Set(received), 'event:behind'].sort()).toEqual(names('send').sort());
  });

  test('is answered, badly too, as the document says', () => {
    expect(asked.filter(({ answer }) => !answer.ok).length).toBeGreaterThan(8);
    // Whatever a test's socket asks or is sent is compared with the document; here is that it would be noticed.
    const answer: any = asked.find(({ message }) => message === 'event:edit')?.answer;
    expect(conformity.faultOfAnswer('event:edit', answer)).toBeNull();
    expect(conformity.faultOfAnswer('event:edit', { ...answer, more: 1 })).toMatch(/additional properties/);
    expect(
      conformity.faultOfAnswer('event:edit', { ok: false, problem: { code: 'already-registered' } }),
    ).toMatch(/does not say/);
    expect(conformity.faultOfMessage('event:changed', { ...answer.change, by: null })).toMatch(
      /must be object/,
    );
    expect(conformity.faultOfMessage('event:unknown', {})).toMatch(/no message/);
  });

  test('a connection is refused as the document says', async () => {
    const { payload } = document.components.messages['connect_error']!;
    const refusal: any = await convene.anonymous.connect('nonsense').catch((error: unknown) => error);
    const { data, message } = refusal;
    expect(conformity.faultAgainst(payload, { data, message })).toBeNull();
    expect(document.components.messages['connect_error']!['x-problems']).toContain(data.code);
  });
});

describe('the page at /api/docs/live', () => {
  test('is for anybody, is of its own style alone, and leads to the other page', async () => {
    const answer = await convene.anonymous.get('/api/docs/live');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(answer.body).toContain('href="/api/docs/"');
    const { body } = await convene.anonymous.get('/api/openapi.json');
    expect(body.info.description).toContain('(/api/docs/live)');
  });

  const chromium = findChromium();
  (chromium === null ? test.skip : test)(
    'is shown by a browser with nothing to complain of',
    async () => {
      const { dom, console } = await visit(chromium ?? '', `${convene.url}/api/docs/live`);
      expect(console).toEqual([]);
      expect(dom).toContain('event:subscribe');
    },
    60_000,
  );
});
