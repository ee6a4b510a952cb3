import { describe, expect, test } from '@jest/globals';
import type { EventCommit, EventStore, NewEvent } from '../../src/service/ports.js';
import { AT, atOnce, changeOf, entryOf, later, memberOf, newEvent, newId, queryOf } from './samples.js';

/** `EventStore`: changing and erasing single events, one winner at a time. */
export function commitsContract(store: () => EventStore): void {
  const stored = async (event: NewEvent = newEvent()): Promise<NewEvent> => {
    await store().insert([event]);
    return event;
  };
  const memberIds = async (eventId: string): Promise<string[]> =>
    (await store().members(eventId)).map(({ userId }) => userId).sort();

  describe('commit', () => {
    test('writes state, entry and keys, and leaves the members', async () => {
      const { event, members } = await stored(newEvent({ others: [memberOf(newId())] }));
      const change = changeOf(event, { fields: { title: 'Plan', location: 'Room 4', tags: ['x'] } });
      expect(await store().commit(change)).toBe(true);
      expect((await store().find(event.id, []))?.event).toEqual(change.event);
      expect((await store().embeddedLog(event.id)).slice(1)).toEqual(change.entries);
      expect(await memberIds(event.id)).toEqual(members.map(({ userId }) => userId).sort());
      const [found] = await store().list(queryOf(event.ownerId, { words: ['plan', 'room'], tag: 'x' }));
      expect(found?.event).toEqual(change.event);
    });

    test('leaves the search text as it was where none is given', async () => {
      const { event } = await stored(newEvent({ fields: { title: 'Plan' } }));
      const { keys, ...change } = changeOf(event, { fields: { title: 'Review' } });
      expect(await store().commit({ ...change, keys: { span: keys.span } })).toBe(true);
      const titles = async (words: string[]) =>
        (await store().list(queryOf(event.ownerId, { words }))).map((found) => found.event.content.title);
      expect(await titles(['plan'])).toEqual(['Review']);
      expect(await titles(['review'])).toEqual([]);
    });

    test('writes several versions at once', async () => {
      const { event } = await stored();
      const steps: EventCommit[] = [];
      for (const title of ['b', 'c', 'd']) {
        steps.push(changeOf(steps.at(-1)?.event ?? event, { fields: { title } }));
      }
      const entries = steps.flatMap((step) => step.entries);
      const last = steps.at(-1)!;
      expect(await store().commit({ ...last, entries, atVersion: 1 })).toBe(true);
      expect((await store().find(event.id, []))?.event).toEqual(last.event);
      expect((await store().embeddedLog(event.id)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    });

    test('writes nothing at another version', async () => {
      const { event } = await stored();
      const change = changeOf(event, { fields: { title: 'Plan' }, granted: [memberOf(newId())] });
      expect(await store().commit({ ...change, atVersion: 2 })).toBe(false);
      expect(await store().commit({ ...change, atVersion: 0 })).toBe(false);
      expect((await store().find(event.id, []))?.event).toEqual(event);
      expect(await store().embeddedLog(event.id)).toHaveLength(1);
      expect(await memberIds(event.id)).toEqual([event.ownerId]);
    });

    test('is not undone by others at the same moment that are refused', async () => {
      const [change, other] = [await stored(), await stored()].map(({ event }) => changeOf(event));
      const taken = await stored();
      await store().find(change!.event.id, []);
      const answers = await Promise.allSettled([
        store().commit(change!),
        store().commit({ ...change!, atVersion: 99 }),
        store().insert([taken]),
        store().commit(other!),
      ]);
      expect(answers.map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))).toEqual([
        true,
        false,
        'refused',
        true,
      ]);
      for (const { event } of [change!, other!]) {
        expect((await store().find(event.id, []))?.event).toEqual(event);
      }
    });

    test('writes nothing where there is no event', async () => {
      const { event } = newEvent();
      expect(await store().commit(changeOf(event))).toBe(false);
      expect(await store().commit(changeOf(event, { granted: [memberOf(newId())] }))).toBe(false);
      expect(await store().find(event.id, [])).toBeNull();
      expect(await store().embeddedLog(event.id)).toEqual([]);
    });

    test.each([
      ['edits', () => ({})],
      ['shares', () => ({ granted: [memberOf(newId())] })],
    ])('has one winner among 40 at once: %s', async (_, options) => {
      const { event } = await stored();
      const changes = Array.from({ length: 40 }, (_item, i) =>
        changeOf(event, { fields: { title: `Title ${i}` }, ...options() }),
      );
      const won = await atOnce(40, (i) => store().commit(changes[i]!));
      expect(won.filter(Boolean)).toHaveLength(1);
      const winner = changes[won.indexOf(true)]!;
      const found = await store().find(event.id, []);
      expect(found?.event).toEqual(winner.event);
      expect((await store().embeddedLog(event.id)).slice(1)).toEqual(winner.entries);
      expect(await memberIds(event.id)).toEqual(
        [event.ownerId, ...winner.granted.map(({ userId }) => userId)].sort(),
      );
    });

    test('adds, changes and removes members', async () => {
      const [a, b, c] = [newId(), newId(), newId()];
      const { event } = await stored(newEvent({ others: [memberOf(a), memberOf(b)] }));
      const promoted = { ...memberOf(a, 'editor'), grantedAt: later(5) };
      const change = changeOf(event, { granted: [promoted, memberOf(c)], revoked: [b] });
      expect(await store().commit(change)).toBe(true);
      const found = await store().find(event.id, [a, b, c, event.ownerId]);
      expect(found?.event).toEqual(change.event);
      expect(found?.members).toEqual(
        new Map([
          [event.ownerId, memberOf(event.ownerId, 'owner')],
          [a, promoted],
          [c, memberOf(c)],
        ]),
      );
      expect(await memberIds(event.id)).toEqual([event.ownerId, a, c].sort());
      expect(await store().embeddedLog(event.id)).toHaveLength(2);
      const roles = async (userId: string) => (await store().list(queryOf(userId))).map(({ role }) => role);
      expect([await roles(a), await roles(b), await roles(c)]).toEqual([['editor'], [], ['viewer']]);
    });

    test('removes nobody where a user is no member', async () => {
      const { event } = await stored();
      expect(await store().commit(changeOf(event, { revoked: [newId()] }))).toBe(true);
      expect(await memberIds(event.id)).toEqual([event.ownerId]);
    });

    test('gives the event another owner', async () => {
      const heir = newId();
      const { event } = await stored(newEvent({ others: [memberOf(heir)] }));
      const change = changeOf(event, {
        envelope: { ownerId: heir },
        granted: [memberOf(heir, 'owner'), memberOf(event.ownerId, 'editor')],
      });
      expect(await store().commit(change)).toBe(true);
      expect((await store().find(event.id, []))?.event.ownerId).toBe(heir);
      expect((await store().list(queryOf(heir)))[0]?.role).toBe('owner');
      expect((await store().list(queryOf(event.ownerId)))[0]?.role).toBe('editor');
    });

    test('takes an entry without a change of the content', async () => {
      const { event } = await stored();
      const next = { ...event, version: 2 };
      const entry = entryOf(next, [], { kind: 'share', note: 'for you' });
      expect(await store().commit({ ...changeOf(event), event: next, entries: [entry] })).toBe(true);
      expect((await store().embeddedLog(event.id))[1]).toEqual(entry);
    });
  });

  describe('erase', () => {
    test('removes all of the event', async () => {
      const friend = newId();
      const { event, entries } = await stored(
        newEvent({ others: [memberOf(friend)], entry: { changeId: 'c1' } }),
      );
      const bucket = { eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries };
      await store().putBucket(bucket);
      expect(await store().erase(event.id, 1, AT)).toBe(true);
      expect(await store().find(event.id, [event.ownerId])).toBeNull();
      expect(await store().members(event.id)).toEqual([]);
      expect(await store().versions([event.id])).toEqual(new Map());
      expect(await store().embeddedLog(event.id)).toEqual([]);
      expect(await store().bucket(event.id, 1)).toBeNull();
      expect(await store().entryOfChange(event.id, event.updatedBy, 'c1')).toBeNull();
      expect(await store().list(queryOf(event.ownerId))).toEqual([]);
      expect(await store().list(queryOf(friend))).toEqual([]);
      expect(await store().commit(changeOf(event))).toBe(false);
    });

    test('removes nothing at another version, and nothing twice', async () => {
      const { event } = await stored();
      expect(await store().erase(event.id, 2, AT)).toBe(false);
      expect((await store().find(event.id, []))?.event).toEqual(event);
      expect(await store().erase(event.id, 1, AT)).toBe(true);
      expect(await store().erase(event.id, 1, AT)).toBe(false);
      expect(await store().erase(newId(), 1, AT)).toBe(false);
    });

    test('leaves the buckets where it removes nothing', async () => {
      const { event, entries } = await stored();
      const bucket = { eventId: event.id, fromVersion: 1, toVersion: 1, base: {}, entries };
      await store().putBucket(bucket);
      expect(await store().erase(event.id, 7, AT)).toBe(false);
      expect(await store().bucket(event.id, 1)).toEqual(bucket);
    });

    test('is done by one of 20 at once, and never together with a commit', async () => {
      const { event } = await stored();
      const erased = atOnce(20, () => store().erase(event.id, 1, AT));
      const committed = atOnce(20, () => store().commit(changeOf(event)));
      const winners = [...(await erased), ...(await committed)].filter(Boolean);
      expect(winners).toHaveLength(1);
      expect((await store().find(event.id, [])) === null).toBe((await erased).includes(true));
    });
  });
}
