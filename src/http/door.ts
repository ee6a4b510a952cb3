import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { checkJson } from '../protocol/parse.js';
import { problem } from '../protocol/problems.js';
import type { Actor, Once } from '../service/commit-change.js';
import { notSignedIn, type AccessClaims } from '../service/tokens.js';
import { JSON_TYPE, readBody, type BodyRule, type MediaType, type ReadBody } from './body.js';
import { callOf } from './call.js';
import { encodeValue, preferredType, VALUE_TYPES } from './formats.js';
import { idempotencyKey, type Idempotency } from './idempotency.js';
import type { EncodedAnswer } from './kept-answer.js';

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
  /** Of JSON, MessagePack and what else the route produces, the media type that the client likes best. */
  preferred: string;
  header(name: string): string | undefined;
  origin(): { userAgent: string; address: string };
  /** What a problem says of where it arose. */
  where(): { instance: string; requestId: string };
}

/** What to answer; it is encoded by the door. */
export interface Answer {
  status: number;
  body?: unknown;
  /** Its media type; without it the body is a value, as JSON or MessagePack; with it a text of that type. */
  type?: string;
  headers?: Record<string, string>;
}

export interface Route extends BodyRule {
  /** Whoever comes may use it. */
  public?: true;
  /** Whoever is not signed in may come with a `token` in the query: whether it is good is for the route to say. */
  byToken?: true;
  /** It answers without content. */
  silent?: true;
  /**
   * Only for POST: carried out again for the same `actor.once` it does nothing anew. It calls the service once, with
   * that actor, and what it calls goes by `once`; or it writes nothing.
   */
  repeatable?: true;
  /** The media types that it answers in beside JSON and MessagePack, where the client asks for them. */
  produces?: readonly string[];
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
export function serve(router: Router, path: string, routes: Routes, idempotency?: Idempotency): void {
  const route = router.route(path);
  const allow = allowed(routes);
  for (const [method, definition] of Object.entries(routes) as [Method, Route][]) {
    route[method](...handlers(definition, method === 'post' ? idempotency : undefined));
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

const MAX_BYTES = 1024 * 1024;
const rawBody = (limit: number): RequestHandler => express.raw({ type: () => true, limit });

function handlers(definition: Route, idempotency?: Idempotency): RequestHandler[] {
  const enter: RequestHandler = (request, response, next) => {
    const { caller, stranger } = callOf(response);
    const isTicketed = definition.byToken && request.query['token'] !== undefined;
    if (!definition.public && !isTicketed && !caller) {
      throw stranger ?? notSignedIn();
    }
    response.vary('Accept');
    if (!definition.silent && !preferredType(request, definition.produces)) {
      const types = [...VALUE_TYPES, ...(definition.produces ?? [])];
      throw problem('not-acceptable', `This is answered as ${types.join(' or ')}.`);
    }
    next();
  };
  const answer = async (request: Request, response: Response, once?: Once): Promise<EncodedAnswer> => {
    const { contentType, body } = readBody(request, definition);
    if (body !== undefined) {
      checkJson(body);
    }
    const call = decode(request, response, definition, { body, contentType }, once);
    return encode(await definition.handle(call), call.preferred);
  };
  const perform: RequestHandler = async (request, response) => {
    const userId = definition.public ? undefined : callOf(response).caller?.userId;
    const key = idempotency && userId !== undefined ? idempotencyKey(request) : undefined;
    if (!idempotency || userId === undefined || key === undefined) {
      send(response, await answer(request, response));
      return;
    }
    const keyed = { request, response, userId, key, repeatable: definition.repeatable ?? false };
    send(response, await idempotency(keyed, (once) => answer(request, response, once)));
  };
  return [enter, rawBody(definition.maxBytes ?? MAX_BYTES), perform];
}

const NOBODY: AccessClaims = { userId: '', sessionId: '', expiresAt: 0 };

function decode(
  request: Request,
  response: Response,
  definition: Route,
  { body, contentType }: ReadBody,
  once: Once | undefined,
): Call {
  const caller = callOf(response).caller ?? NOBODY;
  return {
    caller,
    actor: { userId: caller.userId, sessionId: caller.sessionId, via: 'rest', ...(once && { once }) },
    params: request.params as Record<string, string>,
    query: request.query,
    body,
    contentType,
    preferred: preferredType(request, definition.produces) || JSON_TYPE,
    header: (name) => request.get(name),
    origin: () => ({ userAgent: request.get('User-Agent') ?? '', address: request.ip ?? '' }),
    where: () => ({ instance: request.baseUrl + request.path, requestId: callOf(response).requestId }),
  };
}

function encode({ status, body, type, headers }: Answer, preferred: string): EncodedAnswer {
  const all = { 'Cache-Control': 'private, no-cache', ...headers };
  if (body === undefined) {
    return { status, headers: all, body };
  }
  const encoded =
    type === undefined
      ? encodeValue(body, preferred)
      : { type: `${type}; charset=utf-8`, body: body as string };
  return { status, headers: { ...all, 'Content-Type': encoded.type }, body: encoded.body };
}

function send(response: Response, { status, headers, body }: EncodedAnswer): void {
  response.statusCode = status;
  response.setHeaders(new Map(Object.entries(headers)));
  response.end(body);
}
