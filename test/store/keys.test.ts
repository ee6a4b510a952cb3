import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeKey, fromStored, toStored, unescapeKey } from '../../src/store/mongo/keys.js';

test.each([
  ['title', 'title'],
  ['', '%'],
  ['%', '%25'],
  ['%2E', '%252E'],
  ['a.b', 'a%2Eb'],
  ['.', '%2E'],
  ['$set', '%24set'],
  ['a$', 'a$'],
  ['$.$', '%24%2E$'],
  ['_bsontype', '%5Fbsontype'],
  ['_bsontypes', '_bsontypes'],
  ['__proto__', '%5F_proto__'],
  ['toString', '%74oString'],
  ['constructor', '%63onstructor'],
  ['tostring', 'tostring'],
  ['a\0', 'a%00'],
])('the key %j is stored as %j', (key, stored) => {
  expect(escapeKey(key)).toBe(stored);
  expect(unescapeKey(stored)).toBe(key);
});

test('every key comes back, no two are stored alike, and none means anything to MongoDB', () => {
  const key = fc.string({
    unit: fc.constantFrom('.', '$', '%', '2', 'E', '5', 'F', '_', 'a', '\0', 'ä'),
    maxLength: 6,
  });
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(unescapeKey(escapeKey(a))).toBe(a);
      expect(escapeKey(a) === escapeKey(b)).toBe(a === b);
      expect(escapeKey(a)).toMatch(/^[^.$\0][^.\0]*$/);
    }),
    { numRuns: 2000 },
  );
});

test('every JSON value comes back, and stays as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const before = JSON.stringify(value);
      expect(JSON.stringify(fromStored(toStored(value) as never))).toBe(before);
      expect(JSON.stringify(value)).toBe(before);
    }),
  );
});

test('a key cannot reach a prototype', () => {
  const value = JSON.parse('{"__proto__": {"polluted": 1}, "a": {"__proto__": []}}') as object;
  const back: object = fromStored(toStored(value) as never);
  expect(Object.keys(back)).toEqual(['__proto__', 'a']);
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
