import { problem, PROBLEMS, toProblem, type Problem, type ProblemCode } from '../../protocol/problems.js';
import { CONFLICT, REPORT } from './samples.js';

/** What a problem says of its case, with the members that its code brings, and where it may arise. */
interface Case {
  detail: string;
  extras?: Record<string, unknown>;
  /** Another path than that of an event. */
  at?: string;
}

const EVENT_PATH = '/api/events/66f0c0ffee0123456789abcd';

/** A case of each code; of one that is not here its title says enough. */
const CASES: Readonly<Partial<Record<ProblemCode, Case>>> = {
  'malformed-body': { detail: 'The body is no valid JSON.' },
  unauthenticated: { detail: 'An access token is needed.' },
  'invalid-credentials': { detail: 'The name or the password is wrong.', at: '/api/auth/login' },
  'session-revoked': { detail: 'The session has been ended.', at: '/api/auth/refresh' },
  'token-expired': { detail: 'The access token has expired.' },
  forbidden: { detail: 'This takes the role of an editor.' },
  'registration-closed': { detail: 'Registration is closed here.', at: '/api/auth/register' },
  'not-found': { detail: 'There is no such event.' },
  'user-not-found': { detail: 'There is no such user.', at: `${EVENT_PATH}/share` },
  'version-not-found': { detail: 'The event has no version 12.', at: `${EVENT_PATH}/history/12` },
  'method-not-allowed': { detail: 'This path takes GET, HEAD, OPTIONS.', at: '/api/openapi.json' },
  'not-acceptable': { detail: 'This is answered as application/json or application/msgpack.' },
  'already-registered': { detail: 'The username is taken.', at: '/api/auth/register' },
  'edit-conflict': {
    detail: 'Others have changed the same since version 7.',
    extras: {
      conflicts: [{ path: '/title', base: 'Design review', theirs: 'Plan', yours: 'Review' }],
      currentVersion: 8,
    },
  },
  'schedule-conflict': {
    detail: 'The time is taken.',
    extras: { ...REPORT, conflicts: [CONFLICT] },
    at: '/api/events',
  },
  'owner-required': {
    detail: 'The owner cannot leave.',
    at: `${EVENT_PATH}/permissions/66f0c0ffee0123456789ada0`,
  },
  'nothing-to-undo': { detail: 'There is no edit of yours to take back.', at: `${EVENT_PATH}/undo` },
  'idempotency-in-progress': { detail: 'The first request with this key has not ended.', at: '/api/events' },
  'sync-token-expired': { detail: 'The token is too old: begin anew, without one.', at: '/api/sync' },
  'precondition-failed': { detail: 'The event has version 8.', extras: { currentVersion: 8 } },
  'payload-too-large': { detail: 'A body has at most 1 MiB.' },
  'unsupported-media-type': { detail: 'This takes application/json or application/msgpack.' },
  'validation-failed': {
    detail: 'What was sent is not valid.',
    extras: { errors: [{ pointer: '/title', message: 'must not be empty' }] },
    at: '/api/events',
  },
  'invalid-recurrence': {
    detail: 'The rule never occurs.',
    extras: { errors: [{ pointer: '/recurrence', message: 'never occurs' }] },
  },
  'invalid-patch': {
    detail: 'The patch cannot be applied.',
    extras: { errors: [{ pointer: '/0', message: 'there is nothing at /metadata/ticket' }] },
  },
  'unknown-version': { detail: 'The event has never had version 12.', extras: { currentVersion: 8 } },
  'batch-failed': {
    detail: 'Nothing was created, as not everything could be.',
    extras: {
      results: [
        { index: 0, status: 424 },
        {
          index: 1,
          status: 422,
          problem: {
            type: 'urn:convene:problem:validation-failed',
            title: PROBLEMS['validation-failed'].title,
            status: 422,
            detail: 'What was sent is not valid.',
            instance: '/api/events/batch',
            code: 'validation-failed',
            requestId: '0b9a7a4e-6c1f-4d0e-9f43-0f5a6c1d2e3f',
            errors: [{ pointer: '/end', message: 'must be after start' }],
          },
        },
      ],
    },
    at: '/api/events/batch',
  },
  'idempotency-mismatch': { detail: 'The key belongs to another request.', at: '/api/events' },
  'rate-limited': { detail: 'Too much was asked.', extras: { retryAfter: 12 } },
  'too-many-subscriptions': { detail: 'A socket has at most 500 subscriptions.' },
  'internal-error': { detail: 'The server could not carry this out. It has been logged.' },
  unavailable: { detail: 'The store cannot be reached.', extras: { retryAfter: 5 } },
};

/** A problem of this code as it may be answered; over a socket `instance` is the message. */
export function problemExample(code: ProblemCode, instance?: string): Problem {
  const { detail, extras = {}, at = EVENT_PATH } = CASES[code] ?? { detail: `${PROBLEMS[code].title}.` };
  return toProblem(problem(code, detail, extras), {
    instance: instance ?? at,
    requestId: '0b9a7a4e-6c1f-4d0e-9f43-0f5a6c1d2e3f',
  });
}
