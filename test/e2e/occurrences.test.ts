import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, mannerly } from '../support/answers.js';
import { Convene, type Answer, type Person } from '../support/convene.js';

let convene: Convene;
let ada: Person;
/** An editor and a viewer of Ada's series, and a stranger. */
let bob: Person;
let carol: Person;
let eve: Person;

beforeAll(async () => {
  convene = await Convene.start();
  convene.witness = mannerly;
  ada = await convene.person({ name: 'Ada' });
  bob = await convene.person({ name: 'Bob' });
  carol = await convene.person({ name: 'Carol' });
  eve = await convene.person({ name: 'Eve' });
});
afterAll(() => convene.close());

const WEEKLY = {
  title: 'Stand-up',
  start: '2026-03-02T09:00:00',
  end: '2026-03-02T09:30:00',
  timeZone: 'America/New_York',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=8',
};
/** Mondays at nine; the clocks change on 8 March. */
const [FIRST, SECOND, THIRD, FOURTH] = [
  '2026-03-02T09:00:00',
  '2026-03-09T09:00:00',
  '2026-03-16T09:00:00',
  '2026-03-23T09:00:00',
] as const;

/** A series of Ada's, at version 1. */
const series = (fields: Record<string, unknown> = {}): Promise<any> =>
  ada.createEvent({ ...WEEKLY, ...fields });

/** The same with Bob as editor and Carol as viewer, at version 3. */
async function shared(fields: Record<string, unknown> = {}): Promise<any> {
  const event = await series(fields);
  await ada.share(event, bob, 'editor');
  await ada.share(event, carol, 'viewer');
  return event;
}

const at = (event: { id: string }, id: string, query = ''): string =>
  `/api/events/${event.id}/occurrences/${id}${query}`;
const FOLLOWING = '?scope=following';

/** What takes place of these events, in the year. */
async function expanded(who: Person, ...events: { id: string }[]): Promise<string[]> {
  const query = 'from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z&expand=true&limit=200';
  const wanted = events.map(({ id }) => id);
  const items: any[] = [];
  for (let cursor = ''; ;) {
    const { body } = await who.get(`/api/events?${query}${cursor}`);
    items.push(...body.items);
    if (body.nextCursor === null) {
      break;
    }
    cursor = `&cursor=${body.nextCursor}`;
  }
  return items
    .filter(({ eventId }) => wanted.includes(eventId))
    .map(({ recurrenceId, start, title }) => `${recurrenceId} ${start} ${title}`);
}

const expectSplit = (answer: Answer): { event: any; following: any } => {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 201,
    body: { event: expect.any(Object), following: expect.any(Object) },
  });
  expect(answer.headers.get('Location')).toBe(`/api/events/${answer.body.following.id}`);
  return answer.body;
};
const current = async (event: { id: string }, who = ada): Promise<any> =>
  (await who.get(`/api/events/${event.id}`)).body;
const newestEntry = async (event: { id: string }): Promise<any> =>
  (await ada.get(`/api/events/${event.id}/history?limit=1`)).body.items[0];

describe('scope=this', () => {
  test('writes an override, by each kind of patch, and answers the series', async () => {
    const event = await series();
    const merged = await ada.patch(
      at(event, SECOND),
      { title: 'Guest' },
      { 'Content-Type': 'application/merge-patch+json' },
    );
    expect(merged).toMatchObject({ status: 200, body: { id: event.id, version: 2, title: 'Stand-up' } });
    expect(merged.headers.get('ETag')).toBe('"2"');
    await ada.patch(at(event, SECOND, '?scope=this'), { location: 'Room 4' });
    const operations = [
      { op: 'test', path: '/title', value: 'Guest' },
      { op: 'replace', path: '/start', value: '2026-03-09T10:00:00' },
      { op: 'replace', path: '/end', value: '2026-03-09T11:00:00' },
    ];
    const { body } = await ada.jsonPatch(at(event, SECOND), operations);
    expect(body).toMatchObject({ version: 4, start: event.start, recurrence: event.recurrence });
    expect(body.overrides).toEqual({
      [SECOND]: {
        title: 'Guest',
        location: 'Room 4',
        start: '2026-03-09T14:00:00Z',
        end: '2026-03-09T15:00:00Z',
      },
    });
    expect((await expanded(ada, event)).slice(0, 3)).toEqual([
      `${FIRST} 2026-03-02T14:00:00Z Stand-up`,
      `${SECOND} 2026-03-09T14:00:00Z Guest`,
      `${THIRD} 2026-03-16T13:00:00Z Stand-up`,
    ]);
  });

  test('takes the override back where nothing is different any more, and writes nothing for nothing', async () => {
    const event = await series({ overrides: { [SECOND]: { title: 'Guest' } } });
    expect((await ada.patch(at(event, SECOND), { title: 'Guest' })).body).toMatchObject({ version: 1 });
    const { body } = await ada.patch(at(event, SECOND), { title: 'Stand-up' });
    expect(body).toMatchObject({ version: 2, overrides: {} });
  });

  test.each([
    ['recurrence', { recurrence: 'FREQ=DAILY' }],
    ['recurrence', { recurrence: null }],
    ['overrides', { overrides: {} }],
    ['timeZone', { timeZone: 'UTC' }],
    ['allDay', { allDay: true }],
  ])('refuses a %s', async (field, patch) => {
    const event = await series({ overrides: { [THIRD]: { title: 'x' } } });
    const path = field === 'overrides' ? { overrides: { [THIRD]: null } } : patch;
    const refused = await ada.patch(at(event, SECOND), path);
    expectProblem(refused, 422, 'validation-failed');
    expect(refused.body.errors).toEqual([expect.objectContaining({ pointer: `/${field}` })]);
    expect(await current(event)).toMatchObject({ version: 1 });
  });

  test('refuses what no event may be either', async () => {
    const event = await series();
    expectProblem(await ada.patch(at(event, SECOND), { title: '' }), 422, 'validation-failed');
    expectProblem(await ada.patch(at(event, SECOND), { version: 9 }), 422, 'validation-failed');
    expectProblem(
      await ada.patch(at(event, SECOND), { end: '2026-03-01T00:00:00Z' }),
      422,
      'validation-failed',
    );
    expectProblem(await ada.patch(at(event, SECOND), []), 422, 'invalid-patch');
    expectProblem(await ada.jsonPatch(at(event, SECOND), {}), 422, 'invalid-patch');
    const test = [{ op: 'test', path: '/title', value: 'Other' }];
    expectProblem(await ada.jsonPatch(at(event, SECOND), test), 422, 'invalid-patch');
    expectProblem(await ada.patch(at(event, SECOND, '?scope=some'), {}), 422, 'validation-failed');
  });

  test('merges with what others changed since, and knows a stale version', async () => {
    const event = await series();
    await ada.patch(`/api/events/${event.id}`, { description: 'Bring tea' });
    await ada.patch(at(event, SECOND), { title: 'Guest' });
    const merged = await ada.patch(at(event, SECOND, '?baseVersion=1'), { location: 'Room 4' });
    expect(merged).toMatchObject({
      status: 200,
      body: {
        merged: true,
        version: 4,
        description: 'Bring tea',
        overrides: { [SECOND]: { title: 'Guest', location: 'Room 4' } },
      },
    });
    const conflict = await ada.patch(at(event, SECOND, '?baseVersion=1'), { title: 'Other' });
    expectProblem(conflict, 409, 'edit-conflict');
    expect(conflict.body.conflicts).toEqual([
      expect.objectContaining({ path: `/overrides/${SECOND}/title`, theirs: 'Guest', yours: 'Other' }),
    ]);
    expectProblem(await ada.patch(at(event, SECOND, '?baseVersion=9'), {}), 422, 'unknown-version');
    const stale = await ada.patch(at(event, SECOND), { title: 'Other' }, { 'If-Match': '"1"' });
    expectProblem(stale, 412, 'precondition-failed');
    expectProblem(
      await ada.delete(at(event, SECOND), { headers: { 'If-Match': '"1"' } }),
      412,
      'precondition-failed',
    );
  });

  test('an occurrence that others have excluded or split off since does not come back by a merge', async () => {
    const event = await series();
    await ada.delete(at(event, SECOND));
    expectSplit(await ada.patch(at(event, THIRD, FOLLOWING), {}));
    for (const id of [SECOND, THIRD]) {
      expectProblem(await ada.patch(at(event, id, '?baseVersion=1'), { title: 'x' }), 404, 'not-found');
    }
  });

  test('an Edit-Id is one edit, a note is in the history', async () => {
    const event = await series();
    const headers = { 'Edit-Id': 'e1', 'Edit-Note': 'For%20the%20guest' };
    const first = await ada.patch(at(event, SECOND), { title: 'Guest' }, headers);
    const again = await ada.patch(at(event, SECOND), { title: 'Guest' }, headers);
    expect(again.body).toEqual(first.body);
    expect(await newestEntry(event)).toMatchObject({ version: 2, kind: 'edit', note: 'For the guest' });
  });
});

describe('scope=all', () => {
  test('moves the whole series as far as the occurrence, with its rule and its overrides', async () => {
    const event = await series({ overrides: { [FOURTH]: { title: 'Guest' } } });
    const patch = { start: '2026-03-17T11:00:00', end: '2026-03-17T12:00:00' };
    const { status, body } = await ada.patch(at(event, THIRD, '?scope=all'), patch);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        version: 2,
        start: '2026-03-03T16:00:00Z',
        end: '2026-03-03T17:00:00Z',
        recurrence: { frequency: 'weekly', byDay: [{ day: 'tu' }], count: 8 },
        overrides: { '2026-03-24T11:00:00': { title: 'Guest' } },
      },
    });
    const all = await expanded(ada, event);
    expect(all).toHaveLength(8);
    expect(all[3]).toBe('2026-03-24T11:00:00 2026-03-24T15:00:00Z Guest');
  });

  test('merges with what others changed since', async () => {
    const event = await series();
    await ada.patch(`/api/events/${event.id}`, { title: 'Daily' });
    const answer = await ada.patch(at(event, SECOND, '?scope=all&baseVersion=1'), { location: 'Room 4' });
    expect(answer.body).toMatchObject({ merged: true, title: 'Daily', location: 'Room 4', overrides: {} });
  });

  test('of DELETE moves the event to the trash, for the owner', async () => {
    const event = await shared();
    expectProblem(await bob.delete(at(event, SECOND, '?scope=all')), 403, 'forbidden');
    expectProblem(await ada.delete(at(event, '2026-03-10T09:00:00', '?scope=all')), 404, 'not-found');
    const socket = await bob.connect();
    expect((await ada.delete(at(event, SECOND, '?scope=all'))).status).toBe(204);
    expect(await socket.until('event:deleted')).toMatchObject({ eventId: event.id, version: 4 });
    expectProblem(await bob.get(`/api/events/${event.id}`), 404, 'not-found');
    expect((await current(event)).deletedAt).not.toBeNull();
    expectProblem(await ada.patch(at(event, SECOND), {}), 404, 'not-found');
  });
});

describe('scope=following', () => {
  test('with COUNT, over a DST change: both halves have what was there, each at its local time', async () => {
    const event = await series();
    const before = await expanded(ada, event);
    const split = expectSplit(await ada.patch(at(event, SECOND, FOLLOWING), {}));
    expect(split.event).toMatchObject({ id: event.id, version: 2, recurrence: { count: 1 } });
    expect(split.following).toMatchObject({
      version: 1,
      role: 'owner',
      ownerId: ada.id,
      start: '2026-03-09T13:00:00Z',
      recurrence: { count: 7 },
    });
    expect(await expanded(ada, split.event, split.following)).toEqual(before);
  });

  test('with UNTIL and another weekday: the rule moves along, the overrides too', async () => {
    const event = await series({
      recurrence: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20260406T235959Z',
      overrides: {
        [SECOND]: { title: 'Before' },
        [THIRD]: { description: 'Kept', title: 'Said anew' },
        [FOURTH]: { excluded: true },
        '2026-03-30T09:00:00': { title: 'Later' },
      },
    });
    const { event: head, following } = expectSplit(
      await ada.patch(at(event, THIRD, FOLLOWING), {
        title: 'Retro',
        start: '2026-03-18T14:00:00',
        end: '2026-03-18T15:00:00',
      }),
    );
    expect(head).toMatchObject({ recurrence: { until: '2026-03-16T08:59:59' } });
    expect(head.overrides).toEqual({ [SECOND]: { title: 'Before' } });
    expect(following.recurrence).toMatchObject({ byDay: [{ day: 'we' }] });
    expect(following.overrides).toEqual({
      '2026-03-18T14:00:00': { description: 'Kept' },
      '2026-03-25T14:00:00': { excluded: true },
      '2026-04-01T14:00:00': { title: 'Later' },
    });
    expect(await expanded(ada, head, following)).toEqual([
      `${FIRST} 2026-03-02T14:00:00Z Stand-up`,
      `${SECOND} 2026-03-09T13:00:00Z Before`,
      '2026-03-18T14:00:00 2026-03-18T18:00:00Z Retro',
      '2026-04-01T14:00:00 2026-04-01T18:00:00Z Later',
      '2026-04-08T14:00:00 2026-04-08T18:00:00Z Retro',
    ]);
  });

  test('of an all-day series', async () => {
    const event = await series({
      allDay: true,
      start: '2026-03-02',
      end: '2026-03-03',
      recurrence: 'FREQ=MONTHLY;COUNT=4',
    });
    const { event: head, following } = expectSplit(
      await ada.patch(at(event, '2026-05-02', FOLLOWING), { start: '2026-05-03', end: '2026-05-05' }),
    );
    expect(await expanded(ada, head)).toHaveLength(2);
    expect(following).toMatchObject({ start: '2026-05-03', end: '2026-05-05' });
    expect((await expanded(ada, following)).map((line) => line.slice(0, 10))).toEqual([
      '2026-05-03',
      '2026-06-03',
    ]);
  });

  test('at the first occurrence it is all of the series', async () => {
    const event = await series();
    const answer = await ada.patch(at(event, FIRST, FOLLOWING), { title: 'Daily' });
    expect(answer).toMatchObject({ status: 200, body: { id: event.id, version: 2, title: 'Daily' } });
    expect(answer.body).not.toHaveProperty('following');
  });

  test('by JSON Patch, and with a rule of its own', async () => {
    const event = await series();
    const operations = [
      { op: 'replace', path: '/recurrence/count', value: 2 },
      { op: 'add', path: '/tags/-', value: 'new' },
    ];
    const { following } = expectSplit(await ada.jsonPatch(at(event, SECOND, FOLLOWING), operations));
    expect(following).toMatchObject({ tags: ['new'], recurrence: { count: 2 } });
    expect(await expanded(ada, following)).toHaveLength(2);
  });

  test('keeps the owner, the members and their roles, and tells both histories where the other half is', async () => {
    const event = await shared();
    const { following } = expectSplit(
      await bob.patch(at(event, THIRD, FOLLOWING), { title: 'Retro' }, { 'Edit-Note': 'From%20now%20on' }),
    );
    expect(following).toMatchObject({ version: 1, role: 'editor', ownerId: ada.id, updatedBy: bob.id });
    const members = async ({ id }: { id: string }): Promise<any> =>
      (await ada.get(`/api/events/${id}/permissions`)).body.items;
    expect(await members(following)).toEqual(await members(event));
    expect((await current(following, carol)).role).toBe('viewer');
    expect(await newestEntry(event)).toMatchObject({
      version: 4,
      kind: 'edit',
      by: { id: bob.id },
      note: `From now on (Continues in event ${following.id})`,
    });
    expect((await ada.get(`/api/events/${following.id}/history`)).body.items).toEqual([
      expect.objectContaining({
        version: 1,
        kind: 'create',
        by: expect.objectContaining({ id: bob.id }),
        note: `From now on (Continues event ${event.id})`,
      }),
    ]);
    const first = (await ada.get(`/api/events/${following.id}/history/1`)).body.content;
    expect(await current(following)).toMatchObject(first);
  });

  test('reaches every member’s sockets', async () => {
    const event = await shared();
    const sockets = await Promise.all([ada, bob, carol, eve].map((person) => person.connect()));
    const [adas, bobs, carols, eves] = sockets as [any, any, any, any];
    await carols.ask('event:subscribe', { eventId: event.id });
    const { event: head, following } = expectSplit(await bob.patch(at(event, THIRD, FOLLOWING), {}));
    expect(await carols.until('event:changed')).toMatchObject({
      eventId: event.id,
      version: head.version,
      kind: 'edit',
      note: `Continues in event ${following.id}`,
    });
    expect(await bobs.until('event:created')).toMatchObject({ event: following, by: { id: bob.id } });
    const told = (role: string) => ({ eventId: following.id, role, event: { ...following, role } });
    expect(await adas.until('event:shared')).toMatchObject(told('owner'));
    expect(await carols.until('event:shared')).toMatchObject(told('viewer'));
    const found = await carols.ask('event:subscribe', { eventId: following.id });
    expect(found).toMatchObject({ ok: true, version: 1 });
    expect([...bobs.all('event:shared'), ...eves.received]).toEqual([]);
    sockets.forEach((socket) => socket.close());
  });

  test('sent twice with its Edit-Id it is done once, and answered alike', async () => {
    const event = await series();
    const send = () => ada.patch(at(event, THIRD, FOLLOWING), { title: 'Retro' }, { 'Edit-Id': 'split' });
    const first = expectSplit(await send());
    await ada.patch(`/api/events/${first.following.id}`, { title: 'Other' });
    expect(expectSplit(await send())).toEqual({
      event: first.event,
      following: first.following,
    });
  });

  test('merges with what others changed since in either half', async () => {
    const event = await series();
    await ada.patch(`/api/events/${event.id}`, { location: 'Room 4' });
    const { event: head, following } = expectSplit(
      await ada.patch(at(event, THIRD, '?scope=following&baseVersion=1'), { title: 'Retro' }),
    );
    expect(head).toMatchObject({ merged: true, location: 'Room 4', title: 'Stand-up' });
    expect(following).toMatchObject({ location: 'Room 4', title: 'Retro' });
    const another = await series();
    await ada.patch(`/api/events/${another.id}`, { title: 'Daily' });
    expectProblem(
      await ada.patch(at(another, THIRD, '?scope=following&baseVersion=1'), { title: 'Retro' }),
      409,
      'edit-conflict',
    );
    expectProblem(
      await ada.patch(at(another, THIRD, FOLLOWING), {}, { 'If-Match': '"1"' }),
      412,
      'precondition-failed',
    );
    expect(await expanded(ada, another)).toHaveLength(8);
  });

  test('a refused split leaves everything as it was', async () => {
    const event = await series();
    const invalid = { start: '2026-03-16T12:00:00', end: '2026-03-16T11:00:00' };
    expectProblem(await ada.patch(at(event, THIRD, FOLLOWING), invalid), 422, 'validation-failed');
    const unlawful = { recurrence: 'FREQ=WEEKLY;BYDAY=FR' };
    expectProblem(await ada.patch(at(event, THIRD, FOLLOWING), unlawful), 422, 'invalid-recurrence');
    expect(await current(event)).toEqual(event);
  });

  test('of several at the same place one wins, the others find the occurrence no longer there', async () => {
    const event = await shared();
    const before = await expanded(ada, event);
    const answers = await Promise.all(
      [ada, bob, ada, bob].map((person) => person.patch(at(event, THIRD, FOLLOWING), {})),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404]);
    answers.filter(({ status }) => status === 404).forEach((one) => expectProblem(one, 404, 'not-found'));
    const { following } = answers.find(({ status }) => status === 201)?.body ?? {};
    expect(await expanded(ada, event, following)).toEqual(before);
    expect(await current(event)).toMatchObject({ version: 4 });
  });

  test('of several at different places nothing is doubled and nothing lost', async () => {
    const event = await series();
    const before = await expanded(ada, event);
    const answers = await Promise.all(
      [FOURTH, THIRD, SECOND, FOURTH].map((id) => ada.patch(at(event, id, FOLLOWING), {})),
    );
    const parts = answers.flatMap(({ status, body }) => (status === 201 ? [body.following] : []));
    expect(parts.length).toBeGreaterThan(0);
    expect(await expanded(ada, event, ...parts)).toEqual(before);
  });
});

describe('DELETE', () => {
  test('of this occurrence excludes it, and then it is not found', async () => {
    const event = await series();
    const answer = await ada.delete(at(event, SECOND), { headers: { 'Edit-Note': 'Holiday' } });
    expect(answer).toMatchObject({
      status: 200,
      body: { id: event.id, version: 2, overrides: { [SECOND]: { excluded: true } } },
    });
    expect(answer.headers.get('ETag')).toBe('"2"');
    expect(await newestEntry(event)).toMatchObject({ note: 'Holiday' });
    expectProblem(await ada.delete(at(event, SECOND)), 404, 'not-found');
    expectProblem(await ada.patch(at(event, SECOND), { title: 'x' }), 404, 'not-found');
    expect(await expanded(ada, event)).toHaveLength(7);
    await ada.patch(`/api/events/${event.id}`, { overrides: { [SECOND]: null } });
    expect(await expanded(ada, event)).toHaveLength(8);
  });

  test('of it and those that follow ends the series before it', async () => {
    const event = await series({ overrides: { [SECOND]: { title: 'Guest' }, [FOURTH]: { title: 'x' } } });
    const answer = await ada.delete(at(event, THIRD, FOLLOWING));
    expect(answer).toMatchObject({ status: 200, body: { version: 2, recurrence: { count: 2 } } });
    expect(answer.body.overrides).toEqual({ [SECOND]: { title: 'Guest' } });
    expect(await expanded(ada, event)).toHaveLength(2);
  });

  test('of the first and those that follow deletes the event, for the owner', async () => {
    const event = await shared();
    expectProblem(await bob.delete(at(event, FIRST, FOLLOWING)), 403, 'forbidden');
    expect(await current(event)).toMatchObject({ version: 3, deletedAt: null });
    expect((await ada.delete(at(event, FIRST, FOLLOWING))).status).toBe(204);
    expect(await newestEntry(event)).toMatchObject({ kind: 'delete' });
  });
});

test('the changelog names the occurrence', async () => {
  const event = await series();
  await ada.patch(at(event, SECOND), { title: 'Guest', location: 'Room 4' });
  await ada.patch(at(event, SECOND), { title: 'Other' });
  await ada.delete(at(event, SECOND));
  await ada.delete(at(event, THIRD));
  const { body } = await ada.get(`/api/events/${event.id}/changelog`);
  expect(body.items.map(({ summary }: any) => summary)).toEqual([
    '16 March 2026: left out',
    '9 March 2026: left out',
    '9 March 2026: changed title',
    '9 March 2026: changed title and location',
    'Created the event',
  ]);
});

describe('an occurrence', () => {
  test.each([
    '2026-03-03T09:00:00',
    '2026-03-09T10:00:00',
    '2026-02-23T09:00:00',
    '2026-04-27T09:00:00',
    '2026-03-09',
    '2026-03-09T09:00',
    '2026-03-09T09:00:00Z',
    '2026-02-31T09:00:00',
    'nonsense',
    '__proto__',
    'constructor',
    '%00',
  ])('that is not there is not found: %s', async (id) => {
    const event = await series();
    for (const scope of ['this', 'following', 'all']) {
      expectProblem(await ada.patch(at(event, id, `?scope=${scope}`), { title: 'x' }), 404, 'not-found');
      expectProblem(await ada.delete(at(event, id, `?scope=${scope}`)), 404, 'not-found');
    }
    expect(await current(event)).toMatchObject({ version: 1, deletedAt: null });
  });

  test('of no event, or of an event of others, is not found', async () => {
    const event = await series();
    for (const id of [event.id, 'f'.repeat(24), 'nonsense']) {
      for (const scope of ['this', 'following', 'all']) {
        const url = at({ id }, SECOND, `?scope=${scope}`);
        expectProblem(await eve.patch(url, { nonsense: 1 }), 404, 'not-found');
        expectProblem(await eve.delete(url), 404, 'not-found');
      }
    }
    expectProblem(await convene.anonymous.patch(at(event, SECOND), {}), 401, 'unauthenticated');
  });

  test.each(['this', 'following', 'all'])('is for editors, with scope=%s', async (scope) => {
    const event = await shared();
    const url = at(event, SECOND, `?scope=${scope}`);
    expectProblem(await carol.patch(url, { nonsense: 1 }), 403, 'forbidden');
    expectProblem(await carol.delete(url), 403, 'forbidden');
    expect(await current(event)).toMatchObject({ version: 3 });
    expect((await bob.patch(url, { title: 'By Bob' })).status).toBe(scope === 'following' ? 201 : 200);
  });

  test('that an override has added can be edited, deleted and split at', async () => {
    const extra = '2026-03-12T12:00:00';
    const event = await series({ overrides: { [extra]: { title: 'Extra' } } });
    expect((await ada.patch(at(event, extra), { location: 'Room 4' })).body.overrides).toEqual({
      [extra]: { title: 'Extra', location: 'Room 4' },
    });
    const before = await expanded(ada, event);
    const { event: head, following } = expectSplit(await ada.patch(at(event, extra, FOLLOWING), {}));
    expect(await expanded(ada, head, following)).toEqual(before);
    expect((await ada.delete(at(following, extra))).body).toMatchObject({ overrides: {} });
  });
});
