import { parseContent } from '../../calendar/content.js';
import { isObject } from '../../calendar/json.js';
import { parseQuery } from '../../protocol/parse.js';
import { ConflictsQuerySchema } from '../../protocol/schedule.js';
import type { EventService } from '../../service/events.js';
import type { FreeBusyService } from '../../service/free-busy.js';
import type { ScheduleService } from '../../service/schedule.js';
import { JSON_TYPE } from '../body.js';
import { ok, type Routes } from '../door.js';
import { id } from './events.js';

const consumes = [JSON_TYPE] as const;

export function scheduleRoutes(
  schedule: ScheduleService,
  freeBusy: FreeBusyService,
  events: EventService,
): Record<string, Routes> {
  return {
    '/events/conflicts': {
      /**
       * @openapi
       * /api/events/conflicts:
       *   post:
       *     tags: [Schedule]
       *     operationId: checkConflicts
       *     summary: What an event would overlap, if it were created
       *     description: >-
       *       Nothing is written. The body is the content of an event; its title may be left out.
       *     requestBody: { $ref: '#/components/requestBodies/ConflictCandidate' }
       *     responses:
       *       200:
       *         description: What it would overlap, and how far was looked
       *         content: { application/json: { schema: { $ref: '#/components/schemas/ConflictReport' } } }
       *     x-problems: [invalid-recurrence]
       */
      post: {
        consumes,
        repeatable: true,
        handle: async ({ caller, body }) => {
          const content = parseContent(isObject(body) ? { title: 'Untitled', ...body } : body);
          const audience = await schedule.audience(caller.userId, null, false);
          return ok(await schedule.check({ content, eventId: null }, audience));
        },
      },
    },
    '/events/:id/conflicts': {
      /**
       * @openapi
       * /api/events/{id}/conflicts:
       *   get:
       *     tags: [Schedule]
       *     operationId: listConflicts
       *     summary: What an event overlaps
       *     description: >-
       *       Pairs of busy occurrences of this event and of others of the caller's, or with
       *       `participants` of every member's.
       *     parameters:
       *       - { $ref: '#/components/parameters/EventId' }
       *     x-query: ConflictsQuery
       *     responses:
       *       200:
       *         description: What it overlaps, and how far was looked
       *         content: { application/json: { schema: { $ref: '#/components/schemas/ConflictReport' } } }
       *     x-problems: [not-found]
       */
      get: {
        handle: async (call) => {
          const { event } = await events.read(call.caller.userId, id(call));
          const { participants } = parseQuery(ConflictsQuerySchema, call.query);
          const audience = await schedule.audience(call.caller.userId, event.id, participants);
          return ok(await schedule.check({ content: event.content, eventId: event.id }, audience));
        },
      },
    },
    '/freebusy': {
      /**
       * @openapi
       * /api/freebusy:
       *   post:
       *     tags: [Schedule]
       *     operationId: freeBusy
       *     summary: When people are busy
       *     description: >-
       *       Merged times, cut to the window, without titles; `null` for unknown users and for those
       *       who share no event with the caller.
       *     requestBody: { $ref: '#/components/requestBodies/FreeBusyQuery' }
       *     responses:
       *       200:
       *         description: Everybody's busy times
       *         content: { application/json: { schema: { $ref: '#/components/schemas/FreeBusy' } } }
       */
      post: {
        consumes,
        repeatable: true,
        handle: async ({ caller, body }) => ok(await freeBusy.look(caller.userId, body)),
      },
    },
  };
}
