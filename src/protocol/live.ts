import { z } from 'zod';
import { text } from '../calendar/content.js';
import { sizeOf } from '../calendar/json.js';
import { PersonSchema } from './accounts.js';
import { EventSchema, MAX_CHANGE_ID, MAX_NOTE, RoleSchema } from './events.js';
import { ChangeSchema, type Change } from './history.js';
import { IdSchema, TimestampSchema } from './primitives.js';
import { ScheduleConflictSchema } from './schedule.js';
import type { Problem } from './problems.js';

/** An id that is of no known form is just not found. */
const eventId = text(0, 256);
const version = z.int().min(1);

const MAX_STATE_BYTES = 1024;

export const PresenceSchema = z
  .strictObject({
    userId: IdSchema,
    username: z.string(),
    name: z.string(),
    sockets: z.int(),
    state: z.record(z.string(), z.unknown()).nullable(),
    since: TimestampSchema,
  })
  .meta({ id: 'Presence' });
export type Presence = z.output<typeof PresenceSchema>;

/** What a client may send, by message: each takes one object. */
export const ClientMessages = {
  'event:subscribe': z.strictObject({ eventId, sinceVersion: z.int().min(0).optional() }),
  'event:unsubscribe': z.strictObject({ eventId }),
  'event:edit': z.strictObject({
    eventId,
    baseVersion: version.optional(),
    patch: z.array(z.unknown()),
    changeId: text(1, MAX_CHANGE_ID).optional(),
    note: text(0, MAX_NOTE).optional(),
  }),
  'event:rollback': z.strictObject({ eventId, toVersion: version, baseVersion: version.optional() }),
  'presence:set': z.strictObject({
    eventId,
    state: z
      .record(z.string(), z.unknown())
      .refine((state) => sizeOf(state) <= MAX_STATE_BYTES, 'must take at most 1 KiB as JSON')
      .nullable(),
  }),
  'session:renew': z.strictObject({ token: text(0, 4096) }),
} as const;
export type ClientMessage = keyof typeof ClientMessages;
export type Payload<M extends ClientMessage> = z.output<(typeof ClientMessages)[M]>;

/** What is answered, by message, besides `ok: true`. */
export const Answers = {
  'event:subscribe': z.strictObject({
    version,
    role: RoleSchema,
    event: EventSchema.optional(),
    missed: z.array(ChangeSchema).optional(),
    reset: z.literal(true).optional(),
    present: z.array(PresenceSchema),
  }),
  'event:unsubscribe': z.strictObject({}),
  'event:edit': z.strictObject({ version, merged: z.boolean(), change: ChangeSchema.nullable() }),
  'event:rollback': z.strictObject({ version, change: ChangeSchema.nullable() }),
  'presence:set': z.strictObject({}),
  'session:renew': z.strictObject({ expiresAt: TimestampSchema }),
} as const satisfies Record<ClientMessage, z.ZodType>;
export type Answer<M extends ClientMessage> = z.output<(typeof Answers)[M]>;

/** Every acknowledgement. */
export type Acknowledgement<M extends ClientMessage> =
  ({ ok: true } & Answer<M>) | { ok: false; problem: Problem };

export const SESSION_ENDS = ['expired', 'logout', 'revoked', 'password-changed', 'account-deleted'] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

const membersNotice = z.strictObject({ eventId: IdSchema, version, by: PersonSchema });

/** What the server sends. */
export const ServerMessages = {
  'event:changed': ChangeSchema,
  'event:created': z.strictObject({ event: EventSchema, by: PersonSchema }),
  'event:shared': z.strictObject({
    eventId: IdSchema,
    event: EventSchema,
    role: RoleSchema,
    by: PersonSchema,
  }),
  'event:unshared': z.strictObject({ eventId: IdSchema, by: PersonSchema }),
  'event:deleted': membersNotice,
  'event:restored': membersNotice,
  'event:behind': z.strictObject({ eventId: IdSchema, version }),
  'presence:changed': z.strictObject({ eventId: IdSchema, total: z.int(), present: z.array(PresenceSchema) }),
  'conflict:detected': z.strictObject({
    eventId: IdSchema,
    conflicts: z.array(ScheduleConflictSchema),
    by: PersonSchema,
  }),
  'session:expiring': z.strictObject({ expiresAt: TimestampSchema }),
  'session:ended': z.strictObject({ reason: z.enum(SESSION_ENDS) }),
  'server:closing': z.strictObject({ retryAfter: z.int().meta({ description: 'Seconds' }) }),
} as const;
export type ServerMessage = keyof typeof ServerMessages;
export type Told<M extends ServerMessage> = z.output<(typeof ServerMessages)[M]>;

/** Socket.IO's types for both directions. */
export type ClientToServer = {
  [M in ClientMessage]: (payload: Payload<M>, ack?: (answer: Acknowledgement<M>) => void) => void;
};
export type ServerToClient = { [M in ServerMessage]: (payload: Told<M>) => void };
export type { Change };
