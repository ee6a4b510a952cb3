import { problem } from '../../protocol/problems.js';
import { ok, type Routes } from '../door.js';

/** Asks one dependency whether it answers. */
export type Checks = Readonly<Record<string, () => Promise<void>>>;

export function systemRoutes(checks: Checks): Record<string, Routes> {
  return {
    /**
     * @openapi
     * /health/live:
     *   get:
     *     tags: [System]
     *     operationId: getLiveness
     *     summary: Whether the process runs
     *     security: []
     *     responses:
     *       200:
     *         description: It does
     *         content: { application/json: { schema: { $ref: '#/components/schemas/Health' } } }
     */
    '/health/live': { get: { public: true, handle: () => ok({ status: 'ok' }) } },
    /**
     * @openapi
     * /health/ready:
     *   get:
     *     tags: [System]
     *     operationId: getReadiness
     *     summary: Whether the service can do its work
     *     description: Asks everything that it depends on.
     *     security: []
     *     responses:
     *       200:
     *         description: It can
     *         content: { application/json: { schema: { $ref: '#/components/schemas/Health' } } }
     *     x-problems: [unavailable]
     */
    '/health/ready': {
      get: {
        public: true,
        handle: async () => {
          const results = await Promise.all(
            Object.entries(checks).map(async ([name, check]) => [name, await up(check)]),
          );
          const states = Object.fromEntries(results) as Record<string, 'up' | 'down'>;
          const down = Object.keys(states).filter((name) => states[name] === 'down');
          if (down.length > 0) {
            throw problem('unavailable', `Not reachable: ${down.join(', ')}.`, { checks: states });
          }
          return ok({ status: 'ok', checks: states });
        },
      },
    },
  };
}

const up = (check: () => Promise<void>): Promise<'up' | 'down'> =>
  check().then(
    () => 'up',
    () => 'down',
  );
