import { z } from 'zod';
import { text } from '../calendar/content.js';
import { exceeds } from '../calendar/json.js';
import { PersonSchema } from './accounts.js';
import { EventSchema, MAX_CHANGE_ID, MAX_NOTE, RoleSchema } from './events.js';
import { ChangeSchema, type Change } from './history.js';
import { IdSchema, TimestampSchema } from './primitives.js';
import { ScheduleConflictSchema } from './schedule.js';
import { ProblemSchema } from './problems.js';

/** An id that is of no known form is just not found. */
const eventId = text(0, 256).meta({
  description: 'The id of the event',
  examples: ['66f0c0ffee0123456789abcd'],
});
const version = z.int().min(1);

const MAX_STATE_BYTES = 1024;
const baseVersion = version.optional().meta({
  description: 'The version that was edited: what others changed since is kept. Without it, the current one',
});

export const PresenceSchema = z
  .strictObject({
    userId: IdSchema,
    username: z.string(),
    name: z.string(),
    sockets: z.int().meta({ description: 'How many connections of this user’s are subscribed' }),
    state: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What the user said last with `presence:set`' }),
    since: TimestampSchema.meta({ description: 'When the first of these connections subscribed' }),
  })
  .meta({ id: 'Presence', title: 'Somebody who is subscribed to the event' });
export type Presence = z.output<typeof PresenceSchema>;

/** What a client says in the handshake, as `auth`: who it is. */
export const HandshakeSchema = z.strictObject({
  token: z.string().meta({ description: 'An access token' }),
});

/** What a client may send, by message: each takes one object. */
export const ClientMessages = {
  'event:subscribe': z.strictObject({
    eventId,
    sinceVersion: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'The version that the client has: the answer brings what came after it' }),
  }),
  'event:unsubscribe': z.strictObject({ eventId }),
  'event:edit': z.strictObject({
    eventId,
    baseVersion,
    patch: z.array(z.unknown()).meta({ description: 'A JSON Patch (RFC 6902) on the event’s content' }),
    changeId: text(1, MAX_CHANGE_ID)
      .optional()
      .meta({ description: 'An id of the client’s own: sent again, the edit is not made twice' }),
    note: text(0, MAX_NOTE)
      .optional()
      .meta({ description: 'A word on the edit for its history, like a commit message' }),
  }),
  'event:rollback': z.strictObject({
    eventId,
    toVersion: version.meta({ description: 'The version whose content comes back' }),
    baseVersion,
  }),
  'presence:set': z.strictObject({
    eventId,
    state: z
      .record(z.string(), z.unknown())
      .refine((state) => !exceeds(state, MAX_STATE_BYTES), 'must take at most 1 KiB as JSON')
      .nullable()
      .meta({ description: 'Whatever the others are to see, at most 1 KiB as JSON; null clears it' }),
  }),
  'session:renew': z.strictObject({
    token: text(0, 4096).meta({ description: 'A fresh access token of the same user' }),
  }),
} as const;
export type ClientMessage = keyof typeof ClientMessages;
export type Payload<M extends ClientMessage> = z.output<(typeof ClientMessages)[M]>;

const change = ChangeSchema.nullable().meta({ description: 'What was stored; null where nothing changed' });

/** What is answered, by message, besides `ok: true`. */
export const Answers = {
  'event:subscribe': z.strictObject({
    version: version.meta({
      description: 'The event’s version now: what is sent from here on comes after it',
    }),
    role: RoleSchema.meta({ description: 'The caller’s' }),
    event: EventSchema.optional().meta({
      description: 'The event; not where `missed` leads there',
    }),
    missed: z
      .array(ChangeSchema)
      .optional()
      .meta({ description: 'Every change after `sinceVersion`, in order' }),
    reset: z.literal(true).optional().meta({
      description: 'The client has a version that the event has not: a backup was restored',
    }),
    present: z.array(PresenceSchema).meta({ description: 'Who is there; at most 50, the most recent' }),
  }),
  'event:unsubscribe': z.strictObject({}),
  'event:edit': z.strictObject({
    version,
    merged: z.boolean().meta({ description: 'Whether it was rebased over changes of others' }),
    change,
  }),
  'event:rollback': z.strictObject({ version, change }),
  'presence:set': z.strictObject({}),
  'session:renew': z.strictObject({
    expiresAt: TimestampSchema.meta({ description: 'When the new token expires' }),
  }),
} as const satisfies Record<ClientMessage, z.ZodObject>;
export type Answer<M extends ClientMessage> = z.output<(typeof Answers)[M]>;

/** The acknowledgement of a message that was refused. */
export const RefusalSchema = z
  .strictObject({ ok: z.literal(false), problem: ProblemSchema })
  .meta({ id: 'Refusal', title: 'The answer to a message that was refused' });
/** A connection that was refused, as Socket.IO tells it: `data` of the client's `connect_error`. */
export const ConnectErrorSchema = z.strictObject({
  message: z.string().meta({ description: 'The problem’s title' }),
  data: ProblemSchema,
});

/** Every acknowledgement. */
export type Acknowledgement<M extends ClientMessage> =
  ({ ok: true } & Answer<M>) | z.output<typeof RefusalSchema>;

export const SESSION_ENDS = ['expired', 'logout', 'revoked', 'password-changed', 'account-deleted'] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

const by = PersonSchema.meta({ description: 'Who did it' });
const membersNotice = z.strictObject({ eventId: IdSchema, version, by });

/** What the server sends. */
export const ServerMessages = {
  'event:changed': ChangeSchema,
  'event:created': z.strictObject({ event: EventSchema, by }),
  'event:shared': z.strictObject({
    eventId: IdSchema,
    event: EventSchema,
    role: RoleSchema.meta({ description: 'The receiver’s, from now on' }),
    by,
  }),
  'event:unshared': z.strictObject({ eventId: IdSchema, by }),
  'event:deleted': membersNotice,
  'event:restored': membersNotice,
  'event:behind': z.strictObject({
    eventId: IdSchema,
    version: version.meta({ description: 'The version that the event has by now' }),
  }),
  'presence:changed': z.strictObject({
    eventId: IdSchema,
    total: z.int().meta({ description: 'How many people are there' }),
    present: z.array(PresenceSchema).meta({ description: 'At most 50 of them, the most recent' }),
  }),
  'conflict:detected': z.strictObject({
    eventId: IdSchema.meta({ description: 'The event that changed' }),
    conflicts: z
      .array(ScheduleConflictSchema)
      .meta({ description: 'What it overlaps now and did not before, for the receiver' }),
    by,
  }),
  'session:expiring': z.strictObject({
    expiresAt: TimestampSchema.meta({ description: 'When the access token expires' }),
  }),
  'session:ended': z.strictObject({ reason: z.enum(SESSION_ENDS) }),
  'server:closing': z.strictObject({
    retryAfter: z.int().meta({ description: 'Seconds after which to connect again' }),
  }),
} as const;
export type ServerMessage = keyof typeof ServerMessages;
export type Told<M extends ServerMessage> = z.output<(typeof ServerMessages)[M]>;

/** Socket.IO's types for both directions. */
export type ClientToServer = {
  [M in ClientMessage]: (payload: Payload<M>, ack?: (answer: Acknowledgement<M>) => void) => void;
};
export type ServerToClient = { [M in ServerMessage]: (payload: Told<M>) => void };
export type { Change };
