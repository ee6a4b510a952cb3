import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor, Once } from '../../src/service/commit-change.js';
import { createCreationService, type CreationService } from '../../src/service/create-events.js';
import { newId } from '../../src/service/ids.js';
import type { Store } from '../../src/service/ports.js';
import { createHistoryReader } from '../../src/service/read-history.js';
import { createOccurrenceCache } from '../../src/service/occurrence-cache.js';
import { createScheduleService } from '../../src/service/schedule.js';
import { embeddedSettings, openStore } from '../support/stores.js';
import { actor, openHouse, type House } from './house.js';

/* What is done for an idempotency key, and done again because nobody knows whether it was. */

const settings = embeddedSettings();
let store: Store;
let house: House;
let creation: CreationService;
beforeAll(async () => {
  store = await openStore(settings);
  house = openHouse(store.events);
  const clock = { now: () => new Date() };
  const { events, leases } = store;
  creation = createCreationService({
    events,
    history: createHistoryReader(events),
    people: { named: async () => (id) => ({ id, username: id, name: id }) },
    schedule: createScheduleService({
      events,
      occurrences: createOccurrenceCache({ events, clock, onError: () => undefined }),
      leases,
      clock,
    }),
    broadcaster: { publish: async () => {}, endSessions: async () => {} },
    clock,
  });
});
afterAll(async () => {
  await store.close();
  await settings.remove();
});

/** A user with nothing yet, in a first run and in the ones after it. */
function newcomer(): [first: Actor, again: Actor] {
  const [userId, token] = [newId(new Date()), newId(new Date())];
  const once = (again: boolean): Once => ({ token, again });
  return [
    { ...actor(userId), once: once(false) },
    { ...actor(userId), once: once(true) },
  ];
}
const body = (title: string) => ({
  title,
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
});
const titlesOf = async ({ userId }: Actor): Promise<string[]> => {
  const found = await store.events.list({
    userId,
    state: 'live',
    words: [],
    window: {},
    sort: 'start',
    descending: false,
    limit: 100,
  });
  return found.map(({ event }) => event.content.title).sort();
};

test.each(['report', 'reject', 'ignore'] as const)(
  'an event that was created is answered, and does not meet itself (conflicts=%s)',
  async (mode) => {
    const [first, again] = newcomer();
    const created = await creation.create(first, body('one'), mode);
    expect(await creation.create(again, body('one'), mode)).toEqual(created);
    expect(await titlesOf(first)).toEqual(['one']);
  },
);

test('an event that was edited and trashed since is answered as it was created', async () => {
  const [first, again] = newcomer();
  const created = await creation.create(first, body('one'), 'ignore');
  const { userId } = first;
  const edit = { form: 'merge-patch', body: { title: 'two' } } as const;
  await house.edits.edit(actor(userId), created.id, edit, {});
  await house.pipeline.submit({
    eventId: created.id,
    actor: actor(userId),
    permit: () => {},
    decide: (_, at) => [{ kind: 'delete', deletedAt: at }],
  });
  expect(await creation.create(again, body('one'), 'ignore')).toEqual(created);
  expect(await titlesOf(first)).toEqual([]);
});

test('what was not created is created, under the id that it would have had', async () => {
  const [first, again] = newcomer();
  const created = await creation.create(again, body('one'), 'ignore');
  expect(await creation.create(again, body('one'), 'ignore')).toEqual(created);
  await expect(creation.create(first, body('one'), 'ignore')).rejects.toThrow();
  expect(await titlesOf(first)).toEqual(['one']);
});

test('of a batch what is missing is created, and what was refused is refused again', async () => {
  const [first, again] = newcomer();
  const [a, bad, c] = [body('a'), { title: '' }, body('c')];
  const options = { atomic: false, mode: 'ignore' } as const;
  const before = await creation.createBatch(first, [a, bad], options);
  const after = await creation.createBatch(again, [a, bad, c], options);
  expect(after.slice(0, 2)).toEqual(before);
  expect(after[2]).toMatchObject({ index: 2, event: { title: 'c', version: 1 } });
  expect(await titlesOf(first)).toEqual(['a', 'c']);
});

test('ids are their own in each place of a batch, and for each key', async () => {
  const runs = [newcomer(), newcomer()];
  const batches = runs.map(([first]) =>
    creation.createBatch(first, [body('a'), body('b')], { atomic: true, mode: 'ignore' }),
  );
  const ids = (await Promise.all(batches)).flat().map((item) => ('event' in item ? item.event.id : ''));
  expect(new Set(ids).size).toBe(4);
  ids.forEach((id) => expect(id).toMatch(/^[0-9a-f]{24}$/));
});

test('a change is made once, whatever has happened since', async () => {
  const [first, again] = newcomer();
  const { userId } = first;
  const { id } = await creation.create(actor(userId), body('one'), 'ignore');
  const edit = (title: string) =>
    house.edits.edit(actor(userId), id, { form: 'merge-patch', body: { title } }, {});
  await edit('two');
  const rolledBack = await house.edits.rollback(first, id, 1, {});
  await edit('three');
  const repeated = await house.edits.rollback(again, id, 1, {});
  expect(repeated).toMatchObject({ version: 3, event: rolledBack.event });
  expect((await store.events.find(id, []))?.event).toMatchObject({ version: 4, content: { title: 'three' } });
});

test('an id of the client’s own goes before the key’s', async () => {
  const [first, again] = newcomer();
  const { id } = await creation.create(actor(first.userId), body('one'), 'ignore');
  const edit = { form: 'merge-patch', body: { title: 'two' } } as const;
  await house.edits.edit(first, id, edit, { changeId: 'own' });
  expect(await store.events.entryOfChange(id, first.userId, 'own')).toMatchObject({ version: 2 });
  const { entry } = await house.edits.edit(again, id, edit, { changeId: 'own' });
  expect(entry).toMatchObject({ version: 2, changeId: 'own' });
});
