import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { contentOf, eventIn, expectProblem, mannerly, PLAIN_CONTENT } from '../support/answers.js';
import { Convene, sampleEvent, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;
/** An event of Ada's, in which Bob is an editor: at version 2. */
let event: any;
let url: string;

const FULL = {
  title: 'Design review',
  description: 'one\ntwo\nthree\nfour',
  location: 'Room 4',
  url: 'https://example.com/',
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
  timeZone: 'Europe/Berlin',
  allDay: false,
  status: 'tentative',
  busy: false,
  tags: ['a', 'b'],
  color: 'red',
  recurrence: { frequency: 'weekly' },
  overrides: { '2026-03-09T16:00:00': { title: 'Guest' } },
  metadata: { a: { b: 1, c: 2 }, 'x/y~z': 'q', list: [1, 2] },
};

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  [ada, bob] = [await convene.person(), await convene.person()];
});
afterAll(() => convene.close());
beforeEach(async () => {
  event = await ada.createEvent(FULL);
  await ada.share(event, bob, 'editor');
  url = `/api/events/${event.id}`;
});

const now = async (): Promise<any> => (await ada.get(url)).body;
const newestEntry = async (): Promise<any> => (await ada.get(`${url}/history?limit=1`)).body.items[0];

/** Does something that has to leave the event as it is. */
async function unchanged(work: () => Promise<void>): Promise<void> {
  const before = await now();
  await work();
  expect(await now()).toEqual(before);
}

const expectEvent = (answer: Answer, expected: object): void => {
  expect(answer).toMatchObject({ status: 200, body: expected });
  expect(answer.headers.get('ETag')).toBe(`"${answer.body.version}"`);
};

describe('PUT', () => {
  test('replaces the whole content: what is left out returns to its default', async () => {
    const answer = await bob.put(url, sampleEvent);
    expectEvent(answer, { id: event.id, version: 3, role: 'editor', ownerId: ada.id, updatedBy: bob.id });
    expect(contentOf(answer.body)).toEqual(PLAIN_CONTENT);
    expect(Object.keys(eventIn(answer.body)).sort()).toEqual(Object.keys(eventIn(event)).sort());
    expect(contentOf(await now())).toEqual(PLAIN_CONTENT);
  });

  test.each([
    ['without a title', { title: undefined }, '/title'],
    ['with a field of the envelope', { version: 2 }, '/version'],
    ['with an unknown field', { colour: 'red' }, '/colour'],
    ['with an invalid field', { end: FULL.start, busy: true }, '/end'],
  ])('%s is refused, and nothing changes', (_, fault, pointer) =>
    unchanged(async () =>
      expectProblem(await ada.put(url, { ...FULL, ...fault }), 422, 'validation-failed', pointer),
    ),
  );
});

describe('PATCH', () => {
  test.each([
    'application/json',
    'application/merge-patch+json',
    'application/merge-patch+json; charset=UTF-8',
    'Application/JSON;charset="utf-8"',
  ])('as %s changes the named fields alone (RFC 7396)', async (type) => {
    const patch = { title: 'Plan', metadata: { a: { b: null, d: {} }, list: [3] } };
    const answer = await bob.patch(url, patch, { 'Content-Type': type });
    expectEvent(answer, { version: 3, role: 'editor', updatedBy: bob.id });
    expect(contentOf(answer.body)).toEqual({
      ...FULL,
      title: 'Plan',
      metadata: { a: { c: 2, d: {} }, 'x/y~z': 'q', list: [3] },
    });
    expect(answer.body).not.toHaveProperty('merged');
  });

  test('as application/json-patch+json carries the operations out in order (RFC 6902)', async () => {
    const answer = await bob.jsonPatch(url, [
      { op: 'test', path: '/title', value: 'Design review' },
      {
        op: 'replace',
        path: '/title',
        value: 'Plan',
        comment: 'unknown members of an operation are ignored',
      },
      { op: 'copy', from: '/title', path: '/location' },
      { op: 'add', path: '/tags/-', value: 'd' },
      { op: 'add', path: '/tags/2', value: 'c' },
      { op: 'remove', path: '/tags/0' },
      { op: 'move', from: '/metadata/a/b', path: '/metadata/b' },
      { op: 'replace', path: '/metadata/x~1y~0z', value: { new: true } },
      { op: 'add', path: '/metadata/list/0', value: 0 },
      {
        op: 'test',
        path: '/metadata',
        value: { list: [0, 1, 2], b: 1, 'x/y~z': { new: true }, a: { c: 2 } },
      },
    ]);
    expectEvent(answer, { version: 3, updatedBy: bob.id });
    expect(contentOf(answer.body)).toEqual({
      ...FULL,
      title: 'Plan',
      location: 'Plan',
      tags: ['b', 'c', 'd'],
      metadata: { a: { c: 2 }, b: 1, 'x/y~z': { new: true }, list: [0, 1, 2] },
    });
  });

  const defaults = Object.entries(PLAIN_CONTENT).filter(([field]) => !(field in sampleEvent));
  test.each(defaults)('null, or a remove, returns %s to its default', async (field, value) => {
    expectEvent(await ada.patch(url, { [field]: null }), { [field]: value });
    await ada.post(`${url}/rollback/1`);
    expectEvent(await ada.jsonPatch(url, [{ op: 'remove', path: `/${field}` }]), { [field]: value });
  });

  test.each(['title', 'start', 'end'])('%s has no default to return to', (field) =>
    unchanged(async () => {
      const answers = [
        await ada.patch(url, { [field]: null }),
        await ada.jsonPatch(url, [{ op: 'remove', path: `/${field}` }]),
      ];
      answers.forEach((answer) => expectProblem(answer, 422, 'validation-failed', `/${field}`));
    }),
  );

  test('times that are sent are read as in a new event, others keep their instant', async () => {
    expectEvent(await ada.patch(url, { timeZone: 'Asia/Tokyo', recurrence: null, overrides: null }), {
      start: FULL.start,
      end: FULL.end,
      timeZone: 'Asia/Tokyo',
    });
    expectEvent(await ada.patch(url, { start: '2026-03-03T09:00', end: '2026-03-03T01:00:00.5+00:00' }), {
      start: '2026-03-03T00:00:00Z',
      end: '2026-03-03T01:00:00Z',
    });
    const allDay = { allDay: true, start: '2026-03-03', end: '2026-03-05' };
    expectEvent(await ada.patch(url, allDay), allDay);
    expectProblem(await ada.patch(url, { allDay: false }), 422, 'validation-failed', '/start');
  });

  test.each<[string, unknown, string, string]>([
    ['a list', [{ op: 'replace', path: '/title', value: 'x' }], 'invalid-patch', ''],
    ['a text', 'title', 'invalid-patch', ''],
    ['null', null, 'invalid-patch', ''],
    ['an unknown field', { colour: 'red' }, 'validation-failed', '/colour'],
    ['an unknown field to be removed', { colour: null }, 'validation-failed', '/colour'],
    ['the version', { title: 'x', version: 9 }, 'validation-failed', '/version'],
    ['the owner', { ownerId: '0'.repeat(24) }, 'validation-failed', '/ownerId'],
    ['the role', { role: 'owner' }, 'validation-failed', '/role'],
    ['the trash', { deletedAt: '2026-01-01T00:00:00.000Z' }, 'validation-failed', '/deletedAt'],
    ['an invalid value', { title: 'x', status: 'maybe' }, 'validation-failed', '/status'],
    ['an invalid whole', { end: '2026-03-02T14:00:00Z' }, 'validation-failed', '/end'],
    [
      'an invalid rule',
      { recurrence: { frequency: 'secondly' } },
      'invalid-recurrence',
      '/recurrence/frequency',
    ],
  ])('a merge patch with %s is refused, and nothing changes', (_, patch, code, pointer) =>
    unchanged(async () => expectProblem(await ada.patch(url, patch), 422, code, pointer)),
  );

  const invalid: [string, unknown, string][] = [
    ['that is no list', { op: 'remove', path: '/tags' }, ''],
    ['that is null', null, ''],
    ['with an operation that is none', ['remove'], '/0'],
    ['with an operation in a list', [[{ op: 'remove', path: '/tags' }]], '/0'],
    ['with an unknown op', [{ op: 'increment', path: '/title', value: 1 }], '/0/op'],
    ['with an op of another case', [{ op: 'Replace', path: '/title', value: 'x' }], '/0/op'],
    ['with an op from Object', [{ op: 'constructor', path: '/title', value: 'x' }], '/0/op'],
    ['without a path', [{ op: 'replace', value: 'x' }], '/0/path'],
    ['with a path that is no text', [{ op: 'remove', path: { $gt: '' } }], '/0/path'],
    ['with a path that is no pointer', [{ op: 'remove', path: 'tags' }], '/0/path'],
    ['with a wrong escape', [{ op: 'remove', path: '/metadata/x~2' }], '/0/path'],
    ['of the whole', [{ op: 'replace', path: '', value: FULL }], '/0/path'],
    ['from the whole', [{ op: 'copy', from: '', path: '/metadata/copy' }], '/0/from'],
    ['without a value', [{ op: 'replace', path: '/title' }], '/0/value'],
    ['without a from', [{ op: 'move', path: '/title' }], '/0/from'],
    ['from nowhere', [{ op: 'move', from: '/metadata/none', path: '/title' }], '/0/from'],
    ['from behind a list', [{ op: 'copy', from: '/tags/2', path: '/title' }], '/0/from'],
    ['into itself', [{ op: 'move', from: '/metadata/a', path: '/metadata/a/b' }], '/0/from'],
    ['removing what is not there', [{ op: 'remove', path: '/metadata/none' }], '/0/path'],
    ['replacing what is not there', [{ op: 'replace', path: '/metadata/none', value: 1 }], '/0/path'],
    ['adding below what is not there', [{ op: 'add', path: '/metadata/none/x', value: 1 }], '/0/path'],
    ['adding below a text', [{ op: 'add', path: '/title/x', value: 1 }], '/0/path'],
    ['adding beyond a list’s end', [{ op: 'add', path: '/tags/3', value: 'x' }], '/0/path'],
    ['with an index with zeros', [{ op: 'replace', path: '/tags/00', value: 'x' }], '/0/path'],
    ['with a negative index', [{ op: 'remove', path: '/tags/-1' }], '/0/path'],
    ['replacing a list’s end', [{ op: 'replace', path: '/tags/-', value: 'x' }], '/0/path'],
    ['with what Object has', [{ op: 'replace', path: '/metadata/toString', value: 1 }], '/0/path'],
    ['with what Array has', [{ op: 'replace', path: '/tags/length', value: 0 }], '/0/path'],
    ['whose test fails', [{ op: 'test', path: '/title', value: 'Another' }], '/0'],
    ['whose test has another type', [{ op: 'test', path: '/metadata/a/b', value: '1' }], '/0'],
    ['whose test is for what is not there', [{ op: 'test', path: '/metadata/none', value: null }], '/0/path'],
    ['of 10,000 operations', Array(10_000).fill({ op: 'replace', path: '/title', value: 'x' }), ''],
    [
      'that fails at its end',
      [
        { op: 'replace', path: '/title', value: 'Changed' },
        { op: 'remove', path: '/metadata/none' },
      ],
      '/1/path',
    ],
  ];
  test.each(invalid)('a JSON Patch %s is an invalid patch, and nothing changes', (_, patch, pointer) =>
    unchanged(async () => expectProblem(await ada.jsonPatch(url, patch), 422, 'invalid-patch', pointer)),
  );

  test('a JSON Patch whose copies double each time is stopped, and nothing changes', () =>
    unchanged(async () => {
      const copies = Array.from({ length: 60 }, (_, i) => ({
        op: 'copy',
        from: '/metadata',
        path: `/metadata/${i}`,
      }));
      expectProblem(await ada.jsonPatch(url, copies), 422, 'invalid-patch');
    }));

  test.each<[string, unknown[], string]>([
    ['into the envelope', [{ op: 'replace', path: '/version', value: 1 }], '/0/path'],
    ['into the envelope, to test it', [{ op: 'test', path: '/version', value: 2 }], '/0/path'],
    ['into the members', [{ op: 'add', path: '/members/0', value: {} }], '/0/path'],
    ['out of the envelope', [{ op: 'copy', from: '/ownerId', path: '/title' }], '/0/from'],
    ['to an unknown field', [{ op: 'add', path: '/colour', value: 'red' }], '/0/path'],
    ['to a field without a name', [{ op: 'add', path: '/', value: 1 }], '/0/path'],
    ['to __proto__', [{ op: 'add', path: '/__proto__/polluted', value: 1 }], '/0/path'],
    ['to __proto__ inside', [{ op: 'add', path: '/metadata/__proto__/polluted', value: 1 }], '/0/path'],
    [
      'to constructor',
      [{ op: 'add', path: '/metadata/constructor/prototype/polluted', value: 1 }],
      '/0/path',
    ],
    ['to prototype', [{ op: 'add', path: '/metadata/prototype', value: 1 }], '/0/path'],
    ['out of a constructor', [{ op: 'copy', from: '/metadata/constructor/name', path: '/title' }], '/0/from'],
    ['to a result without a title', [{ op: 'move', from: '/title', path: '/location' }], '/title'],
    ['to an invalid value', [{ op: 'replace', path: '/tags/0', value: 7 }], '/tags/0'],
    ['to a tag twice', [{ op: 'copy', from: '/tags/0', path: '/tags/-' }], '/tags'],
  ])('a JSON Patch that leads %s fails the validation, and nothing changes', (_, patch, pointer) =>
    unchanged(async () => {
      expectProblem(await ada.jsonPatch(url, patch), 422, 'validation-failed', pointer);
      expect(({} as any).polluted).toBeUndefined();
    }),
  );

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'json',
  ])('as %s is a 415, and nothing changes', (type) =>
    unchanged(async () =>
      expectProblem(
        await ada.patch(url, { title: 'x' }, { 'Content-Type': type }),
        415,
        'unsupported-media-type',
      ),
    ),
  );
});

describe('an edit that changes nothing', () => {
  test.each<[string, () => Promise<Answer>]>([
    ['a replacement by the same', () => bob.put(url, FULL)],
    ['an empty merge patch', () => bob.patch(url, {})],
    ['an empty JSON Patch', () => bob.jsonPatch(url, [])],
    ['a test alone', () => bob.jsonPatch(url, [{ op: 'test', path: '/title', value: FULL.title }])],
    [
      'a change and its undoing',
      () =>
        bob.jsonPatch(url, [
          { op: 'replace', path: '/title', value: 'x' },
          { op: 'replace', path: '/title', value: FULL.title },
        ]),
    ],
    ['the same instants in another offset', () => bob.patch(url, { start: '2026-03-02T16:00:00.7+01:00' })],
    [
      'the same keys in another order',
      () => bob.patch(url, { metadata: { list: [1, 2], a: { c: 2, b: 1 } } }),
    ],
    ['the removal of what is not there', () => bob.patch(url, { metadata: { none: null } })],
    ['a rule in the other form', () => bob.patch(url, { recurrence: 'FREQ=WEEKLY' })],
    ['a rollback to the same content', () => bob.post(`${url}/rollback/1`)],
    [
      'what is already there, with an id and a note',
      () => bob.patch(url, { title: FULL.title }, { 'Edit-Id': 'e1', 'Edit-Note': 'nothing' }),
    ],
  ])('(%s) answers 200 with the same version and writes no history', (_, edit) =>
    unchanged(async () => {
      const history = (await ada.get(`${url}/history`)).body;
      const before = await now();
      expect(eventIn((await edit()).body)).toEqual({ ...before, role: 'editor' });
      expect((await ada.get(`${url}/history`)).body).toEqual(history);
    }),
  );
});

describe('If-Match', () => {
  const edits: [string, (headers: Record<string, string>) => Promise<Answer>][] = [
    ['PUT', (headers) => bob.put(url, sampleEvent, { headers })],
    ['PATCH', (headers) => bob.patch(url, { title: 'Mine' }, headers)],
    ['a JSON Patch', (headers) => bob.jsonPatch(url, [{ op: 'remove', path: '/tags' }], headers)],
    ['a rollback', (headers) => bob.post(`${url}/rollback/1`, undefined, { headers })],
  ];

  test.each(edits)('lets %s through at the named version alone', async (_, edit) => {
    await ada.patch(url, { location: 'Elsewhere' });
    await unchanged(async () => {
      const stale = await edit({ 'If-Match': '"2"' });
      expectProblem(stale, 412, 'precondition-failed');
      expect(stale.headers.get('ETag')).toBe('"3"');
    });
    expectEvent(await edit({ 'If-Match': '"3"' }), { version: 4 });
  });

  test.each(['"2"', ' "2" ', '"1", "2"', '*'])('%s is met at version 2', async (tag) => {
    expectEvent(await ada.patch(url, { title: 'x' }, { 'If-Match': tag }), { version: 3 });
  });

  test.each(['W/"2"', '2', '"02"', '"2.0"', '"3"', '', '"', '"2" "3"', 'null'])(
    '%s is not met at version 2',
    (tag) =>
      unchanged(async () => {
        const answer = await ada.patch(url, { title: 'x' }, { 'If-Match': tag });
        expectProblem(answer, 412, 'precondition-failed');
        expect(answer.headers.get('ETag')).toBe('"2"');
      }),
  );

  test('of several edits at once that name the same version, exactly one is taken', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => ada.patch(url, { title: `edit ${i}` }, { 'If-Match': '"2"' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
    const winner = answers.find(({ status }) => status === 200);
    expect(await now()).toMatchObject({ version: 3, title: winner?.body.title });
  });

  test('holds strictly even where baseVersion would merge', async () => {
    await ada.patch(url, { location: 'Elsewhere' });
    const answer = await bob.patch(`${url}?baseVersion=2`, { title: 'x' }, { 'If-Match': '"2"' });
    expectProblem(answer, 412, 'precondition-failed');
  });
});

test('without a version the last writer wins on the fields it names, never on the others', async () => {
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, (_, i) => ada.patch(url, { metadata: { [`a${i}`]: i } })),
    ...Array.from({ length: 10 }, (_, i) =>
      bob.jsonPatch(url, [{ op: 'add', path: `/metadata/b${i}`, value: i }]),
    ),
  ]);
  expect(answers.map(({ body }) => body.version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 3),
  );
  const { metadata } = await now();
  expect(Object.keys(metadata)).toHaveLength(3 + 20);
});

describe('baseVersion', () => {
  const merging = `?baseVersion=2`;

  test('at the current version is an ordinary edit', async () => {
    expectEvent(await bob.patch(url + merging, { title: 'x' }), { version: 3, merged: false });
  });

  test.each<[string, () => Promise<Answer>]>([
    ['a merge patch', () => bob.patch(url + merging, { title: 'Mine' })],
    ['a JSON Patch', () => bob.jsonPatch(url + merging, [{ op: 'replace', path: '/title', value: 'Mine' }])],
    ['a replacement', () => bob.put(url + merging, { ...FULL, title: 'Mine' })],
  ])('rebases %s over changes to other fields', async (_, edit) => {
    await ada.patch(url, { location: 'Theirs', tags: [] });
    await ada.patch(url, { metadata: { a: null } });
    const { a: _a, ...metadata } = FULL.metadata;
    const answer = await edit();
    expectEvent(answer, { version: 5, merged: true, updatedBy: bob.id });
    expect(contentOf(answer.body)).toEqual({
      ...FULL,
      title: 'Mine',
      location: 'Theirs',
      tags: [],
      metadata,
    });
    expect((await newestEntry()).patch).toEqual([{ op: 'replace', path: '/title', value: 'Mine' }]);
  });

  test('where both changed a field differently is an edit conflict, and nothing is written', async () => {
    await ada.patch(url, {
      title: 'Theirs',
      location: 'Theirs',
      metadata: { a: { b: 7 } },
      tags: ['a', 'b', 'c'],
    });
    await unchanged(async () => {
      const answer = await bob.patch(url + merging, {
        title: 'Mine',
        description: 'Mine',
        metadata: { a: { b: 8, c: 9 } },
        tags: ['b'],
      });
      expectProblem(answer, 409, 'edit-conflict');
      expect(answer.body.currentVersion).toBe(3);
      expect(answer.body.conflicts).toHaveLength(3);
      expect(answer.body.conflicts).toEqual(
        expect.arrayContaining([
          { path: '/title', base: FULL.title, theirs: 'Theirs', yours: 'Mine' },
          { path: '/tags', base: ['a', 'b'], theirs: ['a', 'b', 'c'], yours: ['b'] },
          { path: '/metadata/a/b', base: 1, theirs: 7, yours: 8 },
        ]),
      );
    });
  });

  test('an edit touches only what it changes of its base: a replacement that kept a field does not revert it', async () => {
    await ada.patch(url, { title: 'Theirs' });
    expectEvent(await bob.put(url + merging, { ...FULL, location: 'Mine' }), {
      title: 'Theirs',
      location: 'Mine',
      merged: true,
    });
    const same = [{ op: 'replace', path: '/title', value: FULL.title }];
    expectEvent(await bob.jsonPatch(url + merging, same), { version: 4, title: 'Theirs' });
  });

  test('where both made the same change it is made once', async () => {
    await ada.patch(url, { title: 'Same' });
    expectEvent(await bob.patch(url + merging, { title: 'Same' }), { version: 3 });
    expectEvent(await bob.patch(url + merging, { title: 'Same', location: 'Mine' }), {
      version: 4,
      title: 'Same',
    });
  });

  test.each<[string, any, any, any]>([
    [
      'different lines of a description merge',
      { description: 'ONE\ntwo\nthree\nfour\nfive' },
      { description: 'one\ntwo\nTHREE\nfour' },
      { description: 'ONE\ntwo\nTHREE\nfour\nfive' },
    ],
    [
      'different keys of the metadata merge',
      { metadata: { a: { b: 5 }, new: { er: 1 } } },
      { metadata: { a: { c: null }, new: { est: 2 } } },
      { metadata: { a: { b: 5 }, new: { er: 1, est: 2 }, 'x/y~z': 'q', list: [1, 2] } },
    ],
    [
      'different occurrences merge',
      { overrides: { '2026-03-16T16:00:00': { title: 'Theirs' } } },
      {
        overrides: { '2026-03-09T16:00:00': { location: 'Mine' }, '2026-03-23T16:00:00': { excluded: true } },
      },
      {
        overrides: {
          '2026-03-09T16:00:00': { title: 'Guest', location: 'Mine' },
          '2026-03-16T16:00:00': { title: 'Theirs' },
          '2026-03-23T16:00:00': { excluded: true },
        },
      },
    ],
  ])('%s', async (_, theirs, yours, merged) => {
    await ada.patch(url, theirs);
    const answer = await bob.patch(url + merging, yours);
    expectEvent(answer, { merged: true });
    expect(answer.body).toMatchObject(merged);
    for (const field of ['metadata', 'overrides']) {
      expect(answer.body[field]).toEqual(merged[field] ?? FULL[field as keyof typeof FULL]);
    }
  });

  test.each<[string, any, any, string]>([
    [
      'the same line of a description',
      { description: 'one\nTHEIRS\nthree\nfour' },
      { description: 'one\nMINE\nthree\nfour' },
      '/description',
    ],
    ['the same list', { tags: ['a', 'b', 'c'] }, { tags: ['z', 'a', 'b'] }, '/tags'],
    [
      'a list inside the metadata',
      { metadata: { list: [1, 2, 3] } },
      { metadata: { list: [0, 1, 2] } },
      '/metadata/list',
    ],
    [
      'a key that needs escaping',
      { metadata: { 'x/y~z': 1 } },
      { metadata: { 'x/y~z': 2 } },
      '/metadata/x~1y~0z',
    ],
    ['a new key', { metadata: { new: 1 } }, { metadata: { new: 2 } }, '/metadata/new'],
    ['a key that one removed', { metadata: { a: { b: 5 } } }, { metadata: { a: null } }, '/metadata/a/b'],
    ['the rule', { recurrence: { frequency: 'daily' } }, { recurrence: null }, '/recurrence'],
    [
      'the same field of an occurrence',
      { overrides: { '2026-03-09T16:00:00': { title: 'A' } } },
      { overrides: { '2026-03-09T16:00:00': { title: 'B' } } },
      '/overrides/2026-03-09T16:00:00/title',
    ],
  ])('%s does not merge', async (_, theirs, yours, path) => {
    await ada.patch(url, theirs);
    const answer = await bob.patch(url + merging, yours);
    expectProblem(answer, 409, 'edit-conflict');
    expect(answer.body.conflicts.map((conflict: any) => conflict.path)).toEqual([path]);
  });

  test('a conflict says null where a side has no value', async () => {
    await ada.patch(url, { metadata: { 'x/y~z': null, new: 1 } });
    const { body } = await bob.patch(url + merging, { metadata: { 'x/y~z': 'r', new: 2 } });
    expect(body.conflicts).toEqual(
      expect.arrayContaining([
        { path: '/metadata/x~1y~0z', base: 'q', theirs: null, yours: 'r' },
        { path: '/metadata/new', base: null, theirs: 1, yours: 2 },
      ]),
    );
  });

  test('two valid edits that contradict each other are not merged into something invalid', async () => {
    await ada.patch(url, { recurrence: null, overrides: null, start: '2026-03-02T15:45:00Z' });
    await unchanged(async () => {
      const answer = await bob.patch(url + merging, { end: '2026-03-02T15:30:00Z' });
      expectProblem(answer, 422, 'validation-failed', '/end');
    });
  });

  test('a JSON Patch is applied to the base it was made on', async () => {
    await ada.patch(url, { tags: ['a', 'b', 'c'], metadata: { a: null } });
    expectEvent(
      await bob.jsonPatch(url + merging, [
        { op: 'test', path: '/metadata/a/b', value: 1 },
        { op: 'replace', path: '/location', value: 'Mine' },
      ]),
      { location: 'Mine', merged: true },
    );
    const answer = await bob.jsonPatch(url + merging, [{ op: 'remove', path: '/tags/2' }]);
    expectProblem(answer, 422, 'invalid-patch', '/0/path');
  });

  test('a rollback is its difference to the base', async () => {
    await ada.patch(url, { title: 'Second', location: 'Second' });
    await ada.patch(url, { location: 'Third' });
    await ada.patch(url, { color: 'blue' });
    expectEvent(await bob.post(`${url}/rollback/3?baseVersion=4`), {
      version: 6,
      title: 'Second',
      location: 'Second',
      color: 'blue',
      merged: true,
    });
    await ada.patch(url, { location: 'Fourth' });
    const answer = await bob.post(`${url}/rollback/2?baseVersion=4`);
    expectProblem(answer, 409, 'edit-conflict');
    expect(answer.body.conflicts[0].path).toBe('/location');
  });

  test.each(['3', '7', '999999999'])('a version that is still to come (%s) is unknown', (version) =>
    unchanged(async () => {
      expectProblem(await bob.patch(`${url}?baseVersion=${version}`, { title: 'x' }), 422, 'unknown-version');
      expectProblem(await bob.put(`${url}?baseVersion=${version}`, sampleEvent), 422, 'unknown-version');
      expectProblem(await bob.post(`${url}/rollback/1?baseVersion=${version}`), 422, 'unknown-version');
    }),
  );

  test.each(['-1', 'two', '', '1.5', '2&baseVersion=2', '1e1', '9'.repeat(30)])(
    'baseVersion=%s is a 422',
    (version) =>
      unchanged(async () => {
        const answer = await bob.patch(`${url}?baseVersion=${version}`, { title: 'x' });
        expectProblem(answer, 422, 'validation-failed', 'baseVersion');
      }),
  );

  test('baseVersion=0 is a 422, as no event had it', () =>
    unchanged(async () => {
      expect(await bob.patch(`${url}?baseVersion=0`, { title: 'x' })).toMatchObject({ status: 422 });
    }));
});

describe('Edit-Id', () => {
  const headers = { 'Edit-Id': 'from my phone, 1' };

  test('sent again is answered as the first time, whatever has come since, and writes nothing', async () => {
    await ada.patch(url, { location: 'Elsewhere' });
    const first = await bob.patch(`${url}?baseVersion=2`, { title: 'Mine' }, headers);
    expectEvent(first, { version: 4, title: 'Mine', location: 'Elsewhere', merged: true });
    await ada.patch(url, { title: 'Later' });
    await unchanged(async () => {
      for (const again of [
        await bob.patch(`${url}?baseVersion=2`, { title: 'Mine' }, headers),
        await bob.patch(`${url}?baseVersion=2`, { title: 'Something else' }, headers),
        await bob.patch(`${url}?baseVersion=2`, { title: 'Mine' }, { ...headers, 'If-Match': '"3"' }),
      ]) {
        expect(again).toMatchObject({ status: 200, body: first.body });
        expect(again.headers.get('ETag')).toBe('"4"');
      }
    });
  });

  test('sent several times at once makes one version', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        bob.jsonPatch(url, [{ op: 'add', path: '/tags/-', value: 'once' }], headers),
      ),
    );
    answers.forEach((answer) => expectEvent(answer, { version: 3, tags: ['a', 'b', 'once'] }));
    expect(await now()).toMatchObject({ version: 3 });
  });

  test('works for a replacement and for a rollback too', async () => {
    const put = await bob.put(url, sampleEvent, { headers: { 'Edit-Id': 'put' } });
    const back = await bob.post(`${url}/rollback/1`, undefined, { headers: { 'Edit-Id': 'back' } });
    await ada.patch(url, { title: 'Later' });
    await unchanged(async () => {
      expect((await bob.put(url, sampleEvent, { headers: { 'Edit-Id': 'put' } })).body).toEqual(put.body);
      const again = await bob.post(`${url}/rollback/1`, undefined, { headers: { 'Edit-Id': 'back' } });
      expect(again.body).toEqual(back.body);
    });
  });

  test('is the socket’s changeId', async () => {
    const socket = await bob.connect();
    const edit = {
      eventId: event.id,
      patch: [{ op: 'replace', path: '/title', value: 'Live' }],
      changeId: 'c1',
    };
    expect(await socket.ask('event:edit', edit)).toMatchObject({ ok: true, version: 3 });
    const again = await bob.patch(url, { title: 'Over REST' }, { 'Edit-Id': 'c1' });
    expectEvent(again, { version: 3, title: 'Live' });
    socket.close();
  });

  test('belongs to its user and its event', async () => {
    const other = await ada.createEvent();
    expectEvent(await ada.patch(url, { title: 'Ada’s' }, headers), { version: 3, title: 'Ada’s' });
    expectEvent(await bob.patch(url, { title: 'Bob’s' }, headers), { version: 4, title: 'Bob’s' });
    expectEvent(await ada.patch(`/api/events/${other.id}`, { title: 'Other' }, headers), { title: 'Other' });
  });

  test('of a refused edit is not remembered', async () => {
    expectProblem(await bob.patch(url, { title: '' }, headers), 422, 'validation-failed');
    expectProblem(
      await bob.patch(url, { title: 'x' }, { ...headers, 'If-Match': '"1"' }),
      412,
      'precondition-failed',
    );
    expectEvent(await bob.patch(url, { title: 'Right' }, headers), { version: 3, title: 'Right' });
  });

  test('does not help whoever has lost the right to edit', async () => {
    await bob.patch(url, { title: 'Mine' }, headers);
    await ada.put(`${url}/permissions/${bob.id}`, { role: 'viewer' });
    expectProblem(await bob.patch(url, { title: 'Mine' }, headers), 403, 'forbidden');
    await ada.delete(`${url}/permissions/${bob.id}`);
    expectProblem(await bob.patch(url, { title: 'Mine' }, headers), 404, 'not-found');
  });

  test('is remembered after a restart', async () => {
    const first = await bob.patch(url, { title: 'Mine' }, headers);
    await convene.restart();
    expect((await bob.patch(url, { title: 'Mine' }, headers)).body).toEqual(first.body);
    expect(await now()).toMatchObject({ version: 3 });
  });

  test.each([
    ['empty', ''],
    ['of 65 characters', 'x'.repeat(65)],
  ])('%s is a 422', (_, value) =>
    unchanged(async () => {
      const answer = await bob.patch(url, { title: 'x' }, { 'Edit-Id': value });
      expectProblem(answer, 422, 'validation-failed', 'Edit-Id');
    }),
  );

  test('may have 64 characters', async () => {
    expectEvent(await bob.patch(url, { title: 'x' }, { 'Edit-Id': 'x'.repeat(64) }), { version: 3 });
  });
});

describe('Edit-Note', () => {
  test.each([
    ['Fix%20the%20title', 'Fix the title'],
    ['plain words', 'plain words'],
    [encodeURIComponent('Überfällig: 📐 → ✓\nsecond line'), 'Überfällig: 📐 → ✓\nsecond line'],
    [encodeURIComponent('📐'.repeat(200)), '📐'.repeat(200)],
  ])('%s stands in the history', async (header, note) => {
    const headers = { 'Edit-Note': header };
    await bob.patch(url, { title: 'Plan' }, headers);
    expect(await newestEntry()).toMatchObject({ kind: 'edit', note });
    await bob.put(url, sampleEvent, { headers });
    expect(await newestEntry()).toMatchObject({ kind: 'edit', note });
    await bob.post(`${url}/rollback/1`, undefined, { headers });
    expect(await newestEntry()).toMatchObject({ kind: 'rollback', note });
    await bob.patch(url, { title: 'No note' });
    expect(await newestEntry()).toMatchObject({ kind: 'edit', note: null });
  });

  test.each([
    ['of 201 characters', encodeURIComponent('📐'.repeat(201))],
    ['that is not percent-encoded right', '100%'],
    ['that is not UTF-8', '%FF'],
    ['with a lone surrogate', '%ED%A0%80'],
    ['with NUL', 'a%00b'],
  ])('%s is a 422, and nothing changes', (_, note) =>
    unchanged(async () => {
      const answer = await bob.patch(url, { title: 'x' }, { 'Edit-Note': note });
      expectProblem(answer, 422, 'validation-failed', 'Edit-Note');
    }),
  );
});
