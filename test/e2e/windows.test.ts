import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { occurrencesIn, timesOf } from '../../src/calendar/occurrences.js';
import { expectProblem, mannerly } from '../support/answers.js';
import { isAsDocumented } from '../support/conformity.js';
import { Convene, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = (request, answer) => {
    mannerly(request, answer);
    isAsDocumented(request, answer);
  };
});
afterAll(() => convene.close());
beforeEach(async () => {
  ada = await convene.person();
});

type Fields = Record<string, unknown>;

const ask = (parameters: Record<string, unknown>): string =>
  `/api/events?${new URLSearchParams(parameters as Record<string, string>).toString()}`;

/** All items of a list, page after page; something may happen between the pages. */
async function read(
  person: Person,
  parameters: Record<string, unknown>,
  between: () => Promise<unknown> = async () => null,
): Promise<any[]> {
  const found: any[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 500; pages += 1) {
    const { status, body }: any = await person.get(
      ask({ ...parameters, ...(cursor !== null && { cursor }) }),
    );
    expect({ status, body: status === 200 ? null : body }).toEqual({ status: 200, body: null });
    expect(body.items.length).toBeLessThanOrEqual(Number(parameters['limit'] ?? 50));
    found.push(...body.items);
    cursor = body.nextCursor;
    if (cursor === null) {
      return found;
    }
    await between();
  }
  throw new Error('the list has no end');
}

const titles = async (parameters: Record<string, unknown>): Promise<string[]> =>
  (await read(ada, parameters)).map(({ title }) => title);
const expanded = async (from: string, to: string, more: Record<string, unknown> = {}): Promise<string[]> =>
  (await read(ada, { from, to, expand: true, ...more })).map(
    ({ title, start, recurrenceId }) => `${title} ${start} ${recurrenceId}`,
  );
const create = (fields: Fields): Promise<any> => ada.createEvent(fields);

/** 09:00–10:00 on Mondays. */
const weekly = (title: string, timeZone: string, more: Fields = {}): Fields => ({
  title,
  timeZone,
  start: '2026-03-02T09:00:00',
  end: '2026-03-02T10:00:00',
  recurrence: 'FREQ=WEEKLY',
  ...more,
});

describe('a window on series', () => {
  test('holds those with an occurrence in it and no other, half-open at both edges', async () => {
    await create(weekly('series', 'UTC'));
    for (const [from, to, expected] of [
      ['2026-03-09T10:00:00Z', '2026-03-16T09:00:00Z', []], // between two of them
      ['2026-03-09T09:59:59Z', '2026-03-16T09:00:00Z', ['series']],
      ['2026-03-09T10:00:00Z', '2026-03-16T09:00:01Z', ['series']],
      ['2026-03-01T00:00:00Z', '2026-03-02T09:00:00Z', []],
      ['2096-03-05T09:59:59Z', '2096-03-12T09:00:00Z', ['series']],
      ['2096-03-05T10:00:01Z', '2096-03-12T09:00:00Z', []],
    ] as const) {
      for (const sort of ['start', '-start', 'updatedAt', '-updatedAt']) {
        expect({ from, to, sort, titles: await titles({ from, to, sort }) }).toEqual({
          from,
          to,
          sort,
          titles: expected,
        });
      }
    }
    expect(await titles({ from: '2500-01-01T00:00:00Z' })).toEqual(['series']);
    expect(await titles({ to: '2026-03-02T09:00:00Z' })).toEqual([]);
    expect(await titles({ to: '2026-03-02T09:00:01Z' })).toEqual(['series']);
  });

  test('looks at their end', async () => {
    await create(weekly('counted', 'UTC', { recurrence: 'FREQ=WEEKLY;COUNT=3' }));
    await create(weekly('until', 'UTC', { recurrence: 'FREQ=WEEKLY;UNTIL=20260316T090000' }));
    expect((await titles({ from: '2026-03-16T09:59:59Z' })).sort()).toEqual(['counted', 'until']);
    expect(await titles({ from: '2026-03-16T10:00:00Z' })).toEqual([]);
  });

  test('follows overrides: moved in, moved out, excluded, added', async () => {
    await create(
      weekly('series', 'UTC', {
        overrides: {
          '2026-03-09T09:00:00': { excluded: true },
          '2026-03-16T09:00:00': {
            start: '2026-03-18T20:00:00Z',
            end: '2026-03-18T21:00:00Z',
            title: 'moved',
          },
          '2026-02-20T07:00:00': { title: 'before' },
          '2026-03-28T12:00:00': { title: 'extra' },
        },
      }),
    );
    const day = (date: string) => ({ from: `${date}T00:00:00Z`, to: `${date}T23:59:59Z` });
    for (const [date, expected] of [
      ['2026-02-20', ['series']],
      ['2026-03-02', ['series']],
      ['2026-03-09', []],
      ['2026-03-16', []],
      ['2026-03-18', ['series']],
      ['2026-03-28', ['series']],
      ['2026-03-29', []],
    ] as const) {
      expect({ date, titles: await titles(day(date)) }).toEqual({ date, titles: expected });
    }
    expect(await titles({ from: '2026-03-18T21:00:00Z', to: '2026-03-23T09:00:00Z' })).toEqual([]);
    expect(await expanded('2026-02-01T00:00:00Z', '2026-04-01T00:00:00Z')).toEqual([
      'before 2026-02-20T07:00:00Z 2026-02-20T07:00:00',
      'series 2026-03-02T09:00:00Z 2026-03-02T09:00:00',
      'moved 2026-03-18T20:00:00Z 2026-03-16T09:00:00',
      'series 2026-03-23T09:00:00Z 2026-03-23T09:00:00',
      'extra 2026-03-28T12:00:00Z 2026-03-28T12:00:00',
      'series 2026-03-30T09:00:00Z 2026-03-30T09:00:00',
    ]);
  });

  test('pages past many that do not meet it', async () => {
    const events = Array.from({ length: 260 }, (_, i) =>
      weekly(`${i}`, 'UTC', i % 130 === 129 ? { recurrence: 'FREQ=DAILY' } : {}),
    );
    await ada.post('/api/events/batch?conflicts=ignore', { events });
    const window = { from: '2026-03-10T00:00:00Z', to: '2026-03-11T00:00:00Z' };
    for (const sort of ['start', '-start', 'updatedAt', '-updatedAt']) {
      expect((await titles({ ...window, sort, limit: 1 })).sort()).toEqual(['129', '259']);
    }
  });
});

describe('expand', () => {
  test('lists series of three zones side by side across their clock changes', async () => {
    await create(weekly('Berlin', 'Europe/Berlin'));
    await create(weekly('New York', 'America/New_York'));
    await create(weekly('Tokyo', 'Asia/Tokyo'));
    // America’s clocks change on March 8, Europe’s on March 29, Japan’s never.
    expect(await expanded('2026-03-02T00:00:00Z', '2026-04-01T00:00:00Z', { limit: 4 })).toEqual([
      'Tokyo 2026-03-02T00:00:00Z 2026-03-02T09:00:00',
      'Berlin 2026-03-02T08:00:00Z 2026-03-02T09:00:00',
      'New York 2026-03-02T14:00:00Z 2026-03-02T09:00:00',
      'Tokyo 2026-03-09T00:00:00Z 2026-03-09T09:00:00',
      'Berlin 2026-03-09T08:00:00Z 2026-03-09T09:00:00',
      'New York 2026-03-09T13:00:00Z 2026-03-09T09:00:00',
      'Tokyo 2026-03-16T00:00:00Z 2026-03-16T09:00:00',
      'Berlin 2026-03-16T08:00:00Z 2026-03-16T09:00:00',
      'New York 2026-03-16T13:00:00Z 2026-03-16T09:00:00',
      'Tokyo 2026-03-23T00:00:00Z 2026-03-23T09:00:00',
      'Berlin 2026-03-23T08:00:00Z 2026-03-23T09:00:00',
      'New York 2026-03-23T13:00:00Z 2026-03-23T09:00:00',
      'Tokyo 2026-03-30T00:00:00Z 2026-03-30T09:00:00',
      'Berlin 2026-03-30T07:00:00Z 2026-03-30T09:00:00',
      'New York 2026-03-30T13:00:00Z 2026-03-30T09:00:00',
    ]);
  });

  test('gives each occurrence the event’s fields with its own over them', async () => {
    const plain = await create({ title: 'plain', timeZone: 'America/New_York' });
    const event = await create(
      weekly('series', 'Europe/Berlin', {
        tags: ['work'],
        recurrence: 'FREQ=WEEKLY;COUNT=2',
        overrides: { '2026-03-09T09:00:00': { title: 'other', tags: [], status: 'tentative' } },
      }),
    );
    const answer = await ada.get(
      ask({ from: '2026-03-01T00:00:00Z', to: '2026-03-31T00:00:00Z', expand: true }),
    );
    const stored = async ({ id }: any) => (await ada.get(`/api/events/${id}`)).body;
    const [storedPlain, storedEvent] = [await stored(plain), await stored(event)];
    expect(answer.body).toEqual({
      items: [
        { ...storedEvent, eventId: event.id, recurrenceId: '2026-03-02T09:00:00' },
        { ...storedPlain, eventId: plain.id, recurrenceId: '2026-03-02T10:00:00' },
        {
          ...storedEvent,
          title: 'other',
          tags: [],
          status: 'tentative',
          start: '2026-03-09T08:00:00Z',
          end: '2026-03-09T09:00:00Z',
          eventId: event.id,
          recurrenceId: '2026-03-09T09:00:00',
        },
      ],
      nextCursor: null,
    });
  });

  test('tells all-day occurrences by their dates, in the zone of the event', async () => {
    const days = { allDay: true, start: '2026-03-06', end: '2026-03-08', recurrence: 'FREQ=WEEKLY;COUNT=3' };
    const overrides = { '2026-03-13': { start: '2026-03-14' }, '2026-03-20': { end: '2026-03-21' } };
    await create({ title: 'Auckland', timeZone: 'Pacific/Auckland', ...days, overrides });
    await create({ title: 'New York', timeZone: 'America/New_York', ...days });
    const items = await read(ada, {
      from: '2026-03-01T00:00:00Z',
      to: '2026-04-01T00:00:00Z',
      expand: true,
    });
    expect(items.map(({ title, start, end, recurrenceId }) => [title, start, end, recurrenceId])).toEqual([
      ['Auckland', '2026-03-06', '2026-03-08', '2026-03-06'],
      ['New York', '2026-03-06', '2026-03-08', '2026-03-06'],
      ['New York', '2026-03-13', '2026-03-15', '2026-03-13'],
      ['Auckland', '2026-03-14', expect.stringMatching(/^2026-03-1[56]$/), '2026-03-13'],
      ['Auckland', '2026-03-20', '2026-03-21', '2026-03-20'],
      ['New York', '2026-03-20', '2026-03-22', '2026-03-20'],
    ]);
    // Midnight in Auckland is 11:00 of the day before in London, in New York 05:00.
    expect(await expanded('2026-03-05T10:00:00Z', '2026-03-05T11:00:00Z')).toEqual([]);
    expect(await expanded('2026-03-05T10:00:00Z', '2026-03-05T11:00:01Z')).toEqual([
      'Auckland 2026-03-06 2026-03-06',
    ]);
    expect(await expanded('2026-03-07T11:00:00Z', '2026-03-07T12:00:00Z')).toEqual([
      'New York 2026-03-06 2026-03-06',
    ]);
  });

  test('is half-open, with what has no length where it begins', async () => {
    const at = (hour: string, more: Fields = {}): Fields => ({
      start: `2026-03-02T${hour}:00:00Z`,
      end: `2026-03-02T${hour}:00:00Z`,
      busy: false,
      ...more,
    });
    await create(at('10', { title: 'reminder', recurrence: 'FREQ=DAILY' }));
    await create(at('10', { title: 'until ten', start: '2026-03-02T09:00:00Z' }));
    await create(at('10', { title: 'from ten', end: '2026-03-02T11:00:00Z' }));
    const found = async (from: string, to: string) =>
      (await read(ada, { from, to, expand: true })).map(({ title }) => title).sort();
    expect(await found('2026-03-02T10:00:00Z', '2026-03-02T10:00:01Z')).toEqual(['from ten', 'reminder']);
    expect(await found('2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z')).toEqual(['until ten']);
    expect(await found('2026-03-03T10:00:00Z', '2026-03-03T10:00:01Z')).toEqual(['reminder']);
    expect(await found('2026-03-03T10:00:01Z', '2026-03-04T10:00:00Z')).toEqual([]);
  });

  test('with status asks each occurrence, with tag and q the event', async () => {
    await create(
      weekly('stand-up', 'UTC', {
        tags: ['work'],
        recurrence: 'FREQ=WEEKLY;COUNT=3',
        overrides: {
          '2026-03-09T09:00:00': { status: 'cancelled' },
          '2026-03-16T09:00:00': { title: 'retro', tags: [] },
        },
      }),
    );
    const starts = async (more: Record<string, unknown>) =>
      (
        await read(ada, { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z', expand: true, ...more })
      ).map(({ start }) => start.slice(8, 10));
    expect(await starts({ status: 'confirmed' })).toEqual(['02', '16']);
    expect(await starts({ status: 'cancelled' })).toEqual(['09']);
    expect(await starts({ status: 'cancelled', sort: '-start' })).toEqual(['09']);
    expect(await starts({ tag: 'work' })).toEqual(['02', '09', '16']);
    expect(await starts({ q: 'stand' })).toEqual(['02', '09', '16']);
    expect(await starts({ q: 'retro' })).toEqual([]);
    expect(await starts({ role: 'viewer' })).toEqual([]);
  });

  test('by the last update has the occurrences of an event together, by start', async () => {
    const late = await create(weekly('late', 'UTC', { recurrence: 'FREQ=DAILY;COUNT=2' }));
    await new Promise((resolve) => setTimeout(resolve, 3));
    await create(weekly('early', 'UTC', { recurrence: 'FREQ=WEEKLY;COUNT=2' }));
    await new Promise((resolve) => setTimeout(resolve, 3));
    await ada.patch(`/api/events/${late.id}`, { location: 'Room 4' });
    const order = (sort: string) =>
      expanded('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', { sort, limit: 1 });
    const [early, lates] = [
      ['early 2026-03-02T09:00:00Z 2026-03-02T09:00:00', 'early 2026-03-09T09:00:00Z 2026-03-09T09:00:00'],
      ['late 2026-03-02T09:00:00Z 2026-03-02T09:00:00', 'late 2026-03-03T09:00:00Z 2026-03-03T09:00:00'],
    ];
    expect(await order('updatedAt')).toEqual([...early, ...lates]);
    expect(await order('-updatedAt')).toEqual([...lates, ...early]);
  });

  test('lists the trash too', async () => {
    const { id } = await create(weekly('gone', 'UTC', { recurrence: 'FREQ=DAILY;COUNT=2' }));
    await ada.delete(`/api/events/${id}`);
    expect(await expanded('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z')).toEqual([]);
    expect(await expanded('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', { deleted: true })).toHaveLength(2);
  });

  test('of very many endless series costs no more than the page', async () => {
    const events = Array.from({ length: 500 }, (_, i) => ({
      title: `series ${i}`,
      start: '2020-01-01T00:00:00Z',
      end: '2020-12-31T00:00:00Z',
      recurrence: 'FREQ=HOURLY;BYMINUTE=0,15,30,45',
    }));
    await ada.post('/api/events/batch?conflicts=ignore', { events });
    for (const sort of ['start', '-start', 'updatedAt']) {
      const { body } = await ada.get(
        ask({ from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', expand: true, sort }),
      );
      expect({ sort, found: body.items.length, nextCursor: body.nextCursor }).toEqual({
        sort,
        found: 50,
        nextCursor: expect.any(String),
      });
    }
  }, 20_000);
});

describe('a bad window', () => {
  const from = '2026-03-01T00:00:00Z';
  test.each([
    [{ from, to: from }, 'from'],
    [{ from, to: '2026-02-28T00:00:00Z' }, 'from'],
    [{ from, to: '2026-02-28T00:00:00Z', expand: true }, 'from'],
    [{ expand: true, to: from }, 'from'],
    [{ expand: true, from }, 'to'],
    [{ expand: true }, 'from'],
    [{ expand: true, from: '0001-01-02T00:00:00Z', to: '9999-12-30T00:00:00Z' }, 'to'],
    [{ expand: true, from, to: '2027-03-02T00:00:01Z' }, 'to'],
    [{ expand: 'yes', from, to: '2026-03-02T00:00:00Z' }, 'expand'],
    [{ from: '2026-03-01' }, 'from'],
    [{ to: '2026-03-01T00:00:00' }, 'to'],
  ])('%j is refused at %s', async (parameters, pointer) => {
    expectProblem(await ada.get(ask(parameters)), 422, 'validation-failed', pointer);
  });

  test('of 366 days is none, nor is one of all time without expand', async () => {
    await create(weekly('series', 'UTC'));
    expect(await expanded(from, '2027-03-02T00:00:00Z', { limit: 200 })).toHaveLength(53);
    expect(await titles({ from: '0001-01-02T00:00:00Z', to: '9999-12-30T00:00:00Z' })).toEqual(['series']);
    expect(await expanded('9999-01-01T00:00:00Z', '9999-12-30T23:59:59Z', { limit: 200 })).toHaveLength(52);
  });

  test('does not go with the cursor of another', async () => {
    await create(weekly('series', 'UTC'));
    const window = { from, to: '2026-04-01T00:00:00Z' };
    const { nextCursor: cursor } = (await ada.get(ask({ ...window, expand: true, limit: 1 }))).body;
    for (const other of [
      window,
      { ...window, expand: true, sort: '-start' },
      { from, to: '2026-04-02T00:00:00Z', expand: true },
    ]) {
      expectProblem(await ada.get(ask({ ...other, cursor })), 422, 'validation-failed', 'cursor');
    }
  });
});

const FROM = Date.parse('2026-03-01T00:00:00Z');
const DAY = 86_400_000;
const text = (instant: number): string => new Date(instant).toISOString().replace('.000', '');

/** Every item that the window has, as plainly as can be: all events expanded, put in order. */
function naive(events: any[], query: { from: number; to: number; sort: string; status?: string }): string[] {
  const items = events.flatMap((event) =>
    occurrencesIn(event as Content, query, { left: 1e7 }).occurrences.flatMap((occurrence) => {
      const status = occurrence.override?.status ?? event.status;
      return query.status !== undefined && status !== query.status ? [] : [{ event, occurrence }];
    }),
  );
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const sign = query.sort === '-start' ? -1 : 1;
  const updated = { updatedAt: 1, '-updatedAt': -1 }[query.sort] ?? 0;
  return items
    .sort(
      (a, b) =>
        updated * compare(a.event.updatedAt, b.event.updatedAt) ||
        sign *
          (a.occurrence.start - b.occurrence.start ||
            compare(a.event.id, b.event.id) ||
            compare(a.occurrence.recurrenceId, b.occurrence.recurrenceId)),
    )
    .map(({ event, occurrence }) => labelOf({ ...event, ...occurrence, ...timesOf(event, occurrence) }));
}
const labelOf = ({ id, recurrenceId, start, end }: any): string => `${id} ${recurrenceId} ${start} ${end}`;

const eventArbitrary: fc.Arbitrary<Fields> = fc
  .record({
    day: fc.integer({ min: -20, max: 20 }),
    hour: fc.constantFrom(0, 2, 9, 23),
    hours: fc.constantFrom(0, 1, 30, 24 * 9, 24 * 40),
    zone: fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin', 'Pacific/Auckland'),
    allDay: fc.boolean(),
    status: fc.constantFrom('confirmed', 'tentative'),
    frequency: fc.constantFrom(null, null, 'hourly', 'daily', 'weekly', 'monthly'),
    interval: fc.integer({ min: 1, max: 5 }),
    count: fc.constantFrom(undefined, 1, 4, 40),
    overrides: fc.array(
      fc.record({
        day: fc.integer({ min: -25, max: 40 }),
        to: fc.constantFrom(null, -3, 4, 30),
        kind: fc.constantFrom('excluded', 'cancelled', 'moved'),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ day, hour, hours, zone, allDay, status, frequency, interval, count, overrides }) => {
    const at = (days: number, plus = 0): string => {
      const local = new Date(FROM + days * DAY + (allDay ? 0 : (hour + plus) * 3_600_000)).toISOString();
      return allDay ? local.slice(0, 10) : local.slice(0, 19);
    };
    return {
      title: 'x',
      status,
      timeZone: zone,
      allDay,
      start: at(day),
      end: allDay ? at(day + Math.max(1, Math.floor(hours / 24))) : at(day, hours),
      busy: hours > 0,
      recurrence: frequency && {
        frequency: allDay && frequency === 'hourly' ? 'daily' : frequency,
        interval,
        ...(count !== undefined && { count }),
      },
      overrides: Object.fromEntries(
        overrides.map(({ day: on, to, kind }) => [
          at(on),
          kind === 'excluded'
            ? { excluded: true }
            : kind === 'cancelled' || to === null
              ? { status: 'cancelled' }
              : { start: at(on + to), end: at(on + to + (allDay ? 2 : 0), allDay ? 0 : 3) },
        ]),
      ),
    };
  })
  .filter((fields) => {
    try {
      return Boolean(parseContent(fields));
    } catch {
      return false;
    }
  });

const queryArbitrary = fc
  .record({
    from: fc.integer({ min: -30 * 24, max: 40 * 24 }).map((hours) => FROM + hours * 3_600_000),
    hours: fc.constantFrom(1, 24, 24 * 7, 24 * 40, 24 * 366),
    limit: fc.constantFrom(7, 50, 200),
    sort: fc.constantFrom('start', '-start', 'updatedAt', '-updatedAt'),
    status: fc.constantFrom(undefined, undefined, 'confirmed', 'cancelled'),
  })
  .map(({ from, hours, ...rest }) => ({ from, to: from + hours * 3_600_000, ...rest }));

describe('pages of occurrences', () => {
  test('are what a plain expansion of everything gives, whatever is asked', async () => {
    const bodies = fc.sample(eventArbitrary, { numRuns: 40, seed: 11 });
    const created = await ada.post('/api/events/batch?conflicts=ignore', { events: bodies });
    expect(created.status).toBe(201);
    const events = created.body.results.map(({ event }: any) => event);
    await fc.assert(
      fc.asyncProperty(queryArbitrary, async ({ from, to, limit, sort, status }) => {
        const expected = naive(events, { from, to, sort, ...(status && { status }) });
        const pages = Math.max(1, Math.min(6, Math.ceil(expected.length / limit)));
        const window = { from: text(from), to: text(to), ...(status && { status }) };
        const found: string[] = [];
        let cursor: string | null = '';
        for (let page = 0; page < pages; page += 1) {
          const { body } = await ada.get(
            ask({ ...window, expand: true, limit, sort, ...(cursor && { cursor }) }),
          );
          found.push(...body.items.map(labelOf));
          cursor = body.nextCursor;
          expect(cursor === null).toBe(found.length >= expected.length);
        }
        expect(found).toEqual(expected.slice(0, pages * limit));
        // The same window without expand: who is in it at all.
        if (!status) {
          const ids = (await read(ada, { ...window, sort, limit: 200 })).map(({ id }) => id);
          const meeting = events.filter(({ id }: any) => expected.some((label) => label.startsWith(id)));
          expect([...ids].sort()).toEqual(meeting.map(({ id }: any) => id).sort());
        }
      }),
      { numRuns: 60, seed: 3 },
    );
  }, 60_000);

  test.each(['start', '-start'])(
    'by %s never repeat or skip one that was there throughout, whatever happens in between',
    async (sort) => {
      const all = [
        await create(weekly('daily', 'Europe/Berlin', { recurrence: 'FREQ=DAILY;COUNT=20' })),
        await create(weekly('weekly', 'America/New_York')),
        await create(weekly('hourly', 'UTC', { recurrence: 'FREQ=HOURLY;INTERVAL=7;COUNT=30' })),
      ];
      const [doomed, ...stays] = [
        await create(weekly('doomed', 'UTC', { recurrence: 'FREQ=DAILY' })),
        ...all,
      ];
      const window = { from: '2026-03-02T00:00:00Z', to: '2026-03-20T00:00:00Z' };
      const throughout = naive(stays, { from: Date.parse(window.from), to: Date.parse(window.to), sort });
      let turn = 0;
      const found = await read(ada, { ...window, expand: true, sort, limit: 5 }, async () => {
        turn += 1;
        if (turn === 3) {
          await ada.delete(`/api/events/${doomed.id}?permanent=true`);
        }
        if (turn <= 4) {
          await create(weekly('new', 'Asia/Tokyo', { recurrence: 'FREQ=DAILY;COUNT=15' }));
          await ada.patch(`/api/events/${all[turn % 3].id}`, { title: `edit ${turn}`, tags: ['edited'] });
        }
      });
      const labels = found.map(labelOf);
      expect(new Set(labels).size).toBe(labels.length);
      expect(labels.filter((label) => throughout.includes(label))).toEqual(throughout);
    },
  );
});
