import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { checkJson } from '../protocol/parse.js';
import { problem } from '../protocol/problems.js';
import type { Actor } from '../service/commit-change.js';
import { notSignedIn, type AccessClaims } from '../service/tokens.js';
import { JSON_TYPE, readBody, type BodyRule, type MediaType } from './body.js';
import { callOf } from './call.js';

/** A request, decoded. */
export interface Call {
  /** The caller; on a public route nobody. */
  caller: AccessClaims;
  actor: Actor;
  params: Record<string, string>;
  query: unknown;
  /** The parsed body, free of what no JSON may hold; undefined where none was sent. */
  body: unknown;
  contentType: MediaType | undefined;
  header(name: string): string | undefined;
  origin: { userAgent: string; address: string };
  /** What a problem says of where it arose. */
  where: { instance: string; requestId: string };
}

/** What to answer; it is encoded by the door. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Route extends BodyRule {
  /** Whoever comes may use it. */
  public?: true;
  /** It answers without content. */
  silent?: true;
  handle(call: Call): Promise<Answer> | Answer;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type Routes = Partial<Record<Method, Route>>;

export const ok = (body: unknown, headers?: Record<string, string>): Answer => ({
  status: 200,
  body,
  ...(headers && { headers }),
});
export const noContent: Answer = { status: 204 };

/** Hangs the routes of one path into a router; any other method there is a 405 that says which there are. */
export function serve(router: Router, path: string, routes: Routes): void {
  const route = router.route(path);
  const allow = allowed(routes);
  for (const [method, definition] of Object.entries(routes) as [Method, Route][]) {
    route[method](...handlers(definition));
  }
  route.options((_request, response) => {
    response.set('Allow', allow).status(204).end();
  });
  route.all((_request, response) => {
    response.set('Allow', allow);
    throw problem('method-not-allowed', `This path takes ${allow}.`);
  });
}

function allowed(routes: Routes): string {
  const methods = Object.keys(routes).map((method) => method.toUpperCase());
  return [...methods, ...(routes.get ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

/** The content type of an answer: the parameter is there to be read, and to be asked for. */
const ANSWERED = `${JSON_TYPE}; charset=utf-8`;
const RAW = express.raw({ type: () => true, limit: '1mb' });

function handlers(definition: Route): RequestHandler[] {
  const enter: RequestHandler = (request, response, next) => {
    const { caller, stranger } = callOf(response);
    if (!definition.public && !caller) {
      throw stranger ?? notSignedIn();
    }
    if (!definition.silent && !request.accepts([JSON_TYPE, ANSWERED])) {
      throw problem('not-acceptable', `This is answered as ${JSON_TYPE}.`);
    }
    next();
  };
  const perform: RequestHandler = async (request, response) => {
    const { contentType, body } = readBody(request, definition);
    if (body !== undefined) {
      checkJson(body);
    }
    send(response, await definition.handle(decode(request, response, body, contentType)));
  };
  return [enter, RAW, perform];
}

const NOBODY: AccessClaims = { userId: '', sessionId: '', expiresAt: 0 };

function decode(
  request: Request,
  response: Response,
  body: unknown,
  contentType: MediaType | undefined,
): Call {
  const caller = callOf(response).caller ?? NOBODY;
  return {
    caller,
    actor: { userId: caller.userId, sessionId: caller.sessionId, via: 'rest' },
    params: request.params as Record<string, string>,
    query: request.query,
    body,
    contentType,
    header: (name) => request.get(name),
    origin: { userAgent: request.get('User-Agent') ?? '', address: request.ip ?? '' },
    where: { instance: request.baseUrl + request.path, requestId: callOf(response).requestId },
  };
}

function send(response: Response, { status, body, headers = {} }: Answer): void {
  response.status(status).set({ 'Cache-Control': 'private, no-cache', ...headers });
  if (body === undefined) {
    response.end();
    return;
  }
  response.set('Content-Type', ANSWERED).end(JSON.stringify(body));
}
