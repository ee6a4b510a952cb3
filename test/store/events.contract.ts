import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { EventStore, NewEvent } from '../../src/service/ports.js';
import { AT, changeOf, later, memberOf, newEvent, newId, queryOf } from './samples.js';

/** `EventStore`: storing and finding single events. */
export function eventsContract(store: () => EventStore): void {
  const stored = async (event: NewEvent = newEvent()): Promise<NewEvent> => {
    await store().insert([event]);
    return event;
  };

  describe('insert', () => {
    test('stores an event with its members and its first entry', async () => {
      const friend = memberOf(newId(), 'editor');
      const { event, members, entries } = await stored(newEvent({ others: [friend] }));
      const found = await store().find(event.id, [event.ownerId, friend.userId]);
      expect(found?.event).toEqual(event);
      expect([...found!.members.values()]).toEqual(members);
      expect(await store().embeddedLog(event.id)).toEqual(entries);
    });

    test('stores several at once', async () => {
      const all = Array.from({ length: 25 }, () => newEvent());
      await store().insert(all);
      const versions = await store().versions(all.map(({ event }) => event.id));
      expect(versions).toEqual(new Map(all.map(({ event }) => [event.id, 1])));
    });

    test('stores nothing of none', async () => {
      await store().insert([]);
    });

    test('stores nothing where one of several is there already, and leaves that one as it is', async () => {
      const there = await stored();
      const all = [
        newEvent(),
        { ...newEvent(), event: { ...newEvent().event, id: there.event.id } },
        newEvent(),
      ];
      await expect(store().insert(all)).rejects.toThrow();
      const ids = all.map(({ event }) => event.id);
      expect(await store().versions(ids)).toEqual(new Map([[there.event.id, 1]]));
      expect((await store().find(there.event.id, []))?.event).toEqual(there.event);
      expect(await store().list(queryOf(all[0]!.event.ownerId))).toEqual([]);
    });

    test('stores nothing where an id is in it twice', async () => {
      const [one, other] = [newEvent(), newEvent()];
      await expect(store().insert([one, other, one])).rejects.toThrow();
      expect(await store().versions([one.event.id, other.event.id])).toEqual(new Map());
    });

    test('does not replace an event that is there', async () => {
      const { event } = await stored();
      await expect(store().insert([newEvent({ id: event.id })])).rejects.toThrow();
      expect((await store().find(event.id, [event.ownerId]))?.event).toEqual(event);
    });

    test('takes an id again once it is free', async () => {
      const { event } = await stored();
      await store().erase(event.id, 1, AT);
      await stored(newEvent({ id: event.id, fields: { title: 'Again' } }));
      expect((await store().find(event.id, []))?.event.content.title).toBe('Again');
    });
  });

  describe('find', () => {
    test('is null where there is no event', async () => {
      expect(await store().find(newId(), [newId()])).toBeNull();
    });

    test.each(['', 'nonsense', 'F'.repeat(24), '../x', '{"$ne":1}', 'x'.repeat(24), '0'.repeat(23)])(
      'is null for %j, and so is all the rest: no id is an id of no event',
      async (id) => {
        const change = changeOf({ ...newEvent().event, id });
        expect(await store().find(id, [newId()])).toBeNull();
        expect(await store().members(id)).toEqual([]);
        expect(await store().commit(change)).toBe(false);
        expect(await store().erase(id, 1, AT)).toBe(false);
        expect(await store().versions([id])).toEqual(new Map());
        expect(await store().embeddedLog(id)).toEqual([]);
        expect(await store().bucket(id, 1)).toBeNull();
        expect(await store().entryOfChange(id, newId(), 'c1')).toBeNull();
        await store().trimLog(id, 1);
      },
    );

    test('has just those members that were asked for and are some', async () => {
      const friend = memberOf(newId());
      const { event } = await stored(newEvent({ others: [friend, memberOf(newId())] }));
      const found = await store().find(event.id, [friend.userId, newId(), friend.userId]);
      expect(found?.members).toEqual(new Map([[friend.userId, friend]]));
      expect((await store().find(event.id, []))?.members).toEqual(new Map());
    });

    test('finds one of a thousand members', async () => {
      const others = Array.from({ length: 999 }, () => memberOf(newId()));
      const { event } = await stored(newEvent({ others }));
      const found = await store().find(event.id, [others[700]!.userId]);
      expect(found?.members).toEqual(new Map([[others[700]!.userId, others[700]]]));
      expect(await store().members(event.id)).toHaveLength(1000);
    });

    test('has event and members of one version, while they change together', async () => {
      const first = newEvent();
      const partner = newId();
      await stored(first);
      let { event } = first;
      let writing = true;
      const write = async (): Promise<void> => {
        for (let i = 0; i < 30; i += 1) {
          const change = changeOf(event, i % 2 ? { revoked: [partner] } : { granted: [memberOf(partner)] });
          expect(await store().commit(change)).toBe(true);
          ({ event } = change);
        }
        writing = false;
      };
      const read = async (): Promise<void> => {
        while (writing) {
          await turn(); // or nobody else would get one
          const found = await store().find(event.id, [partner]);
          expect(found!.members.has(partner)).toBe(found!.event.version % 2 === 0);
        }
      };
      await Promise.all([write(), read()]);
    });
  });

  describe('members', () => {
    test('are all of them', async () => {
      const others = [memberOf(newId(), 'editor'), memberOf(newId())];
      const { event, members } = await stored(newEvent({ others }));
      const found = await store().members(event.id);
      expect(found).toHaveLength(3);
      expect(found).toEqual(expect.arrayContaining(members));
    });

    test('are none where there is no event', async () => {
      expect(await store().members(newId())).toEqual([]);
    });
  });

  describe('these', () => {
    test('are those events that there are and of which the user is a member, with the role, in the trash too', async () => {
      const [me, friend] = [newId(), newId()];
      const own = await stored(newEvent({ ownerId: me }));
      const shared = await stored(newEvent({ others: [memberOf(me)] }));
      const trashed = await stored(newEvent({ ownerId: me, deletedAt: AT_SOME_TIME }));
      const foreign = await stored(newEvent({ ownerId: friend }));
      await stored(newEvent({ ownerId: me }));
      const ids = [own, shared, trashed, foreign].map(({ event }) => event.id);
      const found = await store().these(me, [...ids, newId(), ids[0] ?? '', 'no id']);
      const expected = [own, shared, trashed].map(({ event, members }) => ({
        event,
        role: members.find(({ userId }) => userId === me)?.role,
        key: Date.parse(event.updatedAt),
      }));
      expect(new Map(found.map((one) => [one.event.id, one]))).toEqual(
        new Map(expected.map((one) => [one.event.id, one])),
      );
      expect(found).toHaveLength(3);
      expect(await store().these(me, [])).toEqual([]);
    });
  });

  describe('versions', () => {
    test('are those of the events that exist', async () => {
      const [a, b] = [await stored(), await stored()];
      await store().commit(changeOf(b.event));
      const ids = [a.event.id, newId(), b.event.id, a.event.id];
      expect(await store().versions(ids)).toEqual(
        new Map([
          [a.event.id, 1],
          [b.event.id, 2],
        ]),
      );
      expect(await store().versions([])).toEqual(new Map());
    });

    test('are there in the trash too', async () => {
      const { event } = await stored(newEvent({ deletedAt: AT_SOME_TIME }));
      expect(await store().versions([event.id])).toEqual(new Map([[event.id, 1]]));
    });
  });

  describe('sharingWith', () => {
    const [me, friend, former, stranger] = [newId(), newId(), newId(), newId()];
    const sharing = (userId: string, ...others: string[]) => store().sharingWith(userId, others);

    test('names those who are members of a live event of the user’s', async () => {
      await stored(newEvent({ ownerId: me, others: [memberOf(newId()), memberOf(friend)] }));
      await stored(newEvent({ ownerId: stranger }));
      const trashed = newEvent({ ownerId: me, others: [memberOf(former)], deletedAt: AT_SOME_TIME });
      const { event } = await stored(trashed);
      const all = [friend, former, stranger];
      expect(await sharing(me, ...all)).toEqual(new Set([friend]));
      expect(await sharing(friend, me, friend, stranger)).toEqual(new Set([me, friend]));
      expect(await sharing(former, me)).toEqual(new Set());
      await store().commit(changeOf(event, { envelope: { deletedAt: null } }));
      expect(await sharing(me, ...all)).toEqual(new Set([friend, former]));
    });

    test('names nobody of none, nor to somebody without events', async () => {
      expect(await sharing(me)).toEqual(new Set());
      expect(await sharing(newId(), friend)).toEqual(new Set());
      expect(await sharing(me, 'nonsense', '')).toEqual(new Set());
    });

    test('names nobody any more once they have left', async () => {
      const [owner, guest] = [newId(), newId()];
      const { event } = await stored(newEvent({ ownerId: owner, others: [memberOf(guest)] }));
      expect(await sharing(owner, guest)).toEqual(new Set([guest]));
      await store().commit(changeOf(event, { revoked: [guest] }));
      expect(await sharing(owner, guest)).toEqual(new Set());
    });
  });
}

const AT_SOME_TIME = later(60);
