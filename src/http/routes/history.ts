import {
  ChangelogQuerySchema,
  DiffQuerySchema,
  HistoryQuerySchema,
  type FORMATS,
} from '../../protocol/history.js';
import { parseQuery } from '../../protocol/parse.js';
import type { HistoryService } from '../../service/history.js';
import { ok, type Answer, type Call, type Routes } from '../door.js';
import { changelogPage, diffPage } from '../pages/pages.js';
import { changelogText, diffPlain } from '../pages/plain.js';
import { PAGE_POLICY } from '../pages/style.js';
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
     *     description: >-
     *       What changed field by field, from what to what: as JSON, as text for a terminal, or as a page that
     *       needs nothing but itself; these two with the times in the event’s zone, and the notes of the edits.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *     x-query: ChangelogQuery
     *     responses:
     *       200:
     *         description: A page of the changelog; what is no JSON says in `Link` where the next one is
     *         headers: { Link: { $ref: '#/components/headers/Link' } }
     *         content:
     *           application/json: { schema: { $ref: '#/components/schemas/ChangelogPage' } }
     *           text/plain: { schema: { type: string } }
     *           text/html: { schema: { type: string } }
     *     x-problems: [not-found]
     */
    '/events/:id/changelog': {
      get: {
        produces: READABLE,
        handle: async (call) => {
          const { format, ...page } = parseQuery(ChangelogQuerySchema, call.query);
          const shown = format ?? formatFor(call);
          const { userId } = call.caller;
          if (shown === 'json') {
            return ok(await history.changelog(userId, id(call), page));
          }
          const told = await history.told(userId, id(call), page);
          const older = olderThan(told, { ...page, format: shown });
          return readable(shown, (shown === 'html' ? changelogPage : changelogText)(told, older), older);
        },
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
     *       the other. As text or as a page it is told line by line.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *       - { $ref: '#/components/parameters/FromVersion' }
     *       - { $ref: '#/components/parameters/ToVersion' }
     *     x-query: DiffQuery
     *     responses:
     *       200:
     *         description: The difference
     *         content:
     *           application/json: { schema: { $ref: '#/components/schemas/Diff' } }
     *           text/plain: { schema: { type: string } }
     *           text/html: { schema: { type: string } }
     *     x-problems: [not-found, version-not-found]
     */
    '/events/:id/diff/:from/:to': {
      get: {
        produces: READABLE,
        handle: async (call) => {
          const shown = parseQuery(DiffQuerySchema, call.query).format ?? formatFor(call);
          const [from, to] = [versionParameter(call, 'from'), versionParameter(call, 'to')];
          const compared = [call.caller.userId, id(call), from, to] as const;
          if (shown === 'json') {
            return ok(await history.diff(...compared));
          }
          const comparison = await history.comparison(...compared);
          return readable(shown, (shown === 'html' ? diffPage : diffPlain)(comparison));
        },
      },
    },
  };
}

type Format = (typeof FORMATS)[number];

const READABLE = ['text/html', 'text/plain'];
const TYPES = { html: 'text/html', text: 'text/plain' } as const;

/** What the client likes best where it names no format. */
const formatFor = ({ preferred }: Call): Format =>
  preferred === TYPES.html ? 'html' : preferred === TYPES.text ? 'text' : 'json';

/** Where the next page of the same is, relative to this one; null where there is none. */
function olderThan(
  { nextCursor }: { nextCursor: string | null },
  query: Record<string, string | number | undefined>,
): string | null {
  if (nextCursor === null) {
    return null;
  }
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries<string | number | undefined>({ ...query, cursor: nextCursor })) {
    if (value !== undefined) {
      parameters.set(name, String(value));
    }
  }
  return `?${parameters.toString()}`;
}

const readable = (format: 'text' | 'html', body: string, older: string | null = null): Answer => ({
  status: 200,
  type: TYPES[format],
  body,
  headers: {
    ...(older !== null && { Link: `<${older}>; rel="next"` }),
    ...(format === 'html' && { 'Content-Security-Policy': PAGE_POLICY }),
  },
});
