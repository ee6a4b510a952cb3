import fc from 'fast-check';

/** A text that stands for JSON which no value makes: `written` puts it in. */
const RAW: Readonly<Record<string, string>> = {
  '@@infinite@@': '1e999',
  '@@endless@@': `1${'0'.repeat(5_000)}`,
  '@@lists@@': '['.repeat(10_000) + ']'.repeat(10_000),
  '@@objects@@': '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
  '@@twice@@': '{"title":"a","title":"b","__proto__":{"polluted":1},"__proto__":2}',
  '@@nan@@': 'NaN',
  '@@open@@': '{"a":[',
};

/** A body as JSON, its lone surrogates escaped, with what cannot be said in JavaScript in its place. */
export const written = (body: unknown): string =>
  JSON.stringify(body ?? null).replace(/"(@@\w+@@)"/g, (whole, name: string) => RAW[name] ?? whole);

/** Texts of which each has brought some program down. */
export const TEXTS = [
  '',
  ' ',
  '\0',
  '\ud800',
  'x\udc00x',
  '\udc00\ud800',
  '\ufffe\uffff',
  '\u202egnp.exe',
  '\ufeff',
  'a'.concat('\u0301\u0323'.repeat(200)),
  '\ufdfa'.repeat(100),
  '👩‍👩‍👧‍👦'.repeat(50),
  'İıſKß',
  '٣٤٥',
  '../../../etc/passwd',
  '..\\..\\',
  "' OR '1'='1",
  '{"$gt":""}',
  '$where: sleep(5000)',
  '${7*7}{{7*7}}<%= 7 %>',
  '<script>alert(1)</script>',
  '%00%0d%0aX: y',
  '\r\nSet-Cookie: a=b',
  '(a+)+$',
  '.*.*.*.*.*x',
  '\\',
  '/',
  '~',
  '~2',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e309',
  '9007199254740993',
  '0x10',
  'true',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '0000-00-00',
  '2026-02-30T25:61:61Z',
  '2026-03-02T15:00:00+99:99',
  'a@b.c',
  'x'.repeat(257),
  'x'.repeat(5_000),
  '\n'.repeat(2_000),
  '=HYPERLINK("x")',
] as const;

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
    .map((codes) => String.fromCharCode(...codes)),
);

const NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  1e-320,
  1e21,
  1.7976931348623157e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 31) - 1,
  999_999_999,
  1_000_000_000,
  4_294_967_295,
] as const;

/** Objects that mean something to a database, a driver, a framework or the language. */
const OBJECTS = [
  '{"$gt":""}',
  '{"$ne":null}',
  '{"$where":"while(true){}"}',
  '{"$regex":"^(a+)+$","$options":"i"}',
  '{"$set":{"role":"owner"}}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"prototype":{"polluted":true}}',
  '{"a":{"b":{"__proto__":[]}}}',
  '{"length":1e9}',
  '{"length":{"toString":0}}',
  '{"toString":1,"valueOf":2,"toJSON":3,"then":4}',
  '{"_bsontype":"ObjectId","id":"x"}',
  '{"type":"Buffer","data":[1,2,3]}',
  '{"$date":"x"}',
  '{"$ref":"#/"}',
  '{"":"","a.b":1,"$a":2,"\\u0000":3}',
  '[[[[[[[[]]]]]]]]',
  '{"hasOwnProperty":null}',
] as const;

/** JSON values that are seldom what was meant, some of them as texts that `written` makes worse. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: fc.constantFrom(...OBJECTS).map((text): unknown => JSON.parse(text)) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...NUMBERS, null, true, false, [], {}) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(RAW)) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.nat(300).map((n) => Array.from({ length: n }, () => ({}))) },
  {
    weight: 1,
    arbitrary: fc.nat(60).map((n) => Array.from({ length: n }).reduce<unknown>((inner) => [inner], 0)),
  },
);

/** A value with one of its places, or the whole, taken by another; or with a member too many or too few. */
export function mutated(value: unknown, at: readonly number[], other: unknown): unknown {
  const [first = 0, ...rest] = at;
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const chosen = entries[first % (entries.length + 3)];
  if (chosen === undefined) {
    return around(value, first, other);
  }
  const [key, inner] = chosen;
  const next = rest.length === 0 ? other : mutated(inner, rest, other);
  return Array.isArray(value)
    ? value.map((item: unknown, i) => (String(i) === key ? next : item))
    : Object.fromEntries(entries.map(([name, item]) => [name, name === key ? next : item]));
}

function around(value: unknown, choice: number, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || choice % 5 === 0) {
    return other;
  }
  if (Array.isArray(value)) {
    return choice % 2 === 0 ? [...(value as unknown[]), other] : value.slice(1);
  }
  const name = typeof other === 'string' ? other : '__proto__';
  const entries = Object.entries(value);
  return Object.fromEntries(choice % 2 === 0 ? [...entries, [name, other]] : entries.slice(1));
}
