import { beforeEach, describe, expect, test } from '@jest/globals';
import { parseContent } from '../../src/calendar/content.js';
import type { CodedError } from '../../src/calendar/errors.js';
import type { EditOptions, SentEdit } from '../../src/service/edits.js';
import { Unavailable } from '../../src/service/ports.js';
import {
  actor,
  ADA,
  BOB,
  CAT,
  createEvent,
  logOf,
  memoryStore,
  openHouse,
  provenVersions,
  VIEWER,
  type House,
} from './house.js';

const PLAN = parseContent({
  title: 'Plan',
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
  description: 'one\ntwo\nthree',
});
const STRANGER = 'f'.repeat(24);

let store: ReturnType<typeof memoryStore>;
let house: House;
let eventId: string;
beforeEach(async () => {
  store = memoryStore();
  house = openHouse(store);
  eventId = await createEvent(store, PLAN);
});

const merge = (body: unknown): SentEdit => ({ form: 'merge-patch', body });
const patch = (...body: unknown[]): SentEdit => ({ form: 'json-patch', body });
const edit = (sent: SentEdit, options: EditOptions = {}, by = ADA) =>
  house.edits.edit(actor(by), eventId, sent, options);
const rollback = (version: number, options: EditOptions = {}, by = ADA) =>
  house.edits.rollback(actor(by), eventId, version, options);
const refusal = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
    return 'done';
  } catch (error) {
    const { code, extras } = error as CodedError;
    return { code, ...extras };
  }
};
const title = (value: string): SentEdit => merge({ title: value });

describe('the base version', () => {
  beforeEach(async () => {
    await edit(title('Two'));
    await edit(merge({ location: 'Room' }), {}, BOB);
  });

  test('is the current one where none is named: the last writer wins on what it names', async () => {
    expect(await edit(title('Mine'))).toMatchObject({
      version: 4,
      merged: false,
      event: { title: 'Mine', location: 'Room', version: 4, role: 'owner' },
    });
  });

  test('may be older: what others changed elsewhere stays', async () => {
    expect(await edit(merge({ busy: false }), { baseVersion: 1 })).toMatchObject({
      version: 4,
      merged: true,
      event: { title: 'Two', location: 'Room', busy: false },
    });
    expect((await logOf(store, eventId)).at(-1)).toMatchObject({ kind: 'edit', merged: true });
  });

  test('may be the current one, which needs no merging', async () => {
    expect(await edit(title('Mine'), { baseVersion: 3 })).toMatchObject({ version: 4, merged: false });
  });

  test('decides what conflicts', async () => {
    expect(await refusal(edit(title('Mine'), { baseVersion: 1 }))).toEqual({
      code: 'edit-conflict',
      currentVersion: 3,
      conflicts: [{ path: '/title', base: 'Plan', theirs: 'Two', yours: 'Mine' }],
    });
    expect(await edit(title('Mine'), { baseVersion: 2 })).toMatchObject({ version: 4 });
  });

  test.each([0, -1, 4, 999_999])('%d was never seen', async (baseVersion) => {
    expect(await refusal(edit(title('Mine'), { baseVersion }))).toEqual({
      code: 'unknown-version',
      currentVersion: 3,
    });
    expect(await refusal(rollback(1, { baseVersion }))).toMatchObject({ code: 'unknown-version' });
  });

  test('that the store cannot read for the moment is not an unknown one', async () => {
    house = openHouse({
      ...store,
      embeddedLog: async () => {
        throw new Unavailable('away');
      },
    });
    expect(await refusal(edit(title('Mine'), { baseVersion: 1 }))).toMatchObject({ code: 'unavailable' });
  });

  test('of a replacement: what was left as it was is not touched', async () => {
    const whole: SentEdit = { form: 'replacement', body: { ...PLAN, busy: false } };
    expect(await edit(whole, { baseVersion: 1 })).toMatchObject({
      merged: true,
      event: { title: 'Two', location: 'Room', busy: false },
    });
    expect(await edit(whole)).toMatchObject({ event: { title: 'Plan', location: '', busy: false } });
  });

  test('lets different lines of a description merge', async () => {
    await edit(merge({ description: 'ONE\ntwo\nthree' }));
    expect(await edit(merge({ description: 'one\ntwo\nTHREE' }), { baseVersion: 1 })).toMatchObject({
      merged: true,
      event: { description: 'ONE\ntwo\nTHREE' },
    });
  });

  test('an edit that others have made already changes nothing, merged or not', async () => {
    expect(await edit(title('Two'), { baseVersion: 1 })).toMatchObject({
      version: 3,
      merged: false,
      entry: null,
    });
    expect(await edit(title('Two'))).toMatchObject({ version: 3, merged: false, entry: null });
    expect(await logOf(store, eventId)).toHaveLength(3);
  });
});

describe('If-Match', () => {
  test('lets an edit of the named versions pass, and no other', async () => {
    expect(await edit(title('Two'), { ifMatch: [1] })).toMatchObject({ version: 2 });
    expect(await refusal(edit(title('Three'), { ifMatch: [1] }))).toEqual({
      code: 'precondition-failed',
      currentVersion: 2,
    });
    expect(await edit(title('Three'), { ifMatch: [7, 2] })).toMatchObject({ version: 3 });
    expect(await refusal(edit(title('Four'), { ifMatch: [Number.NaN] }))).toMatchObject({
      code: 'precondition-failed',
    });
    expect(await refusal(rollback(1, { ifMatch: [2] }))).toMatchObject({ code: 'precondition-failed' });
  });

  test('of two that name the same version one passes', async () => {
    const both = ['A', 'B', 'C'].map((to) => refusal(edit(title(to), { ifMatch: [1] })));
    expect(await Promise.all(both)).toEqual([
      'done',
      { code: 'precondition-failed', currentVersion: 2 },
      { code: 'precondition-failed', currentVersion: 2 },
    ]);
  });
});

describe('rollback', () => {
  beforeEach(async () => {
    await edit(title('Two'));
    await edit(merge({ title: 'Three', location: 'Room' }), {}, BOB);
  });

  test('restores a version’s content as a new version', async () => {
    const answer = await rollback(2, { note: 'back' });
    expect(answer).toMatchObject({ version: 4, merged: false, event: { title: 'Two', location: '' } });
    expect(answer.entry).toMatchObject({ kind: 'rollback', restoredVersion: 2, note: 'back' });
    expect((await provenVersions(store, eventId)).at(-1)).toEqual({ ...PLAN, title: 'Two' });
  });

  test('to what is current writes nothing', async () => {
    expect(await rollback(3)).toMatchObject({ version: 3, entry: null });
    await edit(title('Four'));
    await edit(title('Three'));
    expect(await rollback(3)).toMatchObject({ version: 5, entry: null });
    expect(await logOf(store, eventId)).toHaveLength(5);
  });

  test.each([0, 4, 1_000, -1])('there is no version %d to go back to', async (version) => {
    expect(await refusal(rollback(version))).toEqual({ code: 'version-not-found' });
  });

  test('may be rolled back itself', async () => {
    await rollback(1);
    expect(await rollback(3)).toMatchObject({ version: 5, event: { title: 'Three', location: 'Room' } });
  });

  test('with a base version takes back only what was so at that version', async () => {
    await edit(merge({ busy: false }));
    expect(await rollback(1, { baseVersion: 3 })).toMatchObject({
      merged: true,
      event: { title: 'Plan', location: '', busy: false },
    });
    await edit(title('Other'));
    expect(await refusal(rollback(2, { baseVersion: 3 }))).toMatchObject({
      code: 'edit-conflict',
      conflicts: [{ path: '/title', base: 'Three', theirs: 'Other', yours: 'Two' }],
    });
  });
});

describe('what is sent again with its id', () => {
  const again = { changeId: 'x' };

  test('gets its first answer, whatever happened since', async () => {
    await edit(title('Two'), {}, BOB);
    const sent = { ...again, baseVersion: 1, note: 'hello' };
    const first = await edit(merge({ busy: false }), sent);
    expect(first).toMatchObject({ version: 3, merged: true });
    await edit(merge({ busy: true, title: 'Four' }), {}, CAT);
    expect(await edit(merge({ busy: false }), sent)).toEqual(first);
    // Also with another patch, a condition that has become wrong, another base.
    expect(await edit(title('Else'), { ...again, ifMatch: [1] })).toEqual(first);
    expect(await edit(title('Else'), { ...again, baseVersion: 999 })).toEqual(first);
    expect(await rollback(1, again)).toEqual(first);
    expect(await logOf(store, eventId)).toHaveLength(4);
  });

  test('a rollback too', async () => {
    await edit(title('Two'));
    const first = await rollback(1, again);
    expect(await rollback(1, again)).toEqual(first);
    expect(first).toMatchObject({ version: 3, entry: { kind: 'rollback', restoredVersion: 1 } });
  });

  test('after its entry has moved to a bucket', async () => {
    const first = await edit(title('First'), again);
    for (let i = 0; i < 150; i += 1) {
      await edit(merge({ metadata: { i } }), { changeId: `other ${i}` }, BOB);
    }
    expect(store.document(eventId).log[0]!.version).toBeGreaterThan(2);
    expect(await edit(title('Else'), again)).toEqual(first);
    expect(await edit(title('Else'), { changeId: 'other 3' }, BOB)).toMatchObject({ version: 6 });
    expect(store.document(eventId).event.version).toBe(152);
  });

  test('and was refused, is tried anew', async () => {
    expect(await refusal(edit(patch({ op: 'test', path: '/title', value: 'Two' }), again))).toMatchObject({
      code: 'invalid-patch',
    });
    await edit(title('Two'), {}, BOB);
    expect(await edit(title('Three'), again)).toMatchObject({ version: 3 });
  });
});

describe('who may not edit', () => {
  const bad: SentEdit = { form: 'json-patch', body: 'no patch at all', at: '/patch' };

  test('learns nothing from what is wrong with the edit', async () => {
    expect(await refusal(edit(bad, {}, VIEWER))).toEqual({ code: 'forbidden' });
    expect(await refusal(edit(bad, {}, STRANGER))).toEqual({ code: 'not-found' });
    expect(await refusal(edit(bad))).toEqual({
      code: 'invalid-patch',
      errors: [{ pointer: '/patch', message: 'must be an array of operations' }],
    });
    expect(await refusal(rollback(99, {}, VIEWER))).toEqual({ code: 'forbidden' });
    expect(await refusal(rollback(99, {}, STRANGER))).toEqual({ code: 'not-found' });
  });

  test('is everybody while the event is in the trash', async () => {
    store.document(eventId).event.deletedAt = '2026-03-02T15:00:00.000Z';
    for (const by of [ADA, BOB, VIEWER, STRANGER]) {
      expect(await refusal(edit(title('A'), {}, by))).toEqual({ code: 'not-found' });
      expect(await refusal(rollback(1, {}, by))).toEqual({ code: 'not-found' });
    }
  });

  test.each([
    '',
    'x',
    '0'.repeat(23),
    'G'.repeat(24),
    '0'.repeat(24),
    '__proto__',
    '66F0C0FFEE0123456789ABCD',
  ])('an event %j is not found', async (id) => {
    eventId = id;
    expect(await refusal(edit(title('A')))).toEqual({ code: 'not-found' });
  });

  test('is somebody who was removed between the asking and the write', async () => {
    house = openHouse({
      ...store,
      commit: async () => {
        store.document(eventId).members.delete(BOB);
        return false;
      },
    });
    expect(await refusal(edit(title('A'), {}, BOB))).toEqual({ code: 'not-found' });
    expect(await logOf(store, eventId)).toHaveLength(1);
  });
});

describe('what is no edit', () => {
  test.each<[SentEdit, string, string]>([
    [patch({ op: 'replace', path: '/version', value: 2 }), 'validation-failed', '/0/path'],
    [
      { form: 'json-patch', body: [{ op: 'remove', path: '/title' }], at: '/patch' },
      'validation-failed',
      '/title',
    ],
    [{ form: 'json-patch', body: [{ op: 'nothing' }], at: '/patch' }, 'invalid-patch', '/patch/0/op'],
    [patch({ op: 'replace', path: '', value: {} }), 'invalid-patch', '/0/path'],
    [merge([]), 'invalid-patch', ''],
    [merge(null), 'invalid-patch', ''],
    [merge('x'), 'invalid-patch', ''],
    [merge({ version: 3 }), 'validation-failed', '/version'],
    [merge({ title: null }), 'validation-failed', '/title'],
    [merge({ recurrence: 'FREQ=SECONDLY' }), 'invalid-recurrence', '/recurrence/frequency'],
    [{ form: 'replacement', body: { title: 'x' } }, 'validation-failed', '/start'],
    [{ form: 'replacement', body: null }, 'validation-failed', ''],
  ])('%j', async (sent, code, pointer) => {
    const refused = (await refusal(edit(sent))) as { code: string; errors: { pointer: string }[] };
    expect(refused.code).toBe(code);
    expect(refused.errors[0]!.pointer).toBe(pointer);
    expect(await logOf(store, eventId)).toHaveLength(1);
    expect(house.news).toEqual([]);
  });
});

test('a replacement returns what it leaves out to its default', async () => {
  const { start, end } = PLAN;
  const least = { title: 'Least', start, end };
  const answer = await edit({ form: 'replacement', body: least });
  expect(answer.event).toMatchObject(parseContent(least));
});

test('an answer is the event as its caller sees it', async () => {
  const { event } = await edit(title('A'), {}, BOB);
  expect(event).toEqual({
    ...PLAN,
    title: 'A',
    id: eventId,
    version: 2,
    role: 'editor',
    ownerId: ADA,
    createdAt: '2026-03-01T00:00:00.000Z',
    updatedAt: expect.any(String),
    updatedBy: BOB,
    deletedAt: null,
  });
});
