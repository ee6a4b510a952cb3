import { z } from 'zod';
import { list } from '../calendar/list.js';
import { ROLES, type Role } from '../calendar/access.js';
import { ContentSchema, type Content } from '../calendar/content.js';
import { CONTENT_FIELDS } from '../calendar/fields.js';
import type { EventRecord } from '../calendar/event.js';
import { timesOf, type Occurrence } from '../calendar/occurrences.js';
import { DAY } from '../calendar/time.js';
import {
  FlagParameter,
  IdSchema,
  InstantParameter,
  NumberParameter,
  pageOf,
  PageQuery,
  TextParameter,
  TimestampSchema,
} from './primitives.js';

export const RoleSchema = z.enum(ROLES).meta({ id: 'Role' });

/** An event as one member sees it. */
export const EventSchema = z
  .strictObject({
    id: IdSchema,
    version: z.int().min(1),
    role: RoleSchema,
    ownerId: IdSchema,
    ...ContentSchema.shape,
    createdAt: TimestampSchema,
    updatedAt: TimestampSchema,
    updatedBy: IdSchema,
    deletedAt: TimestampSchema.nullable(),
  })
  .meta({ id: 'Event' });
export type EventView = z.output<typeof EventSchema>;

/** The event object for a member in this role. */
export function eventView(event: EventRecord, role: Role): EventView {
  const { id, version, ownerId, content, createdAt, updatedAt, updatedBy, deletedAt } = event;
  return { id, version, role, ownerId, ...content, createdAt, updatedAt, updatedBy, deletedAt };
}

/** The content of an event as it was answered. */
export function contentOf(view: EventView): Content {
  return Object.fromEntries(CONTENT_FIELDS.map((field) => [field, view[field]])) as Content;
}

export const EventPageSchema = pageOf(EventSchema).meta({ id: 'EventPage' });

/** One occurrence of an event: the event with the fields that are different about it in their place. */
export const OccurrenceSchema = EventSchema.extend({
  eventId: IdSchema.meta({ description: 'The event; so is `id`' }),
  recurrenceId: z.string().meta({
    description:
      'The original local start, by which the occurrence is known (RFC 8984, section 4.3.4): a date where allDay. `start` and `end` are those of the occurrence',
    examples: ['2026-03-09T11:00:00'],
  }),
}).meta({ id: 'Occurrence' });
export type OccurrenceView = z.output<typeof OccurrenceSchema>;

/** The occurrence object for a member in this role. */
export function occurrenceView(event: EventRecord, role: Role, occurrence: Occurrence): OccurrenceView {
  const { recurrenceId, override } = occurrence;
  const { start, end } = timesOf(event.content, occurrence);
  return Object.assign(eventView(event, role), override, { start, end, eventId: event.id, recurrenceId });
}

export const OccurrencePageSchema = pageOf(OccurrenceSchema).meta({ id: 'OccurrencePage' });

const MAX_EXPANDED = 366 * DAY;

export const ListQuerySchema = z
  .object({
    from: InstantParameter.optional().meta({ description: 'Only what ends after this' }),
    to: InstantParameter.optional().meta({ description: 'Only what starts before this' }),
    q: TextParameter(200).optional().meta({
      description: 'Words; each begins a word of title, description or location, case and accents aside',
    }),
    tag: TextParameter(50).optional().meta({ description: 'Only events with this tag' }),
    role: z.enum(ROLES).optional().meta({ description: 'Only events on which the caller has this role' }),
    status: ContentSchema.shape.status.optional(),
    expand: FlagParameter.default(false).meta({
      description:
        'One item per occurrence in the window, which needs both ends and has at most 366 days. With status, those that have it themselves; the other filters choose events',
    }),
    updatedSince: InstantParameter.optional().meta({ description: 'Only what changed then or later' }),
    sort: z
      .enum(['start', '-start', 'updatedAt', '-updatedAt'])
      .default('start')
      .meta({ description: 'With - descending' }),
    deleted: FlagParameter.default(false).meta({ description: 'The trash in place of the live events' }),
    ...PageQuery,
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    error: 'must be before to',
    path: ['from'],
  })
  .superRefine(({ expand, from, to }, context) => {
    const refuse = (parameter: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [parameter], message });
    if (expand && from === undefined) {
      refuse('from', 'is needed to expand');
    }
    if (expand && to === undefined) {
      refuse('to', 'is needed to expand');
    }
    if (expand && from !== undefined && to !== undefined && to - from > MAX_EXPANDED) {
      refuse('to', 'must be at most 366 days after from, to expand');
    }
  });
export type ListQuery = z.output<typeof ListQuerySchema>;

export const BatchSchema = z
  .strictObject({ events: list(z.unknown(), 1, 500), atomic: z.boolean().default(false) })
  .meta({ id: 'Batch', title: 'Events to create: each an EventInput' });

export const VersionParameter = NumberParameter(1, 999_999_999);
export const DeleteQuerySchema = z.object({
  permanent: FlagParameter.default(false).meta({ description: 'Erase it, its history included' }),
});

export const MAX_CHANGE_ID = 64;
export const MAX_NOTE = 200;
