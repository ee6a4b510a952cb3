import { IncomingMessage, ServerResponse, type ServerOptions } from 'node:http';
import express, { type Express } from 'express';

export interface WebApp {
  app: Express;
  /** Of what its server has to make requests and answers. */
  messages: Required<Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>>;
}

/**
 * An Express app without routes. Express gives every request and every answer the prototypes of its app as they come; an
 * object whose prototype was changed the engine looks into slowly, and keeps until its next full collection. Those that
 * are made with them from the start are left as they are: that is two thirds of what Express takes by itself.
 */
export function createWebApp(): WebApp {
  const app = express();
  class Request extends IncomingMessage {}
  class Answer<R extends IncomingMessage> extends ServerResponse<R> {}
  app.request = withAllOf(app.request, Request.prototype);
  app.response = withAllOf(app.response, Answer.prototype);
  return { app, messages: { IncomingMessage: Request, ServerResponse: Answer } };
}

/** Gives a prototype what another one and the one behind that have: Express's methods, and the app. */
function withAllOf<T extends object>(from: T, to: object): T {
  for (const each of [Object.getPrototypeOf(from) as object, from]) {
    Object.defineProperties(to, Object.getOwnPropertyDescriptors(each));
  }
  return to as T;
}
