import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contentOf, eventIn, expectProblem, mannerly, PLAIN_CONTENT } from '../support/answers.js';
import { Convene, sampleEvent, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterAll(() => convene.close());

const nested = (levels: number): object =>
  levels === 1 ? { bottom: true } : { down: levels === 2 ? {} : nested(levels - 1) };
const manyTags = (count: number): string[] => Array.from({ length: count }, (_, i) => `tag ${i}`);

/** How many events there are of Ada's. */
const countOfAdas = async (): Promise<number> =>
  (await ada.get('/api/events?limit=200')).body.items.length as number;

describe('creating an event', () => {
  test('answers it whole, with its defaults, its place and its tag', async () => {
    const before = Date.now();
    const { status, headers, body } = await ada.post('/api/events?conflicts=ignore', sampleEvent);
    expect(status).toBe(201);
    expect(eventIn(body)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      version: 1,
      role: 'owner',
      ownerId: ada.id,
      ...PLAIN_CONTENT,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.createdAt,
      updatedBy: ada.id,
      deletedAt: null,
    });
    expect(Date.parse(body.createdAt)).toBeGreaterThanOrEqual(before);
    expect(headers.get('ETag')).toBe('"1"');
    expect(headers.get('Location')).toBe(`/api/events/${body.id}`);
    expect(headers.get('Content-Type')).toMatch(/^application\/json\b/);
    expect(await ada.get(headers.get('Location') ?? '')).toMatchObject({ status: 200, body: eventIn(body) });
  });

  test('keeps every field as it was given', async () => {
    const content = {
      title: 'Überprüfung 📐',
      description: 'First line\nsecond line\r\n\ttabbed',
      location: 'Room 4',
      url: 'https://example.com/a?b=c#d',
      start: '2026-07-01T08:00:00Z',
      end: '2026-07-01T09:30:00Z',
      timeZone: 'Europe/Berlin',
      allDay: false,
      status: 'tentative',
      busy: false,
      tags: ['work', 'Work', '日本語'],
      color: '#a0B1c2',
      recurrence: { frequency: 'weekly', byDay: [{ day: 'we' }], count: 10 },
      overrides: { '2026-07-08T10:00:00': { title: 'Elsewhere' }, '2026-07-15T10:00:00': { excluded: true } },
      metadata: { 'a.b': 1, $gt: { '': [null, true, -0.5, 'x'] }, '~/': {} },
    };
    const event = await ada.createEvent(content);
    expect(contentOf(event)).toEqual(content);
    expect(contentOf((await ada.get(`/api/events/${event.id}`)).body)).toEqual(content);
  });

  test('Location is a path, whatever Host says', async () => {
    const answer = await ada.post('/api/events', sampleEvent, {
      headers: { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
    });
    expect(answer.headers.get('Location')).toBe(`/api/events/${answer.body.id}`);
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'an offset is turned into UTC',
      { start: '2026-03-02T16:00:00+01:00', end: '2026-03-02T12:30:00-04:30' },
      { start: '2026-03-02T15:00:00Z', end: '2026-03-02T17:00:00Z' },
    ],
    [
      'a local time is read in the time zone',
      { start: '2026-03-02T10:00:00', end: '2026-03-02T11:00', timeZone: 'America/New_York' },
      { start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' },
    ],
    [
      'a local time in a DST gap takes the offset before it',
      { start: '2026-03-08T02:30:00', end: '2026-03-08T04:00:00', timeZone: 'America/New_York' },
      { start: '2026-03-08T07:30:00Z', end: '2026-03-08T08:00:00Z' },
    ],
    [
      'a repeated local time is the first one',
      { start: '2026-11-01T01:30:00', end: '2026-11-01T03:00:00', timeZone: 'America/New_York' },
      { start: '2026-11-01T05:30:00Z', end: '2026-11-01T08:00:00Z' },
    ],
    [
      'fractions of a second are cut',
      { start: '2026-03-02T15:00:00.999Z', end: '2026-03-02T16:00:59.123456Z' },
      { start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:59Z' },
    ],
    [
      'an all-day event has dates, its end exclusive',
      { start: '2026-03-02', end: '2026-03-03', allDay: true, timeZone: 'Pacific/Auckland' },
      { start: '2026-03-02', end: '2026-03-03' },
    ],
    [
      'a reminder has no length and is not busy',
      { end: sampleEvent.start, busy: false },
      { start: sampleEvent.start, end: sampleEvent.start },
    ],
    [
      'an event may last 366 days',
      { start: '2026-01-01T00:00:00Z', end: '2027-01-02T00:00:00Z' },
      { end: '2027-01-02T00:00:00Z' },
    ],
    [
      'an iCalendar rule is stored as the object',
      { recurrence: 'RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO;COUNT=4' },
      { recurrence: { frequency: 'monthly', interval: 2, byDay: [{ day: 'mo', nthOfPeriod: 1 }], count: 4 } },
    ],
    [
      'months may be numbers and are answered as strings',
      { recurrence: { frequency: 'yearly', byMonth: [3, '4'] } },
      { recurrence: { frequency: 'yearly', byMonth: ['3', '4'] } },
    ],
    ['a mailto URL', { url: 'mailto:ada@example.com' }, { url: 'mailto:ada@example.com' }],
    ['a colour name', { color: 'rebeccapurple' }, { color: 'rebeccapurple' }],
    ['null where a field may be null', { url: null, color: null, recurrence: null }, { url: null }],
    ['a title of 200 characters', { title: '📐'.repeat(200) }, { title: '📐'.repeat(200) }],
    ['a description of 20,000', { description: 'x'.repeat(20_000) }, {}],
    ['a location of 500', { location: 'é'.repeat(500) }, {}],
    ['50 tags', { tags: manyTags(50) }, { tags: manyTags(50) }],
    ['a tag of 50 characters', { tags: ['x'.repeat(50)] }, {}],
    ['a URL of 2,048 characters', { url: `https://e.com/${'x'.repeat(2034)}` }, {}],
    ['metadata of 16 KiB', { metadata: { x: 'x'.repeat(16 * 1024 - 8) } }, {}],
    ['metadata of 32 levels', { metadata: nested(32) }, { metadata: nested(32) }],
  ])('%s', async (_, given, expected) => {
    expect(await ada.createEvent(given)).toMatchObject(expected);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no title', { title: undefined }, '/title'],
    ['an empty title', { title: '' }, '/title'],
    ['a title of 201 characters', { title: '📐'.repeat(201) }, '/title'],
    ['a title that is a number', { title: 7 }, '/title'],
    ['a title that is null', { title: null }, '/title'],
    ['a title with NUL', { title: 'a\0b' }, '/title'],
    ['a title with a lone surrogate', { title: 'a\udc00b' }, '/title'],
    ['a description of 20,001 characters', { description: 'x'.repeat(20_001) }, '/description'],
    ['a location of 501', { location: 'x'.repeat(501) }, '/location'],
    ['51 tags', { tags: manyTags(51) }, '/tags'],
    ['a tag of 51 characters', { tags: ['ok', 'x'.repeat(51)] }, '/tags/1'],
    ['an empty tag', { tags: [''] }, '/tags/0'],
    ['a tag twice', { tags: ['a', 'b', 'a'] }, '/tags'],
    ['tags that are no list', { tags: { 0: 'a' } }, '/tags'],
    ['a relative URL', { url: '/events' }, '/url'],
    ['a script for a URL', { url: 'javascript:alert(1)' }, '/url'],
    ['a file for a URL', { url: 'file:///etc/passwd' }, '/url'],
    ['a URL of 2,049 characters', { url: `https://e.com/${'x'.repeat(2035)}` }, '/url'],
    ['a colour that is none', { color: '#12345g' }, '/color'],
    ['a colour that would style more', { color: 'red;x:url(y)' }, '/color'],
    ['a status that is none', { status: 'maybe' }, '/status'],
    ['busy as a word', { busy: 'true' }, '/busy'],
    ['a time zone that is none', { timeZone: 'Mars/Olympus' }, '/timeZone'],
    ['an offset for a time zone', { timeZone: '+02:00' }, '/timeZone'],
    ['no start', { start: undefined }, '/start'],
    ['a start that is a number', { start: 1767225600000 }, '/start'],
    ['a start that is no time', { start: 'tomorrow' }, '/start'],
    ['a start on a day that is none', { start: '2026-02-30T10:00:00Z' }, '/start'],
    ['a start in an hour that is none', { start: '2026-03-02T24:00:00Z' }, '/start'],
    ['a start with an offset that is none', { start: '2026-03-02T10:00:00+99:00' }, '/start'],
    ['a date where it is not all-day', { start: '2026-03-02' }, '/start'],
    [
      'a date-time where it is all-day',
      { allDay: true, start: '2026-03-02', end: '2026-03-03T00:00:00Z' },
      '/end',
    ],
    [
      'a local time that is before year 1 in UTC',
      { start: '0001-01-01T00:00:00', end: '0001-01-02T00:00:00', timeZone: 'Asia/Tokyo' },
      '/start',
    ],
    [
      'a local time that is after year 9999 in UTC',
      { start: '9999-12-31T23:00:00', end: '9999-12-31T23:30:00', timeZone: 'America/New_York' },
      '/start',
    ],
    ['no end', { end: undefined }, '/end'],
    ['an end before the start', { end: '2026-03-02T14:59:59Z' }, '/end'],
    ['an end at the start of something busy', { end: sampleEvent.start }, '/end'],
    [
      'an all-day event without a day',
      { allDay: true, start: '2026-03-02', end: '2026-03-02', busy: false },
      '/end',
    ],
    ['more than 366 days', { start: '2026-01-01T00:00:00Z', end: '2027-01-02T00:00:01Z' }, '/end'],
    ['metadata that is a list', { metadata: [] }, '/metadata'],
    ['metadata that is null', { metadata: null }, '/metadata'],
    ['metadata over 16 KiB', { metadata: { x: 'x'.repeat(16 * 1024 - 7) } }, '/metadata'],
    ['metadata of 33 levels', { metadata: nested(33) }, '/metadata'],
    [
      'overrides by something that is no start',
      { overrides: { tomorrow: { title: 'x' } } },
      '/overrides/tomorrow',
    ],
    [
      'an override of what is the series’ own',
      { overrides: { '2026-03-02T15:00:00': { timeZone: 'UTC' } } },
      '/overrides/2026-03-02T15:00:00/timeZone',
    ],
    ['an unknown field', { colour: 'red' }, '/colour'],
    ['a field of the envelope', { ownerId: '0'.repeat(24) }, '/ownerId'],
    ['an id of one’s own', { id: '0'.repeat(24) }, '/id'],
    ['a version of one’s own', { version: 7 }, '/version'],
  ])('%s is refused with a pointer, and nothing is created', async (_, fault, pointer) => {
    const count = await countOfAdas();
    const answer = await ada.post('/api/events', { ...sampleEvent, ...fault });
    expectProblem(answer, 422, 'validation-failed', pointer);
    expect(answer.headers.get('Location')).toBeNull();
    expect(await countOfAdas()).toBe(count);
  });

  test.each<[string, unknown]>([
    ['finer than hourly', { frequency: 'minutely' }],
    ['finer than hourly, as text', 'FREQ=SECONDLY'],
    ['an interval over 1,000', { frequency: 'daily', interval: 1001 }],
    ['an interval of nothing', { frequency: 'daily', interval: 0 }],
    ['a count over 10,000', { frequency: 'daily', count: 10_001 }],
    ['an end before the start', { frequency: 'daily', until: '2026-03-01T00:00:00' }],
    ['count and until both', { frequency: 'daily', count: 2, until: '2026-04-01T00:00:00' }],
    ['a month that is none', { frequency: 'yearly', byMonth: ['13'] }],
    ['a day that is none', { frequency: 'weekly', byDay: [{ day: 'xx' }] }],
    ['a day of the year every month', { frequency: 'monthly', byYearDay: [61] }],
    ['a first Monday every week', { frequency: 'weekly', byDay: [{ day: 'mo', nthOfPeriod: 1 }] }],
    ['a text that is no rule', 'every other Monday'],
  ])('a rule with %s is an invalid recurrence', async (_, recurrence) => {
    const answer = await ada.post('/api/events', { ...sampleEvent, recurrence });
    expectProblem(answer, 422, 'invalid-recurrence');
    expect(answer.body.errors[0].pointer).toMatch(/^\/recurrence/);
  });

  test('every fault is named at once', async () => {
    const { body } = await ada.post('/api/events', { title: '', busy: 1, tags: [7], x: 1 });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/busy',
      '/end',
      '/start',
      '/tags/0',
      '/title',
      '/x',
    ]);
  });
});

describe('reading an event', () => {
  test.each([
    ['as it is', (tag: string) => tag],
    ['weak', (tag: string) => `W/${tag}`],
    ['among others', (tag: string) => `"0", "77" , ${tag}`],
    ['as any', () => '*'],
  ])('If-None-Match with its tag %s answers 304 without a body', async (_, header) => {
    const event = await ada.createEvent();
    const answer = await ada.get(`/api/events/${event.id}`, { headers: { 'If-None-Match': header('"1"') } });
    expect(answer).toMatchObject({ status: 304, body: '' });
    expect(answer.headers.get('ETag')).toBe('"1"');
  });

  test.each(['"2"', '1', '"01"', 'W/"11"', '', '"'])('If-None-Match: %s answers the event', async (tag) => {
    const event = await ada.createEvent();
    const answer = await ada.get(`/api/events/${event.id}`, { headers: { 'If-None-Match': tag } });
    expect(answer).toMatchObject({ status: 200, body: eventIn(event) });
    expect(answer.headers.get('ETag')).toBe('"1"');
  });

  test('after a change its tag is another one, for everybody', async () => {
    const event = await ada.createEvent();
    await ada.share(event, bob, 'viewer');
    const seen = await bob.get(`/api/events/${event.id}`);
    expect(seen.headers.get('ETag')).toBe('"2"');
    await ada.patch(`/api/events/${event.id}`, { title: 'Changed' });
    const again = await bob.get(`/api/events/${event.id}`, { headers: { 'If-None-Match': '"2"' } });
    expect(again).toMatchObject({ status: 200, body: { title: 'Changed', version: 3, role: 'viewer' } });
    expect(again.headers.get('ETag')).toBe('"3"');
  });

  test('HEAD answers as GET does, without the body', async () => {
    const event = await ada.createEvent();
    const answer = await ada.send('HEAD', `/api/events/${event.id}`);
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers.get('ETag')).toBe('"1"');
  });

  test('what belongs to one person is not for shared caches', async () => {
    const event = await ada.createEvent();
    const { headers } = await ada.get(`/api/events/${event.id}`);
    expect(headers.get('Cache-Control')).toMatch(/\b(private|no-store)\b/);
  });
});

describe('the trash', () => {
  const trashed = async (): Promise<{ id: string }> => {
    const event = await ada.createEvent();
    await ada.share(event, bob, 'editor');
    expect(await ada.delete(`/api/events/${event.id}`)).toMatchObject({ status: 204, body: '' });
    return event;
  };
  const idsIn = async (person: Person, query = ''): Promise<string[]> =>
    (await person.get(`/api/events?limit=200${query}`)).body.items.map(({ id }: { id: string }) => id);

  test('takes a deleted event, which only its owner sees there', async () => {
    const { id } = await trashed();
    const { status, body } = await ada.get(`/api/events/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 3, updatedBy: ada.id, deletedAt: body.updatedAt });
    expectProblem(await bob.get(`/api/events/${id}`), 404, 'not-found');
    for (const person of [ada, bob]) {
      expect(await idsIn(person)).not.toContain(id);
    }
    expect(await idsIn(ada, '&deleted=true')).toContain(id);
    expect(await idsIn(bob, '&deleted=true')).not.toContain(id);
    expect((await ada.get(`/api/events/${id}/history`)).body.items[0]).toMatchObject({
      kind: 'delete',
      version: 3,
      patch: [],
    });
  });

  test('an event there is not changed, and not deleted a second time', async () => {
    const { id } = await trashed();
    const before = (await ada.get(`/api/events/${id}`)).body;
    const refused = [
      await ada.patch(`/api/events/${id}`, { title: 'x' }),
      await ada.put(`/api/events/${id}`, sampleEvent),
      await ada.post(`/api/events/${id}/rollback/1`),
      await ada.post(`/api/events/${id}/share`, { userId: bob.id, role: 'viewer' }),
      await ada.put(`/api/events/${id}/permissions/${bob.id}`, { role: 'owner' }),
      await ada.delete(`/api/events/${id}/permissions/${bob.id}`),
      await ada.delete(`/api/events/${id}`),
      await bob.post(`/api/events/${id}/restore`),
      await bob.delete(`/api/events/${id}?permanent=true`),
    ];
    refused.forEach((answer) => expectProblem(answer, 404, 'not-found'));
    expect((await ada.get(`/api/events/${id}`)).body).toEqual(before);
  });

  test('restoring brings it back as it was, members included; a second time writes nothing', async () => {
    const { id } = await trashed();
    const restored = await ada.post(`/api/events/${id}/restore`);
    expect(restored).toMatchObject({ status: 200, body: { id, version: 4, deletedAt: null, role: 'owner' } });
    expect(restored.headers.get('ETag')).toBe('"4"');
    expect(contentOf(restored.body)).toEqual(PLAIN_CONTENT);
    expect(await bob.get(`/api/events/${id}`)).toMatchObject({ status: 200, body: { role: 'editor' } });
    expect(await idsIn(bob)).toContain(id);
    expect(await idsIn(ada, '&deleted=true')).not.toContain(id);

    const again = await ada.post(`/api/events/${id}/restore`);
    expect(again).toMatchObject({ status: 200, body: restored.body });
    const kinds = (await ada.get(`/api/events/${id}/history`)).body.items.map(
      ({ kind }: { kind: string }) => kind,
    );
    expect(kinds).toEqual(['restore', 'delete', 'share', 'create']);
  });

  test.each(['live', 'trashed'])('permanent=true erases a %s event with its history', async (state) => {
    const { id } = state === 'live' ? await ada.createEvent() : await trashed();
    expect(await ada.delete(`/api/events/${id}?permanent=true`)).toMatchObject({ status: 204 });
    for (const path of ['', '/history', '/history/1', '/permissions', '/changelog', '/diff/1/1']) {
      expectProblem(await ada.get(`/api/events/${id}${path}`), 404, 'not-found');
    }
    expectProblem(await ada.post(`/api/events/${id}/restore`), 404, 'not-found');
    expectProblem(await ada.delete(`/api/events/${id}?permanent=true`), 404, 'not-found');
    expect(await idsIn(ada, '&deleted=true')).not.toContain(id);
  });

  test('If-Match keeps an event that has changed from being deleted', async () => {
    const { id } = await ada.createEvent();
    await ada.patch(`/api/events/${id}`, { title: 'Changed' });
    for (const query of ['', '?permanent=true']) {
      const refused = await ada.delete(`/api/events/${id}${query}`, { headers: { 'If-Match': '"1"' } });
      expectProblem(refused, 412, 'precondition-failed');
      expect(refused.headers.get('ETag')).toBe('"2"');
    }
    expect(await ada.get(`/api/events/${id}`)).toMatchObject({ body: { version: 2, deletedAt: null } });
    expect(await ada.delete(`/api/events/${id}`, { headers: { 'If-Match': '"2"' } })).toMatchObject({
      status: 204,
    });
  });

  test.each(['yes', '1', '', 'true&permanent=true'])(
    'permanent=%s is a 422, and deletes nothing',
    async (value) => {
      const { id } = await ada.createEvent();
      const answer = await ada.delete(`/api/events/${id}?permanent=${value}`);
      expectProblem(answer, 422, 'validation-failed', 'permanent');
      expect(await ada.get(`/api/events/${id}`)).toMatchObject({ status: 200, body: { deletedAt: null } });
    },
  );
});

test.each(['', '?permanent=true'])(
  'a DELETE%s amid edits is done; each edit is taken before it or a 404',
  async (query) => {
    const { id } = await ada.createEvent();
    const url = `/api/events/${id}`;
    await ada.share({ id }, bob, 'editor');
    const edits = Array.from({ length: 30 }, (_, i) => bob.patch(url, { metadata: { [`k${i}`]: i } }));
    const deletion = await ada.delete(url + query);
    expect(deletion).toMatchObject({ status: 204 });
    const statuses = new Set((await Promise.all(edits)).map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 200 && status !== 404)).toEqual([]);
    expectProblem(await bob.patch(url, { title: 'x' }), 404, 'not-found');
    expect(await ada.get(url)).toMatchObject({ status: query ? 404 : 200 });
  },
);

test('events are still there after a restart, as they were', async () => {
  const event = await ada.createEvent({ tags: ['kept'], metadata: { deep: { er: [1, 2] } } });
  await ada.patch(`/api/events/${event.id}`, { title: 'Renamed' });
  const before = await ada.get(`/api/events/${event.id}`);
  const history = await ada.get(`/api/events/${event.id}/history`);
  await convene.restart();
  expect((await ada.get(`/api/events/${event.id}`)).body).toEqual(before.body);
  expect((await ada.get(`/api/events/${event.id}/history`)).body.items).toEqual(history.body.items);
});
