import { Router, type RequestHandler } from 'express';
import swaggerUi from 'swagger-ui-express';
import { ok, serve, type Routes } from './door.js';

/**
 * The documents of both doors, `/openapi.json` and `/asyncapi.json`; Swagger UI to read and try the one at `/docs`, and
 * a page to read the other at `/docs/live`.
 */
export function createDocs(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const [path, methods] of Object.entries(docsRoutes())) {
    serve(router, path, methods);
  }
  router.get('/docs', (_request, response) => {
    response.redirect(301, '/api/docs/');
  });
  router.get('/docs/live', serveLivePage());
  router.get(['/docs/', '/docs/index.html'], swaggerUi.setup(undefined, PAGE));
  router.use('/docs/', swaggerUi.serveFiles(undefined, PAGE));
  return router;
}

/** A document is made on first demand: at the start it would keep everybody waiting. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const restDocument = once(async () => (await import('./openapi/document.js')).buildDocument());
const liveDocument = once(async () => (await import('./asyncapi/document.js')).buildLiveDocument());
const livePage = once(async () => {
  const { DOCS_POLICY, liveDocsPage } = await import('./pages/live-docs.js');
  return { page: liveDocsPage(await liveDocument()), policy: DOCS_POLICY };
});

function serveLivePage(): RequestHandler {
  return async (_request, response) => {
    const { page, policy } = await livePage();
    response.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' }).type('html').send(page);
  };
}

function docsRoutes(): Record<string, Routes> {
  return {
    /**
     * @openapi
     * /api/openapi.json:
     *   get:
     *     tags: [System]
     *     operationId: getOpenApi
     *     summary: This document
     *     security: []
     *     responses:
     *       200:
     *         description: OpenAPI 3.1
     *         content:
     *           application/json:
     *             schema: { type: object }
     *             example: { openapi: 3.1.0, info: { title: Convene, version: 0.1.0 } }
     */
    '/openapi.json': {
      get: {
        public: true,
        handle: async () => ok(await restDocument()),
      },
    },
    /**
     * @openapi
     * /api/asyncapi.json:
     *   get:
     *     tags: [System]
     *     operationId: getAsyncApi
     *     summary: The document of the live API
     *     description: Every message over Socket.IO. It can be read at `/api/docs/live`.
     *     security: []
     *     responses:
     *       200:
     *         description: AsyncAPI 3
     *         content:
     *           application/json:
     *             schema: { type: object }
     *             example: { asyncapi: 3.0.0, info: { title: 'Convene: the live API', version: 0.1.0 } }
     */
    '/asyncapi.json': { get: { public: true, handle: async () => ok(await liveDocument()) } },
  };
}

const PAGE: swaggerUi.SwaggerUiOptions = {
  customSiteTitle: 'Convene: the API',
  swaggerUrl: '../openapi.json',
  swaggerOptions: {
    persistAuthorization: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null, // no word to swagger.io
  },
};
