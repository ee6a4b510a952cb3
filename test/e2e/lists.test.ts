import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventIn, expectProblem, mannerly } from '../support/answers.js';
import { Convene, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterAll(() => convene.close());

/** Ada and Bob begin each test without an event. */
const beginEmpty = (): void =>
  beforeEach(async () => {
    [ada, bob] = await Promise.all([convene.person(), convene.person()]);
  });

const events = (query: string): string => `/api/events${query && `?${query}`}`;

/** The titles that a query finds, in order. */
async function titles(person: Person, query = ''): Promise<string[]> {
  const { status, body } = await person.get(events(query));
  expect({ status, nextCursor: body.nextCursor }).toEqual({ status: 200, nextCursor: null });
  return body.items.map(({ title }: any) => title);
}

/** An event from one full hour to another. */
const hours = (title: string, from: number, to: number, more: object = {}): object => ({
  title,
  start: `2026-03-02T${String(from).padStart(2, '0')}:00:00Z`,
  end: `2026-03-02T${String(to).padStart(2, '0')}:00:00Z`,
  ...more,
});
const create = async (person: Person, ...all: object[]): Promise<any[]> => {
  const created = [];
  for (const fields of all) {
    created.push(await person.createEvent(fields as Record<string, unknown>));
  }
  return created;
};

describe('a list', () => {
  beginEmpty();

  test('has a person’s own events and those shared with them, each in full and in their role', async () => {
    const [own, shared, others] = await create(
      ada,
      hours('own', 1, 2),
      hours('shared', 2, 3),
      hours('x', 3, 4),
    );
    await ada.share(shared, bob, 'viewer');
    const [bobs] = await create(bob, hours('bob’s', 0, 1));
    await bob.share(bobs, ada, 'editor');

    const { body } = await ada.get(events(''));
    expect(body).toEqual({ items: expect.any(Array), nextCursor: null });
    expect(body.items.map(({ title, role }: any) => [title, role])).toEqual([
      ['bob’s', 'editor'],
      ['own', 'owner'],
      ['shared', 'owner'],
      ['x', 'owner'],
    ]);
    expect(body.items[1]).toEqual(eventIn(own));
    expect(body.items[3]).toEqual(eventIn(others));
    expect(await titles(bob)).toEqual(['bob’s', 'shared']);
    expect(await titles(await convene.person())).toEqual([]);

    await ada.delete(`/api/events/${shared.id}/permissions/${bob.id}`);
    expect(await titles(bob)).toEqual(['bob’s']);
  });

  test('is sorted by start or by last update, up or down', async () => {
    const [late, early, middle] = await create(
      ada,
      hours('late', 9, 10),
      hours('early', 1, 2),
      hours('middle', 5, 6),
    );
    for (const { id } of [middle, late, early]) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await ada.patch(`/api/events/${id}`, { location: 'Room 4' });
    }
    expect(await titles(ada)).toEqual(['early', 'middle', 'late']);
    expect(await titles(ada, 'sort=start')).toEqual(['early', 'middle', 'late']);
    expect(await titles(ada, 'sort=-start')).toEqual(['late', 'middle', 'early']);
    expect(await titles(ada, 'sort=updatedAt')).toEqual(['middle', 'late', 'early']);
    expect(await titles(ada, 'sort=-updatedAt')).toEqual(['early', 'late', 'middle']);
  });

  test('sorts an all-day event by the midnight of its own zone', async () => {
    const allDay = { allDay: true, start: '2026-03-02', end: '2026-03-03' };
    await create(
      ada,
      hours('noon in London', 12, 13),
      { title: 'New York', timeZone: 'America/New_York', ...allDay },
      { title: 'Auckland', timeZone: 'Pacific/Auckland', ...allDay },
      hours('one in London', 1, 2),
    );
    expect(await titles(ada)).toEqual(['Auckland', 'one in London', 'New York', 'noon in London']);
  });
});

describe('a window', () => {
  beginEmpty();

  beforeEach(async () => {
    await create(
      ada,
      hours('8–10', 8, 10),
      hours('10–12', 10, 12),
      hours('8–12', 8, 12),
      hours('9', 9, 9, { busy: false }),
      hours('10', 10, 10, { busy: false }),
    );
  });

  test.each([
    ['from=2026-03-02T10:00:00Z', ['8–12', '10', '10–12']],
    ['to=2026-03-02T10:00:00Z', ['8–10', '8–12', '9']],
    ['from=2026-03-02T09:00:00Z&to=2026-03-02T10:00:00Z', ['8–10', '8–12', '9']],
    ['from=2026-03-02T09:00:01Z&to=2026-03-02T10:00:01Z', ['8–10', '8–12', '10', '10–12']],
    ['from=2026-03-02T12:00:00Z', []],
    ['to=2026-03-02T08:00:00Z', []],
    ['from=2026-03-02T11:59:59Z', ['8–12', '10–12']],
    ['from=2026-03-02T12:00:00%2B02:00&to=2026-03-02T12:00:01%2B02:00', ['8–12', '10', '10–12']],
    ['from=2026-03-02T10:00:00Z&to=2026-03-02T11:00:00Z&sort=-start', ['8–12', '10', '10–12']],
  ])('%s holds what meets it, its end exclusive', async (query, expected) => {
    expect((await titles(ada, query)).sort()).toEqual([...expected].sort());
  });

  test('meets an all-day event in that event’s own zone', async () => {
    const [event] = await create(bob, {
      title: 'holiday',
      allDay: true,
      start: '2026-03-02',
      end: '2026-03-03',
      timeZone: 'Pacific/Auckland', // thirteen hours ahead
    });
    expect(event).toMatchObject({ start: '2026-03-02' });
    expect(await titles(bob, 'to=2026-03-01T11:00:00Z')).toEqual([]);
    expect(await titles(bob, 'to=2026-03-01T11:00:01Z')).toEqual(['holiday']);
    expect(await titles(bob, 'from=2026-03-02T10:59:59Z')).toEqual(['holiday']);
    expect(await titles(bob, 'from=2026-03-02T11:00:00Z')).toEqual([]);
  });

  test('finds an event where it was moved to, and not where it was', async () => {
    const [event] = await create(bob, hours('moved', 8, 9));
    await bob.patch(`/api/events/${event.id}`, hours('moved', 20, 21));
    expect(await titles(bob, 'to=2026-03-02T10:00:00Z')).toEqual([]);
    expect(await titles(bob, 'from=2026-03-02T20:30:00Z')).toEqual(['moved']);
  });
});

describe('a filter', () => {
  beginEmpty();

  test('q finds every word at a word’s beginning, in title, description or location, case and accents aside', async () => {
    await create(
      ada,
      hours('Design Review', 1, 2, { location: 'Café Zürich' }),
      hours('Redesign', 2, 3, { description: 'A preview\nof the new-look.' }),
      hours('Σχέδιο 7', 3, 4, { metadata: { note: 'design' }, tags: ['design'] }),
    );
    const found: Record<string, string[]> = {
      design: ['Design Review'],
      'DESIGN rev': ['Design Review'],
      'rev design': ['Design Review'],
      'design cafe': ['Design Review'],
      'ZURICH des': ['Design Review'],
      'design look': [],
      look: ['Redesign'],
      esign: [],
      're of': ['Redesign'],
      σχεδιο: ['Σχέδιο 7'],
      7: ['Σχέδιο 7'],
      '“design,” …!': ['Design Review'],
      '': ['Design Review', 'Redesign', 'Σχέδιο 7'],
      '.*': ['Design Review', 'Redesign', 'Σχέδιο 7'],
      $where: [],
    };
    for (const [q, expected] of Object.entries(found)) {
      expect({ q, titles: await titles(ada, `q=${encodeURIComponent(q)}`) }).toEqual({ q, titles: expected });
    }
  });

  test('q follows an edit', async () => {
    const [event] = await create(ada, hours('Kickoff', 1, 2));
    await ada.patch(`/api/events/${event.id}`, { title: 'Retrospective' });
    expect(await titles(ada, 'q=kick')).toEqual([]);
    expect(await titles(ada, 'q=retro')).toEqual(['Retrospective']);
  });

  test('tag, status and role are exact, and all filters hold together', async () => {
    const [, both] = await create(
      ada,
      hours('a', 1, 2, { tags: ['work'], status: 'tentative' }),
      hours('b', 2, 3, { tags: ['work', 'home'] }),
      hours('c', 3, 4, { tags: ['Work'] }),
      hours('d', 4, 5, { status: 'cancelled' }),
    );
    await ada.share(both, bob, 'editor');
    expect(await titles(ada, 'tag=work')).toEqual(['a', 'b']);
    expect(await titles(ada, 'tag=wor')).toEqual([]);
    expect(await titles(ada, 'status=confirmed')).toEqual(['b', 'c']);
    expect(await titles(ada, 'status=tentative&tag=work')).toEqual(['a']);
    expect(await titles(ada, 'tag=work&sort=-start')).toEqual(['b', 'a']);
    expect(await titles(ada, 'tag=work&from=2026-03-02T02:00:00Z&q=b&role=owner')).toEqual(['b']);
    expect(await titles(bob, 'role=editor')).toEqual(['b']);
    expect(await titles(bob, 'role=owner')).toEqual([]);
    expect(await titles(bob, 'role=viewer')).toEqual([]);

    await ada.patch(`/api/events/${both.id}`, { tags: ['home'] });
    expect(await titles(ada, 'tag=work')).toEqual(['a']);
    expect(await titles(bob, 'tag=home')).toEqual(['b']);
  });

  test('updatedSince includes its own instant', async () => {
    const [first, second] = await create(ada, hours('first', 1, 2), hours('second', 2, 3));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { updatedAt } = (await ada.patch(`/api/events/${first.id}`, { title: 'first!' })).body;
    expect(await titles(ada, `updatedSince=${second.updatedAt}`)).toContain('second');
    // An instant in a query is read to the second, like every other.
    const next = new Date(Math.ceil((Date.parse(updatedAt) + 1) / 1000) * 1000).toISOString();
    expect(await titles(ada, `updatedSince=${next}`)).toEqual([]);
  });

  test('deleted=true lists the trash, in the same ways', async () => {
    const all = await create(
      ada,
      hours('a', 1, 2, { tags: ['x'] }),
      hours('b', 3, 4),
      hours('c', 5, 6, { tags: ['x'] }),
    );
    await Promise.all(all.slice(0, 3).map(({ id }) => ada.delete(`/api/events/${id}`)));
    await create(ada, hours('live', 1, 2));
    expect(await titles(ada, 'deleted=true')).toEqual(['a', 'b', 'c']);
    expect(await titles(ada, 'deleted=true&sort=-start&tag=x')).toEqual(['c', 'a']);
    expect(await titles(ada, 'deleted=true&from=2026-03-02T03:00:00Z&q=b')).toEqual(['b']);
    expect(await titles(ada, 'deleted=true&role=viewer')).toEqual([]);
    expect(await titles(ada, 'deleted=false')).toEqual(['live']);
  });
});

describe('paging', () => {
  beginEmpty();

  /** Reads a list to its end, two at a time, and does something between the pages. */
  async function read(
    person: Person,
    query: string,
    between: () => Promise<unknown> = async () => null,
  ): Promise<string[]> {
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { status, body }: any = await person.get(
        events(`${query}&limit=2${cursor && `&cursor=${cursor}`}`),
      );
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(2);
      found.push(...body.items.map(({ id }: any) => id));
      expect(found.length).toBeLessThan(50); // it comes to an end
      cursor = body.nextCursor;
      await between();
    }
    return found;
  }
  const sorts = ['start', '-start', 'updatedAt', '-updatedAt'];

  /** Seven events, four of which start together. */
  const seven = (): Promise<any[]> =>
    create(
      ada,
      hours('1', 3, 4),
      hours('2', 1, 2),
      hours('3', 3, 5),
      hours('4', 3, 4),
      hours('5', 3, 6),
      hours('6', 9, 10),
      hours('7', 2, 3),
    );

  test.each(sorts)('by %s gives every event once, in the order of the whole list', async (sort) => {
    await seven();
    const whole = (await ada.get(events(`sort=${sort}`))).body.items;
    expect(await read(ada, `sort=${sort}`)).toEqual(whole.map(({ id }: any) => id));
    const key = sort.replace('-', '');
    const keys = whole.map((event: any) => event[key]);
    expect(keys).toEqual(sort.startsWith('-') ? [...keys].sort().reverse() : [...keys].sort());
  });

  test.each(sorts)('by %s is steady while others are put in and taken out around it', async (sort) => {
    const stay = await seven();
    const leave = await create(ada, hours('x', 3, 4), hours('y', 1, 2), hours('z', 9, 10));
    let turn = 0;
    const found = await read(ada, `sort=${sort}`, async () => {
      turn += 1;
      if (turn <= 3) {
        await create(ada, hours('n', 0, 1), hours('n', 3, 4), hours('n', 20, 21));
        await ada.delete(`/api/events/${leave.pop().id}?permanent=${turn === 1}`);
      }
    });
    const ids = stay.map(({ id }) => id);
    expect(new Set(found).size).toBe(found.length);
    expect(found.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
  });

  test.each(['start', '-start'])(
    'by %s is steady while its own items are edited, but for their start',
    async (sort) => {
      const all = await seven();
      let turn = 0;
      const found = await read(ada, `sort=${sort}`, async () => {
        for (const { id } of all) {
          turn += 1;
          await ada.patch(`/api/events/${id}`, { title: `edit ${turn}`, end: '2026-03-02T23:00:00Z' });
        }
      });
      expect([...found].sort()).toEqual(all.map(({ id }) => id).sort());
    },
  );

  test.each(['updatedAt', '-updatedAt'])(
    'by %s shows what was not edited once, whatever is edited meanwhile',
    async (sort) => {
      const all = await seven();
      const edited = all.filter((_, i) => i % 3 === 0);
      const still = all.filter((_, i) => i % 3 !== 0).map(({ id }) => id);
      let turn = 0;
      const found = await read(ada, `sort=${sort}`, async () => {
        const event = edited[turn];
        turn += 1;
        if (event) {
          await ada.patch(`/api/events/${event.id}`, { title: 'edited' });
        }
      });
      expect(found.filter((id) => still.includes(id)).sort()).toEqual([...still].sort());
    },
  );

  test('goes on where the item at the page’s end was deleted or moved', async () => {
    const all = await seven();
    const first = (await ada.get(events('limit=3'))).body;
    await ada.delete(`/api/events/${first.items[2].id}?permanent=true`);
    await ada.patch(`/api/events/${first.items[1].id}`, hours('away', 22, 23));
    const rest = (await ada.get(events(`cursor=${first.nextCursor}`))).body;
    const seen = [...first.items, ...rest.items].map(({ id }: any) => id);
    const unmoved = all.map(({ id }) => id).filter((id) => id !== first.items[1].id);
    expect(unmoved.filter((id) => seen.filter((one) => one === id).length !== 1)).toEqual([]);
  });

  test('works on filtered lists and on the trash', async () => {
    const all = await seven();
    for (const { id } of all.slice(0, 5)) {
      await ada.patch(`/api/events/${id}`, { tags: ['some'], location: 'Here' });
    }
    const some = all
      .slice(0, 5)
      .map(({ id }) => id)
      .sort();
    for (const query of ['tag=some', 'q=here', 'tag=some&sort=-start', 'q=here&sort=-updatedAt']) {
      expect((await read(ada, query)).sort()).toEqual(some);
    }
    await Promise.all(some.map((id) => ada.delete(`/api/events/${id}`)));
    for (const sort of sorts) {
      expect((await read(ada, `deleted=true&sort=${sort}`)).sort()).toEqual(some);
    }
  });

  test('ends with nextCursor null, also where the last page is full or nothing is found', async () => {
    await create(ada, hours('1', 1, 2), hours('2', 2, 3));
    expect(await ada.get(events('limit=2'))).toMatchObject({ body: { nextCursor: null } });
    expect(await ada.get(events('limit=1'))).toMatchObject({ body: { nextCursor: expect.any(String) } });
    expect((await ada.get(events('q=nothing'))).body).toEqual({ items: [], nextCursor: null });
  });

  test('has 50 items a page unless told otherwise, 200 at most', async () => {
    const batch = Array.from({ length: 201 }, (_, i) => hours(`event ${i}`, 1, 2));
    await ada.post('/api/events/batch', { events: batch });
    const lengths = [];
    for (const query of ['', 'limit=1', 'limit=200']) {
      lengths.push((await ada.get(events(query))).body.items.length);
    }
    expect(lengths).toEqual([50, 1, 200]);
  });
});

describe('a cursor', () => {
  beginEmpty();

  const firstPage = async (query: string): Promise<string> => {
    const { body } = await ada.get(events(`${query}&limit=1`));
    expect(body.nextCursor).toMatch(/^[\w-]+$/);
    return body.nextCursor;
  };
  const refuse = async (path: string, person = ada): Promise<void> =>
    expectProblem(await person.get(path), 422, 'validation-failed', 'cursor');

  beforeEach(async () => {
    await create(ada, hours('a', 1, 2, { tags: ['x'] }), hours('b', 2, 3, { tags: ['x'] }));
  });

  test('that is damaged in any place is refused', async () => {
    const cursor = await firstPage('');
    for (let i = 0; i < cursor.length; i += 1) {
      const other = cursor[i] === 'A' ? 'B' : 'A';
      await refuse(events(`cursor=${cursor.slice(0, i)}${other}${cursor.slice(i + 1)}`));
    }
    for (const damaged of [
      '',
      'x',
      '%00',
      '%ED%A0%80',
      cursor.slice(1),
      cursor.slice(0, -1),
      `${cursor}A`,
      `${cursor}=`,
      `${cursor}!`,
      `${cursor}%20`,
      cursor.repeat(50),
    ]) {
      await refuse(events(`cursor=${damaged}`));
    }
    await refuse(events(`cursor=${cursor}&cursor=${cursor}`));
  });

  test('is good for its own query alone', async () => {
    const cursor = await firstPage('tag=x');
    for (const query of [
      '',
      'tag=y',
      'tag=x&sort=-start',
      'tag=x&q=a',
      'tag=x&deleted=true',
      'tag=x&status=confirmed',
      'tag=x&role=owner',
      'tag=x&from=2026-01-01T00:00:00Z',
      'tag=x&updatedSince=2026-01-01T00:00:00Z',
    ]) {
      await refuse(events(`${query}&cursor=${cursor}`));
    }
    expect(await titles(ada, `cursor=${cursor}&tag=x&sort=start&limit=7`)).toEqual(['b']);
  });

  test('is good for its own person and its own list alone', async () => {
    const cursor = await firstPage('');
    await refuse(events(`cursor=${cursor}`), bob);
    const [event] = (await ada.get(events(''))).body.items;
    await ada.patch(`/api/events/${event.id}`, { title: 'A' });
    const history = (await ada.get(`/api/events/${event.id}/history?limit=1`)).body.nextCursor;
    await refuse(events(`cursor=${history}`));
    await refuse(`/api/events/${event.id}/history?cursor=${cursor}`);
    await refuse(`/api/events/${event.id}/changelog?cursor=${history}`);
  });

  test('holds on after a restart', async () => {
    const cursor = await firstPage('');
    await convene.restart();
    expect(await titles(ada, `cursor=${cursor}`)).toEqual(['b']);
  });
});

test('a q of over 200 characters is a 422', async () => {
  expectProblem(await ada.get(events(`q=${'x'.repeat(201)}`)), 422, 'validation-failed', 'q');
  expect(await ada.get(events(`q=${'x'.repeat(200)}`))).toMatchObject({ status: 200 });
});

test.each([
  ['limit=0', 'limit'],
  ['limit=201', 'limit'],
  ['limit=-1', 'limit'],
  ['limit=1.5', 'limit'],
  ['limit=1e1', 'limit'],
  ['limit=', 'limit'],
  ['limit=ten', 'limit'],
  ['limit=1&limit=1', 'limit'],
  ['from=yesterday', 'from'],
  ['from=2026-03-02', 'from'],
  ['from=2026-02-30T00:00:00Z', 'from'],
  ['from=2026-03-02T00:00:00', 'from'],
  ['to=', 'to'],
  ['to=2026-03-02T10:00:00Z&to=2026-03-03T10:00:00Z', 'to'],
  ['from=2026-03-02T10:00:00Z&to=2026-03-02T10:00:00Z', 'from'],
  ['from=2026-03-02T11:00:00Z&to=2026-03-02T10:00:00Z', 'from'],
  ['updatedSince=1767225600', 'updatedSince'],
  ['role=admin', 'role'],
  ['role=owner&role=editor', 'role'],
  ['status=done', 'status'],
  ['sort=title', 'sort'],
  ['sort=--start', 'sort'],
  ['sort=__proto__', 'sort'],
  ['deleted=yes', 'deleted'],
  ['deleted=', 'deleted'],
  ['q=a&q=b', 'q'],
  ['q=%00', 'q'],
  ['tag=a&tag=b', 'tag'],
  ['tag=a%00b', 'tag'],
])('?%s is a 422 that names the parameter', async (query, name) => {
  expectProblem(await ada.get(events(query)), 422, 'validation-failed', name);
});
