import fc from 'fast-check';
import { operation } from '../arbitraries.js';
import { BIG_PATCHES } from './costly.js';
import { hostileText, hostileValue, mutated } from './hostile.js';

/** A message before the names in it are filled in; `packed`: as MessagePack. */
export interface HostileMessage {
  name: unknown;
  payloads: unknown[];
  packed: boolean;
}

const eventId = fc.oneof(
  { weight: 8, arbitrary: fc.nat(9).map((n) => `@@event${n}@@`) },
  { weight: 1, arbitrary: fc.constant('@@canary0@@') },
  { weight: 1, arbitrary: hostileText },
);
const version = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 1e9, 2 ** 53));
const patch = fc.oneof(
  { weight: 9, arbitrary: fc.array(operation, { maxLength: 5 }) },
  { weight: 1, arbitrary: BIG_PATCHES },
);
const changeId = fc.oneof(fc.constantFrom('a', 'b'), fc.string({ maxLength: 70 }));

const LAWFUL: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'event:subscribe': fc.record({ eventId, sinceVersion: version }, { requiredKeys: ['eventId'] }),
  'event:unsubscribe': fc.record({ eventId }),
  'event:edit': fc.record(
    { eventId, patch, baseVersion: version, changeId, note: hostileText },
    { requiredKeys: ['eventId', 'patch'] },
  ),
  'event:rollback': fc.record(
    { eventId, toVersion: version, baseVersion: version },
    { requiredKeys: ['eventId', 'toVersion'] },
  ),
  'presence:set': fc.record({
    eventId,
    state: fc.oneof(
      fc.dictionary(fc.string({ maxLength: 5 }), hostileValue, { maxKeys: 3 }),
      fc.constant(null),
    ),
  }),
  'session:renew': fc.record({ token: fc.oneof(fc.constant('@@token0@@'), hostileText) }),
};

const payloadOf = (name: string): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      Object.hasOwn(LAWFUL, name) ? (LAWFUL[name] ?? hostileValue) : hostileValue,
      fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      hostileValue,
      fc.nat(1),
    )
    .map(([value, at, other, choice]) => (choice === 0 ? value : mutated(value, at, other)));

const NAMES = [...Object.keys(LAWFUL), 'event:Edit', '__proto__', 'toString', 'x'.repeat(1_000), '', 5];

export const messages: fc.Arbitrary<HostileMessage> = fc.constantFrom<unknown>(...NAMES).chain((name) =>
  fc.record({
    name: fc.constant(name),
    payloads: fc.oneof(
      { weight: 12, arbitrary: payloadOf(String(name)).map((payload) => [payload]) },
      { weight: 1, arbitrary: fc.array(hostileValue, { maxLength: 3 }) },
    ),
    packed: fc.boolean(),
  }),
);

/** Something sent in place of a packet, as text or bytes. */
export interface HostileFrame {
  data: string | Uint8Array;
  packed: boolean;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const BOMBS = [
  bytes(0xdd, 0xff, 0xff, 0xff, 0xff),
  bytes(0xdf, 0xff, 0xff, 0xff, 0xff),
  bytes(0xdb, 0xff, 0xff, 0xff, 0xff),
  bytes(0xc6, 0xff, 0xff, 0xff, 0xff),
  bytes(0xc9, 0xff, 0xff, 0xff, 0xff, 0x01),
  bytes(0xd6, 0xff, 0, 0, 0, 0),
  bytes(0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0x02),
  new Uint8Array(60_000).fill(0x91),
  new Uint8Array(60_000).fill(0x81),
  new Uint8Array(60_000).fill(0xdc),
  new Uint8Array(70_000).fill(0x61),
];
const TEXT_FRAMES = [
  '',
  '0',
  '1',
  '2',
  '3',
  '4',
  '6',
  '9',
  '40',
  '40{}',
  '41',
  '42',
  '42[',
  '42[]',
  '42{}',
  '42["event:edit"',
  '42["disconnect",{}]',
  '42["error",{}]',
  '42[null]',
  '42[{}]',
  '42[["event:edit"],{}]',
  '42/admin,["x"]',
  '42/__proto__,["x"]',
  '4299999999999999999999["event:unsubscribe",{"eventId":"x"}]',
  '43999["x"]',
  '430[]',
  '431[',
  '4599999999-["event:edit",{"_placeholder":true,"num":0}]',
  '451-["event:edit",{"_placeholder":true,"num":0}]',
  '451-["event:edit",{"_placeholder":true,"num":-1}]',
  '45-["x"]',
  '451.5-["x"]',
  '461-1[{"_placeholder":true,"num":0}]',
  '44{"message":"x"}',
  `42["event:edit",${'['.repeat(20_000)}${']'.repeat(20_000)}]`,
  `42["event:edit",${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}]`,
  `42["${'x'.repeat(60_000)}"]`,
  `42["presence:set",{"__proto__":{"polluted":1}}]`,
  'x'.repeat(70_000),
] as const;

export const frames: fc.Arbitrary<HostileFrame> = fc.record({
  data: fc.oneof(
    fc.constantFrom<string | Uint8Array>(...TEXT_FRAMES),
    fc.constantFrom<string | Uint8Array>(...BOMBS),
    fc.uint8Array({ maxLength: 60 }),
    hostileText.map((text) => `42["event:subscribe",${JSON.stringify(text)}`),
    hostileText,
  ),
  packed: fc.boolean(),
});
