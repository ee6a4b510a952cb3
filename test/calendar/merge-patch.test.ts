import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import type { CodedError } from '../../src/calendar/errors.js';
import { applyEdit } from '../../src/calendar/patch.js';
import { content, json, mergePatchOf, metadata, runs, threeSides } from '../support/arbitraries.js';

const event = (fields: Record<string, unknown> = {}): Content =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });
const apply = (patch: Record<string, unknown>, base = event()): Content =>
  applyEdit({ form: 'merge-patch', patch }, base);

function refusal(patch: Record<string, unknown>, base?: Content) {
  try {
    apply(patch, base);
    return 'taken';
  } catch (error) {
    const { code, extras } = error as CodedError;
    return [code, ...(extras.errors ?? []).map(({ pointer }) => pointer)];
  }
}

// Those of appendix A that are objects stand one level deeper here: the merge is the same at every level.
test.each<[unknown, unknown, unknown]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('RFC 7396, appendix A: %j with %j is %j', (target, patch, result) => {
  expect(apply({ metadata: { x: patch } }, event({ metadata: { x: target } })).metadata).toEqual({
    x: result,
  });
});

test('RFC 7396, appendix A: null in place of an object removes it', () => {
  expect(apply({ metadata: { x: null } }, event({ metadata: { x: { a: 'foo' } } })).metadata).toEqual({});
});

/** The RFC's own pseudocode, section 2. */
function reference(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const result = new Map<string, unknown>(
    typeof target === 'object' && target !== null && !Array.isArray(target) ? Object.entries(target) : [],
  );
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      result.delete(name);
    } else {
      result.set(name, reference(result.get(name), value));
    }
  }
  return Object.fromEntries(result);
}

test('whatever the patch, metadata becomes what RFC 7396 says', () => {
  fc.assert(
    fc.property(metadata, fc.oneof(metadata, json), (before, patch) => {
      const base = event({ metadata: before });
      if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) {
        expect(apply({ metadata: patch }, base).metadata).toEqual(reference(before, patch));
      } else {
        expect(refusal({ metadata: patch }, base)).toEqual(
          patch === null ? 'taken' : ['validation-failed', '/metadata'],
        );
      }
    }),
    runs(500),
  );
});

test('the patch from one content to another leads there, but for nulls that it cannot say', () => {
  fc.assert(
    fc.property(threeSides, ({ base, yours }) => {
      const patch = mergePatchOf(base, yours);
      expect(apply(patch, base)).toEqual(parseContent(reference(base, patch)));
    }),
    runs(200),
  );
});

test('null returns a field to its default', () => {
  const full = event({
    description: 'd',
    location: 'l',
    url: 'https://example.com',
    timeZone: 'Europe/Berlin',
    status: 'tentative',
    busy: false,
    tags: ['a'],
    color: 'red',
    recurrence: { frequency: 'daily' },
    overrides: { '2026-03-03T16:00:00': { title: 'x' } },
    metadata: { a: 1 },
  });
  const { title: _, start: _start, end: _end, ...others } = full;
  expect(apply(Object.fromEntries(Object.keys(others).map((field) => [field, null])), full)).toEqual(event());
});

test('title, start and end have none', () => {
  expect(refusal({ title: null, start: null, end: null })).toEqual([
    'validation-failed',
    '/title',
    '/start',
    '/end',
  ]);
});

test('what is not named stays, in trees too; a list is replaced whole', () => {
  const base = event({
    tags: ['a', 'b'],
    recurrence: { frequency: 'weekly', count: 3 },
    metadata: { a: { b: 1 } },
  });
  expect(apply({ tags: ['c'], recurrence: { interval: 2 }, metadata: { a: { c: 2 } } }, base)).toEqual({
    ...base,
    tags: ['c'],
    recurrence: { frequency: 'weekly', count: 3, interval: 2 },
    metadata: { a: { b: 1, c: 2 } },
  });
});

test('overrides are patched one by one', () => {
  const base = event({
    overrides: {
      '2026-03-03T15:00:00': { title: 'a', location: 'b' },
      '2026-03-04T15:00:00': { excluded: true },
    },
  });
  const patch = {
    overrides: { '2026-03-03T15:00:00': { title: null, busy: false }, '2026-03-04T15:00:00': null },
  };
  expect(apply(patch, base).overrides).toEqual({ '2026-03-03T15:00:00': { location: 'b', busy: false } });
});

test('the envelope and unknown fields are refused, each at its pointer', () => {
  expect(refusal({ title: 'x', version: 3, id: null, 'a/b~': 1, toString: 1 })).toEqual([
    'validation-failed',
    '/version',
    '/id',
    '/a~1b~0',
    '/toString',
  ]);
});

test('neither the base nor the patch is changed', () => {
  fc.assert(
    fc.property(content, metadata, (base, patch) => {
      const before = structuredClone([base, patch]);
      apply({ metadata: patch }, base);
      expect([base, patch]).toEqual(before);
    }),
    runs(200),
  );
});

test('names of an object’s own methods are names like any other', () => {
  const patch = JSON.parse('{"toString":{"a":1},"hasOwnProperty":{"b":null},"valueOf":null}') as Record<
    string,
    unknown
  >;
  expect(apply({ metadata: patch }).metadata).toEqual({ toString: { a: 1 }, hasOwnProperty: {} });
});

test('a prototype is not reached by a key that slipped through', () => {
  apply({ metadata: JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}}}') as object });
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
