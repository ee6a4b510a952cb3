import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { CodedError } from '../calendar/errors.js';
import { RateLimited } from '../gate/limits.js';
import { problem, toProblem, type Problem, type ProblemCode } from '../protocol/problems.js';
import { showStanding } from './admission.js';
import { callOf } from './call.js';

/** Whatever no route has answered. */
export const notFound: RequestHandler = () => {
  throw problem('not-found', 'There is nothing at this path.');
};

/** Turns whatever was thrown into a problem (RFC 9457), whatever the client accepts. */
export function answerProblems(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const { requestId } = callOf(response);
    const known = recognise(error);
    const answer = toProblem(known, { instance: request.path, requestId });
    if (answer.status >= 500) {
      log.error({ err: error, requestId }, 'a request failed');
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    if (known instanceof RateLimited) {
      showStanding(response, known.standing);
    }
    sendProblem(response, answer);
  };
}

export function sendProblem(response: Response, answer: Problem): void {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
  if (answer.status === 401) {
    headers['WWW-Authenticate'] = 'Bearer';
  }
  if (answer.status === 412) {
    headers['ETag'] = `"${String(answer['currentVersion'])}"`;
  }
  if (answer.status === 503 || answer.status === 429) {
    headers['Retry-After'] = String(
      typeof answer['retryAfter'] === 'number' ? answer['retryAfter'] : RETRY_AFTER,
    );
  }
  response
    .status(answer.status)
    .set(headers)
    .set('Content-Type', 'application/problem+json; charset=utf-8')
    .end(JSON.stringify(answer));
}

/** Seconds after which it is worth trying again, where the problem itself does not say. */
const RETRY_AFTER = 5;

/** What express and the body reader throw by status, in our own words. */
const BY_STATUS: Readonly<Record<number, { code: ProblemCode; detail: string }>> = {
  400: { code: 'malformed-body', detail: 'The request cannot be read.' },
  413: {
    code: 'payload-too-large',
    detail: 'The body is larger than it may be: 1 MiB, or 5 MiB for an import.',
  },
  415: { code: 'unsupported-media-type', detail: 'The body has an encoding that is not taken.' },
};

function recognise(error: unknown): unknown {
  if (error instanceof CodedError) {
    return error;
  }
  if (error instanceof URIError) {
    return problem('not-found', 'There is nothing at this path.');
  }
  const status = (error as { status?: unknown } | null)?.status;
  const known = typeof status === 'number' ? BY_STATUS[status] : undefined;
  return known ? problem(known.code, known.detail) : error;
}
