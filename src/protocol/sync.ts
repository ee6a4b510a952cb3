import { z } from 'zod';
import { EventSchema } from './events.js';
import { IdSchema, NumberParameter, TextParameter } from './primitives.js';

export const SyncQuerySchema = z.object({
  token: TextParameter(8192).optional().meta({
    description: 'The `nextToken` of the answer before; without one everything is told from the start',
  }),
  limit: NumberParameter(1, 200)
    .default(100)
    .meta({ description: 'How many events and removals together at most' }),
});
export type SyncQuery = z.output<typeof SyncQuerySchema>;

export const SyncAnswerSchema = z
  .strictObject({
    events: z.array(EventSchema).meta({
      description: 'Events of the caller’s that are new or have changed, as they are now',
    }),
    removed: z.array(IdSchema).meta({
      description:
        'The ids of events that are the caller’s no more: in the trash, erased, left or taken away',
    }),
    nextToken: z.string().meta({ description: 'Asks for what comes after this answer' }),
    hasMore: z.boolean().meta({ description: 'Whether there may be more of it at once' }),
  })
  .meta({ id: 'SyncAnswer' });
export type SyncAnswer = z.output<typeof SyncAnswerSchema>;
