import type { RequestHandler, Response } from 'express';
import { networkOf } from '../gate/address.js';
import { bearerToken, type Gate } from '../gate/gate.js';
import type { Standing } from '../gate/limits.js';
import type { Throttle } from '../gate/throttle.js';
import { callOf } from './call.js';
import { priceOf } from './prices.js';

/**
 * Every request below `/api`, before its route is looked for: whose it is, and whether they may have more. Whether
 * it has to be somebody's is for the route to say.
 */
export function admit(gate: Gate, throttle: Throttle): RequestHandler {
  return async (request, response, next) => {
    const call = callOf(response);
    // Two people at one browser: what it keeps of an answer to one of them is no answer to the other.
    response.vary('Authorization');
    try {
      call.caller = await gate.identify(bearerToken(request.get('Authorization')));
    } catch (error) {
      call.stranger = error as Error;
    }
    const { limit, points, by } = priceOf(request, call.caller !== undefined);
    const key = by === 'user' && call.caller ? call.caller.userId : networkOf(request.ip ?? '');
    const standing = await throttle.take(limit, key, points);
    if (standing) {
      showStanding(response, standing);
    }
    next();
  };
}

/** The headers that say how much is left. */
export function showStanding(response: Response, { limit, remaining, reset }: Standing): void {
  response.setHeader('RateLimit-Limit', limit);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', reset);
}
