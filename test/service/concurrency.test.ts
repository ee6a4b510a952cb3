import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { carryOver } from '../../src/calendar/edit.js';
import { CodedError } from '../../src/calendar/errors.js';
import { isObject, own, segmentsOf } from '../../src/calendar/json.js';
import { parseOperations, type Edit } from '../../src/calendar/patch.js';
import { changeOf } from '../../src/protocol/history.js';
import type { EditAnswer, EditOptions, SentEdit } from '../../src/service/edits.js';
import type { EventStore, Store } from '../../src/service/ports.js';
import {
  bodyOf,
  content,
  FORMS,
  operation,
  PATIENCE,
  runs,
  step,
  walk,
  type Step,
} from '../support/arbitraries.js';
import {
  actor,
  contested,
  createEvent,
  embeddedStore,
  logOf,
  memoryStore,
  openHouse,
  provenVersions,
  randomFrom,
  unhurried,
  VIEWER,
  WRITERS,
  type House,
} from './house.js';

/** What somebody tries, seen from what they know when they try it. */
interface Act {
  house: number;
  writer: number;
  form: Edit['form'] | 'rollback';
  steps: Step[];
  /** Operations that need not be applicable, in place of the steps. */
  raw: unknown[] | null;
  /** How many versions ago the writer looked; null: no base version is named. */
  back: number | null;
  ifMatch: 'none' | 'current' | 'older';
  changeId: number | null;
}

const often = <T>(value: T, otherwise: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, otherwise);

const act: fc.Arbitrary<Act> = fc.record({
  house: fc.nat(1),
  writer: fc.oneof({ weight: 19, arbitrary: fc.nat(2) }, fc.constant(3)),
  form: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...FORMS) }, fc.constant('rollback' as const)),
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
  raw: often<unknown[] | null>(null, fc.array(operation, { minLength: 1, maxLength: 2 }), 6),
  back: often<number | null>(null, fc.oneof(fc.constant(0), fc.integer({ min: -1, max: 6 })), 1),
  ifMatch: often<Act['ifMatch']>('none', fc.constantFrom('current', 'older'), 8),
  changeId: often<number | null>(null, fc.nat(3), 1),
});

/** A quick one, to make a log long. */
const plain = (n: number): Act => ({
  house: n,
  writer: n % 3,
  form: 'merge-patch',
  steps: [{ set: { location: `place ${n}` } }],
  raw: null,
  back: null,
  ifMatch: 'none',
  changeId: null,
});

const USERS = [...WRITERS, VIEWER];

/** One try and what came of it. */
interface Tried {
  number: number;
  act: Act;
  burst: number;
  /** The version that was current when it was tried. */
  from: number;
  options: EditOptions;
  sent: SentEdit | { toVersion: number };
  answer?: EditAnswer;
  refusal?: string;
}

/** Lets everybody try at once, burst after burst. */
async function play(
  store: EventStore,
  houses: House[],
  eventId: string,
  bursts: Act[][],
  firstNumber = 0,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  let tries = firstNumber;
  for (const [burst, acts] of bursts.entries()) {
    const { event } = (await store.find(eventId, []))!;
    const going = acts.map(async (one): Promise<void> => {
      const number = tries;
      tries += 1;
      const version = Math.max(1, event.version - (one.back ?? 0));
      const known = await houses[0]!.reader.contentAt(event, Math.min(version, event.version));
      const body =
        one.raw ?? bodyOf(one.form === 'rollback' ? 'replacement' : one.form, known, walk(known, one.steps));
      const form = one.raw ? 'json-patch' : one.form;
      const attempt: Tried = {
        number,
        act: one,
        burst,
        from: event.version,
        options: {
          note: `try ${number}`,
          ...(one.back !== null && { baseVersion: version }),
          ...(one.changeId !== null && { changeId: `change ${one.changeId}` }),
          ...(one.ifMatch !== 'none' && { ifMatch: [event.version - (one.ifMatch === 'older' ? 1 : 0)] }),
        },
        sent:
          form === 'rollback' ? { toVersion: Math.max(1, event.version - one.steps.length) } : { form, body },
      };
      tried.push(attempt);
      const { edits } = houses[one.house % houses.length]!;
      const by = actor(USERS[one.writer]!);
      const { sent, options } = attempt;
      try {
        attempt.answer =
          'toVersion' in sent
            ? await edits.rollback(by, eventId, sent.toVersion, options)
            : await edits.edit(by, eventId, sent, options);
      } catch (error) {
        attempt.refusal = error instanceof CodedError ? error.code : String(error);
      }
    });
    await Promise.all(going);
  }
  return tried;
}

/** What the attempt comes to when it is made on this version: content and whether it merged, or a code. */
function verdict({ act: { writer }, sent, options }: Tried, version: number, versions: Content[]) {
  const at = (n: number) => ({ version: n, content: versions[n - 1]! });
  try {
    if (writer === 3) {
      return 'forbidden';
    }
    const edit: Edit =
      'toVersion' in sent
        ? { form: 'replacement', content: versions[sent.toVersion - 1]! }
        : sent.form === 'json-patch'
          ? { form: sent.form, operations: parseOperations(sent.body), at: '' }
          : sent.form === 'merge-patch'
            ? { form: sent.form, patch: sent.body as Record<string, unknown> }
            : { form: sent.form, content: parseContent(sent.body) };
    if (options.ifMatch && !options.ifMatch.includes(version)) {
      return 'precondition-failed';
    }
    if ((options.baseVersion ?? 0) > version) {
      return 'unknown-version';
    }
    return carryOver(edit, at(options.baseVersion ?? version), at(version));
  } catch (error) {
    return (error as CodedError).code;
  }
}

const valueAt = (of: unknown, path: string): unknown =>
  segmentsOf(path)!.reduce((value, key) => (isObject(value) ? own(value, key) : undefined), of);

/** Holds what came of everything against the log. */
async function prove(store: EventStore, houses: House[], eventId: string, tried: Tried[]): Promise<void> {
  const versions = await provenVersions(store, eventId);
  const log = await logOf(store, eventId);

  // Every entry but the first is the answer to exactly one try, and every answer is an entry.
  const authors = log.slice(1).map(({ note }) => Number(note?.slice('try '.length)));
  expect(new Set(authors).size).toBe(authors.length);
  const ids = log.flatMap(({ by, changeId }) => (changeId === undefined ? [] : [`${by} ${changeId}`]));
  expect(new Set(ids).size).toBe(ids.length);
  for (const [i, number] of authors.entries()) {
    const attempt = tried.find((one) => one.number === number)!;
    const entry = log[i + 1]!;
    expect(attempt.answer?.entry).toEqual(entry);
    // It was decided on the version right before it, and did there what it does.
    expect(verdict(attempt, entry.version - 1, versions)).toEqual({
      content: versions[entry.version - 1],
      merged: entry.merged ?? false,
    });
  }

  for (const attempt of tried) {
    const {
      answer,
      refusal,
      options,
      act: { writer },
      burst,
    } = attempt;
    if (answer?.entry) {
      const { entry } = answer;
      expect(log[entry.version - 1]).toEqual(entry);
      expect(answer).toMatchObject({ version: entry.version, merged: entry.merged ?? false });
      expect(answer.event).toMatchObject({ version: entry.version, ...versions[entry.version - 1] });
      if (entry.note !== options.note) {
        expect(entry).toMatchObject({ by: USERS[writer], changeId: options.changeId });
      }
    } else if (answer) {
      // It changed nothing at the version that it names.
      expect(verdict(attempt, answer.version, versions)).toMatchObject({
        content: versions[answer.version - 1],
      });
      expect(answer.merged).toBe(false);
    } else {
      // There was a version, while it was under way, at which this is the answer.
      const possible = versions
        .slice(attempt.from - 1)
        .map((_, i) => verdict(attempt, attempt.from + i, versions));
      expect(possible).toContain(refusal);
    }
    // A change that was sent before gets its first answer.
    const first = log.find(({ by, changeId }) => by === USERS[writer] && changeId === options.changeId);
    const before = tried.find(({ number }) => `try ${number}` === first?.note);
    if (options.changeId !== undefined && before && before.burst < burst && refusal !== 'invalid-patch') {
      expect(answer?.entry).toEqual(first);
    }
  }

  // A change is there until a later entry changes the same.
  for (const { version, patch } of log) {
    for (const change of patch.filter(({ op }) => op !== 'test')) {
      const until = log.find(
        (later) => later.version > version && later.patch.some(({ path }) => within(path, change.path)),
      );
      const value = 'value' in change ? change.value : undefined;
      for (let v = version; v < (until?.version ?? log.length + 1); v += 1) {
        expect(valueAt(versions[v - 1], change.path)).toEqual(value);
      }
    }
  }

  // What was told is what was written, in its order.
  const by = (id: string) => ({ id, username: id.slice(0, 3), name: id.slice(0, 3) });
  const entries = log.slice(1).map((entry) => changeOf(eventId, entry, by(entry.by)));
  const told = houses.map((house) => house.told(eventId));
  for (const changes of told) {
    expect(changes).toEqual(changes.toSorted((a, b) => a.version - b.version));
  }
  expect(told.flat().sort((a, b) => a.version - b.version)).toEqual(entries);
  expect(houses.flatMap(({ errors }) => errors)).toEqual([]);
}

const within = (a: string, b: string): boolean => `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);

const bursts = (count: number, size: number) =>
  fc.array(fc.array(act, { minLength: 1, maxLength: size }), { minLength: 1, maxLength: count });

describe('whatever is tried at once', () => {
  test(
    'by one process',
    async () => {
      await fc.assert(
        fc.asyncProperty(content, bursts(6, 6), fc.integer(), async (first, all, seed) => {
          const store = memoryStore();
          const house = openHouse(unhurried(store, randomFrom(seed)));
          const eventId = await createEvent(store, first);
          await prove(store, [house], eventId, await play(store, [house], eventId, all));
        }),
        runs(40),
      );
    },
    PATIENCE,
  );

  test(
    'by two processes on one store',
    async () => {
      await fc.assert(
        fc.asyncProperty(content, bursts(6, 6), fc.integer(), async (first, all, seed) => {
          const store = memoryStore();
          const random = randomFrom(seed);
          const houses = [openHouse(unhurried(store, random)), openHouse(unhurried(store, random))];
          const eventId = await createEvent(store, first);
          await prove(store, houses, eventId, await play(store, houses, eventId, all));
        }),
        runs(40),
      );
    },
    PATIENCE,
  );

  test(
    'while others are faster, time and again',
    async () => {
      let lost = 0;
      await fc.assert(
        fc.asyncProperty(
          content,
          bursts(4, 4),
          fc.array(act, { minLength: 1 }),
          fc.integer(),
          async (first, all, foreign, seed) => {
            const store = memoryStore();
            const random = randomFrom(seed);
            const other = openHouse(store);
            const theirs: Tried[] = [];
            const eventId = await createEvent(store, first);
            const rival = contested(
              store,
              async () => {
                lost += 1;
                const next = { ...foreign[lost % foreign.length]!, changeId: null };
                theirs.push(...(await play(store, [other], eventId, [[next]], 1_000 * lost)));
              },
              random,
            );
            const house = openHouse(unhurried(rival, random));
            const ours = await play(store, [house], eventId, all);
            expect(ours.map(({ refusal }) => refusal)).not.toContain('unavailable');
            await prove(store, [house, other], eventId, [...ours, ...theirs]);
          },
        ),
        runs(40),
      );
      expect(lost).toBeGreaterThan(10);
    },
    PATIENCE,
  );
});

describe('on the embedded store', () => {
  let store: Store;
  beforeAll(async () => {
    store = await embeddedStore();
  });
  afterAll(() => store.close());

  test(
    'whatever is tried at once, by one process or two',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          content,
          bursts(6, 8),
          fc.boolean(),
          fc.boolean(),
          async (first, some, two, long) => {
            const all = long ? [Array.from({ length: 70 }, (_, i) => plain(i)), ...some] : some;
            const houses = [openHouse(store.events), ...(two ? [openHouse(store.events)] : [])];
            const eventId = await createEvent(store.events, first);
            await prove(store.events, houses, eventId, await play(store.events, houses, eventId, all));
          },
        ),
        runs(25),
      );
    },
    PATIENCE,
  );
});
