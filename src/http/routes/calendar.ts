import { FeedQuerySchema } from '../../protocol/feeds.js';
import { parseQuery } from '../../protocol/parse.js';
import type { ExportedCalendar, ExportService } from '../../service/export-events.js';
import type { FeedService } from '../../service/feeds.js';
import { notSignedIn } from '../../service/tokens.js';
import type { ImportService } from '../../service/import-events.js';
import { CALENDAR_TYPE } from '../body.js';
import { isFreshTag } from '../conditions.js';
import { ok, type Answer, type Call, type Routes } from '../door.js';
import { id } from './events.js';

const MAX_IMPORT_BYTES = 5 * 1024 * 1024;
const produces = [CALENDAR_TYPE] as const;

/** Events as iCalendar: for other calendars to subscribe to, and back again. */
export function calendarRoutes(
  exports: ExportService,
  imports: ImportService,
  feeds: FeedService,
): Record<string, Routes> {
  /** Who is signed in, or else whose feed the token is. @throws unauthenticated */
  const readerOf = async ({ caller, query }: Call): Promise<string> => {
    const { token } = parseQuery(FeedQuerySchema, query);
    if (caller.userId !== '') {
      return caller.userId;
    }
    if (token === undefined) {
      throw notSignedIn();
    }
    return feeds.readerOf(token);
  };

  return {
    /**
     * @openapi
     * /api/calendar.ics:
     *   get:
     *     tags: [Interchange]
     *     operationId: getCalendar
     *     summary: All of the caller’s events as iCalendar
     *     description: >-
     *       Own and shared ones, but none in the trash: series with their rules, changed occurrences as
     *       events of the same UID, and every time zone that they name. Metadata is not in it.
     *     parameters:
     *       - { $ref: '#/components/parameters/If-None-Match' }
     *     security: [{ bearer: [] }, { feed: [] }]
     *     x-query: FeedQuery
     *     responses:
     *       200:
     *         description: The calendar
     *         headers: { ETag: { $ref: '#/components/headers/CalendarETag' } }
     *         content: { text/calendar: { schema: { type: string } } }
     *       304:
     *         description: The client has this calendar already
     *         headers: { ETag: { $ref: '#/components/headers/CalendarETag' } }
     *     x-problems: [unauthenticated, token-expired]
     */
    '/calendar.ics': {
      get: {
        produces,
        byToken: true,
        handle: async (call) => answered(call, await exports.calendar(await readerOf(call))),
      },
    },
    /**
     * @openapi
     * /api/import:
     *   post:
     *     tags: [Interchange]
     *     operationId: importCalendar
     *     summary: Take over the events of an iCalendar file
     *     description: >-
     *       At most 5 MiB and 5,000 components. An event that is there already by its UID is updated, where
     *       that changes it; any other is created, the caller’s own. What cannot be taken is skipped,
     *       with the reason. What an event has no place for is kept in its metadata, as `icalendar`, as
     *       far as that has room. The same file may be sent again: what is there already stays as it is.
     *     requestBody: { $ref: '#/components/requestBodies/Calendar' }
     *     responses:
     *       200:
     *         description: How many events were created and updated, and which were skipped
     *         content: { application/json: { schema: { $ref: '#/components/schemas/ImportReport' } } }
     */
    '/import': {
      post: {
        consumes: [CALENDAR_TYPE],
        maxBytes: MAX_IMPORT_BYTES,
        handle: async ({ actor, body }) => ok(await imports.take(actor, String(body))),
      },
    },
    /**
     * @openapi
     * /api/events/{id}.ics:
     *   get:
     *     tags: [Interchange]
     *     operationId: getEventAsCalendar
     *     summary: An event as iCalendar
     *     parameters:
     *       - { $ref: '#/components/parameters/EventId' }
     *       - { $ref: '#/components/parameters/If-None-Match' }
     *     security: [{ bearer: [] }, { feed: [] }]
     *     x-query: FeedQuery
     *     responses:
     *       200:
     *         description: A calendar with this event in it
     *         headers: { ETag: { $ref: '#/components/headers/ETag' } }
     *         content: { text/calendar: { schema: { type: string } } }
     *       304:
     *         description: The client has this version already
     *         headers: { ETag: { $ref: '#/components/headers/ETag' } }
     *     x-problems: [unauthenticated, token-expired, not-found]
     */
    '/events/:id.ics': {
      get: {
        produces,
        byToken: true,
        handle: async (call) => answered(call, await exports.event(await readerOf(call), id(call))),
      },
    },
  };
}

async function answered(call: Call, { tag, text }: ExportedCalendar): Promise<Answer> {
  const headers = { ETag: `"${tag}"` };
  return isFreshTag(call, headers.ETag)
    ? { status: 304, headers }
    : { status: 200, body: await text(), type: CALENDAR_TYPE, headers };
}
