import { z } from 'zod';
import { CSS_COLORS } from './colors.js';
import { refuse, refuseFields, type FieldError } from './errors.js';
import { CONTENT_FIELDS, DEFAULTS, type ContentField } from './fields.js';
import { depthOf, exceeds, isForbiddenKey, isObject, lengthOf, pointer } from './json.js';
import { list } from './list.js';
import { acceptRule } from './accept-rule.js';
import { parseRRule, RuleSchema } from './rule.js';
import {
  DAY,
  formatDate,
  formatInstant,
  formatLocal,
  isInstant,
  parseDate,
  parseInstant,
  parseLocal,
  toInstant,
  zoneNamed,
  type Millis,
  type WallClock,
} from './time.js';

export const MAX_OVERRIDES = 1_000;
const MAX_METADATA_BYTES = 16 * 1024;
const MAX_METADATA_DEPTH = 32;
const MAX_CONTENT_BYTES = 1024 * 1024;
const MAX_DAYS = 366;

/** A string of `min` to `max` characters (code points, as JSON Schema counts them). */
export function text(min: number, max: number) {
  return z
    .string()
    .refine((value) => value.length >= min, {
      error: min === 1 ? 'must not be empty' : `must have ${min} characters`,
    })
    .refine((value) => value.length <= max || (value.length <= max * 2 && lengthOf(value) <= max), {
      error: `must have at most ${max} characters`,
    })
    .meta({ ...(min > 0 && { minLength: min }), maxLength: max });
}

const isUrl = (value: string): boolean =>
  value.length <= 2048 && /^(https?:\/\/[^\s/]|mailto:[^\s])\S*$/i.test(value) && URL.canParse(value);

const MetadataSchema = z
  .record(z.string(), z.unknown())
  .refine((value) => depthOf(value) <= MAX_METADATA_DEPTH, {
    error: `must not be nested deeper than ${MAX_METADATA_DEPTH} levels`,
    abort: true,
  })
  .refine((value) => !exceeds(value, MAX_METADATA_BYTES), { error: 'must take at most 16 KiB as JSON' });

const time = (what: string) =>
  z.string().meta({
    description: `${what}: RFC 3339 with an offset, or a local date-time read in timeZone; YYYY-MM-DD where allDay. Answered in UTC with Z.`,
  });

const fields = {
  title: text(1, 200),
  description: text(0, 20_000),
  location: text(0, 500),
  url: z
    .string()
    .refine(isUrl, 'must be an absolute http, https or mailto URL of at most 2,048 characters')
    .meta({ format: 'uri', maxLength: 2048 })
    .nullable(),
  start: time('The start'),
  end: time('The end, exclusive'),
  timeZone: z
    .string()
    .refine((name) => zoneNamed(name) !== null, 'must be an IANA time zone such as Europe/Berlin')
    .transform((name) => zoneNamed(name) ?? name)
    .meta({ description: 'An IANA time zone' }),
  allDay: z.boolean(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']),
  busy: z.boolean(),
  tags: list(text(1, 50), 0, 50)
    .refine((tags) => new Set(tags).size === tags.length, 'must be distinct')
    .meta({ uniqueItems: true }),
  color: z
    .string()
    .refine(
      (value) => /^#[0-9a-f]{6}$/i.test(value) || CSS_COLORS.has(value.toLowerCase()),
      'must be #rrggbb or a CSS colour name',
    )
    .nullable(),
  metadata: MetadataSchema.meta({
    description: 'A JSON object of the client’s own, at most 16 KiB and 32 levels',
  }),
};

/** What an override may change of its occurrence. */
const OverridePatchSchema = z.strictObject({
  title: fields.title.optional(),
  description: fields.description.optional(),
  location: fields.location.optional(),
  url: fields.url.optional(),
  start: fields.start.optional(),
  end: fields.end.optional(),
  status: fields.status.optional(),
  busy: fields.busy.optional(),
  tags: fields.tags.optional(),
  color: fields.color.optional(),
  metadata: fields.metadata.optional(),
});
const OverrideSchema = z
  .strictObject({
    ...OverridePatchSchema.shape,
    excluded: z.literal(true).optional(),
  })
  .refine((value) => value.excluded === undefined || Object.keys(value).length === 1, {
    error: 'an excluded occurrence has no other changes',
  })
  .meta({
    id: 'Override',
    title: 'One occurrence: excluded, or its changed fields (RFC 8984, section 4.3.4)',
  });

/** A changed, added or excluded occurrence, keyed by its original local start. */
export type Override = z.output<typeof OverrideSchema>;

const recurrence = RuleSchema.nullable();
const overrides = z
  .record(z.string(), OverrideSchema)
  .refine((value) => Object.keys(value).length <= MAX_OVERRIDES, `must be at most ${MAX_OVERRIDES}`);

/** The content as a version records it: every field there, in canonical form. */
export const ContentSchema = z.strictObject({
  title: fields.title,
  description: fields.description,
  location: fields.location,
  url: fields.url,
  start: fields.start,
  end: fields.end,
  timeZone: fields.timeZone,
  allDay: fields.allDay,
  status: fields.status,
  busy: fields.busy,
  tags: fields.tags,
  color: fields.color,
  recurrence,
  overrides,
  metadata: fields.metadata,
});
export type Content = z.output<typeof ContentSchema>;

/** The content as a client may send it: fields that have a default may be left out. */
export const ContentInputSchema = z
  .strictObject({
    ...ContentSchema.shape,
    description: fields.description.default(DEFAULTS.description),
    location: fields.location.default(DEFAULTS.location),
    url: fields.url.default(DEFAULTS.url),
    timeZone: fields.timeZone.default(DEFAULTS.timeZone),
    allDay: fields.allDay.default(DEFAULTS.allDay),
    status: fields.status.default(DEFAULTS.status),
    busy: fields.busy.default(DEFAULTS.busy),
    tags: fields.tags.default([]),
    color: fields.color.default(DEFAULTS.color),
    recurrence: recurrence.default(DEFAULTS.recurrence),
    overrides: overrides.default({}),
    metadata: fields.metadata.default({}),
  })
  .meta({ id: 'EventInput', title: 'The content of an event' });

/**
 * Content in canonical form from anything a client sent, or from the result of applying its patch: defaults
 * filled in, times in UTC to the second, the rule an object, override keys and times canonical too.
 *
 * @throws validation-failed or invalid-recurrence, with every fault's pointer.
 */
export function parseContent(input: unknown): Content {
  if (!isObject(input)) {
    throw refuseFields([{ pointer: '', message: 'must be an object' }]);
  }
  const parsed = ContentInputSchema.safeParse(withRuleObject(input), { reportInput: true });
  if (!parsed.success) {
    throw schemaRefusal(parsed.error);
  }
  return withinLimit(canonical(parsed.data));
}

/** Fields that are valid or not whatever the others are. The times, the rule and the overrides belong together. */
const INDEPENDENT: ReadonlySet<ContentField> = new Set([
  'title',
  'description',
  'location',
  'url',
  'status',
  'busy',
  'tags',
  'color',
  'metadata',
]);

/**
 * As {@link parseContent}, for content that was made of canonical content by changing it: what it has of it is not
 * looked at again, where what was changed does not depend on it.
 *
 * @param input content's fields, and no others
 */
export function parseChanged(input: Record<string, unknown>, base: Content): Content {
  const changed = CONTENT_FIELDS.filter((field) => input[field] !== base[field]);
  if (!changed.every((field) => INDEPENDENT.has(field))) {
    return parseContent(input);
  }
  const parsed = changed.map((field) => ContentInputSchema.shape[field].safeParse(input[field]));
  // A fault is told as it ever is.
  return parsed.every(({ success }) => success)
    ? withinLimit({ ...base, ...Object.fromEntries(changed.map((field, i) => [field, parsed[i]?.data])) })
    : parseContent(input);
}

function withinLimit(content: Content): Content {
  // Without overrides it is far from it: every other field has a smaller limit of its own.
  if (Object.keys(content.overrides).length > 0 && exceeds(content, MAX_CONTENT_BYTES)) {
    throw refuse('validation-failed', 'The event takes more than 1 MiB.', {
      errors: [{ pointer: '', message: 'must take at most 1 MiB as JSON' }],
    });
  }
  return content;
}

/** RRULE text in place of the rule object is read first. */
function withRuleObject(input: Record<string, unknown>): Record<string, unknown> {
  if (typeof input['recurrence'] !== 'string') {
    return input;
  }
  const zone = typeof input['timeZone'] === 'string' ? zoneNamed(input['timeZone']) : null;
  const read = parseRRule(input['recurrence'], zone ?? 'UTC');
  if ('fault' in read) {
    throw refuseFields([{ pointer: '/recurrence', message: read.fault }], 'invalid-recurrence');
  }
  return { ...input, recurrence: read.rule };
}

/** A schema's issues as field errors. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointer([...path, key]), message: 'is not known' }))
      : [{ pointer: pointer(path), message: isMissing(issue) ? 'is required' : issue.message }];
  });
}

const isMissing = ({ code, message }: z.core.$ZodIssue): boolean =>
  code === 'invalid_type' && message.endsWith('received undefined');

/** A rule whose values are out of range is an invalid recurrence; one of the wrong shape is no valid body. */
function schemaRefusal(error: z.ZodError) {
  const aboutRule = error.issues.every((issue) => issue.path[0] === 'recurrence' && !isMisshapen(issue));
  return refuseFields(fieldErrors(error), aboutRule ? 'invalid-recurrence' : 'validation-failed');
}

/** Of the wrong type; a name that is none of those allowed, say, is of the right one. */
const isMisshapen = ({ code, input }: z.core.$ZodIssue): boolean =>
  code === 'invalid_type' ||
  code === 'unrecognized_keys' ||
  ((code === 'invalid_value' || code === 'invalid_union') && typeof input !== 'string');

/** Throws what has been found, if anything. */
function settle(faults: FieldError[]): void {
  if (faults.length > 0) {
    throw refuseFields(faults);
  }
}

type Parsed = z.output<typeof ContentInputSchema>;

function canonical(input: Parsed): Content {
  const { timeZone, allDay } = input;
  const faults: FieldError[] = [];
  const start = readTime(input.start, input, '/start', faults);
  const end = readEnd(input, start, faults);
  settle(faults);
  settle(durationFaults(start, end, input, ''));
  const given = allDay ? null : parseLocal(input.start);
  const format = allDay ? formatDate : formatInstant;
  return {
    title: input.title,
    description: input.description,
    location: input.location,
    url: input.url,
    start: format(start),
    end: format(end),
    timeZone,
    allDay,
    status: input.status,
    busy: input.busy,
    tags: input.tags,
    color: input.color,
    recurrence: input.recurrence && acceptRule(input.recurrence, { start, given, timeZone, allDay }),
    overrides: canonicalOverrides(input, end - start),
    metadata: input.metadata,
  };
}

/** Two local times around a DST gap may mean the same instant: the event then lasts as long as they are apart. */
function readEnd(input: Parsed, start: Millis, faults: FieldError[]): Millis {
  const end = readTime(input.end, input, '/end', faults);
  const [from, to] = [parseLocal(input.start), parseLocal(input.end)];
  return !input.allDay && from !== null && to !== null && end <= start && to > from
    ? start + (to - from)
    : end;
}

/** The instant a client's time means, or for all-day events the midnight of its date; NaN with a fault otherwise. */
function readTime(
  value: string,
  { allDay, timeZone }: { allDay: boolean; timeZone: string },
  at: string,
  faults: FieldError[],
): Millis {
  if (allDay) {
    const date = parseDate(value);
    if (date === null) {
      faults.push({ pointer: at, message: 'must be a date (YYYY-MM-DD), as the event is all-day' });
    }
    return date ?? Number.NaN;
  }
  const instant = parseInstant(value);
  if (instant !== null) {
    return instant;
  }
  const local = parseLocal(value);
  const meant = local === null ? Number.NaN : toInstant(local, timeZone);
  if (!isInstant(meant)) {
    faults.push({ pointer: at, message: 'must be an RFC 3339 date-time such as 2026-03-02T15:00:00Z' });
    return Number.NaN;
  }
  return meant;
}

function durationFaults(
  start: number,
  end: number,
  event: { busy: boolean; allDay: boolean },
  at: string,
): FieldError[] {
  const fault = (message: string): FieldError[] => [{ pointer: `${at}/end`, message }];
  if (end < start || (end === start && event.allDay)) {
    return fault('must be after start');
  }
  if (end === start && event.busy) {
    return fault('must be after start (a reminder without length needs busy: false)');
  }
  return end - start > MAX_DAYS * DAY ? fault(`must be at most ${MAX_DAYS} days after start`) : [];
}

function canonicalOverrides(event: Parsed, duration: Millis): Record<string, Override> {
  const faults: FieldError[] = [];
  const result: Record<string, Override> = {};
  for (const [key, override] of Object.entries(event.overrides)) {
    const at = pointer(['overrides', key]);
    const wall = event.allDay ? parseDate(key) : parseLocal(key);
    const exactKey = wall !== null && (event.allDay ? formatDate(wall) : formatLocal(wall)) === key;
    if (!exactKey || isForbiddenKey(key)) {
      const form = event.allDay
        ? 'a date such as 2026-03-09'
        : 'a local date-time such as 2026-03-09T11:00:00';
      faults.push({ pointer: at, message: `must be keyed by the occurrence's original start: ${form}` });
      continue;
    }
    result[key] = canonicalOverride(override, event, wall, duration, at, faults);
  }
  settle(faults);
  return result;
}

function canonicalOverride(
  override: Override,
  event: Parsed,
  wall: WallClock,
  duration: Millis,
  at: string,
  faults: FieldError[],
): Override {
  if (override.start === undefined && override.end === undefined && override.busy === undefined) {
    return override;
  }
  const original = event.allDay ? wall : toInstant(wall, event.timeZone);
  const start =
    override.start === undefined ? original : readTime(override.start, event, `${at}/start`, faults);
  const end =
    override.end === undefined ? start + duration : readTime(override.end, event, `${at}/end`, faults);
  if (Number.isNaN(start) || Number.isNaN(end)) {
    return override;
  }
  faults.push(...durationFaults(start, end, { busy: override.busy ?? event.busy, allDay: event.allDay }, at));
  const format = event.allDay ? formatDate : formatInstant;
  return {
    ...override,
    ...(override.start !== undefined && { start: format(start) }),
    ...(override.end !== undefined && { end: format(end) }),
  };
}
