import { ChangelogQuerySchema, HistoryQuerySchema } from '../../protocol/history.js';
import { parseQuery } from '../../protocol/parse.js';
import type { HistoryService } from '../../service/history.js';
import { ok, type Routes } from '../door.js';
import { id, versionParameter } from './events.js';

export function historyRoutes(history: HistoryService): Record<string, Routes> {
  return {
    '/events/:id/history': {
      get: {
        handle: async (call) =>
          ok(await history.entries(call.caller.userId, id(call), parseQuery(HistoryQuerySchema, call.query))),
      },
    },
    '/events/:id/history/:version': {
      get: {
        handle: async (call) =>
          ok(await history.version(call.caller.userId, id(call), versionParameter(call, 'version'))),
      },
    },
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
