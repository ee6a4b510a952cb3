import { z } from 'zod';
import { textFault } from '../calendar/json.js';
import { parseInstant, type Millis } from '../calendar/time.js';

export const ID_PATTERN = /^[0-9a-f]{24}$/;
export const isId = (text: string): boolean => ID_PATTERN.test(text);

/** Whether a text can be a version's number. */
export const isVersion = (text: string): boolean => /^[1-9]\d{0,8}$/.test(text);

export const IdSchema = z
  .string()
  .regex(ID_PATTERN, 'must be an id of 24 hexadecimal digits')
  .meta({ examples: ['66f0c0ffee0123456789abcd'] });

/** An instant of the envelope: RFC 3339 in UTC, to the millisecond. */
export const TimestampSchema = z
  .string()
  .meta({ format: 'date-time', examples: ['2026-03-02T15:00:00.000Z'] });

/** An instant in a query, as milliseconds. */
export const InstantParameter = z
  .string()
  .refine((text) => parseInstant(text) !== null, 'must be an RFC 3339 date-time such as 2026-03-02T15:00:00Z')
  .transform((text): Millis => parseInstant(text) ?? 0)
  .meta({ format: 'date-time' });

export const FlagParameter = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((text) => text === 'true')
  .meta({ type: 'boolean' });

export const NumberParameter = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`)
    .meta({ type: 'integer', minimum: min, maximum: max });

/** Text in a query or a header, which no body check has looked at. */
export const TextParameter = (max: number) =>
  z
    .string()
    .superRefine((value, context) => {
      const fault = value.length > max ? `must have at most ${max} characters` : textFault(value);
      if (fault) {
        context.addIssue({ code: 'custom', message: fault });
      }
    })
    .meta({ maxLength: max });

/** A page of a list. */
export const PageQuery = {
  limit: NumberParameter(1, 200).default(50).meta({ description: 'How many items at most' }),
  cursor: TextParameter(1024).optional().meta({
    description: 'The `nextCursor` of the page before; it is good for the same query only',
  }),
};

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'null at the end of the list' }),
  });
