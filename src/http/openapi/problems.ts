import { z } from 'zod';
import { BatchResultSchema, ConflictReportSchema } from '../../protocol/schedule.js';
import { PROBLEMS, type ProblemCode } from '../../protocol/problems.js';
import { problemExample } from './problem-examples.js';
import { jsonSchema, schemaRef } from './schemas.js';
import type { JsonSchema, Response } from './types.js';

export const PROBLEM_TYPE = 'application/problem+json';

const currentVersion = z.int().min(1).meta({ description: 'The version that the event has now' });
const value = z.unknown().meta({ description: 'null where the field was absent' });

/** The members that a problem of a code carries beside those of every problem. */
const MEMBERS: Partial<Record<ProblemCode, z.ZodObject>> = {
  'edit-conflict': z.object({
    conflicts: z
      .array(z.strictObject({ path: z.string(), base: value, theirs: value, yours: value }))
      .min(1)
      .meta({ description: 'The fields that both changed; `path` is a JSON Pointer into the content' }),
    currentVersion,
  }),
  'schedule-conflict': ConflictReportSchema,
  'precondition-failed': z.object({ currentVersion }),
  'unknown-version': z.object({ currentVersion }),
  'batch-failed': BatchResultSchema,
  'rate-limited': z.object({ retryAfter: z.int().min(1).meta({ description: 'As in Retry-After' }) }),
  unavailable: z.object({
    retryAfter: z.int().optional().meta({ description: 'As in Retry-After' }),
    checks: z.record(z.string(), z.enum(['up', 'down'])).optional(),
  }),
};

const HEADERS: Readonly<Record<number, string>> = {
  401: 'WWW-Authenticate',
  405: 'Allow',
  412: 'ETag',
  429: 'Retry-After',
  503: 'Retry-After',
};

/** The name of the response that answers one of these problems, all of one status. */
export const problemResponseName = (codes: readonly ProblemCode[]): string =>
  codes.map((code) => code.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())).join('.');

/** An answer that is one of these problems, all of one status. */
export function problemResponse(codes: readonly ProblemCode[]): Response {
  const status = statusOf(codes[0]);
  const header = HEADERS[status];
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
    ...(header && { headers: { [header]: { $ref: `#/components/headers/${header}` } } }),
    content: {
      [PROBLEM_TYPE]: {
        schema: { allOf: [schemaRef('Problem'), narrowed(codes, status)] },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
      },
    },
  };
}

const statusOf = (code: ProblemCode | undefined): number => (code ? PROBLEMS[code].status : 500);

/** What these problems have in particular: each its code, and its own members. */
function narrowed(codes: readonly ProblemCode[], status: number): JsonSchema {
  const kinds = codes.map((code) => {
    const members = MEMBERS[code] && z.object(MEMBERS[code].shape);
    const { properties, required } = members ? jsonSchema(members, 'output') : {};
    const own = { status: { const: status }, code: { const: code }, ...(properties as object | undefined) };
    return { type: 'object', properties: own, ...(required !== undefined && { required }) };
  });
  const [only] = kinds;
  return kinds.length === 1 && only ? only : { anyOf: kinds };
}
