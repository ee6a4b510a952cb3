import type { Request } from 'express';
import type { Window } from '../gate/limits.js';

/** What a request takes of which limit. */
export interface Price {
  limit: Window;
  points: number;
  /** By whom it is counted. */
  by: 'user' | 'address';
}

const read = (points: number): Price => ({ limit: 'reads', points, by: 'user' });
const write = (points: number): Price => ({ limit: 'writes', points, by: 'user' });
const byAddress = (limit: Window): Price => ({ limit, points: 1, by: 'address' });

const READ = read(1);
const WRITE = write(1);
const ANONYMOUS = byAddress('anonymous');

/** Requests that cost otherwise than by their method: paths below `/api`, without the slash at the end. */
const PRICES: Readonly<Record<string, Price>> = {
  'POST /auth/register': byAddress('registrations'),
  'POST /auth/login': byAddress('logins'),
  'POST /auth/refresh': byAddress('refreshes'),
  'POST /events/conflicts': read(5),
  'POST /freebusy': read(5),
  'POST /events/batch': write(10),
  'POST /import': write(10),
};
const EXPANSION = read(5);
const CONFLICTS = read(5);

/** Every path below `/api` has its price, whether or not there is anything. */
export function priceOf(request: Request, signedIn: boolean): Price {
  const { method, path } = request;
  const listed = method === 'POST' ? PRICES[`POST ${path.replace(/\/$/, '')}`] : undefined;
  if (listed?.by === 'address' || !signedIn) {
    return listed?.by === 'address' ? listed : ANONYMOUS;
  }
  return listed ?? (SAFE.has(method) ? priceOfReading(request) : WRITE);
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

function priceOfReading(request: Request): Price {
  const { path } = request;
  if (/^\/events\/[^/]+\/conflicts\/?$/.test(path)) {
    return CONFLICTS;
  }
  // Each look at the query parses it.
  return /^\/events\/?$/.test(path) && request.query['expand'] === 'true' ? EXPANSION : READ;
}
