import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { AccessClaims } from '../service/tokens.js';

/** What is known of a request beside what it says. */
export interface CallState {
  requestId: string;
  caller?: AccessClaims;
  /** Why there is no caller. */
  stranger?: Error;
}

export const callOf = (response: Response): CallState => response.locals as CallState;

/** What is told of a request that is over, in words of which there are few: nothing in it is the client's own. */
export interface DoneCall {
  method: string;
  /** As it is hung up, such as `/api/events/:id`; `none` where the path is nobody's. */
  route: string;
  /** The answer's; `aborted` where the client has not waited for it. */
  status: string;
  seconds: number;
}

/**
 * Gives each request its id, and when it has been answered its line in the log: no query, no header, no body.
 *
 * @param onDone must not throw
 */
export function tellCalls(log: Logger, onDone: (done: DoneCall) => void): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const given = request.get('X-Request-Id') ?? '';
    const requestId = /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
    response.locals['requestId'] = requestId;
    response.set('X-Request-Id', requestId);
    const path = request.path;
    response.once('close', () => {
      const ms = performance.now() - started;
      const aborted = !response.writableFinished;
      log.info(
        {
          requestId,
          method: request.method,
          path,
          status: response.statusCode,
          ms: Math.round(ms * 10) / 10,
          userId: callOf(response).caller?.userId,
          ...(aborted && { aborted }),
        },
        'request',
      );
      onDone({
        method: METHODS.includes(request.method) ? request.method : 'other',
        route: routeOf(request),
        status: aborted ? 'aborted' : String(response.statusCode),
        seconds: ms / 1000,
      });
    });
    next();
  };
}

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

function routeOf(request: Request): string {
  const { path } = (request.route ?? {}) as { path?: string | string[] };
  const [first] = [path].flat();
  // Where the route was hung up is forgotten again while a refusal is on its way out.
  const prefix = /^\/api(?:[/?]|$)/i.test(request.originalUrl) ? '/api' : '';
  return first === undefined ? 'none' : prefix + first;
}
