import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { CodedError } from '../../src/calendar/errors.js';
import { segmentsOf } from '../../src/calendar/json.js';
import { applyEdit, MAX_OPERATIONS, parseOperations, type Operation } from '../../src/calendar/patch.js';
import { content, json, metadata, operation, runs } from '../support/arbitraries.js';

const event = (fields: Record<string, unknown> = {}): Content =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });

const apply = (patch: unknown, base = event()): Content =>
  applyEdit({ form: 'json-patch', operations: parseOperations(patch), at: '' }, base);
const metadataAfter = (metadata: Record<string, unknown>, patch: unknown): unknown =>
  apply(patch, event({ metadata })).metadata;

/** What a patch comes to, for comparing: the content, or the code of the refusal and where the fault lies. */
function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CodedError)) {
      return { other: String(error) };
    }
    return { code: error.code, at: error.extras.errors?.[0]?.pointer };
  }
}
const refusal = (patch: unknown, base?: Content) => outcome(() => apply(patch, base));
const invalidPatch = (at: string) => ({ code: 'invalid-patch', at });
const notValid = (at: string) => ({ code: 'validation-failed', at });

describe('RFC 6902, appendix A, within metadata', () => {
  test.each<[string, Record<string, unknown>, unknown[], unknown]>([
    [
      'A.1 adding a member',
      { foo: 'bar' },
      [{ op: 'add', path: '/metadata/baz', value: 'qux' }],
      { foo: 'bar', baz: 'qux' },
    ],
    [
      'A.2 adding an element',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/metadata/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    [
      'A.3 removing a member',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'remove', path: '/metadata/baz' }],
      { foo: 'bar' },
    ],
    [
      'A.4 removing an element',
      { foo: ['bar', 'qux', 'baz'] },
      [{ op: 'remove', path: '/metadata/foo/1' }],
      { foo: ['bar', 'baz'] },
    ],
    [
      'A.5 replacing a value',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'replace', path: '/metadata/baz', value: 'boo' }],
      { baz: 'boo', foo: 'bar' },
    ],
    [
      'A.6 moving a value',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/metadata/foo/waldo', path: '/metadata/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      'A.7 moving an element',
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/metadata/foo/1', path: '/metadata/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    [
      'A.8 testing a value: success',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/metadata/baz', value: 'qux' },
        { op: 'test', path: '/metadata/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'A.10 adding a nested member',
      { foo: 'bar' },
      [{ op: 'add', path: '/metadata/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [
      'A.11 ignoring unknown members',
      { foo: 'bar' },
      [{ op: 'add', path: '/metadata/baz', value: 'qux', xyz: 123 }],
      { foo: 'bar', baz: 'qux' },
    ],
    [
      'A.14 escaped tilde',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/metadata/~01', value: 10 }],
      { '/': 9, '~1': 10 },
    ],
    [
      'A.16 adding an array value',
      { foo: ['bar'] },
      [{ op: 'add', path: '/metadata/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
  ])('%s', (_name, before, patch, after) => {
    expect(metadataAfter(before, patch)).toEqual(after);
  });

  test.each<[string, Record<string, unknown>, unknown[], string]>([
    [
      'A.9 testing a value: error',
      { baz: 'qux' },
      [{ op: 'test', path: '/metadata/baz', value: 'bar' }],
      '/0',
    ],
    [
      'A.12 adding to a target that is not there',
      { foo: 'bar' },
      [{ op: 'add', path: '/metadata/baz/bat', value: 'qux' }],
      '/0/path',
    ],
    [
      'A.15 comparing a string and a number',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/metadata/~01', value: '10' }],
      '/0',
    ],
    // A.13, a member that stands twice, cannot be seen once JSON is parsed: the last one counts.
    [
      'A.13 as it is seen',
      { foo: 'bar' },
      [{ op: 'remove', path: '/metadata/baz', value: 'qux' }],
      '/0/path',
    ],
  ])('%s', (_name, before, patch, at) => {
    expect(refusal(patch, event({ metadata: before }))).toEqual(invalidPatch(at));
  });
});

describe('fields', () => {
  test('what is removed returns to its default', () => {
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
    const removals = Object.keys(full)
      .filter((field) => !['title', 'start', 'end'].includes(field))
      .map((field) => ({ op: 'remove', path: `/${field}` }));
    expect(apply(removals, full)).toEqual(event());
  });

  test.each(['title', 'start', 'end'])('%s has no default', (field) => {
    expect(refusal([{ op: 'remove', path: `/${field}` }])).toEqual(notValid(`/${field}`));
  });

  test('a field that was removed is not there for the operations after it', () => {
    const patch = [
      { op: 'remove', path: '/tags' },
      { op: 'add', path: '/tags/-', value: 'x' },
    ];
    expect(refusal(patch)).toEqual(invalidPatch('/1/path'));
  });

  test('null is a value here, and only where the field may be null', () => {
    expect(apply([{ op: 'replace', path: '/url', value: null }]).url).toBeNull();
    expect(refusal([{ op: 'replace', path: '/description', value: null }])).toEqual(notValid('/description'));
  });

  test.each([
    'id',
    'version',
    'role',
    'ownerId',
    'createdAt',
    'updatedAt',
    'updatedBy',
    'deletedAt',
    'nothing',
    '',
  ])('the envelope and what is not known are out of reach: /%s', (field) => {
    for (const path of [`/${field}`, `/${field}/x`]) {
      expect(refusal([{ op: 'add', path, value: 1 }])).toEqual(notValid('/0/path'));
      expect(refusal([{ op: 'test', path, value: 1 }])).toEqual(notValid('/0/path'));
      expect(refusal([{ op: 'copy', from: path, path: '/title' }])).toEqual(notValid('/0/from'));
    }
  });

  test.each(['toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf'])(
    '%s is no field, though objects have it',
    (name) => {
      expect(refusal([{ op: 'add', path: `/${name}`, value: 1 }])).toEqual(notValid('/0/path'));
    },
  );

  test('the whole content is not for a patch to replace', () => {
    expect(refusal([{ op: 'replace', path: '', value: {} }])).toEqual(invalidPatch('/0/path'));
    expect(refusal([{ op: 'test', path: '', value: {} }])).toEqual(invalidPatch('/0/path'));
    expect(refusal([{ op: 'copy', from: '', path: '/metadata/a' }])).toEqual(invalidPatch('/0/from'));
  });

  test('a result that is no valid content is refused with the place in it', () => {
    expect(refusal([{ op: 'replace', path: '/end', value: '2026-03-02T14:00:00Z' }])).toEqual(
      notValid('/end'),
    );
    expect(refusal([{ op: 'add', path: '/tags', value: ['a', 'a'] }])).toEqual(notValid('/tags'));
    expect(refusal([{ op: 'add', path: '/recurrence', value: 'FREQ=SECONDLY' }])).toEqual({
      code: 'invalid-recurrence',
      at: '/recurrence/frequency',
    });
  });

  test('values come out canonical', () => {
    const patch = [
      { op: 'replace', path: '/start', value: '2026-03-02T10:30:00.7+01:00' },
      { op: 'add', path: '/recurrence', value: 'RRULE:FREQ=DAILY;COUNT=3' },
      { op: 'replace', path: '/timeZone', value: 'europe/berlin' },
    ];
    expect(apply(patch)).toMatchObject({
      start: '2026-03-02T09:30:00Z',
      timeZone: 'Europe/Berlin',
      recurrence: { frequency: 'daily', count: 3 },
    });
  });
});

describe('what is no patch', () => {
  test.each([null, {}, 'x', 1, { op: 'add', path: '/title', value: 'x' }])('%j', (patch) => {
    expect(refusal(patch)).toEqual(invalidPatch(''));
  });

  test.each<[unknown, string]>([
    [null, ''],
    [[], ''],
    ['x', ''],
    [{}, '/op'],
    [{ op: 'Add', path: '/title', value: 'x' }, '/op'],
    [{ op: '_get', path: '/title' }, '/op'],
    [{ op: 'toString', path: '/title' }, '/op'],
    [{ op: ['add'], path: '/title', value: 'x' }, '/op'],
    [{ op: 'add', value: 'x' }, '/path'],
    [{ op: 'add', path: 7, value: 'x' }, '/path'],
    [{ op: 'add', path: 'title', value: 'x' }, '/path'],
    [{ op: 'add', path: '/title~2', value: 'x' }, '/path'],
    [{ op: 'add', path: '#/title', value: 'x' }, '/path'],
    [{ op: 'add', path: '/title' }, '/value'],
    [{ op: 'replace', path: '/title' }, '/value'],
    [{ op: 'test', path: '/title' }, '/value'],
    [{ op: 'move', path: '/title' }, '/from'],
    [{ op: 'copy', path: '/title', from: 1 }, '/from'],
    [{ op: 'move', path: '/metadata/a/b', from: '/metadata/a' }, '/from'],
    [{ op: 'move', path: '/metadata/a', from: '/metadata' }, '/from'],
  ])('%j', (operation_, at) => {
    const metadata = { a: { b: 1 } };
    expect(refusal([{ op: 'test', path: '/title', value: 'Plan' }, operation_], event({ metadata }))).toEqual(
      invalidPatch(`/1${at}`),
    );
  });

  test('faults are told from where the patch stood in what was sent', () => {
    const told = (patch: unknown) =>
      outcome(() =>
        applyEdit(
          { form: 'json-patch', operations: parseOperations(patch, '/patch'), at: '/patch' },
          event(),
        ),
      );
    expect(told('x')).toEqual(invalidPatch('/patch'));
    expect(told([{ op: 'add', path: '/title' }])).toEqual(invalidPatch('/patch/0/value'));
    expect(told([{ op: 'remove', path: '/metadata/x' }])).toEqual(invalidPatch('/patch/0/path'));
    expect(told([{ op: 'copy', from: '/metadata/x', path: '/title' }])).toEqual(
      invalidPatch('/patch/0/from'),
    );
    expect(told([{ op: 'test', path: '/title', value: 'x' }])).toEqual(invalidPatch('/patch/0'));
  });
});

describe('places in lists', () => {
  const tagged = event({ tags: ['a', 'b'] });
  test.each<[unknown, string[]]>([
    [{ op: 'add', path: '/tags/0', value: 'x' }, ['x', 'a', 'b']],
    [{ op: 'add', path: '/tags/2', value: 'x' }, ['a', 'b', 'x']],
    [{ op: 'add', path: '/tags/-', value: 'x' }, ['a', 'b', 'x']],
    [{ op: 'replace', path: '/tags/1', value: 'x' }, ['a', 'x']],
    [{ op: 'remove', path: '/tags/0' }, ['b']],
    [{ op: 'move', from: '/tags/0', path: '/tags/1' }, ['b', 'a']],
    [{ op: 'move', from: '/tags/0', path: '/tags/-' }, ['b', 'a']],
    [{ op: 'move', from: '/tags/1', path: '/tags/1' }, ['a', 'b']],
    [{ op: 'copy', from: '/title', path: '/tags/1' }, ['a', 'Plan', 'b']],
  ])('%j', (operation_, tags) => {
    expect(apply([operation_], tagged).tags).toEqual(tags);
  });

  test.each<[unknown, string]>([
    [{ op: 'add', path: '/tags/3', value: 'x' }, '/0/path'],
    [{ op: 'add', path: '/tags/01', value: 'x' }, '/0/path'],
    [{ op: 'add', path: '/tags/-1', value: 'x' }, '/0/path'],
    [{ op: 'add', path: '/tags/1.0', value: 'x' }, '/0/path'],
    [{ op: 'add', path: '/tags/1e0', value: 'x' }, '/0/path'],
    [{ op: 'add', path: '/tags/ 1', value: 'x' }, '/0/path'],
    [{ op: 'add', path: '/tags/', value: 'x' }, '/0/path'],
    [{ op: 'add', path: '/tags/length', value: 0 }, '/0/path'],
    [{ op: 'add', path: '/tags/4294967296', value: 'x' }, '/0/path'],
    [{ op: 'replace', path: '/tags/-', value: 'x' }, '/0/path'],
    [{ op: 'replace', path: '/tags/2', value: 'x' }, '/0/path'],
    [{ op: 'replace', path: '/tags/length', value: 0 }, '/0/path'],
    [{ op: 'remove', path: '/tags/-' }, '/0/path'],
    [{ op: 'remove', path: '/tags/2' }, '/0/path'],
    [{ op: 'test', path: '/tags/length', value: 2 }, '/0/path'],
    [{ op: 'test', path: '/tags/2', value: null }, '/0/path'],
    [{ op: 'copy', from: '/tags/-', path: '/title' }, '/0/from'],
    [{ op: 'copy', from: '/tags/length', path: '/metadata/n' }, '/0/from'],
    [{ op: 'copy', from: '/title/length', path: '/metadata/n' }, '/0/from'],
    [{ op: 'test', path: '/title/0', value: 'P' }, '/0/path'],
    [{ op: 'add', path: '/title/x', value: 'P' }, '/0/path'],
    [{ op: 'add', path: '/url/x', value: 'P' }, '/0/path'],
    // Where it is moved from, it is no more: the list is one shorter.
    [{ op: 'move', from: '/tags/0', path: '/tags/2' }, '/0/path'],
  ])('%j is not applicable', (operation_, at) => {
    expect(refusal([operation_], tagged)).toEqual(invalidPatch(at));
  });
});

describe('prototypes', () => {
  const clean = (): void => {
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Object.keys(Array.prototype)).toEqual([]);
  };

  test.each(['__proto__', 'constructor', 'prototype'])('%s leads nowhere', (name) => {
    for (const path of [
      `/metadata/${name}`,
      `/metadata/${name}/polluted`,
      `/metadata/a/${name}/prototype/polluted`,
      `/${name}/polluted`,
      `/tags/${name}/polluted`,
      `/overrides/${name}`,
    ]) {
      expect(refusal([{ op: 'add', path, value: 1 }])).toEqual(notValid('/0/path'));
      expect(refusal([{ op: 'remove', path }])).toEqual(notValid('/0/path'));
      expect(refusal([{ op: 'copy', from: path, path: '/metadata/b' }])).toEqual(notValid('/0/from'));
      expect(refusal([{ op: 'move', from: '/title', path }])).toEqual(notValid('/0/path'));
    }
    clean();
  });

  test.each([
    'toString',
    'valueOf',
    'hasOwnProperty',
    'isPrototypeOf',
    '__defineGetter__',
    '__lookupGetter__',
  ])('metadata has %s only where somebody has put it there', (name) => {
    const path = `/metadata/${name}`;
    for (const op of [
      { op: 'add', path: `${path}/polluted`, value: 1 },
      { op: 'replace', path, value: 1 },
      { op: 'remove', path },
      { op: 'test', path, value: null },
    ]) {
      expect(refusal([op])).toEqual(invalidPatch('/0/path'));
    }
    for (const op of ['copy', 'move']) {
      expect(refusal([{ op, from: path, path: '/metadata/x' }])).toEqual(invalidPatch('/0/from'));
      expect(refusal([{ op, from: `${path}/name`, path: '/metadata/x' }])).toEqual(invalidPatch('/0/from'));
    }
    expect(
      apply([
        { op: 'add', path, value: {} },
        { op: 'add', path: `${path}/x`, value: 1 },
        { op: 'test', path, value: { x: 1 } },
        { op: 'copy', from: path, path: `${path}/y` },
      ]).metadata,
    ).toEqual({ [name]: { x: 1, y: { x: 1 } } });
    clean();
  });

  test('a test compares objects that have members with the names of methods', () => {
    const value = { hasOwnProperty: 1, toString: { valueOf: 2 } };
    expect(
      metadataAfter({ a: value }, [
        { op: 'test', path: '/metadata/a', value },
        { op: 'test', path: '/metadata', value: { a: value } },
      ]),
    ).toEqual({ a: value });
    expect(
      refusal([{ op: 'test', path: '/metadata/a', value: {} }], event({ metadata: { a: value } })),
    ).toEqual(invalidPatch('/0'));
  });
});

describe('limits', () => {
  test(`${MAX_OPERATIONS} operations are taken, more are not`, () => {
    const patch = Array.from({ length: MAX_OPERATIONS }, (_, i) => ({
      op: 'add',
      path: '/metadata/n',
      value: i,
    }));
    expect(apply(patch).metadata).toEqual({ n: MAX_OPERATIONS - 1 });
    expect(refusal([...patch, patch[0]])).toEqual(invalidPatch(''));
    expect(refusal(Array.from({ length: 10_000 }, () => patch[0]))).toEqual(invalidPatch(''));
  });

  test('copies of copies come to an end before memory does', () => {
    const patch = [
      { op: 'add', path: '/metadata/a', value: 'x'.repeat(100) },
      ...Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '/metadata', path: `/metadata/c${i}` })),
    ];
    const began = performance.now();
    expect(refusal(patch)).toMatchObject({ code: 'invalid-patch' });
    const list = [
      { op: 'add', path: '/metadata/a', value: ['x'.repeat(100)] },
      ...Array.from({ length: 60 }, () => ({ op: 'copy', from: '/metadata/a', path: '/metadata/a/-' })),
    ];
    expect(refusal(list)).toMatchObject({ code: 'invalid-patch' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('what operations nest into each other, deeper than any input may be, is refused like any other depth', () => {
    const levels = 60;
    const nest = JSON.parse('{"a":'.repeat(levels) + '{}' + '}'.repeat(levels)) as unknown;
    const wrap = [
      { op: 'add', path: '/metadata/y', value: nest },
      { op: 'move', from: '/metadata/x', path: `/metadata/y${'/a'.repeat(levels)}/a` },
      { op: 'move', from: '/metadata/y', path: '/metadata/x' },
    ];
    const deep = [
      { op: 'add', path: '/metadata/x', value: {} },
      ...Array.from({ length: 333 }, () => wrap).flat(),
    ];
    expect(deep).toHaveLength(MAX_OPERATIONS);
    expect(refusal(deep)).toEqual(notValid('/metadata'));
    const last = deep.slice(0, -2);
    expect(refusal([...last, { op: 'copy', from: '/metadata/x', path: '/metadata/z' }])).toMatchObject({
      code: expect.stringMatching(/^(invalid-patch|validation-failed)$/),
    });
    expect(refusal([...last, { op: 'test', path: '/metadata', value: {} }])).toEqual(invalidPatch('/998'));
  });

  const large = (): Content => {
    const overrides = Object.fromEntries(
      Array.from({ length: 900 }, (_, i) => [
        new Date(Date.UTC(2026, 2, 3 + i)).toISOString().slice(0, 19),
        { description: 'x'.repeat(1_000) },
      ]),
    );
    return event({ overrides });
  };

  test.each<[string, object]>([
    ['moved onto itself', { op: 'move', from: '/overrides', path: '/overrides' }],
    ['replaced', { op: 'replace', path: '/title', value: 'x' }],
    ['tested', { op: 'test', path: '/title', value: 'Plan' }],
    ['tested and found different', { op: 'test', path: '/overrides', value: {} }],
  ])('a thousand operations on nearly 1 MiB of content do not take long: %s', (_name, one) => {
    const base = large();
    const began = performance.now();
    refusal(
      Array.from({ length: MAX_OPERATIONS }, () => one),
      base,
    );
    expect(performance.now() - began).toBeLessThan(500);
  });
});

/** RFC 6902 word for word, on any document. Throws where an operation is not applicable. */
function reference(document: unknown, patch: readonly Operation[]): unknown {
  const error = () => new Error('not applicable');
  const isIndex = (text: string): boolean => /^(0|[1-9][0-9]*)$/.test(text);
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_key, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    );
  const get = (target: unknown, segments: string[]): unknown =>
    segments.reduce((value, segment) => {
      if (Array.isArray(value) && isIndex(segment) && Number(segment) < value.length) {
        return value[Number(segment)] as unknown;
      }
      if (
        !Array.isArray(value) &&
        typeof value === 'object' &&
        value !== null &&
        Object.hasOwn(value, segment)
      ) {
        return (value as Record<string, unknown>)[segment];
      }
      throw error();
    }, target);
  const add = (segments: string[], value: unknown): void => {
    const parent = get(document, segments.slice(0, -1));
    const last = segments.at(-1)!;
    if (Array.isArray(parent)) {
      const at = last === '-' ? parent.length : isIndex(last) ? Number(last) : Infinity;
      if (at > parent.length) {
        throw error();
      }
      parent.splice(at, 0, value);
    } else if (typeof parent === 'object' && parent !== null) {
      (parent as Record<string, unknown>)[last] = value;
    } else {
      throw error();
    }
  };
  const remove = (segments: string[]): unknown => {
    const value = get(document, segments);
    const parent = get(document, segments.slice(0, -1));
    const last = segments.at(-1)!;
    if (Array.isArray(parent)) {
      parent.splice(Number(last), 1);
    } else {
      Reflect.deleteProperty(parent as object, last);
    }
    return value;
  };
  for (const one of structuredClone(patch)) {
    const target = segmentsOf(one.path)!;
    switch (one.op) {
      case 'add':
        add(target, one.value);
        break;
      case 'remove':
        remove(target);
        break;
      case 'replace':
        remove(target);
        add(target, one.value);
        break;
      case 'move':
        add(target, remove(segmentsOf(one.from)!));
        break;
      case 'copy':
        add(target, structuredClone(get(document, segmentsOf(one.from)!)));
        break;
      case 'test':
        if (sorted(get(document, target)) !== sorted(one.value)) {
          throw error();
        }
    }
  }
  return document;
}

/** Content with enough in it for many an operation to find its place. */
const furnished = fc
  .record({
    tags: fc.constantFrom([], ['a'], ['a', 'b']),
    metadata: fc.oneof(
      metadata,
      fc.record({ a: fc.array(json, { maxLength: 3 }), b: metadata }, { requiredKeys: [] }),
    ),
  })
  .map(event);

test('whatever the patch, it does what RFC 6902 says, or is refused where RFC 6902 refuses it', () => {
  let applicable = 0;
  fc.assert(
    fc.property(furnished, fc.array(operation, { minLength: 1, maxLength: 4 }), (base, patch) => {
      const ours = outcome(() => apply(patch, base));
      let theirs: unknown;
      try {
        theirs = reference(structuredClone(base), patch);
      } catch {
        expect(ours).toMatchObject({ code: 'invalid-patch' });
        return;
      }
      applicable += 1;
      expect(ours).toEqual(outcome(() => parseContent(theirs)));
    }),
    runs(2_000),
  );
  expect(applicable).toBeGreaterThan(100);
});

test('neither the base nor the patch is changed, by no later operation either', () => {
  const frozen = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(frozen);
      Object.freeze(value);
    }
    return value;
  };
  fc.assert(
    fc.property(content, fc.array(operation, { maxLength: 4 }), (base, patch) => {
      const result = outcome(() => apply(frozen(structuredClone(patch)), frozen(structuredClone(base))));
      expect(result).toEqual(outcome(() => apply(patch, base)));
    }),
    runs(300),
  );
  const base = event({ metadata: { a: { list: [1] } } });
  const value = { x: [1] };
  const patch = [
    { op: 'add', path: '/metadata/b', value },
    { op: 'add', path: '/metadata/b/x/-', value: 2 },
    { op: 'copy', from: '/metadata/b', path: '/metadata/c' },
    { op: 'add', path: '/metadata/c/x/-', value: 3 },
    { op: 'add', path: '/metadata/a/list/-', value: 2 },
  ];
  expect(apply(patch, base).metadata).toEqual({ a: { list: [1, 2] }, b: { x: [1, 2] }, c: { x: [1, 2, 3] } });
  expect(base.metadata).toEqual({ a: { list: [1] } });
  expect(value).toEqual({ x: [1] });
});
