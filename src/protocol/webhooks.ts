import { z } from 'zod';
import { text } from '../calendar/content.js';
import { KINDS } from '../calendar/history.js';
import { list } from '../calendar/list.js';
import { KindSchema } from './history.js';
import { IdSchema, pageOf, PageQuery, TimestampSchema } from './primitives.js';

/** An absolute URL of the web that names nobody's password. */
function isWebAddress(value: string): boolean {
  if (!/^https?:\/\/[^\s/?#]\S*$/i.test(value) || !URL.canParse(value)) {
    return false;
  }
  const { username, password } = new URL(value);
  return username === '' && password === '';
}

const MAX_URL = 2048;

const url = text(1, MAX_URL)
  .refine(isWebAddress, 'must be an http or https URL without a user name or password')
  .meta({ format: 'uri', description: 'Where changes are sent to; not a private address' });
const events = list(z.enum(KINDS), 0, KINDS.length).meta({
  description: 'The kinds of changes to be told of; without any, all',
});

export const CreateWebhookSchema = z
  .strictObject({
    url,
    events: events.default([]),
    eventId: text(0, 256)
      .nullable()
      .default(null)
      .meta({ description: 'Only changes of this event; null or not given: of all the user’s' }),
  })
  .meta({ id: 'WebhookInput' });

export const UpdateWebhookSchema = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    active: z
      .boolean()
      .optional()
      .meta({ description: 'false: nothing is sent, and what changes meanwhile is passed over' }),
  })
  .meta({ id: 'UpdateWebhook' });

const shown = {
  id: IdSchema,
  url: z.string(),
  events: z.array(KindSchema),
  eventId: IdSchema.nullable(),
  active: z.boolean(),
  createdAt: TimestampSchema,
};

export const WebhookSchema = z.strictObject(shown).meta({ id: 'Webhook' });
export type WebhookView = z.output<typeof WebhookSchema>;
export const WebhookPageSchema = pageOf(WebhookSchema).meta({ id: 'WebhookPage' });
export type WebhookPage = z.output<typeof WebhookPageSchema>;

export const CreatedWebhookSchema = z
  .strictObject({
    ...shown,
    secret: z.string().meta({ description: 'What deliveries are signed with; it is not shown again' }),
  })
  .meta({ id: 'CreatedWebhook' });
export type CreatedWebhook = z.output<typeof CreatedWebhookSchema>;

export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const;

export const DeliverySchema = z
  .strictObject({
    id: IdSchema,
    eventId: IdSchema,
    version: z.int().min(1),
    kind: KindSchema,
    state: z.enum(DELIVERY_STATES).meta({
      description: '`pending`: to be tried (again); `dead`: given up after the last attempt',
    }),
    attempts: z.int().min(0),
    createdAt: TimestampSchema,
    nextAttemptAt: TimestampSchema.nullable().meta({
      description: 'Not before those of the same event that come before it',
    }),
    lastAttemptAt: TimestampSchema.nullable(),
    status: z.int().nullable().meta({ description: 'The HTTP status of the last answer' }),
    error: z
      .string()
      .nullable()
      .meta({
        description:
          'Why the last attempt failed: `refused`, `redirected` (see `status`), `refused-address`, `name-not-found`, ' +
          '`no-connection`, `no-trust` (TLS) or `timeout`',
      }),
    deliveredAt: TimestampSchema.nullable(),
  })
  .meta({ id: 'Delivery' });
export type DeliveryView = z.output<typeof DeliverySchema>;
export const DeliveryPageSchema = pageOf(DeliverySchema).meta({ id: 'DeliveryPage' });
export type DeliveryPage = z.output<typeof DeliveryPageSchema>;

export const DeliveriesQuerySchema = z.object({
  state: z
    .enum(DELIVERY_STATES, `must be ${DELIVERY_STATES.join(', ')}`)
    .optional()
    .meta({ description: 'Only those in this state' }),
  ...PageQuery,
});
export type DeliveriesQuery = z.output<typeof DeliveriesQuerySchema>;
