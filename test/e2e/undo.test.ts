import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { contentOf, expectProblem, mannerly } from '../support/answers.js';
import { Convene, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
let bob: Person;
let url: string;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  [ada, bob] = [await convene.person({ name: 'Ada' }), await convene.person({ name: 'Bob' })];
});
afterAll(() => convene.close());

/** The event of a test: version 2, as it is shared. */
beforeEach(async () => {
  const event = await ada.createEvent({ description: 'one\ntwo\nthree' });
  await ada.share(event, bob, 'editor');
  url = `/api/events/${event.id}`;
});

const undo = (person: Person, headers: Record<string, string> = {}): Promise<Answer> =>
  person.post(`${url}/undo`, undefined, { headers });
const edit = async (person: Person, fields: Record<string, unknown>): Promise<number> => {
  const { status, body } = await person.patch(url, fields);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.version;
};
const now = async (): Promise<any> => (await ada.get(url)).body;
const log = async (): Promise<any[]> => (await ada.get(`${url}/history`)).body.items;

describe('undo', () => {
  test('takes back the caller’s own last edit as a new version, and keeps what others changed since', async () => {
    await edit(ada, { title: 'Ada’s', tags: ['a'] });
    await edit(bob, { location: 'Room 4' });
    const answer = await undo(ada);
    expect(answer).toMatchObject({
      status: 200,
      body: { version: 5, role: 'owner', title: 'Design review', tags: [], location: 'Room 4' },
    });
    expect(answer.headers.get('ETag')).toBe('"5"');
    expect(answer.body).toEqual(await now());
    const [entry] = await log();
    expect(entry).toEqual({
      version: 5,
      kind: 'undo',
      at: expect.any(String),
      by: { id: ada.id, username: ada.user.username, name: 'Ada' },
      via: 'rest',
      note: null,
      patch: [
        { op: 'replace', path: '/title', value: 'Design review' },
        { op: 'replace', path: '/tags', value: [] },
      ],
    });
  });

  test('asked again, takes back the edit before that one, until there is none', async () => {
    await edit(ada, { title: 'First' });
    await edit(bob, { color: 'teal' });
    await edit(ada, { title: 'Second' });
    expect((await undo(ada)).body).toMatchObject({ version: 6, title: 'First' });
    expect((await undo(ada)).body).toMatchObject({ version: 7, title: 'Design review', color: 'teal' });
    expectProblem(await undo(ada), 409, 'nothing-to-undo');
    expect((await undo(bob)).body).toMatchObject({ version: 8, color: null });
    expectProblem(await undo(bob), 409, 'nothing-to-undo');
    expect((await now()).version).toBe(8);
  });

  test('after a new edit begins with that one', async () => {
    await edit(ada, { title: 'First' });
    await edit(ada, { title: 'Second' });
    await undo(ada);
    await edit(ada, { title: 'Third' });
    expect((await undo(ada)).body).toMatchObject({ title: 'First' });
    expect((await undo(ada)).body).toMatchObject({ title: 'Design review' });
    expectProblem(await undo(ada), 409, 'nothing-to-undo');
  });

  test('creating and sharing are no edits', async () => {
    expectProblem(await undo(ada), 409, 'nothing-to-undo');
    expectProblem(await undo(bob), 409, 'nothing-to-undo');
    await edit(ada, { title: 'Ada’s' });
    expectProblem(await undo(bob), 409, 'nothing-to-undo');
    expect((await now()).title).toBe('Ada’s');
  });

  test('is refused where others have changed the same since, and nothing is written', async () => {
    await edit(ada, { title: 'Ada’s', location: 'Room 4' });
    await edit(bob, { title: 'Bob’s' });
    const answer = await undo(ada);
    expectProblem(answer, 409, 'edit-conflict');
    expect(answer.body).toMatchObject({
      conflicts: [{ path: '/title', base: 'Ada’s', theirs: 'Bob’s', yours: 'Design review' }],
      currentVersion: 4,
    });
    expect(await now()).toMatchObject({ version: 4, title: 'Bob’s', location: 'Room 4' });
  });

  test('is refused where what others changed since needs the edit', async () => {
    await edit(ada, { start: '2026-03-02T12:00:00Z' });
    await edit(bob, { end: '2026-03-02T13:00:00Z' });
    const answer = await undo(ada);
    expectProblem(answer, 409, 'edit-conflict');
    expect(answer.body.conflicts).toEqual([
      {
        path: '/start',
        base: '2026-03-02T12:00:00Z',
        theirs: '2026-03-02T12:00:00Z',
        yours: '2026-03-02T15:00:00Z',
      },
    ]);
  });

  test('merges lines of a description, and key paths of the metadata', async () => {
    await edit(ada, { description: 'one\nTWO\nthree', metadata: { mine: 1 } });
    await edit(bob, { description: 'one\nTWO\nthree\nfour', metadata: { his: 2 } });
    expect((await undo(ada)).body).toMatchObject({
      description: 'one\ntwo\nthree\nfour',
      metadata: { his: 2 },
    });
  });

  test('passes over an edit of which nothing is left', async () => {
    await edit(ada, { location: 'Room 4' });
    await edit(ada, { title: 'Ada’s' });
    await edit(bob, { title: 'Design review' });
    expect((await undo(ada)).body).toMatchObject({ version: 6, location: '', title: 'Design review' });
    expectProblem(await undo(ada), 409, 'nothing-to-undo');
  });

  test('takes back a rollback, and then what the rollback took back', async () => {
    await edit(ada, { title: 'First' });
    await ada.post(`${url}/rollback/1`);
    expect((await undo(ada)).body).toMatchObject({ version: 5, title: 'First' });
    expect((await undo(ada)).body).toMatchObject({ version: 6, title: 'Design review' });
  });

  test('takes back an edit of an occurrence', async () => {
    await edit(ada, { recurrence: 'FREQ=WEEKLY;COUNT=5' });
    const at = `${url}/occurrences/2026-03-09T15:00:00`;
    expect((await ada.patch(at, { title: 'Moved' })).status).toBe(200);
    expect((await ada.delete(`${url}/occurrences/2026-03-16T15:00:00`)).status).toBe(200);
    expect((await undo(ada)).body.overrides).toEqual({ '2026-03-09T15:00:00': { title: 'Moved' } });
    expect((await undo(ada)).body).toMatchObject({ overrides: {}, recurrence: { count: 5 } });
    const { body } = await ada.get(`${url}/changelog?limit=1`);
    expect(body.items[0].summary).toBe('Took back version 4: 9 March 2026: changed title');
  });

  test('takes If-Match, a note, and an id to be sent again with', async () => {
    await edit(ada, { title: 'First' });
    await edit(ada, { title: 'Second' });
    expectProblem(await undo(ada, { 'If-Match': '"3"' }), 412, 'precondition-failed');
    const headers = { 'If-Match': '"4"', 'Edit-Id': 'x', 'Edit-Note': 'oh%20no' };
    const first = await undo(ada, headers);
    expect(first.body).toMatchObject({ version: 5, title: 'First' });
    expect((await undo(ada, headers)).body).toEqual(first.body);
    expect((await log())[0]).toMatchObject({ version: 5, note: 'oh no' });
    expectProblem(await undo(ada, { 'Edit-Id': 'x'.repeat(65) }), 422, 'validation-failed', 'Edit-Id');
  });

  test('with an Idempotency-Key is done once', async () => {
    await edit(ada, { title: 'First' });
    await edit(ada, { title: 'Second' });
    const headers = { 'Idempotency-Key': `undo ${url}`.replace(' ', '-') };
    const answers = [await undo(ada, headers), await undo(ada, headers)];
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect(await now()).toMatchObject({ version: 5, title: 'First' });
  });

  test('takes no body', async () => {
    expectProblem(await ada.post(`${url}/undo`, { version: 1 }), 422, 'validation-failed');
  });

  test('sent many times at once takes back as many edits, each once', async () => {
    for (let n = 1; n <= 6; n += 1) {
      await edit(ada, { title: `Number ${n}` });
    }
    const answers = await Promise.all(Array.from({ length: 8 }, () => undo(ada)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 409, 409]);
    expect(await now()).toMatchObject({ version: 14, title: 'Design review' });
  });

  test('leads back to what was there before, whatever lies in between', async () => {
    const before = contentOf(await now());
    await edit(ada, { title: 'First' });
    // So many that the first one lies in a bucket.
    for (let n = 0; n < 70; n += 1) {
      await edit(bob, { metadata: { n } });
    }
    await undo(ada);
    expect(contentOf(await now())).toEqual({ ...before, metadata: { n: 69 } });
    await convene.restart();
    expectProblem(await undo(ada), 409, 'nothing-to-undo');
  });

  test('is told to subscribers as any change, live', async () => {
    const [{ id }, socket] = [await now(), await bob.connect()];
    await socket.ask('event:subscribe', { eventId: id });
    await edit(ada, { title: 'Ada’s' });
    await undo(ada, { 'Edit-Id': 'back' });
    expect(await socket.until('event:changed', ({ version }) => version === 4)).toEqual({
      eventId: id,
      version: 4,
      kind: 'undo',
      patch: [{ op: 'replace', path: '/title', value: 'Design review' }],
      by: { id: ada.id, username: ada.user.username, name: 'Ada' },
      at: expect.any(String),
      changeId: 'back',
    });
  });
});
