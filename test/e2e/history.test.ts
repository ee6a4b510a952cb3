import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jsonPatch from 'fast-json-patch';
import { contentOf, expectProblem, mannerly, PLAIN_CONTENT } from '../support/answers.js';
import { Convene, sampleEvent, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  ada = await convene.person({ username: 'ada', name: 'Ada Lovelace' });
  bob = await convene.person({ username: 'bob', name: 'Bob' });
});
afterAll(() => convene.close());

/** What a patch makes of a content, by somebody else's RFC 6902. */
const applied = (content: unknown, patch: any): unknown =>
  jsonPatch.applyPatch(structuredClone(content), structuredClone(patch), true).newDocument;

/** All items of a list, page by page. */
async function all(person: Person, path: string, limit: number): Promise<any[]> {
  const items: any[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const mark: string = path.includes('?') ? '&' : '?';
    const { status, body }: any = await person.get(
      `${path}${mark}limit=${limit}${cursor && `&cursor=${cursor}`}`,
    );
    expect(status).toBe(200);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

/** An event like that which no test changes. */
let still: string;
beforeAll(async () => {
  still = await eventful();
});

/** An event of Ada's to which everything has happened that can happen. */
async function eventful(): Promise<string> {
  const { id } = await ada.createEvent();
  const url = `/api/events/${id}`;
  await ada.patch(url, { title: 'Plan', tags: ['a'] }, { 'Edit-Note': 'a better name' });
  await ada.post(`${url}/share`, { userId: bob.id, role: 'viewer' });
  await ada.put(`${url}/permissions/${bob.id}`, { role: 'editor' });
  const socket = await bob.connect();
  await socket.ask('event:edit', {
    eventId: id,
    patch: [{ op: 'add', path: '/metadata/x', value: { y: 1 } }],
  });
  socket.close();
  await bob.post(`${url}/rollback/1`, undefined, { headers: { 'Edit-Note': 'back' } });
  await ada.put(`${url}/permissions/${bob.id}`, { role: 'owner' });
  await bob.put(`${url}/permissions/${ada.id}`, { role: 'owner' });
  await ada.delete(`${url}/permissions/${bob.id}`);
  await ada.delete(url);
  await ada.post(`${url}/restore`);
  return url;
}

describe('the history', () => {
  test('has one entry for every change, newest first, and each raises the version by one', async () => {
    const url = await eventful();
    const { body } = await ada.get(`${url}/history`);
    expect(body.nextCursor).toBeNull();
    const [byAda, byBob] = [
      { id: ada.id, username: 'ada', name: 'Ada Lovelace' },
      { id: bob.id, username: 'bob', name: 'Bob' },
    ];
    const entry = (version: number, kind: string, more: object = {}): object => ({
      version,
      kind,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      by: byAda,
      via: 'rest',
      note: null,
      patch: [],
      ...more,
    });
    const about = (role: string | null, previousRole: string | null, userId = bob.id): object => ({
      membership: { userId, role, previousRole },
    });
    expect(body.items).toEqual([
      entry(11, 'restore'),
      entry(10, 'delete'),
      entry(9, 'unshare', about(null, 'editor')),
      entry(8, 'transfer', { by: byBob, ...about('owner', 'editor', ada.id) }),
      entry(7, 'transfer', about('owner', 'editor')),
      entry(6, 'rollback', {
        by: byBob,
        note: 'back',
        restoredVersion: 1,
        patch: expect.arrayContaining([
          { op: 'replace', path: '/title', value: 'Design review' },
          { op: 'replace', path: '/tags', value: [] },
          { op: 'remove', path: '/metadata/x' },
        ]),
      }),
      entry(5, 'edit', {
        by: byBob,
        via: 'socket',
        patch: [{ op: 'add', path: '/metadata/x', value: { y: 1 } }],
      }),
      entry(4, 'role', about('editor', 'viewer')),
      entry(3, 'share', about('viewer', null)),
      entry(2, 'edit', {
        note: 'a better name',
        patch: expect.arrayContaining([
          { op: 'replace', path: '/title', value: 'Plan' },
          { op: 'replace', path: '/tags', value: ['a'] },
        ]),
      }),
      entry(1, 'create', { patch: expect.any(Array) }),
    ]);
    expect(body.items[5].patch).toHaveLength(3);
    const times = body.items.map(({ at }: any) => at);
    expect(times).toEqual([...times].sort().reverse());
    expect(await ada.get(url)).toMatchObject({ body: { version: 11, updatedAt: times[0] } });
  });

  test('each entry’s patch leads from the version before to its own', async () => {
    const url = await eventful();
    let content: unknown = {};
    for (const entry of (await ada.get(`${url}/history`)).body.items.reverse()) {
      content = applied(content, entry.patch);
      const { status, body } = await ada.get(`${url}/history/${entry.version}`);
      expect(status).toBe(200);
      expect(body).toEqual({ version: entry.version, entry, content });
    }
    expect(content).toEqual(contentOf((await ada.get(url)).body));
  });

  test('is never rewritten', async () => {
    const url = await eventful();
    const before = (await ada.get(`${url}/history`)).body.items;
    await ada.put(url, { ...sampleEvent, title: 'Other' });
    await ada.post(`${url}/rollback/2`);
    expect((await ada.get(`${url}/history`)).body.items.slice(2)).toEqual(before);
  });

  test('is told to a new member from the beginning', async () => {
    const url = await eventful();
    await ada.post(`${url}/share`, { userId: bob.id, role: 'viewer' });
    const told = (await bob.get(`${url}/history`)).body;
    expect(told.items).toHaveLength(12);
    expect(told).toEqual((await ada.get(`${url}/history`)).body);
  });

  test('in pages neither repeats nor skips an entry while others are added', async () => {
    const url = await eventful();
    const first = (await ada.get(`${url}/history?limit=4`)).body;
    await ada.patch(url, { title: 'In between' });
    const second = (await ada.get(`${url}/history?limit=4&cursor=${first.nextCursor}`)).body;
    await ada.patch(url, { title: 'And again' });
    const third = (await ada.get(`${url}/history?limit=200&cursor=${second.nextCursor}`)).body;
    const versions = [...first.items, ...second.items, ...third.items].map(({ version }: any) => version);
    expect(versions).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(third.nextCursor).toBeNull();
  });

  test.each(['0', '12', '-1', '01', '1.0', '1e0', 'one', 'latest', '%00', '9'.repeat(40), '__proto__'])(
    'version %s is not found',
    async (version) => {
      for (const path of [`history/${version}`, `diff/1/${version}`, `diff/${version}/1`]) {
        expectProblem(await ada.get(`${still}/${path}`), 404, 'version-not-found');
      }
      expectProblem(await ada.post(`${still}/rollback/${version}`), 404, 'version-not-found');
      expect(await ada.get(still)).toMatchObject({ body: { version: 11 } });
    },
  );
});

describe('a rollback', () => {
  test('makes a new version with the old content, whatever came between', async () => {
    const { id } = await ada.createEvent({ metadata: { a: 1 } });
    const url = `/api/events/${id}`;
    const second = contentOf((await ada.patch(url, { title: 'Second', metadata: { b: { c: [2] } } })).body);
    await ada.put(url, {
      ...sampleEvent,
      title: 'Third',
      allDay: true,
      start: '2026-05-01',
      end: '2026-05-02',
    });
    const answer = await ada.post(`${url}/rollback/2`);
    expect(answer).toMatchObject({ status: 200, body: { version: 4, role: 'owner' } });
    expect(answer.headers.get('ETag')).toBe('"4"');
    expect(contentOf(answer.body)).toEqual(second);
    expect((await ada.get(`${url}/history/4`)).body).toMatchObject({
      entry: { kind: 'rollback', restoredVersion: 2 },
      content: second,
    });
    await ada.post(`${url}/rollback/3`, {});
    expect(await ada.get(url)).toMatchObject({ body: { version: 5, title: 'Third', allDay: true } });
  });

  test('takes no body', async () => {
    const url = await eventful();
    expectProblem(await ada.post(`${url}/rollback/2`, { title: 'x' }), 422, 'validation-failed');
    expect(await ada.get(url)).toMatchObject({ body: { version: 11 } });
  });
});

describe('the changelog', () => {
  test('tells people each change by fields, old value and new', async () => {
    const url = await eventful();
    const { items } = (await ada.get(`${url}/changelog`)).body;
    const history = (await ada.get(`${url}/history`)).body.items;
    expect(items.map(({ version, kind, at, by }: any) => ({ version, kind, at, by }))).toEqual(
      history.map(({ version, kind, at, by }: any) => ({ version, kind, at, by })),
    );
    items.forEach((item: any) => {
      expect(Object.keys(item).sort()).toEqual(['at', 'by', 'changes', 'kind', 'summary', 'version']);
      expect(item.summary).toMatch(/\w/);
    });
    const changes = (version: number): unknown[] =>
      items.find((item: any) => item.version === version).changes;
    expect(changes(2)).toEqual([
      { path: '/title', field: 'title', op: 'replace', from: 'Design review', to: 'Plan' },
      { path: '/tags', field: 'tags', op: 'replace', from: [], to: ['a'] },
    ]);
    expect(changes(5)).toEqual([
      { path: '/metadata/x', field: 'metadata', op: 'add', from: null, to: { y: 1 } },
    ]);
    expect(changes(6)).toContainEqual({
      path: '/metadata/x',
      field: 'metadata',
      op: 'remove',
      from: { y: 1 },
      to: null,
    });
    expect(changes(9)).toEqual([]);
    expect(changes(1)).toContainEqual({
      path: '/title',
      field: 'title',
      op: 'add',
      from: null,
      to: 'Design review',
    });
  });

  test('of one field has the changes of that field alone', async () => {
    const url = await eventful();
    const { items, nextCursor } = (await ada.get(`${url}/changelog?field=title`)).body;
    expect(nextCursor).toBeNull();
    expect(items.map(({ version, changes }: any) => [version, changes.map(({ to }: any) => to)])).toEqual([
      [6, ['Design review']],
      [2, ['Plan']],
      [1, ['Design review']],
    ]);
    const metadata = (await ada.get(`${url}/changelog?field=metadata`)).body.items;
    expect(metadata.map(({ version }: any) => version)).toEqual([6, 5]);
    expect((await ada.get(`${url}/changelog?field=color`)).body).toEqual({ items: [], nextCursor: null });
  });

  test.each(['colour', 'version', '', 'metadata/x', '__proto__', 'constructor', 'title&field=tags', '%00'])(
    'field=%s is a 422',
    async (field) => {
      expectProblem(await ada.get(`${still}/changelog?field=${field}`), 422, 'validation-failed', 'field');
    },
  );
});

describe('a diff', () => {
  test('leads from one version to another exactly, in either direction', async () => {
    const { id } = await ada.createEvent();
    const url = `/api/events/${id}`;
    const contents: Record<number, unknown> = { 1: PLAIN_CONTENT };
    const edits: object[] = [
      { title: 'Second', description: 'a\nb', tags: ['x', 'y'] },
      { metadata: { 'a.b': 1, $set: { '': null }, 'c/d~e': [1, { f: 2 }] }, color: 'red' },
      { metadata: { $set: null, 'c/d~e': { g: 'was a list' }, 'a.b': [] }, tags: ['y'] },
      { recurrence: 'FREQ=DAILY', overrides: { '2026-03-03T15:00:00': { excluded: true } } },
      { overrides: { '2026-03-03T15:00:00': { excluded: null, title: 'x' }, '2026-03-04T15:00:00': {} } },
      {
        metadata: null,
        recurrence: null,
        overrides: null,
        allDay: true,
        start: '2026-01-01',
        end: '2026-01-03',
      },
    ];
    for (const edit of edits) {
      const { status, body } = await ada.patch(url, edit);
      expect(status).toBe(200);
      contents[body.version] = contentOf(body);
    }
    for (const [from, before] of Object.entries(contents)) {
      for (const [to, after] of Object.entries(contents)) {
        const { status, body } = await ada.get(`${url}/diff/${from}/${to}`);
        expect(status).toBe(200);
        expect(body).toMatchObject({ from: Number(from), to: Number(to) });
        expect(applied(before, body.patch)).toEqual(after);
        expect(body.changes).toHaveLength(body.patch.length);
        expect(body.patch.length === 0).toBe(from === to);
      }
    }
  });

  test('says of each field where it is, what it was and what it is', async () => {
    const { id } = await ada.createEvent({ metadata: { old: 1 } });
    await ada.patch(`/api/events/${id}`, { title: 'New', metadata: { old: null, new: 2 } });
    const { patch, changes } = (await ada.get(`/api/events/${id}/diff/1/2`)).body;
    expect(changes).toEqual([
      { path: '/title', field: 'title', op: 'replace', from: 'Design review', to: 'New' },
      { path: '/metadata/old', field: 'metadata', op: 'remove', from: 1, to: null },
      { path: '/metadata/new', field: 'metadata', op: 'add', from: null, to: 2 },
    ]);
    expect(patch).toEqual([
      { op: 'replace', path: '/title', value: 'New' },
      { op: 'remove', path: '/metadata/old' },
      { op: 'add', path: '/metadata/new', value: 2 },
    ]);
    const back = (await ada.get(`/api/events/${id}/diff/2/1`)).body;
    expect(back.changes).toContainEqual({
      path: '/metadata/old',
      field: 'metadata',
      op: 'add',
      from: null,
      to: 1,
    });
  });
});

test('keys that every object has are keys like others, in every version', async () => {
  const { id } = await ada.createEvent();
  const url = `/api/events/${id}`;
  const steps: object[] = [
    { toString: 1, hasOwnProperty: { valueOf: [2] }, length: 0 },
    { toString: 'x', hasOwnProperty: { valueOf: [2], isPrototypeOf: true } },
    { hasOwnProperty: 7, __defineGetter__: { toString: null } },
    {},
  ];
  for (const metadata of steps) {
    expect(await ada.put(url, { ...sampleEvent, metadata })).toMatchObject({ status: 200 });
  }
  let content: unknown = {};
  for (const entry of (await ada.get(`${url}/history`)).body.items.reverse()) {
    content = applied(content, entry.patch);
    const version = (await ada.get(`${url}/history/${entry.version}`)).body;
    expect(version.content).toEqual(content);
    expect(version.content.metadata).toEqual(steps[entry.version - 2] ?? {});
  }
});

describe('an event with more than two hundred versions', () => {
  const contents: any[] = [];
  const early = { 'Edit-Id': 'early', 'Edit-Note': 'early' };
  let url: string;

  beforeAll(async () => {
    const event = await ada.createEvent({ description: 'line 0' });
    url = `/api/events/${event.id}`;
    contents[1] = contentOf(event);
    await ada.share(event, bob, 'editor');
    contents[2] = contents[1];
    for (let version = 3; version <= 230; version += 1) {
      const person = version % 3 === 0 ? bob : ada;
      const headers = version === 5 ? early : undefined;
      const edit =
        version % 50 === 0
          ? await person.post(`${url}/rollback/${version - 40}`)
          : version % 7 === 0
            ? await person.put(url, {
                ...sampleEvent,
                title: `put ${version}`,
                metadata: { [`k${version}`]: [version] },
              })
            : await person.patch(url, change(version), headers);
      expect(edit).toMatchObject({ status: 200, body: { version } });
      contents[version] = contentOf(edit.body);
    }
  });

  const change = (version: number): object => ({
    title: `version ${version}`,
    description: `line ${version}\n`.repeat(version % 5),
    metadata: { [`k${version % 11}`]: { at: version }, [`k${(version + 5) % 11}`]: null },
  });

  const readsWell = async (): Promise<void> => {
    for (let version = 1; version <= 230; version += 1) {
      const { status, body } = await ada.get(`${url}/history/${version}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ version, entry: { version } });
      expect(body.content).toEqual(contents[version]);
    }
  };

  /** Some hundred requests, one after the other. */
  const PATIENCE = 60_000;

  test(
    'is read at every version, also after a restart',
    async () => {
      await readsWell();
      await convene.restart();
      await readsWell();
    },
    PATIENCE,
  );

  test.each([1, 50, 200])(
    'has its whole log in pages of %i',
    async (limit) => {
      for (const path of ['history', 'changelog']) {
        const versions = (await all(ada, `${url}/${path}`, limit)).map(({ version }) => version);
        expect(versions).toEqual(Array.from({ length: 230 }, (_, i) => 230 - i));
      }
    },
    PATIENCE,
  );

  test('has the patches that lead through all its versions', async () => {
    const entries = (await all(bob, `${url}/history`, 200)).reverse();
    let content: unknown = {};
    for (const { version, patch } of entries) {
      content = applied(content, patch);
      expect(content).toEqual(contents[version]);
    }
  });

  test(
    'has diffs between any of them, in both directions',
    async () => {
      const versions = [1, 2, 3, 31, 32, 33, 64, 65, 100, 128, 129, 197, 198, 229, 230];
      for (const from of versions) {
        for (const to of versions) {
          const { status, body } = await ada.get(`${url}/diff/${from}/${to}`);
          expect(status).toBe(200);
          expect(applied(contents[from], body.patch)).toEqual(contents[to]);
        }
      }
    },
    PATIENCE,
  );

  test('has a changelog of one field, in pages', async () => {
    const found = await all(ada, `${url}/changelog?field=description`, 20);
    const expected = contents
      .map((content, version) => ({
        version,
        differs: content?.description !== contents[version - 1]?.description,
      }))
      .filter(({ version, differs }) => version > 0 && differs)
      .map(({ version }) => version)
      .reverse();
    expect(found.map(({ version }) => version)).toEqual(expected);
    found.forEach(({ changes }) => expect(changes.map(({ field }: any) => field)).toEqual(['description']));
  });

  test('still knows an early edit by its Edit-Id', async () => {
    const again = await ada.patch(url, { title: 'Something else' }, early);
    expect(again).toMatchObject({ status: 200, body: { version: 5 } });
    expect(contentOf(again.body)).toEqual(contents[5]);
    expect(await ada.get(url)).toMatchObject({ body: { version: 230 } });
  });

  test('merges an edit of an early version, and goes back to one', async () => {
    const merged = await bob.patch(`${url}?baseVersion=3`, { location: 'From long ago' });
    expect(merged).toMatchObject({ status: 200, body: { version: 231, merged: true } });
    expect(contentOf(merged.body)).toEqual({ ...contents[230], location: 'From long ago' });
    const back = await bob.post(`${url}/rollback/4`);
    expect(back).toMatchObject({ status: 200, body: { version: 232 } });
    expect(contentOf(back.body)).toEqual(contents[4]);
  });
});
