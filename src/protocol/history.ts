import { z } from 'zod';
import { ContentSchema } from '../calendar/content.js';
import { CONTENT_FIELDS } from '../calendar/fields.js';
import { withoutTests } from '../calendar/difference.js';
import { KINDS, VIAS, type LogEntry } from '../calendar/history.js';
import { PersonSchema, type Person } from './accounts.js';
import { RoleSchema } from './events.js';
import { IdSchema, pageOf, PageQuery, TimestampSchema } from './primitives.js';

export const OperationSchema = z
  .strictObject({
    op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
    path: z.string(),
    from: z.string().optional(),
    value: z.unknown().optional(),
  })
  .meta({ id: 'Operation', title: 'An operation (RFC 6902)' });
export const PatchSchema = z.array(OperationSchema).meta({ id: 'Patch', title: 'A JSON Patch (RFC 6902)' });

export const KindSchema = z.enum(KINDS).meta({ id: 'Kind' });
export const MembershipChangeSchema = z
  .strictObject({ userId: IdSchema, role: RoleSchema.nullable(), previousRole: RoleSchema.nullable() })
  .meta({ id: 'MembershipChange' });

/** An entry of the log as it is answered. */
export const EntrySchema = z
  .strictObject({
    version: z.int().min(1),
    kind: KindSchema,
    at: TimestampSchema,
    by: PersonSchema,
    via: z.enum(VIAS),
    note: z.string().nullable(),
    patch: PatchSchema,
    restoredVersion: z.int().optional(),
    membership: MembershipChangeSchema.optional(),
  })
  .meta({ id: 'HistoryEntry' });
export type EntryView = z.output<typeof EntrySchema>;
export const HistoryPageSchema = pageOf(EntrySchema).meta({ id: 'HistoryPage' });

/** The log entry as people are shown it. */
export function entryView(entry: LogEntry, by: Person): EntryView {
  const { version, kind, at, via, note = null, patch, restoredVersion, membership } = entry;
  return {
    version,
    kind,
    at,
    by,
    via,
    note,
    patch: withoutTests(patch),
    ...(restoredVersion !== undefined && { restoredVersion }),
    ...(membership && { membership }),
  };
}

/** A stored entry as it is broadcast (`realtime.md`): the same patch, the same author, the same words. */
export const ChangeSchema = z
  .strictObject({
    eventId: IdSchema,
    version: z.int().min(1).meta({ description: 'The one that it made: the previous one + 1' }),
    kind: KindSchema,
    patch: PatchSchema.meta({
      description: 'On the content: applied to that of the previous version it gives this one’s exactly',
    }),
    by: PersonSchema,
    at: TimestampSchema,
    changeId: z.string().optional().meta({ description: 'The id that its author gave the edit' }),
    note: z.string().optional().meta({ description: 'A word of its author’s on it' }),
    restoredVersion: z.int().optional().meta({ description: 'Of a rollback: the version that came back' }),
    membership: MembershipChangeSchema.optional().meta({
      description: 'Of a change of who is a member: who, and as what',
    }),
  })
  .meta({ id: 'Change', title: 'A change of an event: one entry of its log' });
export type Change = z.output<typeof ChangeSchema>;

export function changeOf(eventId: string, entry: LogEntry, by: Person): Change {
  const { version, kind, patch, at, changeId, note, restoredVersion, membership } = entry;
  return {
    eventId,
    version,
    kind,
    patch: withoutTests(patch),
    by,
    at,
    ...(changeId !== undefined && { changeId }),
    ...(note !== undefined && { note }),
    ...(restoredVersion !== undefined && { restoredVersion }),
    ...(membership && { membership }),
  };
}

export const VersionSchema = z
  .strictObject({ version: z.int(), entry: EntrySchema, content: ContentSchema })
  .meta({ id: 'Version' });
export type VersionView = z.output<typeof VersionSchema>;

export const FieldChangeSchema = z
  .strictObject({
    path: z.string().meta({ description: 'A JSON Pointer into the content' }),
    field: z.enum(CONTENT_FIELDS),
    op: z.enum(['add', 'remove', 'replace']),
    from: z.unknown().meta({ description: 'null where the field was absent' }),
    to: z.unknown().meta({ description: 'null where the field is absent' }),
  })
  .meta({ id: 'FieldChange' });

export const ChangelogEntrySchema = z
  .strictObject({
    version: z.int(),
    at: TimestampSchema,
    by: PersonSchema,
    kind: KindSchema,
    summary: z.string(),
    changes: z.array(FieldChangeSchema),
  })
  .meta({ id: 'ChangelogEntry' });
export type ChangelogEntry = z.output<typeof ChangelogEntrySchema>;
export const ChangelogPageSchema = pageOf(ChangelogEntrySchema).meta({ id: 'ChangelogPage' });

export const DiffSchema = z
  .strictObject({ from: z.int(), to: z.int(), patch: PatchSchema, changes: z.array(FieldChangeSchema) })
  .meta({ id: 'Diff' });
export type Diff = z.output<typeof DiffSchema>;

export const HistoryQuerySchema = z.object(PageQuery);
/** What people read beside JSON. */
export const FORMATS = ['json', 'text', 'html'] as const;
const FormatQuery = {
  format: z
    .enum(FORMATS, 'must be text, html or json')
    .optional()
    .meta({ description: 'Text for a terminal, or a page; before what `Accept` asks for' }),
};
export const DiffQuerySchema = z.object(FormatQuery);
export const ChangelogQuerySchema = z.object({
  ...FormatQuery,
  field: z.enum(CONTENT_FIELDS).optional().meta({ description: 'Only the changes of this field' }),
  ...PageQuery,
});
