import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Bucket, LogEntry } from '../../src/calendar/history.js';
import type { EventStore, NewEvent } from '../../src/service/ports.js';
import { AT, atOnce, changeOf, newEvent, newId } from './samples.js';

/** `EventStore`: the log in the event, and the buckets it moves to. */
export function historyContract(store: () => EventStore): void {
  /** An event with versions 1 to `versions`, each by the same author under the change id `c<version>`. */
  const withLog = async (versions: number): Promise<{ first: NewEvent; log: LogEntry[] }> => {
    const first = newEvent({ entry: { changeId: 'c1' } });
    await store().insert([first]);
    const log = [...first.entries];
    let { event } = first;
    while (event.version < versions) {
      const changeId = `c${event.version + 1}`;
      const change = changeOf(event, { fields: { title: `Title ${event.version}` }, entry: { changeId } });
      expect(await store().commit(change)).toBe(true);
      ({ event } = change);
      log.push(...change.entries);
    }
    return { first, log };
  };
  const bucketOf = (eventId: string, log: LogEntry[], from: number, to: number): Bucket => ({
    eventId,
    fromVersion: from,
    toVersion: to,
    base: from === 1 ? {} : { ...newEvent().event.content, title: `Before ${from}` },
    entries: log.slice(from - 1, to),
  });
  const versionsOf = (log: LogEntry[]): number[] => log.map(({ version }) => version);

  describe('the embedded log', () => {
    test('has the entries ascending, each as it was stored', async () => {
      const { first, log } = await withLog(12);
      expect(await store().embeddedLog(first.event.id)).toEqual(log);
    });

    test('is empty where there is no event', async () => {
      expect(await store().embeddedLog(newId())).toEqual([]);
    });

    test('keeps every member of an entry, and has none that were left out', async () => {
      const first = newEvent();
      await store().insert([first]);
      const change = changeOf(first.event, {
        fields: { title: 'x' },
        entry: {
          kind: 'role',
          via: 'socket',
          note: 'as agreed',
          changeId: 'ä/1.$',
          merged: true,
          restoredVersion: 1,
          undoes: 3,
          membership: { userId: newId(), role: null, previousRole: 'viewer' },
        },
      });
      await store().commit(change);
      const [plain, full] = await store().embeddedLog(first.event.id);
      expect(full).toStrictEqual(change.entries[0]);
      expect(plain).toStrictEqual(first.entries[0]);
    });

    test('is trimmed up to a version, and again without effect', async () => {
      const { first, log } = await withLog(6);
      const { id } = first.event;
      for (const _ of [1, 2]) {
        await store().trimLog(id, 4);
        expect(await store().embeddedLog(id)).toEqual(log.slice(4));
      }
      await store().trimLog(id, 0);
      expect(versionsOf(await store().embeddedLog(id))).toEqual([5, 6]);
      expect((await store().find(id, []))?.event.version).toBe(6);
      await store().trimLog(id, 6);
      expect(await store().embeddedLog(id)).toEqual([]);
    });

    test('takes further entries once trimmed', async () => {
      const { first } = await withLog(4);
      const { event } = (await store().find(first.event.id, []))!;
      await store().trimLog(event.id, 4);
      expect(await store().commit(changeOf(event))).toBe(true);
      expect(versionsOf(await store().embeddedLog(event.id))).toEqual([5]);
    });

    test('loses nothing that is committed while it is trimmed', async () => {
      const { first } = await withLog(10);
      const { event } = (await store().find(first.event.id, []))!;
      const trimmed = atOnce(10, (i) => store().trimLog(event.id, i + 1));
      expect(await store().commit(changeOf(event))).toBe(true);
      await trimmed;
      expect(versionsOf(await store().embeddedLog(event.id))).toEqual([11]);
    });

    test('of no event is trimmed without effect', async () => {
      await store().trimLog(newId(), 5);
    });
  });

  describe('buckets', () => {
    test('come back as they were put, the newest that begins at or before a version', async () => {
      const { first, log } = await withLog(9);
      const { id } = first.event;
      const [a, b] = [bucketOf(id, log, 1, 4), bucketOf(id, log, 5, 8)];
      await store().putBucket(b);
      await store().putBucket(a);
      for (const [version, bucket] of [
        [0, null],
        [1, a],
        [4, a],
        [5, b],
        [8, b],
        [9, b],
        [1e6, b],
      ] as const) {
        expect(await store().bucket(id, version)).toEqual(bucket);
      }
    });

    test('are null where there are none', async () => {
      const { first, log } = await withLog(5);
      expect(await store().bucket(newId(), 3)).toBeNull();
      expect(await store().bucket(first.event.id, 3)).toBeNull();
      await store().putBucket(bucketOf(first.event.id, log, 3, 5));
      expect(await store().bucket(first.event.id, 2)).toBeNull();
    });

    test('stay the same when put again, also by 20 at once', async () => {
      const { first, log } = await withLog(5);
      const bucket = bucketOf(first.event.id, log, 1, 4);
      await atOnce(20, () => store().putBucket(bucket));
      await store().putBucket(bucket);
      expect(await store().bucket(first.event.id, 4)).toEqual(bucket);
    });

    test('of different events are apart', async () => {
      const [a, b] = [await withLog(2), await withLog(2)];
      await store().putBucket(bucketOf(a.first.event.id, a.log, 1, 2));
      expect(await store().bucket(b.first.event.id, 2)).toBeNull();
      await store().erase(b.first.event.id, 2, AT);
      expect(await store().bucket(a.first.event.id, 2)).not.toBeNull();
    });

    test('that begin alike: the longer one stays, whichever comes first', async () => {
      const { first, log } = await withLog(6);
      const { id } = first.event;
      const [short, long] = [bucketOf(id, log, 1, 3), bucketOf(id, log, 1, 5)];
      for (const bucket of [short, long, short]) {
        await store().putBucket(bucket);
      }
      expect(await store().bucket(id, 5)).toEqual(long);
      await atOnce(10, (i) => store().putBucket(bucketOf(id, log, 2, i === 4 ? 6 : 3)));
      expect(await store().bucket(id, 5)).toEqual(bucketOf(id, log, 2, 6));
    });

    test('of an event that is gone are not kept', async () => {
      const { first, log } = await withLog(3);
      await store().erase(first.event.id, 3, AT);
      await store().putBucket(bucketOf(first.event.id, log, 1, 3));
      expect(await store().bucket(first.event.id, 3)).toBeNull();
    });
  });

  describe('the entry of a change', () => {
    test('is found in the event, in a bucket, and wherever it is on its way', async () => {
      const { first, log } = await withLog(6);
      const { id, updatedBy } = first.event;
      const all = () =>
        Promise.all(log.map(({ version }) => store().entryOfChange(id, updatedBy, `c${version}`)));
      expect(await all()).toEqual(log);
      await store().putBucket(bucketOf(id, log, 1, 4));
      expect(await all()).toEqual(log);
      await store().trimLog(id, 4);
      expect(await all()).toEqual(log);
    });

    test('is never missed while it moves', async () => {
      const { first, log } = await withLog(12);
      const { id, updatedBy } = first.event;
      let moving = true;
      const move = async (): Promise<void> => {
        for (let to = 4; to <= 12; to += 4) {
          await store().putBucket(bucketOf(id, log, to - 3, to));
          await store().trimLog(id, to);
        }
        moving = false;
      };
      const look = async (): Promise<void> => {
        while (moving) {
          await turn(); // or nobody else would get one
          for (const entry of log) {
            expect(await store().entryOfChange(id, updatedBy, `c${entry.version}`)).toEqual(entry);
          }
        }
      };
      await Promise.all([move(), look()]);
    });

    test('belongs to its author and its event', async () => {
      const [a, b] = [await withLog(2), await withLog(1)];
      const { id, updatedBy } = a.first.event;
      expect(await store().entryOfChange(id, newId(), 'c1')).toBeNull();
      expect(await store().entryOfChange(b.first.event.id, updatedBy, 'c2')).toBeNull();
      expect(await store().entryOfChange(id, updatedBy, 'c3')).toBeNull();
      expect(await store().entryOfChange(id, updatedBy, 'C1')).toBeNull();
      expect(await store().entryOfChange(newId(), updatedBy, 'c1')).toBeNull();
    });

    test('is told apart from another author’s with the same change id, moved or not', async () => {
      const { event } = newEvent();
      await store().insert([newEvent({ id: event.id })]);
      const [ada, bob] = [newId(), newId()];
      const stored = (await store().find(event.id, []))!.event;
      const one = changeOf(stored, { envelope: { updatedBy: ada }, entry: { changeId: 'same' } });
      const two = changeOf(one.event, { envelope: { updatedBy: bob }, entry: { changeId: 'same' } });
      await store().commit(one);
      await store().commit(two);
      const both = () =>
        Promise.all(
          [ada, bob].map(async (by) => (await store().entryOfChange(event.id, by, 'same'))?.version),
        );
      expect(await both()).toEqual([2, 3]);
      const log = await store().embeddedLog(event.id);
      await store().putBucket(bucketOf(event.id, log, 1, 3));
      await store().trimLog(event.id, 3);
      expect(await both()).toEqual([2, 3]);
    });
  });
}
