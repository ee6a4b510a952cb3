import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { expectProblem, MINUTE } from '../support/answers.js';
import { signIn } from '../support/callers.js';
import { Convene, PASSWORD, type Person } from '../support/convene.js';
import { isSignedWith, Receiver } from '../support/receiver.js';

let convene: Convene;
let receiver: Receiver;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start({ WEBHOOK_PRIVATE: 'allow', RATE_LIMIT: 'off' });
});
afterAll(() => convene.close());
beforeEach(async () => {
  receiver = await Receiver.start();
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterEach(() => receiver.close());

interface Webhook {
  id: string;
  secret: string;
}

async function hook(person: Person, fields: Record<string, unknown> = {}): Promise<Webhook> {
  const { status, body } = await person.post('/api/webhooks', { url: receiver.url(), ...fields });
  expect(status).toBe(201);
  return body;
}

const edit = async (person: Person, { id }: { id: string }, location: string): Promise<void> => {
  expect((await person.patch(`/api/events/${id}`, { location })).status).toBe(200);
};

const deliveries = async (person: Person, { id }: Webhook, query = ''): Promise<any[]> =>
  (await person.get(`/api/webhooks/${id}/deliveries${query}`)).body.items;

/** Asks until it is so. */
async function eventually<T>(ask: () => Promise<T>, check: (answer: T) => void): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    try {
      check(answer);
      return answer;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Waits until it is known that a delivery of this version has failed so often. */
const failed = (person: Person, webhook: Webhook, version: number, attempts = 1): Promise<unknown> =>
  eventually(
    () => deliveries(person, webhook, '?limit=200'),
    (items) =>
      expect(items).toContainEqual(expect.objectContaining({ version, attempts, deliveredAt: null })),
  );

const HOUR = 60 * MINUTE;

describe('a webhook', () => {
  test('is told every change of the user’s events, signed, in order, as subscribers are', async () => {
    const { id, secret } = await hook(ada);
    const event = await ada.createEvent({ title: 'First' });
    const socket = await ada.connect();
    await socket.ask('event:subscribe', { eventId: event.id });
    await ada.share(event, bob, 'editor');
    await edit(bob, event, 'Room 4');
    await ada.post(`/api/events/${event.id}/undo`);
    await ada.post(`/api/events/${event.id}/rollback/1`);
    await ada.delete(`/api/events/${event.id}`);
    await ada.post(`/api/events/${event.id}/restore`);
    const { version } = (await ada.get(`/api/events/${event.id}`)).body;
    await receiver.until(() => receiver.versions(event.id).length === version);

    expect(receiver.versions(event.id)).toEqual(Array.from({ length: version }, (_, i) => i + 1));
    const [created, ...rest] = receiver.accepted();
    expect(created?.change).toMatchObject({
      kind: 'create',
      by: { id: ada.id, username: ada.user.username },
    });
    const told = rest.map(({ change }) => change);
    expect(told).toEqual(socket.all('event:changed').slice(0, told.length));
    for (const one of receiver.accepted()) {
      expect(isSignedWith(secret, one)).toBe(true);
      expect(isSignedWith(`${secret}x`, one)).toBe(false);
      expect(one.headers).toMatchObject({
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^Convene\/\d+\.\d+\.\d+$/),
        'convene-webhook': id,
      });
    }
    const listed = await eventually(
      () => deliveries(ada, { id, secret }),
      (items) => expect(items.every(({ state }) => state === 'delivered')).toBe(true),
    );
    expect(listed.map((one) => one.version)).toEqual(receiver.versions(event.id).reverse());
    expect(listed.map((one) => one.id).reverse()).toEqual(
      receiver.accepted().map(({ headers }) => headers['convene-delivery']),
    );
    expect(listed[0]).toMatchObject({ status: 204, error: null, attempts: 1, kind: 'restore' });
  });

  test('hears of others’ changes of what it shares, of splits and imports; not of what was before it', async () => {
    const [old, shared] = [await bob.createEvent(), await bob.createEvent()];
    await bob.share(old, ada, 'viewer');
    const webhook = await hook(ada);
    await edit(bob, old, 'Room 1');
    await bob.share(shared, ada, 'viewer');
    await edit(bob, shared, 'Room 2');
    const series = await bob.createEvent({ recurrence: 'FREQ=DAILY;COUNT=9' });
    await bob.share(series, ada, 'viewer');
    const split = `/api/events/${series.id}/occurrences/2026-03-04T15:00:00?scope=following`;
    const { following } = (await bob.patch(split, { location: 'Room 3' })).body;
    const { body } = await ada.get(`/api/events/${old.id}.ics`);
    const file = body.replace(/UID:.*/, 'UID:other@example.com');
    await ada.send('POST', '/api/import', { raw: file, headers: { 'Content-Type': 'text/calendar' } });

    await receiver.until(() => receiver.accepted().length === 7);
    expect(receiver.versions(old.id)).toEqual([3]);
    expect(receiver.versions(shared.id)).toEqual([2, 3]);
    expect(receiver.versions(series.id)).toEqual([2, 3]);
    expect(receiver.versions(following.id)).toEqual([1]);
    expect((await deliveries(ada, webhook)).map(({ kind }) => kind).sort()).toEqual(
      ['create', 'create', 'edit', 'edit', 'edit', 'share', 'share'].sort(),
    );
  });

  test('may want some kinds, or one event alone', async () => {
    const [one, other] = [await ada.createEvent(), await ada.createEvent()];
    await hook(ada, { url: receiver.url('/kinds'), events: ['delete', 'restore', 'delete'] });
    await hook(ada, { url: receiver.url('/one'), eventId: one.id });
    for (const event of [one, other]) {
      await edit(ada, event, 'Room 4');
      await ada.delete(`/api/events/${event.id}`);
    }
    await receiver.until(() => receiver.received.length === 4);
    expect(receiver.versions(one.id, '/one')).toEqual([2, 3]);
    expect(receiver.versions(other.id, '/one')).toEqual([]);
    expect(receiver.versions(one.id, '/kinds')).toEqual([3]);
    expect(receiver.versions(other.id, '/kinds')).toEqual([3]);
  });

  test('while it is not active it is told nothing; what changed meanwhile is passed over', async () => {
    const webhook = await hook(ada);
    const event = await ada.createEvent();
    await receiver.until(() => receiver.versions(event.id).length === 1);
    const path = `/api/webhooks/${webhook.id}`;
    expect((await ada.patch(path, { active: false })).body).toMatchObject({ active: false });
    await edit(ada, event, 'Room 2');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await ada.patch(path, { active: true });
    await edit(ada, event, 'Room 3');
    await receiver.until(() => receiver.versions(event.id).length === 2);
    expect(receiver.versions(event.id)).toEqual([1, 3]);
  });

  test('has its secret in no other answer, and belongs to its user', async () => {
    const webhook = await hook(ada);
    const { secret, ...shown } = webhook;
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    const list = await ada.get('/api/webhooks');
    expect(list.body).toEqual({ items: [shown], nextCursor: null });
    const changed = await ada.patch(`/api/webhooks/${webhook.id}`, { events: ['edit'] });
    expect(changed.body).toEqual({ ...shown, events: ['edit'] });
    expect((await bob.get('/api/webhooks')).body.items).toEqual([]);
    expectProblem(await bob.patch(`/api/webhooks/${webhook.id}`, { active: false }), 404, 'not-found');
    expectProblem(await bob.delete(`/api/webhooks/${webhook.id}`), 404, 'not-found');
    expectProblem(await bob.get(`/api/webhooks/${webhook.id}/deliveries`), 404, 'not-found');
    expect((await ada.delete(`/api/webhooks/${webhook.id}`)).status).toBe(204);
    expectProblem(await ada.delete(`/api/webhooks/${webhook.id}`), 404, 'not-found');
    await ada.createEvent();
    const last = await hook(ada, { url: receiver.url('/last') });
    await ada.createEvent();
    await receiver.until(() => receiver.accepted('/last').length === 1);
    expect(receiver.accepted()).toEqual([]);
    expect(await deliveries(ada, last)).toHaveLength(1);
  });

  test('is made of what makes sense', async () => {
    const refused = async (body: unknown, pointer: string): Promise<void> => {
      const answer = await ada.post('/api/webhooks', body);
      expectProblem(answer, 422, 'validation-failed');
      expect(answer.body.errors[0].pointer).toBe(pointer);
    };
    for (const url of ['', 'x', 'ftp://example.com/', 'http://', 'https://me:secret@example.com/', 7, null]) {
      await refused({ url }, '/url');
    }
    await refused({ url: `https://example.com/${'x'.repeat(2048)}` }, '/url');
    await refused({}, '/url');
    const url = receiver.url();
    await refused({ url, events: ['edit', 'nonsense'] }, '/events/1');
    await refused({ url, more: 1 }, '/more');
    const events = await bob.createEvent();
    expectProblem(await ada.post('/api/webhooks', { url, eventId: events.id }), 404, 'not-found');
    expectProblem(await ada.post('/api/webhooks', { url, eventId: 'nonsense' }), 404, 'not-found');
    const webhook = await hook(ada);
    expectProblem(await ada.patch(`/api/webhooks/${webhook.id}`, { secret: 'x' }), 422, 'validation-failed');
    expectProblem(await ada.patch(`/api/webhooks/${webhook.id}`, { url: 'x' }), 422, 'validation-failed');
    for (let i = 1; i < 20; i += 1) {
      await hook(ada);
    }
    expectProblem(await ada.post('/api/webhooks', { url }), 422, 'validation-failed');
  });

  test('goes with its user’s account', async () => {
    await hook(ada);
    const event = await bob.createEvent();
    await bob.share(event, ada, 'viewer');
    await receiver.until(() => receiver.versions(event.id).length === 1);
    const { status } = await ada.delete('/api/auth/me', { body: { password: PASSWORD, events: 'erase' } });
    expect(status).toBe(204);
    await edit(bob, event, 'Room 4');
    await hook(bob, { url: receiver.url('/bob') });
    await edit(bob, event, 'Room 5');
    await receiver.until(() => receiver.accepted('/bob').length === 1);
    expect(receiver.versions(event.id)).toEqual([2]);
  });
});

describe('a delivery', () => {
  test('that fails is tried again, and later; those after it wait, others do not', async () => {
    const webhook = await hook(ada);
    const [one, other] = [await ada.createEvent(), await ada.createEvent()];
    await receiver.until(() => receiver.accepted().length === 2);
    receiver.answer = ({ change }) => (change.eventId === one.id ? 500 : 200);
    await edit(ada, one, 'Room 2');
    await failed(ada, webhook, 2);
    await edit(ada, one, 'Room 3');
    await edit(ada, other, 'Room 4');
    await receiver.until(() => receiver.versions(other.id).length === 2);
    const waiting = await eventually(
      () => deliveries(ada, webhook, '?state=pending'),
      (items) => expect(items.map(({ version }) => version)).toEqual([3, 2]),
    );
    expect(waiting[1]).toMatchObject({ state: 'pending', attempts: 1, status: 500, error: 'refused' });
    const wait = Date.parse(waiting[1].nextAttemptAt) - Date.parse(waiting[1].lastAttemptAt);
    expect(wait).toBeGreaterThanOrEqual(5_000);
    expect(wait).toBeLessThanOrEqual(6_000);

    receiver.answer = () => 200;
    convene.advance(7_000);
    await receiver.until(() => receiver.versions(one.id).length === 3);
    expect(receiver.versions(one.id)).toEqual([1, 2, 3]);
  });

  test('is dead after ten attempts, the next goes on; replayed it comes again', async () => {
    const event = await ada.createEvent();
    const webhook = await hook(ada);
    receiver.answer = ({ change }) => (change.version === 2 ? 503 : 200);
    await edit(ada, event, 'Room 2');
    await edit(ada, event, 'Room 3');
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await failed(ada, webhook, 2, attempt);
      convene.advance(10 * HOUR);
      ada = await signIn(ada);
    }
    await receiver.until(() => receiver.versions(event.id).length === 1);
    expect(receiver.received.map(({ change }) => change.version)).toEqual([...Array(10).fill(2), 3]);
    const [dead] = await deliveries(ada, webhook, '?state=dead');
    expect(dead).toMatchObject({
      version: 2,
      attempts: 10,
      status: 503,
      nextAttemptAt: null,
      deliveredAt: null,
    });

    receiver.answer = () => 200;
    const path = `/api/webhooks/${webhook.id}/deliveries/${dead.id}/replay`;
    expectProblem(await bob.post(path), 401, 'token-expired');
    expectProblem(await (await signIn(bob)).post(path), 404, 'not-found');
    const replayed = await ada.post(path);
    expect(replayed).toMatchObject({ status: 202, body: { id: dead.id, state: 'pending', attempts: 0 } });
    await receiver.until(() => receiver.versions(event.id).length === 2);
    await eventually(
      () => deliveries(ada, webhook, '?state=delivered'),
      (items) => expect(items.map(({ version }) => version)).toEqual([3, 2]),
    );
    await ada.post(path);
    await receiver.until(() => receiver.versions(event.id).length === 3);
    expect(receiver.versions(event.id)).toEqual([3, 2, 2]);
    const nothing = path.replace(dead.id, '0'.repeat(24));
    expectProblem(await ada.post(nothing), 404, 'not-found');
  });

  test('arrives when its receiver is back, everything in order', async () => {
    const webhook = await hook(ada);
    const event = await ada.createEvent();
    await receiver.until(() => receiver.versions(event.id).length === 1);
    await receiver.close();
    for (let i = 0; i < 20; i += 1) {
      await edit(ada, event, `Room ${i}`);
    }
    await failed(ada, webhook, 2);
    await receiver.open();
    convene.advance(10_000);
    await receiver.until(() => receiver.versions(event.id).length === 21);
    expect(receiver.versions(event.id)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  });

  test('of a long log comes whole, in order, though not all is pending at the same time', async () => {
    const event = await ada.createEvent();
    const webhook = await hook(ada);
    receiver.answer = () => 500;
    const socket = await ada.connect();
    const edits = Array.from({ length: 250 }, (_, i) =>
      socket.ask('event:edit', {
        eventId: event.id,
        patch: [{ op: 'add', path: `/metadata/n`, value: i }],
      }),
    );
    expect((await Promise.all(edits)).every(({ ok }) => ok)).toBe(true);
    await failed(ada, webhook, 2);
    const pending = await deliveries(ada, webhook, '?state=pending&limit=200');
    expect(pending.length).toBeGreaterThan(0);
    expect(pending.length).toBeLessThanOrEqual(100);
    receiver.answer = () => 200;
    convene.advance(10_000);
    await receiver.until(() => receiver.versions(event.id).length === 250, 30_000);
    expect(receiver.versions(event.id)).toEqual(Array.from({ length: 250 }, (_, i) => i + 2));
  }, 60_000);

  test('goes to nobody who has lost the event meanwhile', async () => {
    const event = await ada.createEvent();
    await ada.share(event, bob, 'viewer');
    const webhook = await hook(bob);
    receiver.answer = () => 500;
    await edit(ada, event, 'Room 2');
    await failed(bob, webhook, 3);
    await edit(ada, event, 'Secret room');
    await ada.delete(`/api/events/${event.id}/permissions/${bob.id}`);
    receiver.answer = () => 200;
    convene.advance(10_000);
    await eventually(
      () => deliveries(bob, webhook),
      (items) => expect(items).toEqual([]),
    );
    expect(receiver.accepted()).toEqual([]);
    expect(receiver.received).toHaveLength(1);
    // Back again, they hear of what comes from then on.
    await ada.share(event, bob, 'viewer');
    await receiver.until(() => receiver.versions(event.id).length === 1);
    expect(receiver.accepted().map(({ change }) => change.kind)).toEqual(['share']);
  });

  test('of an event in another’s trash says only that it went there; of one that is gone there is none', async () => {
    const [trashed, erased] = [await ada.createEvent(), await ada.createEvent()];
    await ada.share(trashed, bob, 'viewer');
    await ada.share(erased, bob, 'viewer');
    const webhook = await hook(bob);
    receiver.answer = () => 500;
    await edit(ada, trashed, 'Room 2');
    await edit(ada, erased, 'Room 2');
    await eventually(
      () => deliveries(bob, webhook),
      (items) => expect(items.map(({ attempts }) => attempts)).toEqual([1, 1]),
    );
    await ada.delete(`/api/events/${trashed.id}`);
    await ada.delete(`/api/events/${erased.id}?permanent=true`);
    receiver.answer = () => 200;
    convene.advance(10_000);
    await receiver.until(() => receiver.accepted().length === 1);
    await eventually(
      () => deliveries(bob, webhook, '?state=pending'),
      (items) => expect(items).toEqual([]),
    );
    expect(receiver.accepted().map(({ change }) => [change.eventId, change.kind, change.patch])).toEqual([
      [trashed.id, 'delete', []],
    ]);
  });

  test('that is answered 410 makes the webhook inactive, and stays', async () => {
    const webhook = await hook(ada);
    receiver.answer = () => 410;
    const event = await ada.createEvent();
    await eventually(
      async () => (await ada.get('/api/webhooks')).body.items[0],
      (shown) => expect(shown.active).toBe(false),
    );
    receiver.answer = () => 200;
    convene.advance(10_000);
    await ada.patch(`/api/webhooks/${webhook.id}`, { active: true });
    await receiver.until(() => receiver.versions(event.id).length === 1);
  });

  test('is not redirected, and does not wait for ever', async () => {
    const webhook = await hook(ada);
    receiver.answer = (_, response) => {
      response.writeHead(302, { Location: receiver.url('/elsewhere') }).end();
      return 302;
    };
    await ada.createEvent();
    await eventually(
      () => deliveries(ada, webhook),
      (items) => expect(items[0]).toMatchObject({ status: 302, error: 'redirected' }),
    );
    expect(receiver.received.map(({ path }) => path)).toEqual(['/']);
  });

  test('is listed by page, with a cursor of its own query', async () => {
    const webhook = await hook(ada);
    const event = await ada.createEvent();
    for (let i = 0; i < 4; i += 1) {
      await edit(ada, event, `Room ${i}`);
    }
    await receiver.until(() => receiver.versions(event.id).length === 5);
    const path = `/api/webhooks/${webhook.id}/deliveries`;
    const first = (await ada.get(`${path}?limit=3`)).body;
    const second = (await ada.get(`${path}?limit=3&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
    expect(second.nextCursor).toBeNull();
    const foreign = await ada.get(`${path}?state=dead&cursor=${first.nextCursor}`);
    expectProblem(foreign, 422, 'validation-failed');
    expectProblem(await ada.get(`${path}?state=nonsense`), 422, 'validation-failed');
  });
});
