import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { CONTENT_FIELDS } from '../../src/calendar/fields.js';
import { differences, type Difference } from '../../src/calendar/difference.js';
import { equal, isObject, own, segmentsOf } from '../../src/calendar/json.js';
import { rebase, type EditConflict, type Rebased } from '../../src/calendar/rebase.js';
import { content, runs, steps, threeSides, walk } from '../support/arbitraries.js';

const event = (fields: Record<string, unknown> = {}): Content =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });

/** Three sides that differ in these fields. */
const rebased = (base: object, theirs: object, yours: object): Rebased =>
  rebase(event({ ...base }), event({ ...base, ...theirs }), event({ ...base, ...yours }));
const conflictsOf = (result: Rebased): EditConflict[] => ('conflicts' in result ? result.conflicts : []);
const contentOf = (result: Rebased): Record<string, unknown> => {
  expect(result).not.toHaveProperty('conflicts');
  return (result as { content: Record<string, unknown> }).content;
};

const at = (of: unknown, path: string): unknown =>
  segmentsOf(path)!.reduce((value, key) => (isObject(value) ? own(value, key) : undefined), of);
const within = (a: string, b: string): boolean => `${a}/`.startsWith(`${b}/`);
const touch = (a: Difference, b: Difference): boolean => within(a.path, b.path) || within(b.path, a.path);

/** The place of the override that a path leads into. */
const overrideOf = (path: string): string | null => /^\/overrides\/[^/]+/.exec(path)?.[0] ?? null;

describe('for all contents', () => {
  test('what only one of them changed is kept, what neither changed stays', () => {
    fc.assert(
      fc.property(threeSides, ({ base, theirs, yours }) => {
        const result = rebase(base, theirs, yours);
        if ('conflicts' in result) {
          return;
        }
        const [a, b] = [differences(base, theirs), differences(base, yours)];
        const alone = (one: Difference, others: Difference[]): boolean =>
          !others.some((other) => touch(one, other));
        for (const one of [...a.filter((x) => alone(x, b)), ...b.filter((x) => alone(x, a))]) {
          expect([one.path, at(result.content, one.path)]).toEqual([one.path, one.to]);
        }
        // And nothing beside what one of them changed.
        for (const { path } of differences(base, result.content as Content)) {
          expect([...a, ...b].some((one) => within(path, one.path) || within(one.path, path))).toBe(true);
        }
        expect(Object.keys(result.content)).toEqual(CONTENT_FIELDS);
      }),
      runs(500),
    );
  });

  test('merging comes to the same whoever was first', () => {
    fc.assert(
      fc.property(threeSides, ({ base, theirs, yours }) => {
        const [one, other] = [rebase(base, theirs, yours), rebase(base, yours, theirs)];
        const turned = conflictsOf(other).map((conflict) => ({
          ...conflict,
          theirs: conflict.yours,
          yours: conflict.theirs,
        }));
        const byPath = (x: EditConflict, y: EditConflict): number => (x.path < y.path ? -1 : 1);
        expect(conflictsOf(one).sort(byPath)).toEqual(turned.sort(byPath));
        if ('content' in one) {
          expect(contentOf(other)).toEqual(one.content);
        }
      }),
      runs(500),
    );
  });

  test('a conflict names the deepest place that both changed, differently, with all three values', () => {
    let met = 0;
    fc.assert(
      fc.property(threeSides, ({ base, theirs, yours }) => {
        const conflicts = conflictsOf(rebase(base, theirs, yours));
        met += conflicts.length;
        expect(new Set(conflicts.map(({ path }) => path)).size).toBe(conflicts.length);
        for (const { path, ...told } of conflicts) {
          const sides = { base: at(base, path), theirs: at(theirs, path), yours: at(yours, path) };
          const { base: was = null, theirs: is = null, yours: wanted = null } = sides;
          expect(told).toEqual({ base: was, theirs: is, yours: wanted });
          expect(equal(sides.theirs, sides.base)).toBe(false);
          expect(equal(sides.yours, sides.base)).toBe(false);
          expect(equal(sides.theirs, sides.yours)).toBe(false);
          // Deeper there is nothing to tell apart: a list or a leaf, a field, an excluded occurrence.
          const trees = Object.values(sides).every((side) => side === undefined || isObject(side));
          if (trees && /^\/(metadata|overrides)/.test(path)) {
            expect(overrideOf(path)).toBe(path);
            expect(Object.values(sides).some((side) => isObject(side) && side['excluded'] === true)).toBe(
              true,
            );
          }
        }
      }),
      runs(500),
    );
    expect(met).toBeGreaterThan(50);
  });

  test('wherever both set the same place to different values, it is a conflict, and nowhere else', () => {
    fc.assert(
      fc.property(threeSides, ({ base, theirs, yours }) => {
        const paths = conflictsOf(rebase(base, theirs, yours)).map(({ path }) => path);
        const [a, b] = [differences(base, theirs), differences(base, yours)];
        const branches = (value: unknown): boolean => value === undefined || isObject(value);
        for (const x of a) {
          for (const y of b.filter(({ path }) => path === x.path)) {
            const mergeable =
              equal(x.to, y.to) ||
              x.field === 'description' ||
              (branches(x.from) && branches(x.to) && branches(y.to) && /^\/\w+\//.test(x.path));
            if (!mergeable) {
              expect(paths.some((path) => within(x.path, path))).toBe(true);
            }
          }
        }
        for (const path of paths) {
          const changes = (of: Difference[]): boolean =>
            of.some((one) => within(one.path, path) || within(path, one.path));
          expect(changes(a) && changes(b)).toBe(true);
        }
      }),
      runs(500),
    );
  });

  test('changes in different places never conflict', () => {
    const free = { base: content, meta: fc.tuple(fc.integer(), fc.integer()) };
    fc.assert(
      fc.property(free.base, free.meta, steps, (base, [m, n], taken) => {
        const theirs = {
          ...base,
          title: `${base.title.slice(0, 150)} ${m}`,
          metadata: { ...base.metadata, m },
        };
        const walked = walk(base, taken);
        const yours = { ...walked, title: base.title, metadata: { ...base.metadata, n } };
        const expected = { ...yours, title: theirs.title, metadata: { ...base.metadata, m, n } };
        expect(contentOf(rebase(base, theirs, yours))).toEqual(expected);
      }),
      runs(200),
    );
  });

  test('where only one side moved on, the result is that side; where both did the same, it is taken once', () => {
    fc.assert(
      fc.property(threeSides, ({ base, yours }) => {
        expect(contentOf(rebase(base, base, yours))).toEqual(yours);
        expect(contentOf(rebase(base, yours, base))).toEqual(yours);
        expect(contentOf(rebase(base, yours, yours))).toEqual(yours);
        expect(contentOf(rebase(base, base, base))).toEqual(base);
      }),
      runs(200),
    );
  });

  test('an edit rebased once is not in the way of itself: again, it changes nothing', () => {
    fc.assert(
      fc.property(threeSides, ({ base, theirs, yours }) => {
        const result = rebase(base, theirs, yours);
        fc.pre('content' in result);
        const merged = contentOf(result) as Content;
        fc.pre(equal(theirs.description, base.description) || equal(yours.description, base.description));
        expect(contentOf(rebase(base, merged, yours))).toEqual(merged);
        expect(contentOf(rebase(base, merged, theirs))).toEqual(merged);
      }),
      runs(200),
    );
  });

  test('the sides stay as they were', () => {
    fc.assert(
      fc.property(threeSides, (sides) => {
        const before = structuredClone(sides);
        rebase(sides.base, sides.theirs, sides.yours);
        expect(sides).toEqual(before);
      }),
      runs(100),
    );
  });
});

describe('fields', () => {
  test('different fields go together', () => {
    expect(contentOf(rebased({}, { title: 'A', busy: false }, { location: 'B', tags: ['x'] }))).toMatchObject(
      {
        title: 'A',
        busy: false,
        location: 'B',
        tags: ['x'],
      },
    );
  });

  test('the same field with the same value is taken once', () => {
    expect(contentOf(rebased({}, { title: 'A', tags: ['x'] }, { title: 'A', tags: ['x'] }))).toMatchObject({
      title: 'A',
      tags: ['x'],
    });
  });

  test('every field that both changed differently is told, in the content’s order', () => {
    const theirs = {
      title: 'A',
      description: 'A',
      tags: ['a'],
      color: 'red',
      recurrence: { frequency: 'daily' },
    };
    const yours = {
      title: 'B',
      description: 'B',
      tags: ['b'],
      color: 'blue',
      recurrence: { frequency: 'weekly' },
    };
    expect(conflictsOf(rebased({}, theirs, yours))).toEqual([
      { path: '/title', base: 'Plan', theirs: 'A', yours: 'B' },
      { path: '/description', base: '', theirs: 'A', yours: 'B' },
      { path: '/tags', base: [], theirs: ['a'], yours: ['b'] },
      { path: '/color', base: null, theirs: 'red', yours: 'blue' },
      { path: '/recurrence', base: null, theirs: { frequency: 'daily' }, yours: { frequency: 'weekly' } },
    ]);
  });

  test('a list is one field, and so is the rule', () => {
    expect(conflictsOf(rebased({ tags: ['a'] }, { tags: ['a', 'b'] }, { tags: ['c', 'a'] }))).toHaveLength(1);
    const daily = { frequency: 'daily' };
    const edits = [
      { ...daily, interval: 2 },
      { ...daily, count: 3 },
    ];
    expect(
      conflictsOf(rebased({ recurrence: daily }, { recurrence: edits[0] }, { recurrence: edits[1] })),
    ).toEqual([{ path: '/recurrence', base: daily, theirs: edits[0], yours: edits[1] }]);
  });

  test('changed back is not changed', () => {
    expect(contentOf(rebased({ title: 'A' }, { title: 'B' }, { title: 'A', busy: false }))).toMatchObject({
      title: 'B',
      busy: false,
    });
  });
});

describe('metadata, by key path', () => {
  const meta = (base: unknown, theirs: unknown, yours: unknown): Rebased =>
    rebased({ metadata: base }, { metadata: theirs }, { metadata: yours });

  test.each<[string, object, object, object, object]>([
    ['different keys', {}, { a: 1 }, { b: 1 }, { a: 1, b: 1 }],
    [
      'different keys of one object',
      { o: { x: 1, y: 1 } },
      { o: { x: 2, y: 1 } },
      { o: { x: 1, y: 2 } },
      { o: { x: 2, y: 2 } },
    ],
    ['both make the object', {}, { o: { x: 1 } }, { o: { y: 1 } }, { o: { x: 1, y: 1 } }],
    ['both remove the key', { a: 1, b: 1 }, { b: 1 }, { b: 1 }, { b: 1 }],
    ['one removes, one changes another', { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }, { b: 2 }],
    ['one empties the object, one removes it', { o: { a: 1 } }, { o: {} }, {}, {}],
    ['one removes the object, one empties it', { o: { a: 1 } }, {}, { o: {} }, {}],
    ['both empty it in halves', { o: { a: 1, b: 1 } }, { o: { a: 1 } }, { o: { b: 1 } }, { o: {} }],
    ['one removes the object, one adds to it', { o: { a: 1 } }, {}, { o: { a: 1, b: 1 } }, { o: { b: 1 } }],
    ['the same list', { l: [1] }, { l: [1, 2] }, { l: [1, 2] }, { l: [1, 2] }],
    [
      'names of methods',
      {},
      { toString: 1 },
      { valueOf: { hasOwnProperty: 1 } },
      { toString: 1, valueOf: { hasOwnProperty: 1 } },
    ],
    ['null is a value', { a: 1 }, { a: null }, { a: 1, b: null }, { a: null, b: null }],
  ])('%s', (_name, base, theirs, yours, merged) => {
    expect(contentOf(meta(base, theirs, yours))).toMatchObject({ metadata: merged });
    expect(contentOf(meta(base, theirs, yours))['metadata']).toEqual(merged);
    expect(contentOf(meta(base, yours, theirs))['metadata']).toEqual(merged);
  });

  test.each<[string, object, object, object, EditConflict[]]>([
    [
      'the deepest path is told',
      { a: { b: { c: 1, d: 1 } } },
      { a: { b: { c: 2, d: 1 } } },
      { a: { b: { c: 3, d: 2 } } },
      [{ path: '/metadata/a/b/c', base: 1, theirs: 2, yours: 3 }],
    ],
    [
      'several',
      {},
      { a: 1, b: { x: 1 } },
      { a: 2, b: { x: 2 } },
      [
        { path: '/metadata/a', base: null, theirs: 1, yours: 2 },
        { path: '/metadata/b/x', base: null, theirs: 1, yours: 2 },
      ],
    ],
    [
      'removed and changed',
      { a: 1 },
      {},
      { a: 2 },
      [{ path: '/metadata/a', base: 1, theirs: null, yours: 2 }],
    ],
    [
      'an object removed, a key in it changed',
      { o: { a: 1, b: 1 } },
      {},
      { o: { a: 2, b: 1 } },
      [{ path: '/metadata/o/a', base: 1, theirs: null, yours: 2 }],
    ],
    [
      'an object in place of a value, and another value',
      { a: 1 },
      { a: { x: 1 } },
      { a: 2 },
      [{ path: '/metadata/a', base: 1, theirs: { x: 1 }, yours: 2 }],
    ],
    [
      'a value in place of an object, and a key in it',
      { a: { x: 1 } },
      { a: 1 },
      { a: { x: 2 } },
      [{ path: '/metadata/a', base: { x: 1 }, theirs: 1, yours: { x: 2 } }],
    ],
    [
      'lists',
      { l: [1] },
      { l: [1, 2] },
      { l: [0, 1] },
      [{ path: '/metadata/l', base: [1], theirs: [1, 2], yours: [0, 1] }],
    ],
    [
      'a list and an object',
      {},
      { a: [] },
      { a: {} },
      [{ path: '/metadata/a', base: null, theirs: [], yours: {} }],
    ],
    [
      'null and a value',
      {},
      { a: null },
      { a: 0 },
      [{ path: '/metadata/a', base: null, theirs: null, yours: 0 }],
    ],
    [
      'keys that a pointer escapes',
      {},
      { 'x/~': 1 },
      { 'x/~': 2 },
      [{ path: '/metadata/x~1~0', base: null, theirs: 1, yours: 2 }],
    ],
    [
      'names of methods',
      {},
      { toString: 1 },
      { toString: 2 },
      [{ path: '/metadata/toString', base: null, theirs: 1, yours: 2 }],
    ],
  ])('%s', (_name, base, theirs, yours, conflicts) => {
    expect(conflictsOf(meta(base, theirs, yours))).toEqual(conflicts);
  });
});

describe('overrides', () => {
  const KEY = '2026-03-09T15:00:00';
  const PATH = `/overrides/${KEY}`;
  const sides = (base?: object, theirs?: object, yours?: object): Rebased => {
    const of = (override?: object) => ({ overrides: override ? { [KEY]: override } : {} });
    return rebased(of(base), of(theirs), of(yours));
  };

  test('different fields of one occurrence go together, different occurrences too', () => {
    expect(contentOf(sides({}, { title: 'A' }, { location: 'B' }))['overrides']).toEqual({
      [KEY]: { title: 'A', location: 'B' },
    });
    expect(contentOf(sides(undefined, { title: 'A' }, { location: 'B' }))['overrides']).toEqual({
      [KEY]: { title: 'A', location: 'B' },
    });
    const other = { overrides: { '2026-03-16T15:00:00': { excluded: true } } };
    expect(contentOf(rebased({}, { overrides: { [KEY]: { title: 'A' } } }, other))['overrides']).toEqual({
      [KEY]: { title: 'A' },
      '2026-03-16T15:00:00': { excluded: true },
    });
  });

  test('an occurrence that both exclude is excluded', () => {
    expect(contentOf(sides({ title: 'A' }, { excluded: true }, { excluded: true }))['overrides']).toEqual({
      [KEY]: { excluded: true },
    });
  });

  test.each<[string, object | undefined, object | undefined, object | undefined]>([
    ['excluded and changed', undefined, { excluded: true }, { title: 'A' }],
    ['changed and excluded', { title: 'A' }, { title: 'B' }, { excluded: true }],
    ['excluded, and another field', { title: 'A' }, { excluded: true }, { title: 'A', location: 'B' }],
    ['brought back in two ways', { excluded: true }, { title: 'A' }, { location: 'B' }],
    ['removed, and brought back changed', { excluded: true }, undefined, { title: 'A' }],
    ['removed and excluded', { title: 'A' }, undefined, { excluded: true }],
  ])('%s: one field', (_name, base, theirs, yours) => {
    const conflict = { path: PATH, base: base ?? null, theirs: theirs ?? null, yours: yours ?? null };
    expect(conflictsOf(sides(base, theirs, yours))).toEqual([conflict]);
  });

  test('metadata with a member named excluded is no exclusion', () => {
    const result = rebased({}, { metadata: { a: { excluded: true } } }, { metadata: { a: { b: 1 } } });
    expect(contentOf(result)['metadata']).toEqual({ a: { excluded: true, b: 1 } });
  });

  test('an override removed and changed meets in the field that was changed', () => {
    expect(conflictsOf(sides({ title: 'A' }, undefined, { title: 'B' }))).toEqual([
      { path: `${PATH}/title`, base: 'A', theirs: null, yours: 'B' },
    ]);
  });
});

describe('descriptions, by line', () => {
  const text = (base: string, theirs: string, yours: string): Rebased =>
    rebased({ description: base }, { description: theirs }, { description: yours });
  const lines = (...all: string[]): string => all.join('\n');

  test.each<[string, string, string, string, string]>([
    ['different lines', 'a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nD', 'A\nb\nc\nD'],
    ['adjacent lines', 'a\nb', 'A\nb', 'a\nB', 'A\nB'],
    ['an insertion and an edit elsewhere', 'a\nb\nc', 'x\na\nb\nc', 'a\nb\nC', 'x\na\nb\nC'],
    ['an insertion right before an edited line', 'a\nb', 'a\nx\nb', 'a\nB', 'a\nx\nB'],
    ['an insertion right after an edited line', 'a\nb\nc', 'A\nb\nc', 'a\nx\nb\nc', 'A\nx\nb\nc'],
    ['one removes a line, one edits another', 'a\nb\nc', 'b\nc', 'a\nb\nC', 'b\nC'],
    [
      'both make the same edit, and one more each',
      'a\nb\nc\nd\ne',
      'A\nb\nC\nd\ne',
      'a\nb\nC\nd\nE',
      'A\nb\nC\nd\nE',
    ],
    ['both insert the same', 'a\nb', 'a\nx\nb', 'a\nx\nb', 'a\nx\nb'],
    ['one line becomes two, an edit of neither', 'a\nb', 'a1\na2\nb', 'a\nB', 'a1\na2\nB'],
    ['an appendix and an edit', 'a\nb', 'a\nb\nc', 'A\nb', 'A\nb\nc'],
    [
      'lines with the names of members',
      'constructor\n__proto__\nx',
      'constructor\n__proto__\nX',
      'Constructor\n__proto__\nx',
      'Constructor\n__proto__\nX',
    ],
    ['carriage returns are part of a line', 'a\r\nb\r\n', 'A\r\nb\r\n', 'a\r\nB\r\n', 'A\r\nB\r\n'],
    ['equal lines', 'x\nx\nx\nx', 'y\nx\nx\nx', 'x\nx\nx\nz', 'y\nx\nx\nz'],
  ])('%s', (_name, base, theirs, yours, merged) => {
    expect(contentOf(text(base, theirs, yours))['description']).toBe(merged);
    expect(contentOf(text(base, yours, theirs))['description']).toBe(merged);
  });

  test.each<[string, string, string, string]>([
    ['the same line', 'a\nb\nc', 'a\nX\nc', 'a\nY\nc'],
    ['both append', 'a\nb', 'a\nb\nc', 'a\nb\nd'],
    ['both insert at one place', 'a\nb', 'a\nx\nb', 'a\ny\nb'],
    ['one removes what the other edits', 'a\nb\nc', 'a\nc', 'a\nB\nc'],
    ['overlapping edits', 'a\nb\nc\nd', 'A\nB\nc\nd', 'a\nX\nY\nd'],
    ['an insertion within what the other rewrote', 'a\nb\nc\nd', 'a\nZ\nd', 'a\nb\nx\nc\nd'],
    ['a single line', 'a', 'b', 'c'],
    ['from nothing, two texts', '', 'a\nb', 'c\nd'],
    ['both replace everything', 'a\nb', 'c', 'd'],
  ])('%s is an edit conflict of the description', (_name, base, theirs, yours) => {
    expect(conflictsOf(text(base, theirs, yours))).toEqual([{ path: '/description', base, theirs, yours }]);
  });

  test('only descriptions are read by lines', () => {
    expect(
      conflictsOf(rebased({ location: 'a\nb' }, { location: 'A\nb' }, { location: 'a\nB' })),
    ).toHaveLength(1);
    const meta = (value: string) => ({ metadata: { text: value } });
    expect(conflictsOf(rebased(meta('a\nb'), meta('A\nb'), meta('a\nB')))).toHaveLength(1);
  });

  test('edits of lines that the other left alone all come through, in place', () => {
    const sides = fc
      .uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }), {
        minLength: 2,
        maxLength: 12,
      })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.array(fc.constantFrom('theirs', 'yours', 'none'), {
            minLength: all.length,
            maxLength: all.length,
          }),
        ),
      );
    fc.assert(
      fc.property(sides, ([all, whose]) => {
        const edited = (who: string) =>
          all.map((line, i) => (whose[i] === who ? `${who}!` + String(i) : line));
        const [theirs, yours] = [edited('theirs'), edited('yours')];
        const merged = all.map((line, i) => (whose[i] === 'none' ? line : `${whose[i]}!${i}`));
        expect(contentOf(text(lines(...all), lines(...theirs), lines(...yours)))['description']).toBe(
          lines(...merged),
        );
      }),
      runs(300),
    );
  });

  test('a long text merges as a short one', () => {
    const all = Array.from({ length: 1_500 }, (_, i) => (i % 3 === 0 ? '' : `line ${i}`));
    const theirs = all.with(1, 'first');
    const yours = all.with(1_498, 'last');
    expect(contentOf(text(lines(...all), lines(...theirs), lines(...yours)))['description']).toBe(
      lines(...all.with(1, 'first').with(1_498, 'last')),
    );
  });

  const ways: [string, (i: number) => string][] = [
    ['equal lines', () => ''],
    ['two kinds of lines', (i) => (i % 2 === 0 ? 'a' : 'b')],
    ['a dozen kinds of lines', (i) => String((i * 7) % 12)],
  ];
  test.each(ways)('%s by the thousand do not hold anybody up', (_name, line) => {
    const all = (count: number, from = 0): string[] =>
      Array.from({ length: count }, (_, i) => line(i + from));
    const base = lines(...all(2_000));
    const [theirs, yours] = [
      lines('x', ...all(1_990, 5), 'y', ...all(5)),
      lines(...all(990, 3), 'z', ...all(1_000)),
    ];
    const began = performance.now();
    text(base, theirs, yours);
    expect(performance.now() - began).toBeLessThan(500);
  });

  test('a text of nothing but line breaks does not hold anybody up', () => {
    const began = performance.now();
    text('\n'.repeat(20_000), '\n'.repeat(19_999), `a${'\n'.repeat(19_000)}b`);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
