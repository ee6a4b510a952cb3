import { expect, test } from '@jest/globals';
import jsonPatch from 'fast-json-patch';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { CONTENT_FIELDS } from '../../src/calendar/fields.js';
import { differences, effectivePatch, inverse, replay, withoutTests } from '../../src/calendar/difference.js';
import { advance, rewind, type LogEntry } from '../../src/calendar/history.js';
import { segmentsOf } from '../../src/calendar/json.js';
import { applyEdit, parseOperations } from '../../src/calendar/patch.js';
import { content, pair, runs, steps, walk } from '../support/arbitraries.js';

const event = (fields: Record<string, unknown> = {}): Content =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });

test('the patch from one content to another leads there exactly, and its inverse back', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const patch = effectivePatch(a, b);
      expect(replay(a, patch)).toEqual(b);
      expect(replay(b, inverse(patch))).toEqual(a);
    }),
    runs(500),
  );
});

test('what is told to clients leads there too, with any implementation of RFC 6902', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const told = JSON.parse(JSON.stringify(withoutTests(effectivePatch(a, b)))) as jsonPatch.Operation[];
      expect(told.every(({ op }) => ['add', 'remove', 'replace'].includes(op))).toBe(true);
      expect(jsonPatch.applyPatch(structuredClone(a), told, true).newDocument).toEqual(b);
      expect(applyEdit({ form: 'json-patch', operations: parseOperations(told), at: '' }, a)).toEqual(b);
    }),
    runs(300),
  );
});

test('the whole patch, tests and all, is one that a client could have sent', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const operations = parseOperations(JSON.parse(JSON.stringify(effectivePatch(a, b))));
      expect(applyEdit({ form: 'json-patch', operations, at: '' }, a)).toEqual(b);
    }),
    runs(200),
  );
});

test('the first version comes out of nothing', () => {
  fc.assert(
    fc.property(content, (first) => {
      const patch = effectivePatch({}, first);
      expect(patch.map(({ op, path }) => [op, path])).toEqual(
        CONTENT_FIELDS.map((field) => ['add', `/${field}`]),
      );
      expect(replay({}, patch)).toEqual(first);
      expect(replay(first, inverse(patch))).toEqual({});
    }),
    runs(50),
  );
});

test('what changes nothing is an empty patch', () => {
  fc.assert(
    fc.property(content, (a) => {
      const turned = JSON.parse(JSON.stringify(a)) as Content;
      turned.metadata = Object.fromEntries(Object.entries(a.metadata).reverse());
      expect(effectivePatch(a, structuredClone(a))).toEqual([]);
      expect(effectivePatch(a, turned)).toEqual([]);
    }),
    runs(50),
  );
});

test('before each replace and remove stands a test of the old value, before an add none', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const patch = effectivePatch(a, b);
      patch.forEach((operation, i) => {
        const before = patch[i - 1];
        if (operation.op === 'replace' || operation.op === 'remove') {
          expect(before).toEqual({
            op: 'test',
            path: operation.path,
            value: jsonPatch.getValueByPointer(a, operation.path),
          });
        } else if (operation.op === 'add') {
          expect(before === undefined || before.op !== 'test').toBe(true);
        } else {
          expect(operation.op).toBe('test');
        }
      });
      // The fields are distinct places, none within another.
      const paths = withoutTests(patch).map(({ path }) => `${path}/`);
      for (const path of paths) {
        expect(paths.filter((other) => other.startsWith(path))).toEqual([path]);
      }
    }),
    runs(200),
  );
});

test('neither content nor patch is changed by a replay, nor by one upon its result', () => {
  const deepFreeze = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(deepFreeze);
      Object.freeze(value);
    }
    return value;
  };
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const patch = deepFreeze(
        effectivePatch(deepFreeze(structuredClone(a)), deepFreeze(structuredClone(b))),
      );
      const came = deepFreeze(replay(deepFreeze(a), patch));
      expect(came).toEqual(b);
      expect(replay(came, inverse(patch))).toEqual(a);
    }),
    runs(100),
  );
});

test('a log leads from nothing to every version and back', () => {
  fc.assert(
    fc.property(content, fc.array(steps, { minLength: 1, maxLength: 6 }), (first, edits) => {
      const contents = edits.reduce<Content[]>((all, taken) => [...all, walk(all.at(-1)!, taken)], [first]);
      const entries = contents.map((to, i) => ({
        version: i + 1,
        patch: effectivePatch(i === 0 ? {} : contents[i - 1]!, to),
      })) as LogEntry[];
      contents.forEach((at, i) => {
        expect(advance({}, entries.slice(0, i + 1))).toEqual(at);
        expect(rewind(contents.at(-1)!, entries.slice(i + 1))).toEqual(at);
      });
      expect(rewind(first, entries.slice(0, 1))).toEqual({});
    }),
    runs(50),
  );
});

test('metadata and overrides are told by key path, everything else by field, a list whole', () => {
  const a = event({
    tags: ['a', 'b'],
    recurrence: { frequency: 'daily' },
    overrides: {
      '2026-03-03T15:00:00': { title: 'x', tags: ['a'] },
      '2026-03-04T15:00:00': { excluded: true },
    },
    metadata: { a: { b: 1, c: [1, { d: 1 }] }, 'x/y': { '~': 1 }, e: {} },
  });
  const b = event({
    tags: ['a', 'c'],
    recurrence: { frequency: 'daily', count: 3 },
    overrides: {
      '2026-03-03T15:00:00': { title: 'y', tags: ['b'] },
      '2026-03-05T15:00:00': { excluded: true },
    },
    metadata: { a: { b: 1, c: [1, { d: 2 }] }, 'x/y': { '~': 2 }, e: 1, f: { g: 1 } },
  });
  expect(differences(a, b)).toEqual([
    { path: '/tags', field: 'tags', from: ['a', 'b'], to: ['a', 'c'] },
    {
      path: '/recurrence',
      field: 'recurrence',
      from: { frequency: 'daily' },
      to: { frequency: 'daily', count: 3 },
    },
    { path: '/overrides/2026-03-03T15:00:00/title', field: 'overrides', from: 'x', to: 'y' },
    { path: '/overrides/2026-03-03T15:00:00/tags', field: 'overrides', from: ['a'], to: ['b'] },
    { path: '/overrides/2026-03-04T15:00:00', field: 'overrides', from: { excluded: true }, to: undefined },
    { path: '/overrides/2026-03-05T15:00:00', field: 'overrides', from: undefined, to: { excluded: true } },
    { path: '/metadata/a/c', field: 'metadata', from: [1, { d: 1 }], to: [1, { d: 2 }] },
    { path: '/metadata/x~1y/~0', field: 'metadata', from: 1, to: 2 },
    { path: '/metadata/e', field: 'metadata', from: {}, to: 1 },
    { path: '/metadata/f', field: 'metadata', from: undefined, to: { g: 1 } },
  ]);
});

test('a difference is told at the deepest place that both have, with what stands there', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const at = (of: Content, path: string): unknown =>
        segmentsOf(path)!.reduce<unknown>(
          (value, key) =>
            Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : undefined,
          of,
        );
      for (const { path, from, to } of differences(a, b)) {
        expect(from).toEqual(at(a, path));
        expect(to).toEqual(at(b, path));
        expect(from).not.toEqual(to);
      }
    }),
    runs(200),
  );
});

test.each([
  'toString',
  'hasOwnProperty',
  'valueOf',
  'isPrototypeOf',
  '__defineGetter__',
  'length',
  '',
  '0',
  '-',
  '~1',
])('metadata may have a key %j', (key) => {
  const values: unknown[] = [
    undefined,
    1,
    {},
    { [key]: 1 },
    [{ [key]: 1 }],
    { hasOwnProperty: { [key]: null } },
  ];
  const contents = values.map((value) =>
    event({ metadata: value === undefined ? {} : { [key]: value, a: value } }),
  );
  for (const a of contents) {
    for (const b of contents) {
      const patch = effectivePatch(a, b);
      expect(replay(a, patch)).toEqual(b);
      expect(replay(b, inverse(patch))).toEqual(a);
      expect(JSON.parse(JSON.stringify(patch))).toEqual(patch);
    }
  }
});

test('no operation but those of a canonical patch is inverted', () => {
  expect(() => inverse([{ op: 'move', from: '/a', path: '/b' }])).toThrow('canonical');
});
