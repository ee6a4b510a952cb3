import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Convene, Person, sampleEvent, type Answer } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start();
});
afterAll(() => convene.close());
beforeEach(async () => {
  [ada, bob] = [await convene.person(), await convene.person()];
});

const at = (start: string, end: string, more = {}) => ({
  title: `${start}–${end}`,
  start: `2026-03-02T${start}:00Z`,
  end: `2026-03-02T${end}:00Z`,
  ...more,
});
const create = (person: Person, body: object, mode?: string): Promise<Answer> =>
  person.post(`/api/events${mode ? `?conflicts=${mode}` : ''}`, body);
const met = ({ body }: Answer): string[] => body.conflicts.map(({ title }: { title: string }) => title);

describe('what is a conflict', () => {
  test('overlapping times are, told with both occurrences and how far was looked', async () => {
    const first = await ada.createEvent(at('10:00', '11:00'));
    const second = await create(ada, at('10:30', '11:30'));
    expect(second).toMatchObject({
      status: 201,
      body: {
        conflicts: [
          {
            eventId: first.id,
            title: '10:00–11:00',
            role: 'owner',
            start: '2026-03-02T10:00:00Z',
            end: '2026-03-02T11:00:00Z',
            occurrence: { start: '2026-03-02T10:30:00Z', end: '2026-03-02T11:30:00Z' },
          },
        ],
        checkedFrom: '2026-03-02T10:30:00Z',
        checkedUntil: '2026-03-02T11:30:00Z',
        truncated: false,
      },
    });
    const { body } = await ada.get(`/api/events/${first.id}/conflicts`);
    expect(body.conflicts).toMatchObject([{ eventId: second.body.id, start: '2026-03-02T10:30:00Z' }]);
    expect(Object.keys(body).sort()).toEqual(['checkedFrom', 'checkedUntil', 'conflicts', 'truncated']);
  });

  test.each([
    ['one that ends when the other starts', at('09:00', '10:00'), false],
    ['one that starts when the other ends', at('11:00', '12:00'), false],
    ['one inside the other', at('10:15', '10:30'), true],
    ['one around the other', at('09:00', '12:00'), true],
    ['the same time', at('10:00', '11:00'), true],
    ['one that is not busy', at('10:00', '11:00', { busy: false }), false],
    ['a cancelled one', at('10:00', '11:00', { status: 'cancelled' }), false],
    ['a tentative one', at('10:00', '11:00', { status: 'tentative' }), true],
    ['a day', { title: 'day', start: '2026-03-02', end: '2026-03-03', allDay: true }, true],
    [
      'a day that is over elsewhere',
      { title: 'day', start: '2026-03-01', end: '2026-03-02', allDay: true, timeZone: 'Asia/Tokyo' },
      false,
    ],
  ])('%s', async (_, other, expected) => {
    await ada.createEvent(at('10:00', '11:00'));
    expect((await create(ada, other)).body.conflicts).toHaveLength(expected ? 1 : 0);
  });

  test('others’ events are, once they are shared; nobody else’s, and none in the trash', async () => {
    const event = await bob.createEvent(at('10:00', '11:00'));
    const check = () => ada.post('/api/events/conflicts', at('10:00', '11:00'));
    expect(met(await check())).toEqual([]);
    await bob.share(event, ada, 'viewer');
    expect((await check()).body.conflicts).toMatchObject([{ eventId: event.id, role: 'viewer' }]);
    await bob.delete(`/api/events/${event.id}`);
    expect(met(await check())).toEqual([]);
  });

  test('series meet by occurrence, overrides included, and never themselves', async () => {
    await ada.createEvent({
      ...at('10:00', '11:00', { title: 'series' }),
      recurrence: 'FREQ=WEEKLY;COUNT=4',
      overrides: {
        '2026-03-09T10:00:00': { excluded: true },
        '2026-03-16T10:00:00': { start: '2026-03-17T08:00:00Z' },
        '2026-03-23T10:00:00': { busy: false },
      },
    });
    const check = async (day: string, hour: string) =>
      met(
        await ada.post('/api/events/conflicts', {
          start: `2026-03-${day}T${hour}:00Z`,
          end: `2026-03-${day}T${hour}:30Z`,
        }),
      );
    expect(await check('02', '10:00')).toEqual(['series']);
    expect(await check('09', '10:00')).toEqual([]);
    expect(await check('16', '10:00')).toEqual([]);
    expect(await check('17', '08:00')).toEqual(['series']);
    expect(await check('23', '10:00')).toEqual([]);
  });

  test('two endless series that meet now and then, as far as was looked', async () => {
    const six = await ada.createEvent({
      ...at('10:00', '11:00', { title: 'six' }),
      recurrence: 'FREQ=DAILY;INTERVAL=6',
    });
    const start = { start: '2026-03-03T10:30:00Z', end: '2026-03-03T11:30:00Z' };
    const { body } = await create(ada, { title: 'seven', ...start, recurrence: 'FREQ=WEEKLY' });
    // Days 6a = 7b + 1: the first is day 36, then every 42 days.
    expect(body.conflicts.slice(0, 2)).toMatchObject([
      { eventId: six.id, start: '2026-04-07T10:00:00Z', occurrence: { start: '2026-04-07T10:30:00Z' } },
      { eventId: six.id, start: '2026-05-19T10:00:00Z', occurrence: { start: '2026-05-19T10:30:00Z' } },
    ]);
    expect(Date.parse(body.checkedUntil)).toBeGreaterThan(Date.now() + 700 * 86_400_000);
    expect(body.checkedUntil < '9999').toBe(true);
  });
});

describe('what becomes of it', () => {
  test('reject writes nothing, ignore says nothing', async () => {
    await ada.createEvent(at('10:00', '11:00'));
    const refused = await create(ada, at('10:30', '11:30'), 'reject');
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'schedule-conflict', conflicts: [{ title: '10:00–11:00' }] },
    });
    expect((await ada.get('/api/events')).body.items).toHaveLength(1);
    expect(await create(ada, at('11:00', '12:00'), 'reject')).toMatchObject({
      status: 201,
      body: { conflicts: [] },
    });
    const ignored = await create(ada, at('10:30', '11:30'), 'ignore');
    expect(ignored.status).toBe(201);
    expect(ignored.body).not.toHaveProperty('conflicts');
    expect(await create(ada, at('10:30', '11:30'), 'perhaps')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: 'conflicts' }] },
    });
  });

  test('of 20 simultaneous creations with reject exactly one is made', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => create(ada, at('10:00', '11:00', { title: `${i}` }), 'reject')),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    expect((await ada.get('/api/events')).body.items).toHaveLength(1);
  });

  const onMongo = process.env['MONGODB_URI'] ? test : test.skip;
  onMongo('and exactly one by two processes on one store (skipped without MONGODB_URI)', async () => {
    const other = await convene.beside();
    try {
      const elsewhere = new Person(other, ada.user, ada.tokens);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => create(i % 2 ? ada : elsewhere, at('10:00', '11:00'), 'reject')),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([
        201,
        ...Array.from({ length: 19 }, () => 409),
      ]);
    } finally {
      await other.close();
    }
  });

  test('items of a batch meet each other', async () => {
    const events = [at('10:00', '11:00'), at('10:30', '11:30'), at('11:15', '12:00')];
    const all = await ada.post('/api/events/batch', { events });
    expect(all.status).toBe(201);
    expect(all.body.results.map(({ event }: any) => event.conflicts.length)).toEqual([1, 2, 1]);
    const [other] = [await convene.person()];
    const some = await other.post('/api/events/batch?conflicts=reject', { events });
    expect(some.status).toBe(207);
    expect(some.body.results).toMatchObject([
      { status: 201 },
      { status: 409, problem: { code: 'schedule-conflict' } },
      { status: 201 },
    ]);
    const third = await convene.person();
    const none = await third.post('/api/events/batch?conflicts=reject', { events, atomic: true });
    expect(none).toMatchObject({ status: 422, body: { code: 'batch-failed' } });
    expect((await third.get('/api/events')).body.items).toEqual([]);
  });

  test('edits are looked at where that is asked for', async () => {
    await ada.createEvent(at('10:00', '11:00'));
    const event = await ada.createEvent(at('12:00', '13:00'));
    const move = { start: '2026-03-02T10:30:00Z', end: '2026-03-02T11:30:00Z' };
    const refused = await ada.patch(`/api/events/${event.id}?conflicts=reject`, move);
    expect(refused).toMatchObject({ status: 409, body: { code: 'schedule-conflict' } });
    expect((await ada.get(`/api/events/${event.id}`)).body.version).toBe(1);
    const told = await ada.patch(`/api/events/${event.id}?conflicts=report`, move);
    expect(told).toMatchObject({ status: 200, body: { version: 2, conflicts: [{ title: '10:00–11:00' }] } });
    expect((await ada.patch(`/api/events/${event.id}`, { title: 'x' })).body).not.toHaveProperty('conflicts');
  });

  test('a dry run writes nothing, needs no title and is checked like an event', async () => {
    await ada.createEvent(at('10:00', '11:00'));
    const { title: _, ...candidate } = at('10:00', '11:00');
    expect(met(await ada.post('/api/events/conflicts', candidate))).toEqual(['10:00–11:00']);
    expect((await ada.get('/api/events')).body.items).toHaveLength(1);
    expect(
      await ada.post('/api/events/conflicts', { ...candidate, end: '2026-03-02T09:00:00Z' }),
    ).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/end' }] },
    });
    expect(await ada.post('/api/events/conflicts', { ...candidate, other: 1 })).toMatchObject({
      status: 422,
    });
  });
});

describe('for several people', () => {
  test('participants are looked at on request, without a word of what the caller may not read', async () => {
    const secret = await bob.createEvent(at('10:00', '11:00', { title: 'secret' }));
    const event = await ada.createEvent(at('10:30', '11:30', { title: 'together' }));
    await ada.share(event, bob, 'viewer');
    expect(met(await ada.get(`/api/events/${event.id}/conflicts`))).toEqual([]);
    const { body } = await ada.get(`/api/events/${event.id}/conflicts?participants=true`);
    expect(body.conflicts).toEqual([
      {
        eventId: null,
        title: null,
        role: null,
        userId: bob.id,
        start: '2026-03-02T10:00:00Z',
        end: '2026-03-02T11:00:00Z',
        occurrence: { start: '2026-03-02T10:30:00Z', end: '2026-03-02T11:30:00Z' },
      },
    ]);
    const own = await bob.get(`/api/events/${event.id}/conflicts?participants=true`);
    expect(own.body.conflicts).toMatchObject([{ eventId: secret.id, title: 'secret', userId: bob.id }]);
    expect(await convene.person().then((eve) => eve.get(`/api/events/${event.id}/conflicts`))).toMatchObject({
      status: 404,
    });
  });

  test('somebody else’s change that makes a clash is told to the sockets of those whose time it is', async () => {
    await bob.createEvent(at('10:00', '11:00', { title: 'mine' }));
    const event = await ada.createEvent(at('12:00', '13:00', { title: 'theirs' }));
    await ada.share(event, bob, 'viewer');
    const [a, b] = [await ada.connect(), await bob.connect()];
    await ada.patch(`/api/events/${event.id}`, { start: '2026-03-02T10:30:00Z' });
    const told = await b.until('conflict:detected');
    expect(told).toMatchObject({
      eventId: event.id,
      by: { id: ada.id },
      conflicts: [{ title: 'mine', role: 'owner' }],
    });
    await ada.patch(`/api/events/${event.id}`, { title: 'renamed' });
    await ada.patch(`/api/events/${event.id}`, { end: '2026-03-02T14:00:00Z' });
    const later = await b.until('conflict:detected', ({ conflicts }) =>
      conflicts[0].occurrence.end.includes('T14'),
    );
    expect(later.conflicts).toHaveLength(1);
    expect(b.all('conflict:detected')).toHaveLength(2);
    expect(a.all('conflict:detected')).toEqual([]);
    // An event that is shared is new to the one it is shared with.
    const another = await ada.createEvent(at('10:15', '10:45', { title: 'another' }));
    await ada.share(another, bob, 'viewer');
    const joined = await b.until('conflict:detected', ({ eventId }) => eventId === another.id);
    expect(joined.conflicts).toMatchObject([{ title: 'mine' }, { title: 'renamed' }]);
  });

  test('free/busy: merged, cut to the window, without titles, of those who share an event with the caller', async () => {
    const eve = await convene.person();
    const event = await ada.createEvent(at('08:00', '09:00', { busy: false }));
    await ada.share(event, bob, 'viewer');
    await bob.createEvent(at('10:00', '11:00'));
    await bob.createEvent(at('10:30', '12:00'));
    await bob.createEvent(at('12:00', '12:30'));
    await bob.createEvent(at('14:00', '15:00', { status: 'cancelled' }));
    await bob.createEvent({ ...sampleEvent, start: '2026-03-01T20:00:00Z', end: '2026-03-02T01:00:00Z' });
    const unknown = '0'.repeat(24);
    const window = { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' };
    const { status, body } = await ada.post('/api/freebusy', {
      users: [bob.id, eve.id, unknown, 'x', ada.id],
      ...window,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      users: [
        {
          userId: bob.id,
          busy: [
            { start: '2026-03-02T00:00:00Z', end: '2026-03-02T01:00:00Z' },
            { start: '2026-03-02T10:00:00Z', end: '2026-03-02T12:30:00Z' },
          ],
        },
        { userId: eve.id, busy: null },
        { userId: unknown, busy: null },
        { userId: 'x', busy: null },
        { userId: ada.id, busy: [] },
      ],
    });
  });

  test.each([
    [{ users: [], from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' }, '/users'],
    [
      {
        users: Array.from({ length: 51 }, () => 'x'),
        from: '2026-03-02T00:00:00Z',
        to: '2026-03-03T00:00:00Z',
      },
      '/users',
    ],
    [{ users: ['x'], from: '2026-03-03T00:00:00Z', to: '2026-03-02T00:00:00Z' }, '/from'],
    [{ users: ['x'], from: '2026-03-02T00:00:00Z', to: '2126-03-02T00:00:00Z' }, '/to'],
    [{ users: ['x'], from: 'yesterday', to: '2026-03-02T00:00:00Z' }, '/from'],
    [{ users: [{ $gt: '' }], from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' }, '/users/0'],
    [{ users: ['x'], from: '2026-03-02T00:00:00Z' }, '/to'],
  ])('free/busy of %j is refused at %s', async (body, pointer) => {
    expect(await ada.post('/api/freebusy', body)).toMatchObject({
      status: 422,
      body: { code: 'validation-failed', errors: [{ pointer }] },
    });
  });
});
