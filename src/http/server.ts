import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors from 'cors';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Gate } from '../gate/gate.js';
import type { Throttle } from '../gate/throttle.js';
import { admit } from './admission.js';
import { tellCalls, type DoneCall } from './call.js';
import { serve, type Routes } from './door.js';
import type { Idempotency } from './idempotency.js';
import { serveMetrics } from './metrics.js';
import { answerProblems, notFound } from './problem-handler.js';

export interface HttpSettings {
  corsOrigins: readonly string[];
  trustProxy: boolean | number | string;
}

export interface HttpParts {
  gate: Gate;
  throttle: Throttle;
  /** For routes below `/api`. */
  idempotency: Idempotency;
  log: Logger;
  /** Routes below `/api`, and at the root. */
  api: Record<string, Routes>;
  root: Record<string, Routes>;
  /** The document of the API, and the page to read and try it. */
  docs: express.Router;
  /** The page at `/`, and what belongs to it. */
  console: express.Router;
  /** Prometheus's text format. */
  metrics(): Promise<string>;
  /** Hears of each request once it is over. */
  onDone(done: DoneCall): void;
}

/** Hangs the REST door into an app that has none yet. */
export function serveHttp(app: Express, { corsOrigins, trustProxy }: HttpSettings, parts: HttpParts): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  app.use(
    tellCalls(parts.log, parts.onDone),
    always(helmet(SECURITY)),
    fromElsewhere(cors({ ...CORS, origin: [...corsOrigins] })),
  );
  app.use('/api', admit(parts.gate, parts.throttle), routerFor(parts.api, parts.idempotency), parts.docs);
  app.use(routerFor(parts.root), serveMetrics(parts.metrics), parts.console);
  app.use(notFound);
  app.use(answerProblems(parts.log));
}

function routerFor(routes: Record<string, Routes>, idempotency?: Idempotency): express.Router {
  const router = express.Router({ caseSensitive: true });
  for (const [path, methods] of Object.entries(routes)) {
    serve(router, path, methods, idempotency);
  }
  return router;
}

/** Sets the headers that a middleware sets on every answer alike; it is asked for them once. */
function always(middleware: ReturnType<typeof helmet>): RequestHandler {
  const request = new IncomingMessage(new Socket());
  const sample = new ServerResponse(request);
  middleware(request, sample, () => undefined);
  const headers = new Map(Object.entries(sample.getHeaders()).map(([name, value]) => [name, String(value)]));
  return (_request, response, next) => {
    response.setHeaders(headers);
    next();
  };
}

/**
 * CORS is for requests of pages from elsewhere, which browsers give an origin. That answers depend on it caches have to
 * know of all of them.
 */
function fromElsewhere(middleware: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (request.headers.origin === undefined) {
      response.vary('Origin');
      next();
    } else {
      middleware(request, response, next);
    }
  };
}

/** TLS, and with it HSTS and upgrades, is for the proxy in front: on plain HTTP they would lock people out. */
const SECURITY: Parameters<typeof helmet>[0] = {
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    directives: {
      'upgrade-insecure-requests': null,
      'style-src': ["'self'", "'unsafe-inline'"],
      'font-src': ["'self'", 'data:'],
      'frame-ancestors': ["'none'"],
      'form-action': ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
};

/** A preflight request goes on to its path, which knows its methods. */
const CORS: cors.CorsOptions = {
  preflightContinue: true,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: [
    'ETag',
    'Location',
    'X-Request-Id',
    'RateLimit-Limit',
    'RateLimit-Remaining',
    'RateLimit-Reset',
    'Retry-After',
    'Idempotency-Replayed',
  ],
  maxAge: 600,
};
