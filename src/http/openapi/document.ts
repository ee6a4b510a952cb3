import path from 'node:path';
import { fileURLToPath } from 'node:url';
import swaggerJsdoc from 'swagger-jsdoc';
import { z } from 'zod';
import { isProblemCode, PROBLEMS, type ProblemCode } from '../../protocol/problems.js';
import { alsoMessagePack } from './formats.js';
import { INTRODUCTION, TAGS } from './introduction.js';
import { problemResponse, problemResponseName } from './problems.js';
import { jsonSchema, QUERIES, schemaComponents } from './schemas.js';
import { headers, limitHeaders, parameters, requestBodies, responses } from './shared.js';
import { packageVersion } from './version.js';
import { WEBHOOKS } from './webhooks.js';
import { withExamples } from './with-examples.js';
import type { JsonSchema, OpenApiDocument, Operation, Reference, Response } from './types.js';

/** An operation as the comment on its route tells it. */
interface Told extends Omit<Operation, 'parameters'> {
  parameters?: unknown[];
  /** The schema that reads its query. */
  'x-query'?: string;
  /** The problems that it answers, beside those of every route like it. */
  'x-problems'?: string[];
}

/**
 * The OpenAPI document: what the comments on the routes tell, with the components they refer to. Each is told
 * once: schemas and query parameters are those that check what comes in, problems those of the one table.
 */
export function buildDocument(): OpenApiDocument {
  const document = swaggerJsdoc({
    failOnErrors: true,
    apis: ['../routes/*', '../docs', '../metrics'].map(sources),
    definition: {
      openapi: '3.1.0',
      info: { title: 'Convene', version: packageVersion(), description: INTRODUCTION },
      servers: [{ url: '/' }],
      tags: TAGS,
      security: [{ bearer: [] }],
      webhooks: WEBHOOKS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          feed: { type: 'apiKey', in: 'query', name: 'token' },
        },
        schemas: schemaComponents(),
        headers,
        parameters,
        requestBodies: mapValues(requestBodies, alsoMessagePack),
        responses: {
          ...mapValues(responses, (one) => withExamples(alsoMessagePack(one))),
          MethodNotAllowed: problemResponse(['method-not-allowed']),
        },
      },
    },
  }) as OpenApiDocument;

  const shared = document.components.responses;
  for (const [at, operations] of Object.entries(document.paths)) {
    for (const [method, told] of Object.entries(operations)) {
      const responses = mapValues(told.responses, (one, status) =>
        withExamples(alsoMessagePack(one), told.operationId, status),
      );
      operations[method] = complete(at, method, { ...told, responses }, shared);
    }
  }
  document.components.responses = mapValues(shared, withHeaders(LIMITED));
  return document;
}

/** The files of routes: TypeScript while developing, JavaScript once built (and not the declarations beside it). */
function sources(pattern: string): string {
  const here = fileURLToPath(import.meta.url);
  const folder = path
    .dirname(here)
    .replaceAll('\\', '/')
    .replace(/[[\]{}()*?!+@]/g, '\\$&');
  return `${folder}/${pattern}${path.extname(here)}`;
}

function complete(at: string, method: string, told: Told, shared: Record<string, Response>): Operation {
  const { 'x-query': query, 'x-problems': own = [], ...operation } = told;
  const keyed = method === 'post' && !told.security;
  const codes = new Set<string>([...own, ...problemsOfEveryRoute(at, told), ...(keyed ? KEY_PROBLEMS : [])]);
  const common = at.startsWith('/api/') ? LIMITED : ALWAYS;
  return {
    ...operation,
    parameters: [
      ...(operation.parameters ?? []),
      ...(query === undefined ? [] : queryParameters(query)),
      ...(keyed ? [{ $ref: '#/components/parameters/Idempotency-Key' }] : []),
      { $ref: '#/components/parameters/X-Request-Id' },
    ],
    responses: {
      ...(keyed
        ? mapValues(operation.responses, (one) => withHeaders([...common, REPLAYED])(inFull(one, shared)))
        : mapValues(operation.responses, withHeaders(common))),
      ...problems(codes, shared),
    },
  };
}

/** What a signed-in user may send once with an `Idempotency-Key`, and what comes of it. */
const KEY_PROBLEMS: readonly ProblemCode[] = [
  'validation-failed',
  'idempotency-mismatch',
  'idempotency-in-progress',
];
const REPLAYED = 'Idempotency-Replayed';

/** A response in place of the reference to it. */
const inFull = (response: Response | Reference, shared: Record<string, Response>): Response | Reference =>
  '$ref' in response ? (shared[response.$ref.split('/').at(-1) ?? ''] ?? response) : response;

/** What the door itself refuses. */
function problemsOfEveryRoute(at: string, told: Told): ProblemCode[] {
  const codes: ProblemCode[] = told.security ? [] : ['unauthenticated', 'token-expired'];
  if (told.requestBody) {
    codes.push('malformed-body', 'payload-too-large', 'unsupported-media-type', 'validation-failed');
  }
  if (told['x-query'] !== undefined) {
    codes.push('validation-failed');
  }
  if (!('204' in told.responses)) {
    codes.push('not-acceptable');
  }
  return at.startsWith('/api/') ? [...codes, 'rate-limited', 'internal-error', 'unavailable'] : codes;
}

/** References to the answers with these problems by status; those that are not shared yet are from now on. */
function problems(codes: Set<string>, shared: Record<string, Response>): Record<string, Reference> {
  const unknown = [...codes].find((code) => !isProblemCode(code));
  if (unknown !== undefined) {
    throw new Error(`There is no problem with the code ${unknown} (in an x-problems)`);
  }
  const inOrder = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
  const statuses = new Set(inOrder.map((code) => PROBLEMS[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const group = inOrder.filter((code) => PROBLEMS[code].status === status);
      const name = problemResponseName(group);
      shared[name] ??= problemResponse(group);
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function queryParameters(name: string): unknown[] {
  if (!isQuery(name)) {
    throw new Error(`There is no schema of a query named ${name} (in an x-query)`);
  }
  return Object.entries<z.ZodType>(QUERIES[name].shape).map(([parameter, field]) => {
    const { description, ...schema } = jsonSchema(field, 'input');
    return {
      name: parameter,
      in: 'query',
      ...(description !== undefined && { description }),
      ...(!field.safeParse(undefined).success && { required: true }),
      schema: {
        ...(schema['type'] === 'string' ? schema : withoutSpelling(schema)),
        ...(field instanceof z.ZodDefault && { default: field.def.defaultValue }),
      },
    };
  });
}

const isQuery = (name: string): name is keyof typeof QUERIES => Object.hasOwn(QUERIES, name);

/** A number or flag, told by its type and not by how it is spelled in a query. */
const withoutSpelling = ({ pattern: _, enum: __, ...schema }: JsonSchema): JsonSchema => schema;

/** Headers of every answer, and of every one that is limited. */
const ALWAYS = ['X-Request-Id'];
const LIMITED = [...ALWAYS, ...Object.keys(limitHeaders)];

const withHeaders = (names: readonly string[]) => {
  const common = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  return <T extends Response | Reference>(response: T): T =>
    '$ref' in response ? response : { ...response, headers: { ...response.headers, ...common } };
};

const mapValues = <T>(values: Record<string, T>, change: (value: T, key: string) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));
