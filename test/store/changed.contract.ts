import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ChangedQuery, EventCommit, EventStore, FoundEvent, NewEvent } from '../../src/service/ports.js';
import { DAY, changeOf, memberOf, newEvent, newId, queryOf } from './samples.js';

/** What is long ago is forgotten, by the server's clock. */
const NOW = Date.now() - DAY;
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const millis = (seconds: number): number => NOW + seconds * 1000;
const query = (userId: string, more: Partial<ChangedQuery> = {}): ChangedQuery => ({
  userId,
  since: millis(0),
  limit: 100,
  ...more,
});

/** `ChangedEvents`: what has become of a user's events since some time. */
export function changedContract(store: () => EventStore): void {
  const stored = async (made: NewEvent): Promise<NewEvent> => {
    await store().insert([made]);
    return made;
  };
  const commit = async (change: EventCommit): Promise<EventCommit['event']> => {
    expect(await store().commit(change)).toBe(true);
    return change.event;
  };
  const idsOf = (found: FoundEvent[]): string[] => found.map(({ event }) => event.id);

  test('what was updated at a time or later is there in its order, with the role and the key', async () => {
    const [me, other] = [newId(), newId()];
    const old = await stored(newEvent({ ownerId: me, updatedAt: at(-1) }));
    const shared = await stored(newEvent({ ownerId: other, updatedAt: at(0), others: [memberOf(me)] }));
    const own = await stored(newEvent({ ownerId: me, updatedAt: at(5) }));
    await stored(newEvent({ ownerId: other, updatedAt: at(6) }));
    expect(await store().changed(query(me))).toEqual([
      { event: shared.event, role: 'viewer', key: millis(0) },
      { event: own.event, role: 'owner', key: millis(5) },
    ]);

    const event = await commit(
      changeOf(old.event, { fields: { title: 'Late' }, envelope: { updatedAt: at(9) } }),
    );
    const [, , last] = await store().changed(query(me));
    expect(last).toEqual({ event, role: 'owner', key: millis(9) });
    expect(await store().changed(query(newId()))).toEqual([]);
  });

  test('what is in the trash is there for every member, and what has come back', async () => {
    const [me, friend] = [newId(), newId()];
    const { event } = await stored(newEvent({ ownerId: me, updatedAt: at(0), others: [memberOf(friend)] }));
    const trashed = await commit(changeOf(event, { envelope: { updatedAt: at(1), deletedAt: at(1) } }));
    for (const userId of [me, friend]) {
      const [found, ...more] = await store().changed(query(userId));
      expect([found?.event, more]).toEqual([trashed, []]);
    }
    expect(idsOf(await store().list(queryOf(me, { state: 'trash' })))).toEqual([event.id]);
    expect(await store().list(queryOf(friend, { state: 'trash' }))).toEqual([]);
    expect(await store().list(queryOf(friend, { state: 'trash', sort: 'updatedAt' }))).toEqual([]);

    const back = await commit(changeOf(trashed, { envelope: { updatedAt: at(2), deletedAt: null } }));
    expect((await store().changed(query(friend))).map((found) => found.event)).toEqual([back]);
  });

  test('who is removed loses it with its last update; who comes back finds it changed', async () => {
    const [me, friend] = [newId(), newId()];
    const { event } = await stored(newEvent({ ownerId: me, updatedAt: at(0), others: [memberOf(friend)] }));
    const left = await commit(changeOf(event, { revoked: [friend], envelope: { updatedAt: at(3) } }));
    expect(await store().changed(query(friend))).toEqual([]);
    expect(await store().losses(query(friend))).toEqual([{ eventId: event.id, at: millis(3) }]);
    expect(await store().losses(query(me))).toEqual([]);

    const again = await commit(
      changeOf(left, { granted: [memberOf(friend)], envelope: { updatedAt: at(4) } }),
    );
    expect(idsOf(await store().changed(query(friend, { since: millis(4) })))).toEqual([event.id]);
    await commit(changeOf(again, { revoked: [friend], envelope: { updatedAt: at(7) } }));
    expect(await store().losses(query(friend))).toEqual([{ eventId: event.id, at: millis(7) }]);
    expect(await store().losses(query(friend, { since: millis(7) }))).toHaveLength(1);
    expect(await store().losses(query(friend, { since: millis(7) + 1 }))).toEqual([]);
  });

  test('whoever erases it, all members lose it, the owner too', async () => {
    const [me, friend, former] = [newId(), newId(), newId()];
    const others = [memberOf(friend), memberOf(former)];
    const { event } = await stored(newEvent({ ownerId: me, updatedAt: at(0), others }));
    await commit(changeOf(event, { revoked: [former], envelope: { updatedAt: at(1) } }));
    expect(await store().erase(event.id, 1, at(8))).toBe(false);
    expect(await store().erase(event.id, 2, at(9))).toBe(true);
    for (const [userId, when] of [
      [me, 9],
      [friend, 9],
      [former, 1],
    ] as const) {
      expect(await store().losses(query(userId))).toEqual([{ eventId: event.id, at: millis(when) }]);
      expect(await store().changed(query(userId))).toEqual([]);
    }
  });

  test('losses come page by page, those of one moment in the order of their ids', async () => {
    const me = newId();
    const made = [3, 1, 2, 1, 1].map((when) => ({ when, made: newEvent({ ownerId: me }) }));
    await store().insert(made.map((one) => one.made));
    for (const { when, made: one } of made) {
      await store().erase(one.event.id, 1, at(when));
    }
    const expected = made
      .map((one) => ({ eventId: one.made.event.id, at: millis(one.when) }))
      .sort((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1));
    const all = await store().losses(query(me));
    expect(all).toEqual(expected);
    for (const [i, { at: key, eventId: id }] of all.entries()) {
      const after = { key, id };
      expect(await store().losses(query(me, { after, limit: 2 }))).toEqual(expected.slice(i + 1, i + 3));
    }
    expect(
      await store().losses(query(me, { since: millis(2), after: { key: millis(1), id: 'f' } })),
    ).toHaveLength(2);
  });

  test('one that is 89 days old is still there', async () => {
    const me = newId();
    const { event } = await stored(newEvent({ ownerId: me }));
    const when = new Date(Date.now() - 89 * DAY);
    await store().erase(event.id, 1, when.toISOString());
    await store().erase((await stored(newEvent({ ownerId: me }))).event.id, 1, at(0));
    const losses = await store().losses(query(me, { since: 0 }));
    expect(losses.map((loss) => loss.at)).toEqual([when.getTime(), millis(0)]);
  });

  test('pages are what a plain search says, however much has become of others’ events', async () => {
    const [me, other] = [newId(), newId()];
    const others = Array.from({ length: 700 }, (_, i) =>
      newEvent({ ownerId: other, updatedAt: at(10 + (i % 2)) }),
    );
    await store().insert(others);
    const ownArbitrary = fc.array(
      fc.record({ updated: fc.integer({ min: -5, max: 45 }), isMine: fc.boolean(), isTrashed: fc.boolean() }),
      { maxLength: 6 },
    );
    const own: NewEvent[] = [];
    await fc.assert(
      fc.asyncProperty(
        ownArbitrary,
        fc.integer({ min: -5, max: 45 }),
        fc.integer({ min: 1, max: 5 }),
        async (more, since, limit) => {
          const made = more.map(({ updated, isMine, isTrashed }) =>
            newEvent({
              ownerId: isMine ? me : other,
              others: isMine ? [] : [memberOf(me, 'editor')],
              updatedAt: at(updated),
              deletedAt: isTrashed ? at(updated) : null,
            }),
          );
          await store().insert(made);
          own.push(...made);
          const expected = own
            .map(({ event }) => event)
            .filter(({ updatedAt }) => updatedAt >= at(since))
            .sort((a, b) =>
              a.updatedAt < b.updatedAt || (a.updatedAt === b.updatedAt && a.id < b.id) ? -1 : 1,
            )
            .map(({ id }) => id);
          expect(await everyPage(query(me, { since: millis(since), limit }))).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
    const live = own.filter(({ event }) => event.deletedAt === null);
    for (const descending of [false, true]) {
      const listed = await store().list(queryOf(me, { sort: 'updatedAt', descending, limit: 1000 }));
      const key = (found: FoundEvent): string => found.event.updatedAt + found.event.id;
      const sorted = [...listed].sort((a, b) => (key(a) < key(b) ? -1 : 1));
      expect(listed).toEqual(descending ? sorted.reverse() : sorted);
      expect(new Set(idsOf(listed))).toEqual(new Set(live.map(({ event }) => event.id)));
      expect(listed).toHaveLength(live.length);
    }

    async function everyPage(asked: ChangedQuery): Promise<string[]> {
      const ids: string[] = [];
      let after: ChangedQuery['after'];
      for (;;) {
        const page = await store().changed({ ...asked, ...(after && { after }) });
        ids.push(...idsOf(page));
        const last = page.at(-1);
        if (page.length < asked.limit || !last) {
          return ids;
        }
        after = { key: last.key, id: last.event.id };
      }
    }
  });
}
