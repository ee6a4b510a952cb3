import { Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import { ok, serve, type Routes } from './door.js';

/** The document of the API at `/openapi.json`, and Swagger UI to read and try it at `/docs`. */
export function createDocs(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const [path, methods] of Object.entries(docsRoutes())) {
    serve(router, path, methods);
  }
  router.get('/docs', (_request, response) => {
    response.redirect(301, '/api/docs/');
  });
  router.get(['/docs/', '/docs/index.html'], swaggerUi.setup(undefined, PAGE));
  router.use('/docs/', swaggerUi.serveFiles(undefined, PAGE));
  return router;
}

/** The document is made on first demand: at the start it would keep everybody waiting. */
function docsRoutes(): Record<string, Routes> {
  let document: Promise<unknown> | undefined;
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
     *         content: { application/json: { schema: { type: object } } }
     */
    '/openapi.json': {
      get: {
        public: true,
        handle: async () => {
          document ??= import('./openapi/document.js').then(({ buildDocument }) => buildDocument());
          return ok(await document);
        },
      },
    },
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
