import type { FieldError } from '../calendar/errors.js';
import type { EditConflict } from '../calendar/rebase.js';
import type { Problem, ProblemCode } from '../protocol/problems.js';

/**
 * What can go wrong on this side of the wire: the server could not be reached, the live connection broke before
 * the answer, no answer came in time, too many edits wait for the connection, or what was waited for was closed.
 */
export type ClientCode = 'network-error' | 'connection-lost' | 'no-answer' | 'too-many-pending' | 'closed';

/** Every rejection of the client: the server's problem (RFC 9457), or one of its own. */
export class ConveneError extends Error {
  constructor(
    /** A stable word: the problem's `code`, or a {@link ClientCode}. */
    readonly code: ProblemCode | ClientCode,
    detail: string,
    /** The problem's members, as far as there is one. */
    readonly problem: Readonly<Partial<Problem>> = {},
  ) {
    super(detail);
    this.name = 'ConveneError';
  }

  /** The problem that the server answered, as an error. */
  static of(problem: Problem): ConveneError {
    return new ConveneError(problem.code, problem.detail, problem);
  }

  /** The HTTP status; null where the server has not answered. */
  get status(): number | null {
    return this.problem.status ?? null;
  }

  /** What is wrong with what was sent, each with a pointer into it. */
  get errors(): FieldError[] {
    return this.problem.errors ?? [];
  }

  /** Of an `edit-conflict`: each field with what it was, what others made of it, and what was wanted. */
  get conflicts(): EditConflict[] {
    return this.code === 'edit-conflict' ? ((this.problem['conflicts'] ?? []) as EditConflict[]) : [];
  }

  /** After how many seconds to ask again, where the server said so. */
  get retryAfter(): number | null {
    const seconds = this.problem['retryAfter'];
    return typeof seconds === 'number' ? seconds : null;
  }
}

/** Whether the same may succeed later: nothing was wrong with it. */
export const isPassing = ({ code }: ConveneError): boolean => PASSING.has(code);

const PASSING: ReadonlySet<string> = new Set([
  'network-error',
  'connection-lost',
  'no-answer',
  'rate-limited',
  'unavailable',
]);

/** Whatever was thrown, as the client's error. */
export const asError = (error: unknown): ConveneError =>
  error instanceof ConveneError
    ? error
    : new ConveneError('network-error', error instanceof Error ? error.message : String(error));
