import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { differences } from '../../src/calendar/difference.js';
import type { LogEntry } from '../../src/calendar/history.js';
import { content, PATIENCE, runs, step, walk, type Step } from '../support/arbitraries.js';
import {
  actor,
  ADA,
  BOB,
  CAT,
  contested,
  createEvent,
  logOf,
  memoryStore,
  openHouse,
  provenVersions,
  randomFrom,
  unhurried,
  WRITERS,
  type House,
} from './house.js';

const PLAN = parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' });

type Move = { who: (typeof WRITERS)[number]; step: Step } | { who: (typeof WRITERS)[number]; undo: true };
const who = fc.constantFrom(...WRITERS);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ who, step }) },
  { weight: 2, arbitrary: fc.record({ who, undo: fc.constant(true as const) }) },
);

const contentNow = async (house: House, eventId: string, store: ReturnType<typeof memoryStore>) => {
  const { event } = store.document(eventId);
  return { version: event.version, content: await house.reader.contentAt(event, event.version) };
};

/** Which edits of a user's are left to undo, newest first, as the log says. */
function leftToUndo(log: readonly LogEntry[], userId: string): LogEntry[] {
  const own = log.filter(({ by }) => by === userId);
  const undone = new Set(own.map(({ undoes }) => undoes));
  return own
    .filter(({ kind, version }) => (kind === 'edit' || kind === 'rollback') && !undone.has(version))
    .reverse();
}

const overlap = (a: string, b: string): boolean => `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);

/** What has to be so after `entry`, which led from `before` to `after`, was taken out of `current`. */
function expectTakenBack(
  result: Content,
  { before, after, current }: Record<'before' | 'after' | 'current', Content>,
): void {
  const mine = differences(before, after).map(({ path }) => path);
  const since = differences(after, current).map(({ path }) => path);
  const changed = differences(current, result).map(({ path }) => path);
  // Nothing is touched but what the edit had touched.
  expect(changed.filter((path) => !mine.some((own) => overlap(own, path)))).toEqual([]);
  // And all of that is as it was before, but for what was changed since.
  const differing = differences(before, result).map(({ path }) => path);
  expect(
    differing.filter(
      (path) => mine.some((own) => overlap(own, path)) && !since.some((other) => overlap(other, path)),
    ),
  ).toEqual([]);
}

describe('undo', () => {
  test(
    'takes one edit of one’s own out of what everybody did, or says what is in its way',
    () =>
      fc.assert(
        fc.asyncProperty(content, fc.array(move, { minLength: 2, maxLength: 14 }), async (first, moves) => {
          const store = memoryStore();
          const house = openHouse(store);
          const eventId = await createEvent(store, first);
          for (const one of moves) {
            const before = await contentNow(house, eventId, store);
            if ('step' in one) {
              const body = walk(before.content, [one.step]);
              await house.edits.edit(actor(one.who), eventId, { form: 'replacement', body }, {});
              continue;
            }
            const candidates = leftToUndo(await logOf(store, eventId), one.who);
            const versions = await provenVersions(store, eventId);
            const sides = ({ version }: LogEntry) => ({
              before: versions[version - 2]!,
              after: versions[version - 1]!,
              current: before.content,
            });
            try {
              const { entry, version } = await house.edits.undo(actor(one.who), eventId, {});
              expect(version).toBe(before.version + 1);
              expect(entry).toMatchObject({ kind: 'undo', by: one.who });
              const taken = candidates.find((candidate) => candidate.version === entry!.undoes)!;
              expectTakenBack((await contentNow(house, eventId, store)).content, sides(taken));
            } catch (error: any) {
              expect(store.document(eventId).event.version).toBe(before.version);
              expect(['edit-conflict', 'nothing-to-undo']).toContain(error.code);
              if (error.code === 'edit-conflict') {
                expect(error.extras).toMatchObject({
                  currentVersion: before.version,
                  conflicts: expect.arrayContaining([expect.objectContaining({ path: expect.any(String) })]),
                });
              } else {
                // Whatever the user did before, nothing of it is to be seen.
                for (const candidate of candidates) {
                  const { before: old, after, current } = sides(candidate);
                  const gone = differences(old, after).filter(({ path }) =>
                    differences(after, current).some((since) => overlap(since.path, path)),
                  );
                  expect(gone).not.toEqual([]);
                }
              }
            }
          }
          await provenVersions(store, eventId);
          expect(house.errors).toEqual([]);
        }),
        runs(60),
      ),
    PATIENCE,
  );

  test(
    'takes back each edit once, however many ask at once and whatever others write in between',
    () =>
      fc.assert(
        fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 6 }), async (seed, edits) => {
          const random = randomFrom(seed);
          const inner = memoryStore();
          const others = openHouse(inner);
          let n = 0;
          const store = contested(
            unhurried(inner, random),
            (eventId) =>
              others.edits.edit(
                actor(BOB),
                eventId,
                { form: 'merge-patch', body: { metadata: { n: (n += 1) } } },
                {},
              ),
            random,
          );
          const house = openHouse(store);
          const eventId = await createEvent(inner, PLAN);
          const title = (to: string) => ({ form: 'merge-patch' as const, body: { title: to } });
          const undo = () => house.edits.undo(actor(ADA), eventId, {});
          const done = (asked: Promise<unknown>): Promise<boolean> =>
            asked.then(
              () => true,
              (error: unknown) => {
                expect(error).toMatchObject({ code: 'nothing-to-undo' });
                return false;
              },
            );
          // Some of them are decided together with the edits that they take back.
          await Promise.all([
            ...Array.from({ length: edits }, (_, i) =>
              house.edits.edit(actor(ADA), eventId, title(`Number ${i}`), {}),
            ),
            ...Array.from({ length: edits }, () => done(undo())),
          ]);
          while (await done(undo())) {
            expect(inner.document(eventId).event.version).toBeLessThan(1_000);
          }
          const log = await logOf(inner, eventId);
          const undone = log.flatMap(({ undoes }) => undoes ?? []);
          expect(new Set(undone).size).toBe(edits);
          expect(undone).toHaveLength(edits);
          expect((await provenVersions(inner, eventId)).at(-1)!.title).toBe('Plan');
        }),
        runs(40),
      ),
    PATIENCE,
  );

  test('looks back a long way, and not for ever', async () => {
    const store = memoryStore();
    const house = openHouse(store);
    const eventId = await createEvent(store, PLAN);
    const write = (userId: string, body: object) =>
      house.edits.edit(actor(userId), eventId, { form: 'merge-patch', body }, {});
    await write(CAT, { title: 'Cat’s' });
    await write(ADA, { location: 'Room' });
    for (let n = 0; n < 498; n += 1) {
      await write(BOB, { metadata: { n } });
    }
    await write(ADA, { location: 'Hall' });
    // 501 entries after Cat's, 500 of which are looked through.
    await expect(house.edits.undo(actor(CAT), eventId, {})).rejects.toMatchObject({
      code: 'nothing-to-undo',
    });
    expect(await house.edits.undo(actor(ADA), eventId, {})).toMatchObject({ event: { location: 'Room' } });
    expect((await logOf(store, eventId)).at(-1)).toMatchObject({ kind: 'undo', undoes: 502 });
  });
});
