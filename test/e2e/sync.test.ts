import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DAY, expectProblem, MINUTE } from '../support/answers.js';
import { signIn } from '../support/callers.js';
import { Convene, type Person } from '../support/convene.js';
import { Poller } from '../support/poller.js';

let convene: Convene;
let ada: Person;
let bob: Person;
let adas: Poller;
let bobs: Poller;

beforeAll(async () => {
  convene = await Convene.start({ RATE_LIMIT: 'off' });
});
afterAll(() => convene.close());
beforeEach(async () => {
  [ada, bob] = [await convene.person(), await convene.person()];
  [adas, bobs] = [new Poller(ada), new Poller(bob)];
});

const NOTHING = { events: [], removed: [] };
const urlOf = ({ id }: { id: string }): string => `/api/events/${id}`;
const done = ({ status, body }: { status: number; body: any }): any => {
  expect(status).toBeLessThan(300);
  return body;
};

describe('from the start', () => {
  test('without a token everything is told, as it is listed, page by page', async () => {
    const own = [];
    for (let i = 0; i < 7; i += 1) {
      own.push(await ada.createEvent({ title: `Event ${i}` }));
    }
    await ada.share(own[3], bob, 'viewer');
    await bob.createEvent();
    const first = await adas.page(3);
    expect([first.events.length, adas.hasMore]).toEqual([3, true]);
    const rest = await adas.poll(3);
    expect(new Set([...first.events, ...rest.events])).toEqual(new Set(own.map(({ id }) => id)));
    await adas.expectUpToDate();
    expect((await bobs.poll()).events).toHaveLength(2);
    expect(bobs.copy.get(own[3].id)).toMatchObject({ role: 'viewer', title: 'Event 3' });
    await bobs.expectUpToDate();
  });

  test('where there is nothing, there is a token for what comes', async () => {
    expect(await adas.poll()).toEqual(NOTHING);
    expect(adas.hasMore).toBe(false);
    const { id } = await ada.createEvent();
    expect(await adas.poll()).toEqual({ events: [id], removed: [] });
  });

  test('what is in the trash is not told', async () => {
    const event = await ada.createEvent();
    done(await ada.delete(urlOf(event)));
    expect((await adas.poll()).events).toEqual([]);
  });

  test('what moves from what is to come to what was told is told afterwards', async () => {
    const at = (hour: number) => ({ start: `2026-03-02T0${hour}:00:00Z`, end: '2026-03-02T12:00:00Z' });
    await ada.createEvent(at(2));
    await ada.createEvent(at(4));
    const last = await ada.createEvent(at(6));
    await adas.page(1);
    done(await ada.patch(urlOf(last), at(1)));
    expect((await adas.poll(1)).events).not.toContain(last.id);
    expect((await adas.poll(1)).events).toEqual([last.id]);
    await adas.expectUpToDate();
  });
});

describe('what has become of an event', () => {
  let event: any;
  beforeEach(async () => {
    event = await ada.createEvent({ title: 'Shown' });
    await ada.share(event, bob, 'editor');
    await adas.poll();
    await bobs.poll();
  });
  /** What both are told next; and that both have it then, and are told it once. */
  const told = async (): Promise<{ ada: unknown; bob: unknown }> => {
    const answer = { ada: await adas.poll(), bob: await bobs.poll() };
    for (const poller of [adas, bobs]) {
      await poller.expectUpToDate();
      expect(await poller.poll()).toEqual(NOTHING);
    }
    return answer;
  };
  const changed = () => ({ events: [event.id], removed: [] });
  const gone = () => ({ events: [], removed: [event.id] });

  test('nothing: nothing is told, however often one asks', async () => {
    expect(await told()).toEqual({ ada: NOTHING, bob: NOTHING });
    convene.advance(5 * MINUTE);
    expect(await told()).toEqual({ ada: NOTHING, bob: NOTHING });
  });

  test('an edit, an undo and a rollback', async () => {
    done(await bob.patch(urlOf(event), { title: 'Edited' }));
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
    expect(adas.copy.get(event.id).title).toBe('Edited');
    done(await bob.post(`${urlOf(event)}/undo`));
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
    done(await ada.patch(urlOf(event), { title: 'Edited again' }));
    done(await ada.post(`${urlOf(event)}/rollback/1`));
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
    expect(bobs.copy.get(event.id).title).toBe('Shown');
  });

  test('another role, and another owner', async () => {
    done(await ada.put(`${urlOf(event)}/permissions/${bob.id}`, { role: 'viewer' }));
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
    expect(bobs.copy.get(event.id).role).toBe('viewer');
    done(await ada.put(`${urlOf(event)}/permissions/${bob.id}`, { role: 'owner' }));
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
    expect([adas.copy.get(event.id).role, bobs.copy.get(event.id).role]).toEqual(['editor', 'owner']);
  });

  test('who is removed is told that, and nothing of what comes after it', async () => {
    done(await ada.delete(`${urlOf(event)}/permissions/${bob.id}`));
    done(await ada.patch(urlOf(event), { title: 'Hidden' }));
    const { body } = await bob.get(`/api/sync?token=${bobs.token}`);
    expect(JSON.stringify(body)).not.toContain('Hidden');
    expect(await told()).toEqual({ ada: changed(), bob: gone() });
    await ada.share(event, bob, 'viewer');
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
  });

  test('who was away and back again between two answers has it changed', async () => {
    done(await ada.delete(`${urlOf(event)}/permissions/${bob.id}`));
    await ada.share(event, bob, 'viewer');
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
  });

  test('who leaves is told so', async () => {
    done(await bob.delete(`${urlOf(event)}/permissions/${bob.id}`));
    expect(await told()).toEqual({ ada: changed(), bob: gone() });
  });

  test('into the trash and back', async () => {
    done(await ada.delete(urlOf(event)));
    expect(await told()).toEqual({ ada: gone(), bob: gone() });
    done(await ada.post(`${urlOf(event)}/restore`));
    expect(await told()).toEqual({ ada: changed(), bob: changed() });
  });

  test.each([
    ['at once', false],
    ['from the trash', true],
  ])('erased %s', async (_, isTrashed) => {
    if (isTrashed) {
      done(await ada.delete(urlOf(event)));
    }
    done(await ada.delete(`${urlOf(event)}?permanent=true`));
    expect(await told()).toEqual({ ada: gone(), bob: gone() });
  });

  test('who has deleted their account gives up the others’ events, and erases their own', async () => {
    const cat = await convene.person();
    const own = await cat.createEvent();
    await cat.share(own, bob, 'viewer');
    await ada.share(event, cat, 'viewer');
    const cats = new Poller(cat);
    await Promise.all([adas.poll(), bobs.poll(), cats.poll()]);
    done(await cat.delete('/api/auth/me', { body: { password: 'correct horse battery', events: 'erase' } }));
    expect(await told()).toEqual({ ada: changed(), bob: { events: [event.id], removed: [own.id] } });
    expectProblem(await cat.get(`/api/sync?token=${cats.token}`), 401, 'unauthenticated');
  });

  test('occurrences that are changed, and a series that splits in two', async () => {
    const series = await ada.createEvent({ recurrence: { frequency: 'daily', count: 9 } });
    await ada.share(series, bob, 'editor');
    await Promise.all([adas.poll(), bobs.poll()]);
    done(
      await bob.patch(`${urlOf(series)}/occurrences/2026-03-04T15:00:00?scope=this`, { title: 'Just this' }),
    );
    const one = { events: [series.id], removed: [] };
    expect(await told()).toEqual({ ada: one, bob: one });
    const { following } = done(
      await bob.patch(`${urlOf(series)}/occurrences/2026-03-06T15:00:00?scope=following`, { title: 'Rest' }),
    );
    const both = { events: expect.arrayContaining([series.id, following.id]), removed: [] };
    expect(await told()).toEqual({ ada: both, bob: both });
  });

  test('all that happened while nobody asked, days later', async () => {
    const others = [await ada.createEvent(), await ada.createEvent(), await ada.createEvent()];
    for (const other of others) {
      await ada.share(other, bob, 'viewer');
    }
    await bobs.poll();
    const waiting = bobs.token;
    done(await ada.delete(`${urlOf(others[0])}?permanent=true`));
    done(await ada.delete(urlOf(others[1])));
    done(await ada.delete(`${urlOf(others[2])}/permissions/${bob.id}`));
    done(await bob.patch(urlOf(event), { title: 'Late' }));
    convene.advance(80 * DAY);
    try {
      const later = new Poller(await signIn(bob));
      bobs.copy.forEach((value, id) => later.copy.set(id, value));
      later.token = waiting;
      const answer = await later.poll(1);
      expect(answer.events).toEqual([event.id]);
      expect(new Set(answer.removed)).toEqual(new Set(others.map(({ id }) => id)));
      await later.expectUpToDate();
      expect(await later.poll()).toEqual(NOTHING);
    } finally {
      convene.advance(-80 * DAY);
    }
  });
});

describe('much at once', () => {
  test('of two hundred that are new none is told twice; of more, at most some', async () => {
    const batch = (count: number) => ({
      events: Array.from({ length: count }, (_, i) => ({
        title: `Event ${i}`,
        start: '2026-03-02T15:00:00Z',
        end: '2026-03-02T16:00:00Z',
      })),
    });
    done(await ada.post('/api/events/batch?conflicts=ignore', batch(200)));
    expect((await adas.poll(70)).events).toHaveLength(200);
    expect(await adas.poll()).toEqual(NOTHING);
    done(await bob.post('/api/events/batch?conflicts=ignore', batch(300)));
    await bobs.poll(200);
    await bobs.expectUpToDate();
    expect((await bobs.poll(200)).events.length).toBeLessThanOrEqual(300 - 256);
    await bobs.expectUpToDate();
    // A token fits into an address, whatever it has to remember.
    expect(bobs.token?.length).toBeLessThan(6_000);
  });
});

describe('the poller of docs/SYNC.md', () => {
  const [code = ''] = /^async function poll\b.*?^}$/ms.exec(readFileSync('docs/SYNC.md', 'utf8')) ?? [];
  type Poll = (copy: Map<string, unknown>, token?: string) => Promise<string>;
  const pollerOf = ({ tokens }: Person): Poll =>
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    new Function('url', 'client', `${code}\nreturn poll;`)(convene.url, { tokens }) as Poll;

  test('keeps a copy, and begins anew where its token is too old', async () => {
    const [kept, gone] = [await ada.createEvent(), await ada.createEvent()];
    const copy = new Map<string, unknown>();
    const token = await pollerOf(ada)(copy);
    expect([...copy.keys()].sort()).toEqual([kept.id, gone.id].sort());
    done(await ada.delete(urlOf(gone)));
    const next = await pollerOf(ada)(copy, token);
    expect([...copy.keys()]).toEqual([kept.id]);
    convene.advance(100 * DAY);
    try {
      copy.set('stale', {});
      const last = await pollerOf(await signIn(ada))(copy, next);
      expect([...copy.keys()]).toEqual([kept.id]);
      expect(typeof last).toBe('string');
    } finally {
      convene.advance(-100 * DAY);
    }
  });
});

describe('a token', () => {
  const sync = (person: Person, parameters: Record<string, string>) =>
    person.get(`/api/sync?${new URLSearchParams(parameters).toString()}`);

  test('is good for whom it was given to', async () => {
    await adas.poll();
    expectProblem(await sync(bob, { token: adas.token! }), 422, 'validation-failed', 'token');
  });

  test('that is damaged, made up or a list’s is refused', async () => {
    await ada.createEvent();
    await ada.createEvent();
    await adas.poll();
    const { body } = await ada.get('/api/events?limit=1');
    const token = adas.token!;
    const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const bad of [
      flipped,
      token.slice(0, -1),
      `${token}A`,
      'x',
      '',
      body.nextCursor,
      'a'.repeat(9000),
    ]) {
      expectProblem(await sync(ada, { token: bad }), 422, 'validation-failed', 'token');
    }
    for (const limit of ['0', '201', '-1', 'x', '']) {
      expectProblem(await sync(ada, { limit }), 422, 'validation-failed', 'limit');
    }
    expect((await sync(ada, { token, limit: '200' })).status).toBe(200);
  });

  test('is good for 89 days, and for the rest of a round half a day more', async () => {
    await ada.createEvent();
    await ada.createEvent();
    await adas.poll();
    const finished = adas.token!;
    const half = new Poller(ada);
    await half.page(1);
    const begun = half.token!;
    let moved = 0;
    const after = async (ms: number): Promise<Person> => {
      convene.advance(ms - moved);
      moved = ms;
      return signIn(ada);
    };
    try {
      const soon = await after(89 * DAY - MINUTE);
      expect((await sync(soon, { token: finished })).status).toBe(200);
      expect((await sync(soon, { token: begun })).status).toBe(200);
      const late = await after(89 * DAY + MINUTE);
      expectProblem(await sync(late, { token: finished }), 410, 'sync-token-expired');
      expect((await sync(late, { token: begun })).status).toBe(200);
      const tooLate = await after(90 * DAY);
      expectProblem(await sync(tooLate, { token: begun }), 410, 'sync-token-expired');
    } finally {
      convene.advance(-moved);
    }
  });

  test('misses nothing where the clock is put back', async () => {
    const event = await ada.createEvent();
    await ada.share(event, bob, 'viewer');
    await Promise.all([adas.poll(), bobs.poll()]);
    convene.advance(-60 * MINUTE);
    try {
      const made = await ada.createEvent();
      done(await ada.delete(`${urlOf(event)}?permanent=true`));
      convene.advance(10 * MINUTE);
      expect(await adas.poll()).toEqual({ events: [made.id], removed: [event.id] });
      expect((await bobs.poll()).removed).toEqual([event.id]);
      await adas.expectUpToDate();
      expect(await adas.poll()).toEqual(NOTHING);
    } finally {
      convene.advance(50 * MINUTE);
    }
  });
});
