import { OccurrenceDeleteQuerySchema, OccurrenceEditQuerySchema } from '../../protocol/occurrences.js';
import { parseQuery } from '../../protocol/parse.js';
import type { OccurrenceAnswer, OccurrenceService, Place } from '../../service/occurrences.js';
import { JSON_PATCH_TYPE, JSON_TYPE, MERGE_PATCH_TYPE } from '../body.js';
import { editHeaders, etag } from '../conditions.js';
import { noContent, ok, type Answer, type Call, type Routes } from '../door.js';
import { id } from './events.js';

const patches = [JSON_PATCH_TYPE, MERGE_PATCH_TYPE, JSON_TYPE] as const;

export function occurrenceRoutes(occurrences: OccurrenceService): Record<string, Routes> {
  return {
    '/events/:id/occurrences/:recurrenceId': {
      /**
       * @openapi
       * /api/events/{id}/occurrences/{recurrenceId}:
       *   patch:
       *     tags: [Occurrences]
       *     operationId: editOccurrence
       *     summary: Edit an occurrence, it and those that follow, or all of the series
       *     description: >-
       *       The patch is of the occurrence: its `start` and `end` are those of the occurrence. With
       *       `scope=this` an override is written; `recurrence`, `overrides`, `timeZone` and `allDay`
       *       are the whole series’. With `all` the series is changed, and moves as far as the
       *       occurrence does, its rule and its overrides along with it. With `following` the series
       *       ends before the occurrence and goes on, edited, as a new event with the same owner and
       *       members; the notes in both histories say where the other half is. At the first
       *       occurrence that is `all`.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/RecurrenceId' }
       *       - { $ref: '#/components/parameters/If-Match' }
       *       - { $ref: '#/components/parameters/Edit-Id' }
       *       - { $ref: '#/components/parameters/Edit-Note' }
       *     x-query: OccurrenceEditQuery
       *     requestBody: { $ref: '#/components/requestBodies/EventPatch' }
       *     responses:
       *       200: { $ref: '#/components/responses/EditedEvent' }
       *       201:
       *         description: What is left of the series, and the event in which it goes on
       *         headers:
       *           Location: { $ref: '#/components/headers/Location' }
       *         content: { application/json: { schema: { $ref: '#/components/schemas/SplitEvent' } } }
       *     x-problems:
       *       [not-found, forbidden, edit-conflict, precondition-failed, invalid-patch,
       *       invalid-recurrence, unknown-version]
       */
      patch: {
        consumes: patches,
        handle: async (call) => {
          const { scope, ...query } = parseQuery(OccurrenceEditQuerySchema, call.query);
          const form = call.contentType === JSON_PATCH_TYPE ? 'json-patch' : 'merge-patch';
          const options = { ...query, ...editHeaders(call) };
          return answered(
            await occurrences.edit(call.actor, placeOf(call, scope), { form, body: call.body }, options),
            query.baseVersion,
          );
        },
      },
      /**
       * @openapi
       * /api/events/{id}/occurrences/{recurrenceId}:
       *   delete:
       *     tags: [Occurrences]
       *     operationId: deleteOccurrence
       *     summary: Exclude an occurrence, end the series before it, or delete the event
       *     description: >-
       *       With `scope=all`, and with `following` at the first occurrence, the event is moved to the
       *       trash, which is for the owner.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *       - { $ref: '#/components/parameters/RecurrenceId' }
       *       - { $ref: '#/components/parameters/If-Match' }
       *       - { $ref: '#/components/parameters/Edit-Id' }
       *       - { $ref: '#/components/parameters/Edit-Note' }
       *     x-query: OccurrenceDeleteQuery
       *     responses:
       *       200: { $ref: '#/components/responses/EditedEvent' }
       *       204: { $ref: '#/components/responses/NoContent' }
       *     x-problems: [not-found, forbidden, precondition-failed]
       */
      delete: {
        silent: true,
        handle: async (call) => {
          const { scope } = parseQuery(OccurrenceDeleteQuerySchema, call.query);
          const answer = await occurrences.remove(call.actor, placeOf(call, scope), editHeaders(call));
          return answer ? answered(answer) : noContent;
        },
      },
    },
  };
}

const placeOf = (call: Call, scope: Place['scope']): Place => ({
  eventId: id(call),
  recurrenceId: call.params['recurrenceId'] ?? '',
  scope,
});

function answered({ event, merged, following }: OccurrenceAnswer, baseVersion?: number): Answer {
  const edited = { ...event, ...(baseVersion !== undefined && { merged }) };
  return following
    ? {
        status: 201,
        body: { event: edited, following },
        headers: { Location: `/api/events/${following.id}` },
      }
    : ok(edited, { ETag: etag(event.version) });
}
