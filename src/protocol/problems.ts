import { z } from 'zod';
import { CodedError, type DomainCode, type ErrorExtras } from '../calendar/errors.js';

/** Every code a problem can have. */
export type ProblemCode =
  | DomainCode
  | 'malformed-body'
  | 'unauthenticated'
  | 'invalid-credentials'
  | 'session-revoked'
  | 'token-expired'
  | 'registration-closed'
  | 'user-not-found'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'already-registered'
  | 'schedule-conflict'
  | 'sync-token-expired'
  | 'precondition-failed'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'batch-failed'
  | 'idempotency-in-progress'
  | 'idempotency-mismatch'
  | 'rate-limited'
  | 'too-many-subscriptions'
  | 'internal-error'
  | 'unavailable';

/** The one table that makes a code a status and a title. */
export const PROBLEMS: Readonly<Record<ProblemCode, { status: number; title: string }>> = {
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  'invalid-credentials': { status: 401, title: 'Wrong name or password' },
  'session-revoked': { status: 401, title: 'The session has been ended' },
  'token-expired': { status: 401, title: 'The token has expired' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  'registration-closed': { status: 403, title: 'Registration is closed' },
  'not-found': { status: 404, title: 'Not found' },
  'user-not-found': { status: 404, title: 'There is no such user' },
  'version-not-found': { status: 404, title: 'There is no such version' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'not-acceptable': { status: 406, title: 'No acceptable representation' },
  'already-registered': { status: 409, title: 'Already registered' },
  'edit-conflict': { status: 409, title: 'Others have changed the same' },
  'schedule-conflict': { status: 409, title: 'The time is taken' },
  'owner-required': { status: 409, title: 'An event needs its owner' },
  'nothing-to-undo': { status: 409, title: 'There is nothing to undo' },
  'idempotency-in-progress': { status: 409, title: 'The first request with this key has not ended' },
  'sync-token-expired': { status: 410, title: 'The token is too old' },
  'precondition-failed': { status: 412, title: 'The event has another version' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'validation-failed': { status: 422, title: 'What was sent is not valid' },
  'invalid-recurrence': { status: 422, title: 'The recurrence rule is not valid' },
  'invalid-patch': { status: 422, title: 'The patch is malformed or not applicable' },
  'unknown-version': { status: 422, title: 'The base version is not known' },
  'batch-failed': { status: 422, title: 'The batch was refused' },
  'idempotency-mismatch': { status: 422, title: 'The key belongs to another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-subscriptions': { status: 429, title: 'Too many subscriptions' },
  'internal-error': { status: 500, title: 'Something went wrong' },
  unavailable: { status: 503, title: 'Not available for the moment' },
};

export const ProblemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'A URI reference that names the kind of problem' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'The request’s path, or the message’s name' }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    requestId: z.string(),
    errors: z.array(z.strictObject({ pointer: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', title: 'A problem (RFC 9457)' });
export type Problem = z.output<typeof ProblemSchema>;

/** Makes an error that the table knows. */
export function problem(code: ProblemCode, detail: string, extras?: ErrorExtras): CodedError<ProblemCode> {
  return new CodedError(code, detail, extras);
}

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

const isKnown = (error: unknown): error is CodedError<ProblemCode> =>
  error instanceof CodedError && isProblemCode((error as CodedError).code);

/**
 * The problem object for whatever was thrown: the same for an answer over REST and for an acknowledgement.
 * What is not ours stays unexplained.
 */
export function toProblem(error: unknown, where: { instance: string; requestId: string }): Problem {
  const known = isKnown(error) ? error : null;
  const code = known?.code ?? 'internal-error';
  const { errors, ...extras } = known?.extras ?? {};
  return {
    ...extras,
    type: `urn:convene:problem:${code}`,
    ...PROBLEMS[code],
    detail: known?.message ?? 'The server could not carry this out. It has been logged.',
    instance: where.instance,
    code,
    requestId: where.requestId,
    ...(errors && { errors }),
  };
}
