import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ContentInputSchema } from '../../calendar/content.js';
import { CreatedFeedSchema, CreateFeedSchema, FeedQuerySchema, FeedsSchema } from '../../protocol/feeds.js';
import { ImportReportSchema } from '../../protocol/interchange.js';
import {
  DeleteMeSchema,
  InvitationSchema,
  LoginSchema,
  LogoutSchema,
  RefreshSchema,
  RegisterSchema,
  SessionsSchema,
  TokensSchema,
  UpdateMeSchema,
} from '../../protocol/accounts.js';
import {
  BatchSchema,
  DeleteQuerySchema,
  EventPageSchema,
  ListQuerySchema,
  OccurrencePageSchema,
} from '../../protocol/events.js';
import {
  ChangelogPageSchema,
  ChangelogQuerySchema,
  ChangeSchema,
  DiffQuerySchema,
  DiffSchema,
  HistoryPageSchema,
  HistoryQuerySchema,
  PatchSchema,
  VersionSchema,
} from '../../protocol/history.js';
import {
  OccurrenceDeleteQuerySchema,
  OccurrenceEditQuerySchema,
  SplitEventSchema,
} from '../../protocol/occurrences.js';
import { ProblemSchema } from '../../protocol/problems.js';
import {
  BatchResultSchema,
  ConflictReportSchema,
  ConflictsQuerySchema,
  CreatedEventSchema,
  CreateQuerySchema,
  EditedEventSchema,
  EditQuerySchema,
  FreeBusyAnswerSchema,
  FreeBusySchema,
} from '../../protocol/schedule.js';
import { PermissionPageSchema, SetRoleSchema, ShareBodySchema } from '../../protocol/sharing.js';
import {
  CreatedWebhookSchema,
  CreateWebhookSchema,
  DeliveriesQuerySchema,
  DeliveryPageSchema,
  UpdateWebhookSchema,
  WebhookPageSchema,
} from '../../protocol/webhooks.js';
import { SyncAnswerSchema, SyncQuerySchema } from '../../protocol/sync.js';
import type { JsonSchema } from './types.js';

type Components = Record<string, JsonSchema>;

export const schemaRef = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const { recurrence: _, overrides: __, ...fields } = ContentInputSchema.shape;

/** A field of a merge patch: null returns it to its default, where it has one. */
const patchField = (field: z.ZodType): z.ZodType => {
  const value = field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : field;
  return (value === field || value.safeParse(null).success ? value : value.nullable()).optional();
};

/** A merge patch, as it looks; what is checked is what it leads to. */
const EventPatchSchema = z
  .strictObject({
    ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, patchField(field)])),
    recurrence: z
      .union([z.record(z.string(), z.unknown()), z.string(), z.null()])
      .optional()
      .meta({ description: 'An object is merged into the rule; an RRULE takes its place' }),
    overrides: z
      .record(z.string(), z.record(z.string(), z.unknown()).nullable())
      .nullable()
      .optional()
      .meta({ description: 'Merged by occurrence; null takes an override back' }),
  })
  .meta({
    id: 'EventPatch',
    title: 'Some fields of the content (RFC 7396); null returns one to its default',
  });

/** An event that may never be: its title does not matter. */
const ConflictCandidateSchema = ContentInputSchema.extend({
  title: ContentInputSchema.shape.title.optional(),
}).meta({ id: 'ConflictCandidate', title: 'The content of an event to be checked' });

const HealthSchema = z
  .strictObject({
    status: z.literal('ok'),
    checks: z.record(z.string(), z.enum(['up', 'down'])).optional(),
  })
  .meta({ id: 'Health' });

/** The bodies that routes read, and what they answer: each names its component by its schema's id. */
const REQUESTS = [
  CreateFeedSchema,
  CreateWebhookSchema,
  UpdateWebhookSchema,
  RegisterSchema,
  LoginSchema,
  RefreshSchema,
  LogoutSchema,
  UpdateMeSchema,
  DeleteMeSchema,
  ContentInputSchema,
  EventPatchSchema,
  PatchSchema,
  BatchSchema,
  ShareBodySchema,
  SetRoleSchema,
  FreeBusySchema,
  ConflictCandidateSchema,
];
const ANSWERS = [
  ProblemSchema,
  TokensSchema,
  SessionsSchema,
  InvitationSchema,
  CreatedFeedSchema,
  FeedsSchema,
  CreatedWebhookSchema,
  WebhookPageSchema,
  DeliveryPageSchema,
  ImportReportSchema,
  CreatedEventSchema,
  EditedEventSchema,
  SplitEventSchema,
  ConflictReportSchema,
  FreeBusyAnswerSchema,
  EventPageSchema,
  OccurrencePageSchema,
  BatchResultSchema,
  PermissionPageSchema,
  HistoryPageSchema,
  VersionSchema,
  ChangelogPageSchema,
  DiffSchema,
  ChangeSchema,
  SyncAnswerSchema,
  HealthSchema,
];

/** The parameters that routes read from the query, by the name that their documentation gives them. */
export const QUERIES = {
  FeedQuery: FeedQuerySchema,
  DeliveriesQuery: DeliveriesQuerySchema,
  ListQuery: ListQuerySchema,
  CreateQuery: CreateQuerySchema,
  EditQuery: EditQuerySchema,
  ConflictsQuery: ConflictsQuerySchema,
  DeleteQuery: DeleteQuerySchema,
  OccurrenceEditQuery: OccurrenceEditQuerySchema,
  OccurrenceDeleteQuery: OccurrenceDeleteQuerySchema,
  HistoryQuery: HistoryQuerySchema,
  ChangelogQuery: ChangelogQuerySchema,
  DiffQuery: DiffQuerySchema,
  SyncQuery: SyncQuerySchema,
} as const satisfies Record<string, z.ZodObject>;

/** Every schema that the document refers to, made from those that check what comes in and type what goes out. */
export function schemaComponents(): Components {
  const answers = generate(ANSWERS, 'output');
  return { ...answers, ...asInput(sayMore(generate(REQUESTS, 'input')), answers) };
}

/** A schema that is no component of its own, such as a parameter's. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, $defs: _components, ...body } = toJsonSchema(schema, io, {});
  return withComponentRefs(body);
}

/** Every component that these schemas are or refer to. */
export function generate(schemas: readonly z.ZodType[], io: 'input' | 'output'): Components {
  const components: Components = {};
  for (const schema of schemas) {
    Object.assign(components, toJsonSchema(schema, io, components).$defs);
  }
  return withComponentRefs(components);
}

const withComponentRefs = <T>(schemas: T): T =>
  JSON.parse(JSON.stringify(schemas).replaceAll('"#/$defs/', '"#/components/schemas/')) as T;

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Components) {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: ({ zodSchema }) => (zodSchema._zod.def.type === 'transform' ? 'any' : 'throw'),
    override: ({ zodSchema, jsonSchema: made }) => {
      const { def } = zodSchema._zod;
      if (io === 'output' && def.type === 'pipe' && def.out._zod.def.type === 'transform') {
        const { $schema: _dialect, $defs, ...read } = toJsonSchema(def.in as z.ZodType, io, components);
        Object.assign(components, $defs);
        Object.assign(made, { ...withoutWriteOnly(read), ...made });
      }
      if (made.maximum === Number.MAX_SAFE_INTEGER) {
        delete made.maximum;
      }
      if (made.minimum === Number.MIN_SAFE_INTEGER) {
        delete made.minimum;
      }
    },
  });
}

/**
 * What a transform answers, zod cannot tell. Ours bring what they read into one form: the same but for what is
 * marked as writeOnly, taken and never answered.
 */
function withoutWriteOnly({ properties, anyOf, ...schema }: JsonSchema): JsonSchema {
  const answered = (one: unknown): boolean => (one as JsonSchema)['writeOnly'] !== true;
  const left = (anyOf as JsonSchema[] | undefined)?.filter(answered);
  return {
    ...schema,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as Components).filter(([, one]) => answered(one)),
      ),
    }),
    ...(left && (left.length === 1 ? left[0] : { anyOf: left })),
  };
}

/** What is read before a schema sees it. */
function sayMore(requests: Components): Components {
  for (const name of ['EventInput', 'ConflictCandidate']) {
    const { recurrence } = requests[name]?.['properties'] as { recurrence: { anyOf: JsonSchema[] } };
    recurrence.anyOf.push({
      type: 'string',
      description: 'An RRULE (RFC 5545, section 3.3.10), stored as the object',
      examples: ['FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10'],
    });
  }
  const batch = requests['Batch']?.['properties'] as { events: JsonSchema };
  batch.events['items'] = schemaRef('EventInput');
  return requests;
}

/** A schema that takes another shape than it answers is two components; the one for input says so in its name. */
function asInput(requests: Components, answers: Components): Components {
  const name = Object.keys(requests).find(
    (one) => one in answers && !isDeepStrictEqual(requests[one], answers[one]),
  );
  if (name === undefined) {
    return requests;
  }
  const input = `${name}Input`;
  const renamed = Object.entries(requests).map(([one, schema]) => [one === name ? input : one, schema]);
  const text = JSON.stringify(Object.fromEntries(renamed)).replaceAll(
    `/schemas/${name}"`,
    `/schemas/${input}"`,
  );
  return asInput(JSON.parse(text) as Components, answers);
}
