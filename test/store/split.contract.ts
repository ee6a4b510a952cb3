import { expect, test } from '@jest/globals';
import type { EventCommit, EventStore, NewEvent } from '../../src/service/ports.js';
import { AT, atOnce, changeOf, memberOf, newEvent, newId, queryOf } from './samples.js';

/** A commit that splits a new event off one that is stored. */
export const splitOf = (before: NewEvent, half: NewEvent, more: Partial<EventCommit> = {}): EventCommit => ({
  ...changeOf(before.event, { fields: { title: 'Head' }, entry: { following: half.event.id } }),
  ...more,
  alsoInsert: half,
});

/** A commit that brings a new event along: both or neither. */
export function splitContract(store: () => EventStore): void {
  const ada = newId();
  const bob = newId();
  const stored = async (): Promise<NewEvent> => {
    const event = newEvent({ ownerId: ada, others: [memberOf(bob)] });
    await store().insert([event]);
    return event;
  };
  const tail = (): NewEvent =>
    newEvent({ ownerId: ada, others: [memberOf(bob)], fields: { title: 'Tail', metadata: { 'a.b': 1 } } });

  test('stores both, each complete', async () => {
    const [before, half] = [await stored(), tail()];
    const commit = splitOf(before, half);
    expect(await store().commit(commit)).toBe(true);
    expect((await store().find(before.event.id, []))?.event).toStrictEqual(commit.event);
    expect(await store().embeddedLog(before.event.id)).toStrictEqual([...before.entries, ...commit.entries]);
    expect(await store().find(half.event.id, [ada, bob])).toStrictEqual({
      event: half.event,
      members: new Map(half.members.map((member) => [member.userId, member])),
    });
    expect(await store().embeddedLog(half.event.id)).toStrictEqual(half.entries);
    const titles = (await store().list(queryOf(bob))).map(({ event }) => event.content.title).sort();
    expect(titles).toEqual(['Head', 'Tail']);
  });

  test('with members changed in the same step', async () => {
    const [before, half, carol] = [await stored(), tail(), newId()];
    const commit = splitOf(before, half, { granted: [memberOf(carol)], revoked: [bob] });
    expect(await store().commit(commit)).toBe(true);
    expect((await store().members(before.event.id)).map(({ userId }) => userId).sort()).toEqual(
      [ada, carol].sort(),
    );
    expect((await store().find(half.event.id, []))?.event).toStrictEqual(half.event);
  });

  test('stores neither where the version is another', async () => {
    const [before, half] = [await stored(), tail()];
    expect(await store().commit({ ...splitOf(before, half), atVersion: 7 })).toBe(false);
    expect((await store().find(before.event.id, []))?.event).toStrictEqual(before.event);
    expect(await store().find(half.event.id, [])).toBeNull();
  });

  test('stores neither where the new id is taken, and leaves what has it', async () => {
    const [before, other] = [await stored(), await stored()];
    await expect(store().commit(splitOf(before, other))).rejects.toThrow();
    expect((await store().find(before.event.id, []))?.event).toStrictEqual(before.event);
    expect((await store().find(other.event.id, []))?.event).toStrictEqual(other.event);
    expect(await store().list(queryOf(ada, { limit: 200 }))).toContainEqual(
      expect.objectContaining({ event: other.event }),
    );
  });

  test('of several at once one happens', async () => {
    const before = await stored();
    const halves = Array.from({ length: 5 }, tail);
    const done = await atOnce(5, (i) => store().commit(splitOf(before, halves[i] ?? tail())));
    expect(done.filter(Boolean)).toHaveLength(1);
    const versions = await store().versions(halves.map(({ event }) => event.id));
    expect([...versions.keys()]).toEqual(halves.filter((_, i) => done[i]).map(({ event }) => event.id));
  });

  test('both can be changed, split again and erased afterwards', async () => {
    const [before, half, third] = [await stored(), tail(), tail()];
    const commit = splitOf(before, half);
    await store().commit(commit);
    expect(await store().commit(changeOf(half.event, { fields: { title: 'Tail II' } }))).toBe(true);
    expect(await store().commit(splitOf({ ...before, event: commit.event }, third))).toBe(true);
    expect(await store().erase(before.event.id, 3, AT)).toBe(true);
    expect(await store().versions([before.event.id, half.event.id, third.event.id])).toEqual(
      new Map([
        [half.event.id, 2],
        [third.event.id, 1],
      ]),
    );
  });
}
