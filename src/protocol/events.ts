import { z } from 'zod';
import { ROLES, type Role } from '../calendar/access.js';
import { ContentSchema } from '../calendar/content.js';
import type { EventRecord } from '../calendar/event.js';
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
import { ProblemSchema } from './problems.js';

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

/** The answer to an edit that named its base version. */
export const EditedEventSchema = EventSchema.extend({
  merged: z.boolean().optional().meta({ description: 'Whether the edit was rebased; only with baseVersion' }),
}).meta({ id: 'EditedEvent' });

export const EventPageSchema = pageOf(EventSchema).meta({ id: 'EventPage' });

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
  });
export type ListQuery = z.output<typeof ListQuerySchema>;

export const BatchSchema = z
  .strictObject({ events: z.array(z.unknown()).min(1).max(500), atomic: z.boolean().default(false) })
  .meta({ id: 'Batch', title: 'Events to create: each an EventInput' });

export const BatchResultSchema = z
  .strictObject({
    results: z.array(
      z.strictObject({
        index: z.int(),
        status: z.int(),
        event: EventSchema.optional(),
        problem: ProblemSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'BatchResult' });
export type BatchResult = z.output<typeof BatchResultSchema>;

export const VersionParameter = NumberParameter(1, 999_999_999);
export const EditQuerySchema = z.object({
  baseVersion: VersionParameter.optional().meta({
    description:
      'The version that was edited: what others changed since is kept, and where both changed the same it is an edit conflict. Without it, the edit applies to the current version',
  }),
});
export const DeleteQuerySchema = z.object({
  permanent: FlagParameter.default(false).meta({ description: 'Erase it, its history included' }),
});

export const MAX_CHANGE_ID = 64;
export const MAX_NOTE = 200;
