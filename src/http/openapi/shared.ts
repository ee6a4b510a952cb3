import { MAX_CHANGE_ID, MAX_NOTE } from '../../protocol/events.js';
import { IdSchema } from '../../protocol/primitives.js';
import { CALENDAR_EXAMPLE, EXAMPLES } from './examples.js';
import { jsonSchema, schemaRef } from './schemas.js';
import type { JsonSchema } from './types.js';

/** What several routes have in common, for their documentation to refer to. */

const ETAG: JsonSchema = { type: 'string', pattern: '^"[0-9]+"$' };

const count = (description: string, example: number) => ({
  description,
  schema: { type: 'integer', minimum: 0 },
  example,
});

/** On every answer below `/api`, unless limits are off. */
export const limitHeaders = {
  'RateLimit-Limit': count('The points of the limit that the request counts against', 6000),
  'RateLimit-Remaining': count('How many of them are left', 5987),
  'RateLimit-Reset': count('Seconds until all of them are there again', 42),
};

export const headers = {
  ...limitHeaders,
  ETag: {
    description: 'The version of the event as an entity tag: `"7"`',
    required: true,
    schema: ETAG,
    example: '"7"',
  },
  Link: {
    description: 'The page after this one, by a reference relative to it, with `rel="next"` (RFC 8288)',
    schema: { type: 'string' },
    example: '<?format=text&cursor=eyJhIjoxfQ.k3Vd>; rel="next"',
  },
  CalendarETag: {
    description: 'An entity tag of the calendar',
    required: true,
    schema: { type: 'string', pattern: '^"[\\w-]+"$' },
    example: '"Vb3kq0m7QbC2cN4x"',
  },
  Location: {
    description: 'The path of what was created',
    required: true,
    schema: { type: 'string' },
    example: '/api/events/66f0c0ffee0123456789abcd',
  },
  'X-Request-Id': {
    description: 'The id of the request: the one it came with, or a new one',
    required: true,
    schema: { type: 'string' },
    example: '0b9a7a4e-6c1f-4d0e-9f43-0f5a6c1d2e3f',
  },
  'WWW-Authenticate': {
    description: 'How to sign in',
    required: true,
    schema: { type: 'string', const: 'Bearer' },
    example: 'Bearer',
  },
  'Idempotency-Replayed': {
    description: 'That this is the first answer to the Idempotency-Key, again',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  Allow: {
    description: 'The methods that the path takes',
    required: true,
    schema: { type: 'string' },
    example: 'GET, HEAD, OPTIONS',
  },
  'Retry-After': {
    description: 'Seconds after which to try again',
    required: true,
    schema: { type: 'string', pattern: '^[0-9]+$' },
    example: '12',
  },
};

const inPath = (name: string, description: string, schema: JsonSchema) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
});
/** Its example stands in the schema: beside it, Swagger UI would send it with whatever is tried. */
const inHeader = (name: string, description: string, example: string, schema: JsonSchema = {}) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema, examples: [example] },
});

const id = jsonSchema(IdSchema, 'input');
const version: JsonSchema = { type: 'integer', minimum: 1 };

export const parameters = {
  EventId: inPath('id', 'The id of the event', id),
  RecurrenceId: {
    ...inPath(
      'recurrenceId',
      'The original local start of the occurrence (RFC 8984, section 4.3.1); a date where allDay',
      { type: 'string' },
    ),
    example: '2026-03-09T15:00:00',
  },
  UserId: inPath('userId', 'The id of the member', id),
  FeedId: inPath('id', 'The id of the feed', id),
  WebhookId: inPath('id', 'The id of the webhook', id),
  DeliveryId: inPath('deliveryId', 'The id of the delivery', id),
  SessionId: inPath('id', 'The id of the session', id),
  Version: { ...inPath('version', 'A version of the event', version), example: 1 },
  FromVersion: { ...inPath('from', 'The version to start from', version), example: 1 },
  ToVersion: { ...inPath('to', 'The version to arrive at, older or newer', version), example: 2 },
  'If-Match': inHeader(
    'If-Match',
    'Only if the event still has this version, such as `"7"`: otherwise 412',
    '"7"',
  ),
  'If-None-Match': inHeader(
    'If-None-Match',
    'The version that the client has, such as `"7"`: 304 if it is this',
    '"7"',
  ),
  'Edit-Id': inHeader(
    'Edit-Id',
    'An id of the client’s own: sent again, the edit is not made twice',
    'b7a2-14',
    {
      minLength: 1,
      maxLength: MAX_CHANGE_ID,
    },
  ),
  'Edit-Note': inHeader(
    'Edit-Note',
    `A word on the edit for its history, like a commit message: percent-encoded UTF-8, at most ${MAX_NOTE} characters`,
    'as%20agreed',
  ),
  'Idempotency-Key': inHeader(
    'Idempotency-Key',
    'A key of the client’s own: sent again with it within 24 hours, the request is not carried out again, and gets its ' +
      'first answer with `Idempotency-Replayed: true`',
    '5f0e6f6e-7d0b-4f0e-a9c2-6b1d0f0a7c11',
    { pattern: '^[\\x21-\\x7e]{1,255}$' },
  ),
  'X-Request-Id': inHeader(
    'X-Request-Id',
    'An id to find the request by, at most 128 visible characters',
    '0b9a7a4e-6c1f-4d0e-9f43-0f5a6c1d2e3f',
  ),
};

const json = (schema: string) => ({ 'application/json': { schema: schemaRef(schema) } });
const tagged = { ETag: { $ref: '#/components/headers/ETag' } };

export const responses = {
  Event: { description: 'The event', headers: tagged, content: json('Event') },
  EditedEvent: {
    description: 'The event after the edit; with `baseVersion` also whether it was merged',
    headers: tagged,
    content: json('EditedEvent'),
  },
  User: { description: 'The user', content: json('User') },
  Tokens: { description: 'The user, an access token, and a refresh token', content: json('Tokens') },
  Permissions: { description: 'The members of the event, the owner first', content: json('PermissionPage') },
  NoContent: { description: 'Done' },
};

/** A body in one content type or several, each with examples that can be sent as they are. */
const body = (
  content: Record<string, { schema: string; examples: Record<string, unknown> }>,
  required = true,
) => ({
  required,
  content: Object.fromEntries(
    Object.entries(content).map(([type, { schema, examples }]) => [
      type,
      {
        schema: schemaRef(schema),
        examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
      },
    ]),
  ),
});
const jsonBody = (schema: keyof typeof EXAMPLES, required = true) =>
  body({ 'application/json': { schema, examples: EXAMPLES[schema] } }, required);

export const requestBodies = {
  Register: jsonBody('Register'),
  Login: jsonBody('Login'),
  Refresh: jsonBody('Refresh'),
  Logout: jsonBody('Logout', false),
  UpdateMe: jsonBody('UpdateMe'),
  DeleteMe: jsonBody('DeleteMe'),
  EventInput: jsonBody('EventInput'),
  Batch: jsonBody('Batch'),
  ConflictCandidate: jsonBody('ConflictCandidate'),
  FreeBusyQuery: jsonBody('FreeBusyQuery'),
  EventPatch: body({
    'application/merge-patch+json': { schema: 'EventPatch', examples: EXAMPLES.EventPatch },
    'application/json-patch+json': { schema: 'Patch', examples: EXAMPLES.Patch },
    'application/json': { schema: 'EventPatch', examples: EXAMPLES.EventPatch },
  }),
  Share: jsonBody('Share'),
  SetRole: jsonBody('SetRole'),
  FeedInput: jsonBody('FeedInput'),
  WebhookInput: jsonBody('WebhookInput'),
  UpdateWebhook: jsonBody('UpdateWebhook'),
  Calendar: {
    required: true,
    content: {
      'text/calendar': {
        schema: { type: 'string' } satisfies JsonSchema,
        examples: { 'a weekly event': { value: CALENDAR_EXAMPLE } },
      },
    },
  },
};
