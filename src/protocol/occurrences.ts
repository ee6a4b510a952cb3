import { z } from 'zod';
import { EventSchema, VersionParameter } from './events.js';
import { EditedEventSchema } from './schedule.js';

export const SCOPES = ['this', 'following', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

const ScopeParameter = z.enum(SCOPES).default('this').meta({
  description: 'This occurrence alone, it and all that follow, or the whole series',
});

export const OccurrenceEditQuerySchema = z.object({
  scope: ScopeParameter,
  baseVersion: VersionParameter.optional().meta({
    description: 'The version that was edited: what others changed since is kept, as when an event is edited',
  }),
});
export const OccurrenceDeleteQuerySchema = z.object({ scope: ScopeParameter });

/** A series that was split: what is left of it, and what goes on. */
export const SplitEventSchema = z
  .strictObject({ event: EditedEventSchema, following: EventSchema })
  .meta({ id: 'SplitEvent' });
