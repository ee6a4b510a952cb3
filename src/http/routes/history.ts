import { ChangelogQuerySchema, HistoryQuerySchema } from '../../protocol/history.js';
import { parseQuery } from '../../protocol/parse.js';
import type { HistoryService } from '../../service/history.js';
import { ok, type Routes } from '../door.js';
import { id, versionParameter } from './events.js';

export function historyRoutes(history: HistoryService): Record<string, Routes> {
  return {
    /**
     * @openapi
     * /api/events/{id}/history:
     *   get:
     *     tags: [History]
     *     operationId: listHistory
     *     summary: The log of an event, newest first
     *     description: Each entry has the JSON Patch that made its version out of the one before.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *     x-query: HistoryQuery
     *     responses:
     *       200:
     *         description: A page of entries
     *         content: { application/json: { schema: { $ref: '#/components/schemas/HistoryPage' } } }
     *     x-problems: [not-found]
     */
    '/events/:id/history': {
      get: {
        handle: async (call) =>
          ok(await history.entries(call.caller.userId, id(call), parseQuery(HistoryQuerySchema, call.query))),
      },
    },
    /**
     * @openapi
     * /api/events/{id}/history/{version}:
     *   get:
     *     tags: [History]
     *     operationId: getVersion
     *     summary: One version, its entry and its content
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *       - { $ref: '#/components/parameters/Version' }
     *     responses:
     *       200:
     *         description: The version
     *         content: { application/json: { schema: { $ref: '#/components/schemas/Version' } } }
     *     x-problems: [not-found, version-not-found]
     */
    '/events/:id/history/:version': {
      get: {
        handle: async (call) =>
          ok(await history.version(call.caller.userId, id(call), versionParameter(call, 'version'))),
      },
    },
    /**
     * @openapi
     * /api/events/{id}/changelog:
     *   get:
     *     tags: [History]
     *     operationId: listChanges
     *     summary: The history in words, newest first
     *     description: What changed field by field, from what to what.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *     x-query: ChangelogQuery
     *     responses:
     *       200:
     *         description: A page of the changelog
     *         content: { application/json: { schema: { $ref: '#/components/schemas/ChangelogPage' } } }
     *     x-problems: [not-found]
     */
    '/events/:id/changelog': {
      get: {
        handle: async (call) =>
          ok(
            await history.changelog(
              call.caller.userId,
              id(call),
              parseQuery(ChangelogQuerySchema, call.query),
            ),
          ),
      },
    },
    /**
     * @openapi
     * /api/events/{id}/diff/{from}/{to}:
     *   get:
     *     tags: [History]
     *     operationId: getDiff
     *     summary: What leads from one version to another
     *     description: >-
     *       In either direction. Applying `patch` to the content of the one gives exactly that of
     *       the other.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *       - { $ref: '#/components/parameters/FromVersion' }
     *       - { $ref: '#/components/parameters/ToVersion' }
     *     responses:
     *       200:
     *         description: The difference
     *         content: { application/json: { schema: { $ref: '#/components/schemas/Diff' } } }
     *     x-problems: [not-found, version-not-found]
     */
    '/events/:id/diff/:from/:to': {
      get: {
        handle: async (call) => {
          const [from, to] = [versionParameter(call, 'from'), versionParameter(call, 'to')];
          return ok(await history.diff(call.caller.userId, id(call), from, to));
        },
      },
    },
  };
}
