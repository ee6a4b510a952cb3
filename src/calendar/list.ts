import { z } from 'zod';

/**
 * A list of `min` to `max` items. zod's own limits look at the `length` of whatever was sent, list or not: an
 * object such as `{"length": {"toString": 0}}` makes them throw. The items of one that is too long are not looked at.
 */
export function list<T extends z.ZodType>(item: T, min: number, max: number) {
  const short = (value: unknown, context: z.RefinementCtx): unknown => {
    if (Array.isArray(value) && value.length > max) {
      context.addIssue({ code: 'custom', message: `must have at most ${max} items` });
      return z.NEVER;
    }
    return value;
  };
  const items = z.array(item).refine(({ length }) => length >= min, {
    error: `must have at least ${min} item${min === 1 ? '' : 's'}`,
  });
  return z.preprocess(short, items).meta({ ...(min > 0 && { minItems: min }), maxItems: max });
}
