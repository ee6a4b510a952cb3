import fc from 'fast-check';
import type { EventQuery } from '../../src/service/ports.js';
import { DAY, HOUR, later, memberOf, newEvent, NOON, span } from './samples.js';

const WORDS = ['red', 'reddish', 'green', 'blue'];
const TAGS = ['a', 'b', 'ab', '$in'];
const lengths = [0, 1, HOUR, 2 * DAY, 2 * DAY + 1, 17 * DAY, 200 * DAY, 1500 * DAY];
const instant = fc.integer({ min: -40, max: 40 }).map((days) => NOON + days * DAY);

/** Events of a few users, often at the very bounds of something. */
export const keptArbitrary = (users: string[]) =>
  fc
    .record({
      owner: fc.constantFrom(...users),
      other: fc.constantFrom(...users),
      role: fc.constantFrom('viewer' as const, 'editor' as const),
      tags: fc.subarray(TAGS),
      words: fc.subarray(WORDS),
      status: fc.constantFrom('confirmed', 'tentative', 'cancelled'),
      from: instant,
      length: fc.constantFrom(...lengths),
      into: fc.double({ min: 0, max: 1, noNaN: true }),
      updated: fc.integer({ min: 0, max: 5 }),
      deleted: fc.boolean(),
    })
    .map(({ owner, other, role, tags, words, status, from, length, into, updated, deleted }) =>
      newEvent({
        ownerId: owner,
        others: other === owner ? [] : [memberOf(other, role)],
        fields: { tags, status, title: ['x', ...words].join(' ') },
        keys: span(from, from + length, from + Math.floor(length * into)),
        updatedAt: later(updated),
        deletedAt: deleted ? later(9) : null,
      }),
    );

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const present = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>;

/** Any question that can be asked about them. */
export const queryArbitrary = (users: string[]) =>
  fc
    .record({
      userId: fc.constantFrom(...users),
      state: fc.constantFrom('live' as const, 'live' as const, 'trash' as const),
      role: maybe(fc.constantFrom('viewer' as const, 'editor' as const, 'owner' as const)),
      status: maybe(fc.constantFrom('confirmed' as const, 'tentative' as const)),
      tag: maybe(fc.constantFrom(...TAGS)),
      words: fc.subarray(['red', 'gre', 'x'], { maxLength: 2 }),
      updatedSince: maybe(fc.integer({ min: 0, max: 6 }).map((n) => Date.parse(later(n)))),
      window: fc
        .record({ from: maybe(instant), length: maybe(fc.integer({ min: 0, max: 9 })) })
        .map(({ from, length }) =>
          present({ from, to: length === undefined ? undefined : (from ?? NOON) + length * DAY }),
        ),
      sort: fc.constantFrom('start' as const, 'updatedAt' as const),
      descending: fc.boolean(),
      limit: fc.integer({ min: 1, max: 30 }),
    })
    .map((query) => present(query) as EventQuery);
