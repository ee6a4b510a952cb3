import {
  BatchSchema,
  DeleteQuerySchema,
  EditQuerySchema,
  ListQuerySchema,
  type EventView,
} from '../../protocol/events.js';
import { parse, parseQuery } from '../../protocol/parse.js';
import { problem, toProblem } from '../../protocol/problems.js';
import { isVersion } from '../../protocol/primitives.js';
import type { EditAnswer, EditService, SentEdit } from '../../service/edits.js';
import type { BatchItem, EventService } from '../../service/events.js';
import { noSuchVersion } from '../../service/read-history.js';
import { JSON_PATCH_TYPE, JSON_TYPE, MERGE_PATCH_TYPE } from '../body.js';
import { editHeaders, etag, ifMatch, isFresh } from '../conditions.js';
import { noContent, ok, type Answer, type Call, type Routes } from '../door.js';

const consumes = [JSON_TYPE] as const;
const patches = [JSON_PATCH_TYPE, MERGE_PATCH_TYPE, JSON_TYPE] as const;

const tagged = (event: EventView): Record<string, string> => ({ ETag: etag(event.version) });

export function eventRoutes(events: EventService, edits: EditService): Record<string, Routes> {
  const edit = async (call: Call, sent: SentEdit): Promise<Answer> => {
    const options = { ...parseQuery(EditQuerySchema, call.query), ...editHeaders(call) };
    return edited(await edits.edit(call.actor, id(call), sent, options), options.baseVersion);
  };

  return {
    '/events': {
      get: {
        handle: async ({ caller, query }) =>
          ok(await events.list(caller.userId, parseQuery(ListQuerySchema, query))),
      },
      post: {
        consumes,
        handle: async ({ actor, body }) => {
          const event = await events.create(actor, body);
          return {
            status: 201,
            body: event,
            headers: { Location: `/api/events/${event.id}`, ...tagged(event) },
          };
        },
      },
    },
    '/events/batch': {
      post: {
        consumes,
        handle: async (call) => {
          const { events: bodies, atomic } = parse(BatchSchema, call.body);
          return batchAnswer(await events.createBatch(call.actor, bodies, atomic), atomic, call);
        },
      },
    },
    '/events/:id': {
      get: {
        handle: async (call) => {
          const event = await events.get(call.caller.userId, id(call));
          return isFresh(call, event.version)
            ? { status: 304, headers: tagged(event) }
            : ok(event, tagged(event));
        },
      },
      put: { consumes, handle: (call) => edit(call, { form: 'replacement', body: call.body }) },
      patch: {
        consumes: patches,
        handle: (call) =>
          edit(call, {
            form: call.contentType === JSON_PATCH_TYPE ? 'json-patch' : 'merge-patch',
            body: call.body,
          }),
      },
      delete: {
        silent: true,
        handle: async (call) => {
          const { permanent } = parseQuery(DeleteQuerySchema, call.query);
          await events[permanent ? 'erase' : 'trash'](call.actor, id(call), ifMatch(call));
          return noContent;
        },
      },
    },
    '/events/:id/restore': {
      post: {
        handle: async (call) => {
          const event = await events.restore(call.actor, id(call));
          return ok(event, tagged(event));
        },
      },
    },
    '/events/:id/rollback/:version': {
      post: {
        handle: async (call) => {
          const options = { ...parseQuery(EditQuerySchema, call.query), ...editHeaders(call) };
          const answer = await edits.rollback(
            call.actor,
            id(call),
            versionParameter(call, 'version'),
            options,
          );
          return edited(answer, options.baseVersion);
        },
      },
    },
  };
}

export const id = (call: Call): string => call.params['id'] ?? '';

/** A version in a path. One that cannot be a version is just not found. */
export function versionParameter(call: Call, name: string): number {
  const text = call.params[name] ?? '';
  if (!isVersion(text)) {
    throw noSuchVersion(Number.NaN);
  }
  return Number(text);
}

function edited({ event, merged }: EditAnswer, baseVersion: number | undefined): Answer {
  return ok(baseVersion === undefined ? event : { ...event, merged }, tagged(event));
}

/** 201 where all were created; 207 where some were not; 422 where one was not and all had to be. */
function batchAnswer(items: BatchItem[], atomic: boolean, { where }: Call): Answer {
  const failed = items.some((item) => !('event' in item));
  const results = items.map((item) => {
    if ('event' in item) {
      return { index: item.index, status: 201, event: item.event };
    }
    if ('left' in item) {
      return { index: item.index, status: 424 };
    }
    const itemProblem = toProblem(item.error, where);
    return { index: item.index, status: itemProblem.status, problem: itemProblem };
  });
  if (failed && atomic) {
    throw problem('batch-failed', 'Nothing was created, as not everything could be.', { results });
  }
  return { status: failed ? 207 : 201, body: { results } };
}
