/** One fault in what was sent: `pointer` is a JSON Pointer into it (RFC 6901), or a parameter's name. */
export interface FieldError {
  pointer: string;
  message: string;
}

/** Members that a problem carries beside the standard ones (RFC 9457, section 3.2), and its field errors. */
export interface ErrorExtras {
  errors?: FieldError[];
  [member: string]: unknown;
}

/**
 * An error that knows its own code. One table (`protocol/problems.ts`) turns the code into a status and a
 * title, the same for a REST answer and for a socket acknowledgement.
 */
export class CodedError<Code extends string = string> extends Error {
  constructor(
    readonly code: Code,
    message: string,
    readonly extras: ErrorExtras = {},
  ) {
    super(message);
    this.name = 'CodedError';
  }
}

/** The refusals that the domain itself can utter. */
export type DomainCode =
  | 'validation-failed'
  | 'invalid-recurrence'
  | 'invalid-patch'
  | 'unknown-version'
  | 'version-not-found'
  | 'edit-conflict'
  | 'owner-required'
  | 'nothing-to-undo'
  | 'forbidden'
  | 'not-found';

/** Makes a refusal, for `throw refuse('not-found', 'There is no such event.')`. */
export function refuse(code: DomainCode, detail: string, extras?: ErrorExtras): CodedError<DomainCode> {
  return new CodedError(code, detail, extras);
}

/** A refusal for faults at known places; the first fault doubles as the detail. */
export function refuseFields(
  errors: FieldError[],
  code: 'validation-failed' | 'invalid-recurrence' | 'invalid-patch' = 'validation-failed',
): CodedError<DomainCode> {
  const first = errors[0];
  const detail = first ? `${first.pointer || 'The body'}: ${first.message}` : 'What was sent is not valid.';
  return refuse(code, detail, { errors: errors.slice(0, MAX_ERRORS) });
}

const MAX_ERRORS = 50;
