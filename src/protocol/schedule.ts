import { z } from 'zod';
import { text } from '../calendar/content.js';
import { list } from '../calendar/list.js';
import { EventSchema, RoleSchema, VersionParameter } from './events.js';
import { FlagParameter, IdSchema, TimestampSchema } from './primitives.js';
import { ProblemSchema } from './problems.js';

const IntervalSchema = z
  .strictObject({ start: TimestampSchema, end: TimestampSchema })
  .meta({ id: 'Interval', title: 'A time from start to end, exclusive' });

/** Two busy occurrences that overlap: the other event's, and ours. */
export const ScheduleConflictSchema = z
  .strictObject({
    eventId: IdSchema.nullable().meta({ description: 'null where the caller may not read the event' }),
    title: z.string().nullable(),
    role: RoleSchema.nullable(),
    start: TimestampSchema,
    end: TimestampSchema,
    occurrence: IntervalSchema,
    userId: IdSchema.optional().meta({ description: 'Whose time it is; only with participants' }),
  })
  .meta({ id: 'ScheduleConflict', title: 'A pair of busy occurrences that overlap' });
export type ScheduleConflict = z.output<typeof ScheduleConflictSchema>;

const report = {
  conflicts: z.array(ScheduleConflictSchema),
  checkedFrom: TimestampSchema,
  checkedUntil: TimestampSchema.meta({ description: 'What lies beyond was not checked' }),
  truncated: z.boolean().meta({ description: 'Whether there are more conflicts than are listed' }),
};

/** What was found, and how far was looked. */
export const ConflictReportSchema = z.strictObject(report).meta({ id: 'ConflictReport' });
export type ConflictReport = z.output<typeof ConflictReportSchema>;

/** The members that an event has in an answer where conflicts were looked for. */
const looked = {
  conflicts: report.conflicts.optional(),
  checkedFrom: report.checkedFrom.optional(),
  checkedUntil: report.checkedUntil.optional(),
  truncated: report.truncated.optional(),
};
export const CreatedEventSchema = EventSchema.extend(looked).meta({ id: 'CreatedEvent' });
export type CreatedEvent = z.output<typeof CreatedEventSchema>;

/** The answer to an edit. */
export const EditedEventSchema = EventSchema.extend({
  merged: z.boolean().optional().meta({ description: 'Whether the edit was rebased; only with baseVersion' }),
  ...looked,
}).meta({ id: 'EditedEvent' });
export type EditedEvent = z.output<typeof EditedEventSchema>;

export const BatchResultSchema = z
  .strictObject({
    results: z.array(
      z.strictObject({
        index: z.int(),
        status: z.int(),
        event: CreatedEventSchema.optional(),
        problem: ProblemSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'BatchResult' });
export type BatchResult = z.output<typeof BatchResultSchema>;

/** What to do about conflicts: tell them, refuse the write, or not look. */
export const CONFLICT_MODES = ['report', 'reject', 'ignore'] as const;
export type ConflictMode = (typeof CONFLICT_MODES)[number];
const ModeParameter = z.enum(CONFLICT_MODES, `must be one of ${CONFLICT_MODES.join(', ')}`);

export const CreateQuerySchema = z.object({ conflicts: ModeParameter.default('report') });
export const ConflictsQuerySchema = z.object({ participants: FlagParameter.default(false) });
/** Of an edit conflicts are looked for only where that is asked for. */
export const EditQuerySchema = z.object({
  baseVersion: VersionParameter.optional().meta({
    description:
      'The version that was edited: what others changed since is kept, and where both changed the same it is an edit conflict. Without it, the edit applies to the current version',
  }),
  conflicts: ModeParameter.default('ignore'),
  participants: FlagParameter.default(false),
});

export const MAX_FREEBUSY_USERS = 50;
export const FreeBusySchema = z
  .strictObject({
    users: list(text(0, 256), 1, MAX_FREEBUSY_USERS),
    from: z.string().meta({ format: 'date-time' }),
    to: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'FreeBusyQuery', title: 'Whose time to look at, and when' });

export const FreeBusyAnswerSchema = z
  .strictObject({
    users: z.array(
      z.strictObject({
        userId: z.string(),
        busy: z
          .array(IntervalSchema)
          .nullable()
          .meta({ description: 'null for unknown users, and for those who share no event with the caller' }),
      }),
    ),
  })
  .meta({ id: 'FreeBusy' });
export type FreeBusyAnswer = z.output<typeof FreeBusyAnswerSchema>;
