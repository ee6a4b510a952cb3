import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ContentSchema,
  MAX_OVERRIDES,
  parseChanged,
  parseContent,
  type Content,
} from '../../src/calendar/content.js';
import type { CodedError } from '../../src/calendar/errors.js';
import { CONTENT_FIELDS, DEFAULTS } from '../../src/calendar/fields.js';
import { segmentsOf } from '../../src/calendar/json.js';
import { DAY } from '../../src/calendar/time.js';
import { content, contentInput, freeFields, json, runs } from '../support/arbitraries.js';

const LEAST = { title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' };
const event = (fields: Record<string, unknown> = {}): Content => parseContent({ ...LEAST, ...fields });

/** Code and pointers of a refusal; the content where there is none. */
function refusal(input: unknown, parse: (input: never) => Content = parseContent): unknown {
  try {
    return parse(input as never);
  } catch (error) {
    const { code, extras } = error as CodedError;
    return [code, ...(extras.errors ?? []).map(({ pointer }) => pointer)];
  }
}
const refused = (fields: Record<string, unknown>): unknown => refusal({ ...LEAST, ...fields });
const notValid = (...pointers: string[]) => ['validation-failed', ...pointers];

test('what is left out has its default', () => {
  expect(parseContent(LEAST)).toEqual({
    ...LEAST,
    description: '',
    location: '',
    url: null,
    timeZone: 'UTC',
    allDay: false,
    status: 'confirmed',
    busy: true,
    tags: [],
    color: null,
    recurrence: null,
    overrides: {},
    metadata: {},
  });
  expect(Object.keys(DEFAULTS).concat('title', 'start', 'end').sort()).toEqual([...CONTENT_FIELDS].sort());
});

test('two events do not share their defaults', () => {
  const [a, b] = [event(), event()];
  for (const field of ['tags', 'overrides', 'metadata'] as const) {
    expect(a[field]).not.toBe(b[field]);
  }
});

test('title, start and end are needed, and every fault is told at once', () => {
  expect(refusal({})).toEqual(notValid('/title', '/start', '/end'));
  expect(refusal({ title: 5, start: 1, end: null, 'x/y': 1, metadata: [] })).toEqual(
    expect.arrayContaining(notValid('/title', '/start', '/end', '/x~1y', '/metadata')),
  );
});

test.each([null, [], 'x', 5, undefined])('%j is no content', (input) => {
  expect(refusal(input)).toEqual(notValid(''));
});

test('what only looks like a list, or a text, is neither', () => {
  for (const length of [{ toString: 0 }, { valueOf: 1, toString: 1 }, 3, '3', null, []]) {
    for (const field of ['title', 'description', 'url', 'start', 'timeZone', 'color', 'tags', 'status']) {
      expect(refused({ [field]: { length } })).toEqual(notValid(`/${field}`));
    }
    for (const part of ['byDay', 'byMonth', 'byHour', 'until']) {
      const recurrence = { frequency: 'daily', [part]: { length } };
      expect(refused({ recurrence })).toEqual(notValid(`/recurrence/${part}`));
    }
    expect(refused({ overrides: { length } })).toContain('validation-failed');
    expect(event({ metadata: { length } }).metadata).toEqual({ length });
  }
});

test.each(['id', 'version', 'role', 'ownerId', 'createdAt', 'deletedAt', 'conflicts', 'unknown'])(
  'what is not of the content is refused: %s',
  (field) => {
    expect(refused({ [field]: 'x' })).toEqual(notValid(`/${field}`));
  },
);

describe('limits, to the character', () => {
  test.each<[string, unknown]>([
    ['title', 'x'],
    ['title', 'x'.repeat(200)],
    ['title', '😀'.repeat(200)],
    ['description', ''],
    ['description', 'é'.repeat(20_000)],
    ['description', '😀'.repeat(20_000)],
    ['location', 'x'.repeat(500)],
    ['tags', Array.from({ length: 50 }, (_, i) => `t${i}`)],
    ['tags', ['😀'.repeat(50)]],
    ['tags', ['a', 'A', 'á', 'a\u0301']],
    ['url', `https://example.com/${'x'.repeat(2028)}`],
    ['color', '#aBcDeF'],
    ['color', 'RebeccaPurple'],
    ['metadata', { '': '' }],
    ['metadata', { x: 'x'.repeat(16_384 - '{"x":""}'.length) }],
    ['metadata', { x: 'é'.repeat((16_384 - '{"x":""}'.length) / 2) }],
    ['metadata', JSON.parse('{"a":'.repeat(31) + '{}' + '}'.repeat(31))],
    ['metadata', { a: JSON.parse('['.repeat(31) + '1' + ']'.repeat(31)) as unknown }],
  ])('%s is as large as it may be (%#)', (field, value) => {
    expect(event({ [field]: value })).toMatchObject({ [field]: value });
  });

  test.each<[string, unknown, string?]>([
    ['title', ''],
    ['title', 'x'.repeat(201)],
    ['title', '😀'.repeat(201)],
    ['description', 'x'.repeat(20_001)],
    ['description', '😀'.repeat(20_001)],
    ['location', 'x'.repeat(501)],
    ['tags', Array.from({ length: 51 }, (_, i) => `t${i}`)],
    ['tags', ['x'.repeat(51)], '/tags/0'],
    ['tags', ['a', ''], '/tags/1'],
    ['tags', ['a', 'b', 'a']],
    ['tags', ['a', 7], '/tags/1'],
    ['tags', 'a'],
    ['tags', { 0: 'a' }],
    ['tags', null],
    ['url', `https://example.com/${'x'.repeat(2029)}`],
    ['url', 'ftp://example.com'],
    ['url', 'javascript:alert(1)'],
    ['url', 'https:'],
    ['url', 'https://'],
    ['url', '//example.com'],
    ['url', 'example.com'],
    ['url', 'https://exa mple.com'],
    ['url', 'mailto:'],
    ['url', 'https://[::1'],
    ['url', ''],
    ['url', 5],
    ['color', '#abc'],
    ['color', '#12345g'],
    ['color', '#1234567'],
    ['color', 'notacolour'],
    ['color', 'transparent '],
    ['color', 'red\n'],
    ['color', ''],
    ['color', 'toString'],
    ['status', 'Confirmed'],
    ['status', null],
    ['busy', 'true'],
    ['busy', 1],
    ['allDay', null],
    ['timeZone', 'Mars/Olympus'],
    ['timeZone', '+02:00'],
    ['timeZone', ''],
    ['timeZone', null],
    ['metadata', null],
    ['metadata', []],
    ['metadata', 'x'],
    ['metadata', { x: 'x'.repeat(16_385 - '{"x":""}'.length) }],
    ['metadata', { x: 'é'.repeat((16_386 - '{"x":""}'.length) / 2) }],
    ['metadata', JSON.parse('{"a":'.repeat(32) + '{}' + '}'.repeat(32))],
    ['metadata', { a: JSON.parse('['.repeat(32) + '1' + ']'.repeat(32)) as unknown }],
    ['overrides', null],
    ['overrides', []],
    ['title', null],
    ['description', null],
  ])('%s is refused where it is not: (%#)', (field, value, pointer = `/${field}`) => {
    expect(refused({ [field]: value })).toEqual(notValid(pointer));
  });

  test.each([
    'https://example.com',
    'HTTP://EXAMPLE.COM/ä?q#f',
    'mailto:ada@example.com',
    'https://user@host:8080/',
  ])('the URL %s is kept as it was written', (url) => {
    expect(event({ url }).url).toBe(url);
  });

  test('content has at most 1 MiB as a whole', () => {
    const overrides = (length: number) =>
      Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [
          new Date(Date.UTC(2026, 2, 3 + i)).toISOString().slice(0, 19),
          { description: 'x'.repeat(length) },
        ]),
      );
    expect(Object.keys(event({ overrides: overrides(17_000) }).overrides)).toHaveLength(60);
    expect(refused({ overrides: overrides(18_000) })).toEqual(notValid(''));
  });
});

describe('times', () => {
  const times = (fields: Record<string, unknown>) => {
    const { start, end } = event(fields);
    return [start, end];
  };

  test('any offset, fractions cut, answered in UTC to the second', () => {
    expect(times({ start: '2026-03-02T10:00:00.999-05:00', end: '2026-03-02t20:45:00+05:30' })).toEqual([
      '2026-03-02T15:00:00Z',
      '2026-03-02T15:15:00Z',
    ]);
  });

  test('a time without an offset is the local time of the zone', () => {
    const timeZone = 'America/New_York';
    expect(times({ timeZone, start: '2026-03-02T10:00:00', end: '2026-03-02T11:30' })).toEqual([
      '2026-03-02T15:00:00Z',
      '2026-03-02T16:30:00Z',
    ]);
    expect(times({ start: '2026-03-02T10:00:00', end: '2026-03-02T10:00:01.9' })).toEqual([
      '2026-03-02T10:00:00Z',
      '2026-03-02T10:00:01Z',
    ]);
  });

  test('a local time in a DST gap takes the offset before it; a repeated one is the first', () => {
    const timeZone = 'America/New_York';
    expect(times({ timeZone, start: '2026-03-08T02:30:00', end: '2026-03-08T04:00:00' })).toEqual([
      '2026-03-08T07:30:00Z',
      '2026-03-08T08:00:00Z',
    ]);
    expect(times({ timeZone, start: '2026-11-01T01:30:00', end: '2026-11-01T02:00:00' })).toEqual([
      '2026-11-01T05:30:00Z',
      '2026-11-01T07:00:00Z',
    ]);
  });

  test.each(['2026-03-02', '2026-03-02T15:00:00+5', 'tomorrow', '', '2026-02-30T00:00:00Z', '1772463600'])(
    '%j is no time',
    (start) => {
      expect(refused({ start })).toEqual(notValid('/start'));
      expect(refused({ start, end: start })).toEqual(notValid('/start', '/end'));
    },
  );

  test('an all-day event has dates, the end exclusive', () => {
    const timeZone = 'Europe/Berlin';
    expect(times({ timeZone, allDay: true, start: '2026-03-02', end: '2026-03-03' })).toEqual([
      '2026-03-02',
      '2026-03-03',
    ]);
    for (const end of ['2026-03-02', '2026-03-01']) {
      expect(refused({ allDay: true, busy: false, start: '2026-03-02', end })).toEqual(notValid('/end'));
    }
    expect(refused({ allDay: true })).toEqual(notValid('/start', '/end'));
    expect(refused({ allDay: true, start: '2026-02-30', end: '2026-03-03' })).toEqual(notValid('/start'));
  });

  test('the end is after the start; a reminder without length is not busy', () => {
    expect(refused({ end: LEAST.start })).toEqual(notValid('/end'));
    expect(event({ end: LEAST.start, busy: false }).end).toBe(LEAST.start);
    expect(refused({ end: '2026-03-02T14:59:59Z', busy: false })).toEqual(notValid('/end'));
    // Fractions are cut before they are compared.
    expect(refused({ start: '2026-03-02T15:00:00.1Z', end: '2026-03-02T15:00:00.9Z' })).toEqual(
      notValid('/end'),
    );
  });

  test('an event lasts at most 366 days', () => {
    const longest = new Date(Date.parse(LEAST.start) + 366 * DAY).toISOString().replace('.000', '');
    expect(event({ end: longest }).end).toBe(longest);
    expect(refused({ end: longest.replace('00Z', '01Z') })).toEqual(notValid('/end'));
    const days = { allDay: true, start: '2026-01-01' };
    expect(event({ ...days, end: '2027-01-02' }).end).toBe('2027-01-02');
    expect(refused({ ...days, end: '2027-01-03' })).toEqual(notValid('/end'));
  });

  test.each([
    ['UTC', '9999-12-31T20:00:00', '9999-12-31T21:00:00'],
    ['America/New_York', '9999-12-31T20:00:00', '9999-12-31T23:59:59'],
    ['UTC', '0001-01-01T00:00:00', '0001-01-01T01:00:00'],
    ['Asia/Tokyo', '0001-01-01T00:00:00', '0001-01-01T01:00:00'],
  ])('a local time whose instant has no place in the calendar is refused: %s %s', (timeZone, start, end) => {
    expect(refused({ timeZone, start, end })).toEqual(notValid('/start', '/end'));
    const override = { timeZone, overrides: { '2026-03-03T15:00:00': { start, end } } };
    const at = '/overrides/2026-03-03T15:00:00';
    expect(refused(override)).toEqual(notValid(`${at}/start`, `${at}/end`));
  });

  test('years are taken to their ends', () => {
    for (const [start, end] of [
      ['0001-01-02T00:00:00Z', '0001-01-02T01:00:00Z'],
      ['9999-12-30T22:00:00Z', '9999-12-30T23:59:59Z'],
    ]) {
      const taken = event({ start, end, timeZone: 'Pacific/Auckland' });
      expect(taken).toMatchObject({ start, end });
      expect(parseContent(taken)).toEqual(taken);
    }
  });

  test('the zone has its usual spelling', () => {
    expect(event({ timeZone: 'europe/BERLIN' }).timeZone).toBe('Europe/Berlin');
  });
});

describe('overrides', () => {
  const KEY = '2026-03-09T15:00:00';
  const AT = `/overrides/${KEY}`;
  const override = (value: unknown, fields = {}) => refused({ ...fields, overrides: { [KEY]: value } });

  test.each([
    { excluded: true },
    {},
    { title: 'x', description: '', location: '', url: null, status: 'cancelled', busy: false, tags: ['a'] },
    { color: null, metadata: { a: 1 } },
  ])('%j is one', (value) => {
    expect(override(value)).toMatchObject({ overrides: { [KEY]: value } });
  });

  test('its times are canonical too', () => {
    const fields = { timeZone: 'America/New_York' };
    expect(
      override({ start: '2026-03-09T12:00:00', end: '2026-03-09T18:00:00.5+01:00' }, fields),
    ).toMatchObject({
      overrides: { [KEY]: { start: '2026-03-09T16:00:00Z', end: '2026-03-09T17:00:00Z' } },
    });
  });

  test.each<[unknown, string]>([
    [null, ''],
    ['x', ''],
    [[], ''],
    [{ excluded: false }, '/excluded'],
    [{ excluded: true, title: 'x' }, ''],
    [{ recurrence: null }, '/recurrence'],
    [{ overrides: {} }, '/overrides'],
    [{ timeZone: 'UTC' }, '/timeZone'],
    [{ allDay: true }, '/allDay'],
    [{ id: 'x' }, '/id'],
    [{ title: '' }, '/title'],
    [{ title: null }, '/title'],
    [{ tags: ['a', 'a'] }, '/tags'],
    [{ start: 'x' }, '/start'],
    [{ end: '2026-03-09' }, '/end'],
    [{ end: '2026-03-09T15:00:00Z' }, '/end'],
    [{ start: '2026-03-09T18:00:00Z', end: '2026-03-09T17:00:00Z' }, '/end'],
    [{ end: '2027-03-11T15:00:01Z' }, '/end'],
  ])('%j is none', (value, pointer) => {
    expect(override(value)).toEqual(notValid(AT + pointer));
  });

  test('an occurrence of a reminder is busy only if it has a length', () => {
    const reminder = { end: LEAST.start, busy: false };
    expect(override({ busy: true }, reminder)).toEqual(notValid(`${AT}/end`));
    expect(override({ busy: true, end: '2026-03-09T15:01:00Z' }, reminder)).toMatchObject({ busy: false });
    expect(override({ title: 'x' }, reminder)).toMatchObject({ busy: false });
  });

  test.each([
    '2026-03-09T15:00:00Z',
    '2026-03-09T15:00',
    '2026-03-09T15:00:00.0',
    '2026-03-09',
    '2026-03-09t15:00:00',
    'x',
    '',
  ])('the key %j is not the local start of an occurrence', (key) => {
    expect(refused({ overrides: { [key]: {} } })).toEqual(notValid(`/overrides/${key}`));
  });

  test('of an all-day event, keys and times are dates', () => {
    const allDay = { allDay: true, start: '2026-03-02', end: '2026-03-03' };
    const moved = { '2026-03-09': { start: '2026-03-10', end: '2026-03-12' } };
    expect(event({ ...allDay, overrides: moved }).overrides).toEqual(moved);
    expect(refused({ ...allDay, overrides: { [KEY]: {} } })).toEqual(notValid(AT));
    expect(refused({ ...allDay, overrides: { '2026-02-29': {} } })).toEqual(
      notValid('/overrides/2026-02-29'),
    );
    expect(refused({ ...allDay, overrides: { '2026-03-09': { start: '2026-03-10T00:00:00Z' } } })).toEqual(
      notValid('/overrides/2026-03-09/start'),
    );
  });

  test('they outlive neither a switch to all-day nor one from it', () => {
    expect(
      refused({ allDay: true, start: '2026-03-02', end: '2026-03-03', overrides: { [KEY]: {} } }),
    ).toEqual(notValid(AT));
  });

  test('there are at most a thousand', () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          new Date(Date.UTC(2026, 2, 3, i)).toISOString().slice(0, 19),
          { excluded: true },
        ]),
      );
    expect(Object.keys(event({ overrides: many(MAX_OVERRIDES) }).overrides)).toHaveLength(1_000);
    expect(refused({ overrides: many(MAX_OVERRIDES + 1) })).toEqual(notValid('/overrides'));
  });
});

test('what is canonical is canonical', () => {
  fc.assert(
    fc.property(contentInput, (input) => {
      const once = parseContent(input);
      expect(parseContent(once)).toEqual(once);
      expect(Object.keys(once)).toEqual(CONTENT_FIELDS);
      expect(ContentSchema.parse(once)).toEqual(once);
      expect(JSON.parse(JSON.stringify(once))).toEqual(once);
    }),
    runs(300),
  );
});

test('what was sent stays as it was', () => {
  fc.assert(
    fc.property(contentInput, (input) => {
      const before = structuredClone(input);
      parseContent(input);
      expect(input).toEqual(before);
    }),
    runs(100),
  );
});

test('whatever is sent, it is taken or refused with a code and pointers that lead into it', () => {
  const field = fc.constantFrom(...CONTENT_FIELDS, 'x');
  const anything = fc.oneof(
    json,
    fc.constantFrom<unknown>('FREQ=DAILY', '2026-03-02T15:00:00Z', '2026-03-02', 'UTC', {
      frequency: 'daily',
    }),
    fc.record({ frequency: json, byDay: json, until: json, count: json }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(
      contentInput,
      fc.dictionary(field, anything, { maxKeys: 3, noNullPrototype: true }),
      (input, wrong) => {
        const sent = { ...input, ...wrong };
        try {
          parseContent(sent);
        } catch (error) {
          const { code, extras, message } = error as CodedError;
          expect(['validation-failed', 'invalid-recurrence']).toContain(code);
          expect(message).toEqual(expect.any(String));
          expect(extras.errors).not.toHaveLength(0);
          for (const { pointer, message: words } of extras.errors ?? []) {
            const [first, ...rest] = segmentsOf(pointer) ?? ['not a pointer'];
            expect(first === undefined || first in sent || ['title', 'start', 'end'].includes(first)).toBe(
              true,
            );
            expect(rest.length).toBeLessThan(8);
            expect(words).not.toBe('');
          }
        }
      },
    ),
    runs(500),
  );
});

test('content of which a part was changed is taken and refused like any', () => {
  const wrong = fc.record(
    {
      title: fc.constantFrom('', 'x'.repeat(201), 7, undefined),
      description: fc.constantFrom('x'.repeat(20_001), null, undefined),
      url: fc.constantFrom('nowhere', undefined),
      tags: fc.constantFrom(['a', 'a'], ['']),
      color: fc.constantFrom('#12', undefined),
      metadata: fc.constantFrom([], { a: 'x'.repeat(16_400) }, undefined),
      end: fc.constantFrom('2026-03-02T16:00:00Z', '1990-01-01', 'soon'),
      timeZone: fc.constantFrom('Europe/Berlin', 'europe/berlin', 'Nowhere/At_All'),
      allDay: fc.boolean(),
      recurrence: fc.constantFrom(null, 'RRULE:FREQ=DAILY', 'FREQ=NEVER'),
      overrides: fc.constantFrom({}, { '1990-01-01T00:00:00': { title: 'x' } }, { never: {} }),
    },
    { requiredKeys: [] },
  );
  const good = fc.record(freeFields, { requiredKeys: [] });
  let [taken, refusals] = [0, 0];
  fc.assert(
    fc.property(content, good, fc.oneof(fc.constant({}), wrong), (base, some, others) => {
      const changed = { ...base, ...some, ...others };
      const came = refusal(changed, (input) => parseChanged(input, base));
      expect(came).toEqual(refusal(changed));
      refusals += Number(Array.isArray(came));
      taken += Number(!Array.isArray(came));
    }),
    runs(500),
  );
  expect(Math.min(taken, refusals)).toBeGreaterThan(50);
});
