import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  depthOf,
  equal,
  jsonFault,
  MAX_DEPTH,
  pointer,
  segmentsOf,
  sizeOf,
  textFault,
} from '../../src/calendar/json.js';
import { json, runs } from '../support/arbitraries.js';

/** Objects with their keys sorted: two JSON values are the same where their texts are. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );

test('two values are equal exactly where they are the same JSON, the order of keys aside', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(equal(a, b)).toBe(sorted(a) === sorted(b));
      expect(equal(b, a)).toBe(equal(a, b));
    }),
    runs(500),
  );
});

test('a copy with its keys turned round is equal', () => {
  const turned = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(turned)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, turned(item)]),
          )
        : value;
  fc.assert(
    fc.property(json, (value) => expect(equal(value, turned(value))).toBe(true)),
    runs(200),
  );
});

test.each([
  [{}, []],
  [[], {}],
  [null, {}],
  [0, '0'],
  [0, false],
  ['', null],
  [
    [1, 2],
    [2, 1],
  ],
  [{ a: 1 }, { b: 1 }],
  [{ a: undefined }, { b: undefined }],
  [{ toString: null }, { valueOf: null }],
  [{ toString: Object.prototype.toString }, {}],
  [{}, { toString: Object.prototype.toString }],
])('%j is not %j', (a, b) => {
  expect(equal(a, b)).toBe(false);
});

test('RFC 6901: its own pointers are taken apart and put together', () => {
  const examples: [string, string[]][] = [
    ['', []],
    ['/foo', ['foo']],
    ['/foo/0', ['foo', '0']],
    ['/', ['']],
    ['/a~1b', ['a/b']],
    ['/c%d', ['c%d']],
    ['/e^f', ['e^f']],
    ['/g|h', ['g|h']],
    ['/i\\j', ['i\\j']],
    ['/k"l', ['k"l']],
    ['/ ', [' ']],
    ['/m~0n', ['m~n']],
    ['/~01', ['~1']],
    ['//', ['', '']],
  ];
  for (const [text, segments] of examples) {
    expect(segmentsOf(text)).toEqual(segments);
    expect(pointer(segments)).toBe(text);
  }
  expect(pointer(['tags', 3])).toBe('/tags/3');
});

test('RFC 6901: whatever a key is, its pointer leads back to it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (segments) => {
      expect(segmentsOf(pointer(segments))).toEqual(segments);
    }),
    runs(300),
  );
});

test.each(['a', 'a/b', '#/a', '/~', '/~2', '/a~', '/~a/b', ' /a'])('%j is no pointer', (text) => {
  expect(segmentsOf(text)).toBeNull();
});

test('what JSON of ours may not hold is found, and where it stands', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  expect(jsonFault({ a: [1, { 'b/c': 'x\0' }] })).toEqual({
    pointer: '/a/1/b~1c',
    message: 'must not contain the character NUL',
  });
  expect(jsonFault(['\ud800'])).toMatchObject({
    pointer: '/0',
    message: expect.stringContaining('surrogate'),
  });
  expect(jsonFault(['\udc00\ud800'])).toMatchObject({ pointer: '/0' });
  expect(jsonFault({ a: { 'k\0': 1 } })).toMatchObject({ pointer: '/a' });
  expect(jsonFault({ '\udfff': 1 })).toMatchObject({ pointer: '' });
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    expect(jsonFault(JSON.parse(`{"a":[{"${key}":1}]}`))).toMatchObject({
      pointer: '/a/0',
      message: expect.stringContaining(key),
    });
  }
  for (const value of [Number.NaN, Infinity, -Infinity, undefined, 1n, Symbol('x'), () => 1]) {
    expect(jsonFault({ v: value })).toMatchObject({ pointer: '/v' });
  }
  for (const value of [new Date(), new Map(), new Uint8Array(1), Buffer.from('x'), /x/]) {
    expect(jsonFault([value])).toMatchObject({ pointer: '/0' });
  }
  expect(jsonFault(nested(MAX_DEPTH))).toBeNull();
  expect(jsonFault(nested(MAX_DEPTH + 1))).toMatchObject({ message: expect.stringContaining('64 levels') });
  expect(jsonFault(nested(5_000))).not.toBeNull();
});

test('ordinary JSON has no fault', () => {
  expect(jsonFault(Object.assign(Object.create(null) as object, { a: 1 }))).toBeNull();
  expect(jsonFault('😀 ok')).toBeNull();
  fc.assert(
    fc.property(json, (value) => expect(jsonFault(value)).toBeNull()),
    runs(300),
  );
});

test('a million bytes of JSON are looked through in a moment', () => {
  const wide = (length: number) => ({ list: Array.from({ length }, (_, i) => i % 10) });
  const began = performance.now();
  expect(jsonFault(wide(99_000))).toBeNull();
  expect(jsonFault(wide(500_000))).toMatchObject({
    message: expect.stringContaining('at most 100000 values'),
  });
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('text faults are told of text alone', () => {
  expect(textFault('')).toBeNull();
  expect(textFault('😀\u0001\uffff')).toBeNull();
  expect(textFault('\0')).not.toBeNull();
  expect(textFault('\ud83d')).not.toBeNull();
});

test('depth counts objects and lists; size counts the bytes of UTF-8', () => {
  expect([1, {}, [], { a: 1 }, { a: {} }, [[], [[]]]].map(depthOf)).toEqual([0, 1, 1, 1, 2, 3]);
  const deep = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) as unknown;
  expect(depthOf(deep)).toBe(MAX_DEPTH + 1);
  expect([null, 'a', 'é', '😀', { a: [1] }].map(sizeOf)).toEqual([4, 3, 4, 6, 9]);
});
