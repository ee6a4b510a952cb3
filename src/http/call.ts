import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { AccessClaims } from '../service/tokens.js';

/** What is known of a request beside what it says. */
export interface CallState {
  requestId: string;
  caller?: AccessClaims;
}

export const callOf = (response: Response): CallState => response.locals as CallState;

/** Gives each request its id, and when it has been answered its line in the log: no query, no header, no body. */
export function tellCalls(log: Logger): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const given = request.get('X-Request-Id') ?? '';
    const requestId = /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
    response.locals['requestId'] = requestId;
    response.set('X-Request-Id', requestId);
    const path = request.path;
    response.once('close', () => {
      log.info(
        {
          requestId,
          method: request.method,
          path,
          status: response.statusCode,
          ms: Math.round((performance.now() - started) * 10) / 10,
          userId: callOf(response).caller?.userId,
          ...(!response.writableFinished && { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
