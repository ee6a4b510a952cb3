import { Router } from 'express';
import { problem } from '../protocol/problems.js';

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * @openapi
 * /metrics:
 *   get:
 *     tags: [System]
 *     operationId: getMetrics
 *     summary: How this process fares, in numbers
 *     description: >-
 *       Prometheus's text format, of this process alone and since its start. It names no person and no event. The proxy
 *       that comes with Convene doesn't let it through: ask each process itself.
 *     security: []
 *     responses:
 *       200:
 *         description: Counters, gauges and histograms
 *         content: { text/plain: { schema: { type: string } } }
 */
export function serveMetrics(metrics: () => Promise<string>): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const route = router.route('/metrics');
  route.get(async (_request, response) => {
    response.set({ 'Content-Type': PROMETHEUS, 'Cache-Control': 'no-store' }).end(await metrics());
  });
  route.options((_request, response) => {
    response.set('Allow', ALLOWED).status(204).end();
  });
  route.all((_request, response) => {
    response.set('Allow', ALLOWED);
    throw problem('method-not-allowed', `This path takes ${ALLOWED}.`);
  });
  return router;
}

const ALLOWED = 'GET, HEAD, OPTIONS';
