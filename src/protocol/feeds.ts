import { z } from 'zod';
import { text } from '../calendar/content.js';
import { IdSchema, TextParameter, TimestampSchema } from './primitives.js';

const label = text(1, 100).meta({ description: 'What it is for, such as “Phone”' });

export const CreateFeedSchema = z.strictObject({ label }).meta({ id: 'FeedInput' });

const shown = { id: IdSchema, label };

export const CreatedFeedSchema = z
  .strictObject({
    ...shown,
    token: z.string().meta({ description: 'Reads the calendar without signing in; it is not shown again' }),
    url: z.string().meta({
      format: 'uri-reference',
      description: 'The path, token and all, from which a calendar program gets the calendar of this server',
    }),
    createdAt: TimestampSchema,
  })
  .meta({ id: 'CreatedFeed' });
export type CreatedFeed = z.output<typeof CreatedFeedSchema>;

export const FeedSchema = z
  .strictObject({
    ...shown,
    createdAt: TimestampSchema,
    lastUsedAt: TimestampSchema.nullable().meta({ description: 'To the minute or so; null: never' }),
  })
  .meta({ id: 'Feed' });
export const FeedsSchema = z.strictObject({ items: z.array(FeedSchema) }).meta({ id: 'Feeds' });
export type Feeds = z.output<typeof FeedsSchema>;

/** What a calendar may be read with in place of an access token. */
export const FeedQuerySchema = z.object({
  token: TextParameter(200)
    .optional()
    .meta({ description: 'The token of a feed, where nobody is signed in' }),
});
