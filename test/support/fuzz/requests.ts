import fc from 'fast-check';
import { resolved } from '../conformity.js';
import type { JsonSchema, OpenApiDocument, Operation } from '../../../src/http/openapi/types.js';
import { hostileText, hostileValue, mutated, TEXTS, written } from './hostile.js';
import { fromSchema } from './schemas.js';

/** A request before the names in it (`@@event3@@`) are filled in. */
export interface HostileRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** Whose: one of the people there are, or nobody. */
  who: number;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema?: JsonSchema;
}

const ID_TRICKS = [
  '..%2f..%2fevents',
  '..',
  '.',
  '%2e%2e',
  '%00',
  '%',
  '%E0%A4%A',
  '%ff',
  '%ud800',
  '@@event0@@.ics',
  '@@event0@@%00',
  '@@event0@@%20',
  '@@event0@@;x=1',
  '@@canary0@@',
  '@@CANARY0@@',
  'ABCDEF0123456789ABCDEF01',
  '0'.repeat(24),
  'f'.repeat(5_000),
  '%D9%A1'.repeat(24),
  '__proto__',
  'constructor',
  'toString',
  '%7B%22%24ne%22%3Anull%7D',
  '-1',
  '0',
  '1e3',
  '999999999',
  '99999999999999999999',
  '2026-03-02T15:00:00',
  '2026-03-03T15:00:00',
  '2026-03-02',
  '@@user0@@',
  '@@session0@@',
] as const;

const HEADERS: fc.Arbitrary<Record<string, string>> = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'If-Match',
        'If-None-Match',
        'Edit-Id',
        'Edit-Note',
        'Idempotency-Key',
        'Accept',
        'Content-Type',
        'Content-Encoding',
        'Prefer',
        'X-Request-Id',
        'Origin',
        'X-Forwarded-For',
        'X-HTTP-Method-Override',
        'Accept-Language',
        'Range',
        'Authorization',
      ),
      fc.oneof(
        fc.constantFrom(
          '"1"',
          'W/"1"',
          '*',
          '"1", "2"',
          '"99999999999"',
          `${'"1",'.repeat(1_000)}"1"`,
          '%',
          '%00',
          '%ED%A0%80',
          '%F0%9F%98%80'.repeat(201),
          'application/json; charset=utf-16',
          'application/json;charset="utf-8"',
          'application/json; charset=utf-8; charset=latin1',
          `application/json;${' '.repeat(3_000)}x`,
          'application/json-patch+json',
          'application/merge-patch+json',
          'application/msgpack',
          'text/html;q=0.1, */*;q=0',
          `${'a/b;q=0.5,'.repeat(800)}*/*`,
          'gzip',
          'deflate',
          'br',
          'gzip, gzip, gzip',
          '__proto__',
          'bytes=0-1,-1',
          'null',
          `Bearer ${'a.'.repeat(2_000)}`,
          'Bearer eyJhbGciOiJub25lIn0.e30.',
          'x'.repeat(256),
        ),
        hostileText,
      ),
    ),
    { maxLength: 2 },
  )
  .map((entries) => Object.fromEntries(entries.map(([name, value]) => [name, sendable(value)])));

/** Field values are visible ASCII, blanks and bytes from 0x80: Node sends no others. */
// eslint-disable-next-line no-control-regex -- what a field value must not have
const sendable = (value: string): string => value.replace(/[^\x09\x20-\x7e\x80-\xff]/g, '?').slice(0, 6_000);

/** As it goes into a path: nothing that would end the request line; the rest as it is, or escaped. */
const escaped = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll('%40%40', '@@').replaceAll('%2C', ',');

const QUERY_NAMES = [
  '__proto__',
  'constructor',
  'q[$gt]',
  'limit[]',
  '$where',
  'cursor',
  'limit',
  'x',
  '',
  '%',
];

function query(parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const value = fc.oneof(
    fc.constantFrom('1', '2', 'true', 'false', 'report', 'reject', 'this', 'following', 'all', 'title'),
    fc.constantFrom('2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z', 'start', '-updatedAt', '@@cursor0@@'),
    fc.constantFrom(...TEXTS).map((text) => escaped(text.slice(0, 1_000))),
    hostileText.map((text) => escaped(text.slice(0, 1_000))),
    fc.constantFrom('%', '%ff', '%00', '+', '%ud800', '&&', '=', '[]'),
  );
  const pair = fc
    .tuple(
      names.length > 0
        ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, fc.constantFrom(...QUERY_NAMES))
        : fc.constantFrom(...QUERY_NAMES),
      value,
      fc.nat(9),
    )
    .map(([name, one, form]) =>
      form === 0 ? `${name}[$ne]=${one}` : form === 1 ? `${name}=${one}&${name}=1` : `${name}=${one}`,
    );
  return fc.array(pair, { maxLength: 4 }).map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''));
}

function pathOf(template: string): fc.Arbitrary<string> {
  const segment = (name: string): fc.Arbitrary<string> => {
    const usual: Record<string, string> = {
      userId: 'user',
      version: 'version',
      from: 'version',
      to: 'version',
    };
    const kind = template.includes('/sessions/') ? 'session' : (usual[name] ?? 'event');
    const right =
      name === 'recurrenceId'
        ? fc.constantFrom('2026-03-02T15:00:00', '2026-03-05T15:00:00')
        : fc.nat(9).map((n) => `@@${kind}${n}@@`);
    return fc.oneof(
      { weight: 8, arbitrary: right },
      { weight: 2, arbitrary: fc.constantFrom(...ID_TRICKS) },
      { weight: 1, arbitrary: hostileText.map((text) => escaped(text.slice(0, 500))) },
    );
  };
  const parts = template.split(/\{(\w+)\}/);
  return fc
    .tuple(...parts.map((part, i) => (i % 2 === 0 ? fc.constant(part) : segment(part))))
    .map((texts) => texts.join(''));
}

/** What is lawful to send, in three of four with something of it taken by something worse. */
function bodyOf(
  document: OpenApiDocument,
  operation: Operation,
): fc.Arbitrary<{ type?: string; body?: string }> {
  if (!operation.requestBody) {
    return fc.oneof(
      { weight: 9, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: hostileValue.map((body) => ({ type: 'application/json', body: written(body) })),
      },
    );
  }
  const { content } = refer(document, operation.requestBody) as {
    content: Record<string, { schema: JsonSchema }>;
  };
  return fc.oneof(
    ...Object.entries(content).map(([type, { schema }]) =>
      fc
        .tuple(
          fromSchema(document, schema),
          fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
          hostileValue,
          fc.nat(3),
        )
        .map(([value, at, other, choice]) => ({
          type,
          body: written(choice === 0 ? value : mutated(value, at, other)),
        })),
    ),
  );
}

const refer = (document: object, value: unknown): unknown =>
  typeof value === 'object' && value !== null && '$ref' in value
    ? resolved(document, String(value.$ref))
    : value;

/** Those that cost a password's hash are asked for less often. */
const isSlow = (path: string): boolean => /register|login|auth\/me/.test(path);

/** Requests to every operation of the document. */
export function requests(document: OpenApiDocument): fc.Arbitrary<HostileRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      weight: isSlow(path) ? 1 : path === '/api/openapi.json' ? 1 : 8,
      arbitrary: one(document, path, method.toUpperCase(), operation),
    })),
  );
  return fc.oneof(...operations);
}

function one(document: OpenApiDocument, path: string, method: string, operation: Operation) {
  const parameters = operation.parameters.map((parameter) => refer(document, parameter) as Parameter);
  return fc
    .tuple(
      pathOf(path),
      query(parameters),
      bodyOf(document, operation),
      fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, HEADERS),
      fc.integer({ min: -1, max: 20 }),
    )
    .map(([at, search, { type, body }, headers, who]): HostileRequest => ({
      method,
      path: at + search,
      headers: { ...(type !== undefined && { 'Content-Type': type }), ...headers },
      body,
      who,
    }));
}
