import fc from 'fast-check';
import { resolved } from '../conformity.js';
import type { JsonSchema } from '../../../src/http/openapi/types.js';
import { contentInput, json, operation, zone } from '../arbitraries.js';
import { BIG_PATCHES, COSTLY_CONTENT, COSTLY_RULES } from './costly.js';

/** Names that are filled in when a request is sent: `@@event3@@` is the id of some event. */
const marker = (kind: string): fc.Arbitrary<string> => fc.nat(9).map((n) => `@@${kind}${n}@@`);

const when = fc
  .integer({ min: -30, max: 400 })
  .map((days) => `${new Date(Date.UTC(2026, 2, 2, 15) + days * 86_400_000).toISOString().slice(0, 19)}Z`);

/** What is known of members by their names, where their schema says less. */
const BY_NAME: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  start: when,
  end: when,
  from: when,
  to: when,
  timeZone: zone,
  email: fc.oneof(marker('email'), fc.emailAddress()),
  username: marker('username'),
  userId: marker('user'),
  eventId: marker('event'),
  users: fc.array(marker('user'), { minLength: 1, maxLength: 5 }),
  refreshToken: fc.constantFrom('@@refresh0@@', 'x'.repeat(70)),
  currentPassword: fc.constantFrom('@@password0@@', 'wrong wrong'),
  url: fc.webUrl(),
  color: fc.constantFrom('red', '#00ff00', null),
  metadata: fc.dictionary(fc.string({ maxLength: 5 }), json, { maxKeys: 4 }),
  recurrence: fc.oneof(
    fc.constantFrom('FREQ=DAILY;COUNT=5', 'FREQ=WEEKLY;BYDAY=MO', null),
    fc.constantFrom(...COSTLY_RULES),
  ),
};

const BY_SCHEMA: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  EventInput: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ title: fc.string(), start: when, end: when }, { requiredKeys: ['title'] }),
    },
    { weight: 6, arbitrary: contentInput },
    { weight: 1, arbitrary: COSTLY_CONTENT },
  ),
  Patch: fc.oneof(
    { weight: 9, arbitrary: fc.array(operation, { maxLength: 5 }) },
    { weight: 1, arbitrary: BIG_PATCHES },
  ),
};

/** Values that a schema of the document takes, mostly. */
export function fromSchema(
  document: object,
  schema: JsonSchema,
  name = '',
  depth = 0,
): fc.Arbitrary<unknown> {
  const inner = (of: unknown, called = ''): fc.Arbitrary<unknown> =>
    fromSchema(document, of as JsonSchema, called, depth + 1);
  const known = BY_NAME[name];
  const ref = schema['$ref'];
  const choices = (schema['anyOf'] ?? schema['oneOf']) as unknown[] | undefined;
  if (known) {
    return known;
  }
  if (depth > 6) {
    return fc.constant(null);
  }
  if (typeof ref === 'string') {
    return BY_SCHEMA[ref.split('/').at(-1) ?? ''] ?? inner(resolved(document, ref), name);
  }
  if (Array.isArray(schema['enum'])) {
    return fc.constantFrom(...(schema['enum'] as unknown[]));
  }
  if ('const' in schema) {
    return fc.constant(schema['const']);
  }
  if (choices && !('properties' in schema)) {
    return fc.oneof(...choices.map((choice) => inner(choice, name)));
  }
  return ofType(schema, inner);
}

function ofType(schema: JsonSchema, inner: (of: unknown, name?: string) => fc.Arbitrary<unknown>) {
  const { minimum = -400, maximum = 400, minLength = 0, maxLength = 60 } = schema as Record<string, number>;
  switch ([schema['type']].flat()[0]) {
    case 'object':
      return ofObject(schema, inner);
    case 'array':
      return fc.array(inner(schema['items'] ?? {}), { maxLength: 4 });
    case 'integer':
    case 'number':
      return fc.integer({ min: minimum, max: Math.max(minimum, maximum) });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(60, maxLength)) });
    default:
      return json;
  }
}

function ofObject(schema: JsonSchema, inner: (of: unknown, name?: string) => fc.Arbitrary<unknown>) {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, unknown>);
  const required = (schema['required'] ?? []) as string[];
  return properties.length === 0
    ? fc.dictionary(fc.string({ maxLength: 5 }), json, { maxKeys: 3 })
    : fc.record(Object.fromEntries(properties.map(([name, of]) => [name, inner(of, name)])), {
        requiredKeys: required,
      });
}
