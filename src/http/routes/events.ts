import { BatchSchema, DeleteQuerySchema, ListQuerySchema, type EventView } from '../../protocol/events.js';
import { parse, parseQuery } from '../../protocol/parse.js';
import { CreateQuerySchema, EditQuerySchema } from '../../protocol/schedule.js';
import { problem, toProblem } from '../../protocol/problems.js';
import { isVersion } from '../../protocol/primitives.js';
import type { EditAnswer, EditService, SentEdit } from '../../service/edits.js';
import type { BatchItem, CreationService } from '../../service/create-events.js';
import type { EventService } from '../../service/events.js';
import { JSON_PATCH_TYPE, JSON_TYPE, MERGE_PATCH_TYPE } from '../body.js';
import { editHeaders, etag, ifMatch, isFresh } from '../conditions.js';
import { noContent, ok, type Answer, type Call, type Routes } from '../door.js';

const consumes = [JSON_TYPE] as const;
const patches = [JSON_PATCH_TYPE, MERGE_PATCH_TYPE, JSON_TYPE] as const;

const tagged = (event: EventView): Record<string, string> => ({ ETag: etag(event.version) });

export function eventRoutes(
  creation: CreationService,
  events: EventService,
  edits: EditService,
): Record<string, Routes> {
  const edit = async (call: Call, sent: SentEdit): Promise<Answer> => {
    const options = { ...parseQuery(EditQuerySchema, call.query), ...editHeaders(call) };
    return edited(await edits.edit(call.actor, id(call), sent, options), options.baseVersion);
  };

  return {
    '/events': {
      /**
       * @openapi
       * /api/events:
       *   get:
       *     tags: [Events]
       *     operationId: listEvents
       *     summary: The caller’s events, own and shared
       *     description: >-
       *       A page of them: those that overlap the window from `from` to `to`, a series by any
       *       occurrence, an all-day event in its own zone; what has no length, if it is at `from`
       *       or later and before `to`. With `expand` one item for each occurrence in the window: by
       *       its own start, or with `updatedAt` by its event’s last update and then by its start. A
       *       page may have fewer items than `limit` and still a `nextCursor`.
       *     x-query: ListQuery
       *     responses:
       *       200:
       *         description: A page of events, or with `expand` of occurrences
       *         content:
       *           application/json:
       *             schema:
       *               anyOf:
       *                 - { $ref: '#/components/schemas/EventPage' }
       *                 - { $ref: '#/components/schemas/OccurrencePage' }
       */
      get: {
        handle: async ({ caller, query }) =>
          ok(await events.list(caller.userId, parseQuery(ListQuerySchema, query))),
      },
      /**
       * @openapi
       * /api/events:
       *   post:
       *     tags: [Events]
       *     operationId: createEvent
       *     summary: Create an event
       *     description: >-
       *       With `conflicts=reject` it is refused where it overlaps with something busy of the caller's;
       *       otherwise the answer says what it overlaps, unless that is ignored.
       *     x-query: CreateQuery
       *     requestBody: { $ref: '#/components/requestBodies/EventInput' }
       *     responses:
       *       201:
       *         description: The event, version 1
       *         headers:
       *           Location: { $ref: '#/components/headers/Location' }
       *           ETag: { $ref: '#/components/headers/ETag' }
       *         content: { application/json: { schema: { $ref: '#/components/schemas/CreatedEvent' } } }
       *     x-problems: [invalid-recurrence, schedule-conflict]
       */
      post: {
        consumes,
        repeatable: true,
        handle: async ({ actor, query, body }) => {
          const { conflicts } = parseQuery(CreateQuerySchema, query);
          const event = await creation.create(actor, body, conflicts);
          return {
            status: 201,
            body: event,
            headers: { Location: `/api/events/${event.id}`, ...tagged(event) },
          };
        },
      },
    },
    '/events/batch': {
      /**
       * @openapi
       * /api/events/batch:
       *   post:
       *     tags: [Events]
       *     operationId: createEvents
       *     summary: Create up to 500 events
       *     description: >-
       *       Those that are valid are created, or with `atomic` all or none. Each result has the
       *       index of its item and what creating it alone would have answered; pointers lead into the
       *       item.
       *     x-query: CreateQuery
       *     requestBody: { $ref: '#/components/requestBodies/Batch' }
       *     responses:
       *       201:
       *         description: All were created
       *         content: { application/json: { schema: { $ref: '#/components/schemas/BatchResult' } } }
       *       207:
       *         description: Some were not created
       *         content: { application/json: { schema: { $ref: '#/components/schemas/BatchResult' } } }
       *     x-problems: [batch-failed]
       */
      post: {
        consumes,
        repeatable: true,
        handle: async (call) => {
          const { conflicts: mode } = parseQuery(CreateQuerySchema, call.query);
          const { events: bodies, atomic } = parse(BatchSchema, call.body);
          return batchAnswer(await creation.createBatch(call.actor, bodies, { atomic, mode }), atomic, call);
        },
      },
    },
    '/events/:id': {
      /**
       * @openapi
       * /api/events/{id}:
       *   get:
       *     tags: [Events]
       *     operationId: getEvent
       *     summary: Read an event
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/If-None-Match' }
       *     responses:
       *       200: { $ref: '#/components/responses/Event' }
       *       304:
       *         description: The client has this version already
       *         headers: { ETag: { $ref: '#/components/headers/ETag' } }
       *     x-problems: [not-found]
       */
      get: {
        handle: async (call) => {
          const event = await events.get(call.caller.userId, id(call));
          return isFresh(call, event.version)
            ? { status: 304, headers: tagged(event) }
            : ok(event, tagged(event));
        },
      },
      /**
       * @openapi
       * /api/events/{id}:
       *   put:
       *     tags: [Events]
       *     operationId: replaceEvent
       *     summary: Replace the content of an event
       *     description: >-
       *       Fields that are left out return to their defaults. What changes nothing writes no
       *       version.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/If-Match' }
       *       - { $ref: '#/components/parameters/Edit-Id' }
       *       - { $ref: '#/components/parameters/Edit-Note' }
       *     x-query: EditQuery
       *     requestBody: { $ref: '#/components/requestBodies/EventInput' }
       *     responses:
       *       200: { $ref: '#/components/responses/EditedEvent' }
       *     x-problems:
       *       [not-found, forbidden, edit-conflict, schedule-conflict, precondition-failed, invalid-recurrence,
       *       unknown-version]
       */
      put: { consumes, handle: (call) => edit(call, { form: 'replacement', body: call.body }) },
      /**
       * @openapi
       * /api/events/{id}:
       *   patch:
       *     tags: [Events]
       *     operationId: editEvent
       *     summary: Edit some fields of an event
       *     description: >-
       *       By content type: a merge patch (RFC 7396; also as plain JSON) or a JSON Patch (RFC
       *       6902). What returns a field to its default: `null` in the one, `remove` in the other.
       *       What changes nothing writes no version.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/If-Match' }
       *       - { $ref: '#/components/parameters/Edit-Id' }
       *       - { $ref: '#/components/parameters/Edit-Note' }
       *     x-query: EditQuery
       *     requestBody: { $ref: '#/components/requestBodies/EventPatch' }
       *     responses:
       *       200: { $ref: '#/components/responses/EditedEvent' }
       *     x-problems:
       *       [not-found, forbidden, edit-conflict, schedule-conflict, precondition-failed, invalid-patch,
       *       invalid-recurrence, unknown-version]
       */
      patch: {
        consumes: patches,
        handle: (call) =>
          edit(call, {
            form: call.contentType === JSON_PATCH_TYPE ? 'json-patch' : 'merge-patch',
            body: call.body,
          }),
      },
      /**
       * @openapi
       * /api/events/{id}:
       *   delete:
       *     tags: [Events]
       *     operationId: deleteEvent
       *     summary: Move an event to the trash, or erase it
       *     description: >-
       *       For the owner. From the trash it can be restored, and there the owner alone can read it.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/If-Match' }
       *     x-query: DeleteQuery
       *     responses:
       *       204: { $ref: '#/components/responses/NoContent' }
       *     x-problems: [not-found, forbidden, precondition-failed]
       */
      delete: {
        silent: true,
        handle: async (call) => {
          const { permanent } = parseQuery(DeleteQuerySchema, call.query);
          await events[permanent ? 'erase' : 'trash'](call.actor, id(call), ifMatch(call));
          return noContent;
        },
      },
    },
    /**
     * @openapi
     * /api/events/{id}/restore:
     *   post:
     *     tags: [Events]
     *     operationId: restoreEvent
     *     summary: Bring an event back from the trash
     *     description: For the owner. An event that is not in the trash stays as it is.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *     responses:
     *       200: { $ref: '#/components/responses/Event' }
     *     x-problems: [not-found, forbidden]
     */
    '/events/:id/restore': {
      post: {
        repeatable: true,
        handle: async (call) => {
          const event = await events.restore(call.actor, id(call));
          return ok(event, tagged(event));
        },
      },
    },
    /**
     * @openapi
     * /api/events/{id}/rollback/{version}:
     *   post:
     *     tags: [History]
     *     operationId: rollbackEvent
     *     summary: Restore the content of an earlier version
     *     description: >-
     *       As a new version: nothing is lost from the history, and who may do what stays as it is.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *       - { $ref: '#/components/parameters/Version' }
     *       - { $ref: '#/components/parameters/If-Match' }
     *       - { $ref: '#/components/parameters/Edit-Id' }
     *       - { $ref: '#/components/parameters/Edit-Note' }
     *     x-query: EditQuery
     *     responses:
     *       200: { $ref: '#/components/responses/EditedEvent' }
     *     x-problems:
     *       [not-found, version-not-found, forbidden, edit-conflict, schedule-conflict, precondition-failed,
     *       invalid-recurrence, unknown-version]
     */
    '/events/:id/rollback/:version': {
      post: {
        repeatable: true,
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
    /**
     * @openapi
     * /api/events/{id}/undo:
     *   post:
     *     tags: [History]
     *     operationId: undoEdit
     *     summary: Take back the caller’s own last edit
     *     description: >-
     *       As a new version, which keeps what others have changed since; where they have changed the same, or
     *       what they changed needs the edit, it is an `edit-conflict`. Edits, occurrence edits and rollbacks can
     *       be taken back, an undo cannot: asked again, it takes back the caller’s edit before that one. An edit
     *       of which nothing is left is passed over. The newest 500 versions are looked through. Of a series that
     *       was split the end is taken back; the event in which it went on stays.
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *       - { $ref: '#/components/parameters/If-Match' }
     *       - { $ref: '#/components/parameters/Edit-Id' }
     *       - { $ref: '#/components/parameters/Edit-Note' }
     *     responses:
     *       200: { $ref: '#/components/responses/Event' }
     *     x-problems:
     *       [not-found, forbidden, edit-conflict, nothing-to-undo, precondition-failed, validation-failed]
     */
    '/events/:id/undo': {
      post: {
        repeatable: true,
        handle: async (call) => edited(await edits.undo(call.actor, id(call), editHeaders(call)), undefined),
      },
    },
  };
}

export const id = (call: Call): string => call.params['id'] ?? '';

/** A version in a path. What cannot be one is beyond every version there is: not found, by whoever may look. */
export function versionParameter(call: Call, name: string): number {
  const text = call.params[name] ?? '';
  return isVersion(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

function edited({ event, merged, report }: EditAnswer, baseVersion: number | undefined): Answer {
  return ok({ ...event, ...(baseVersion !== undefined && { merged }), ...report }, tagged(event));
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
    const itemProblem = toProblem(item.error, where());
    return { index: item.index, status: itemProblem.status, problem: itemProblem };
  });
  if (failed && atomic) {
    throw problem('batch-failed', 'Nothing was created, as not everything could be.', { results });
  }
  return { status: failed ? 207 : 201, body: { results } };
}
