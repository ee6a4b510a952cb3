import { z } from 'zod';

/**
 * A list of `min` to `max` items. zod's own limits look at the `length` of whatever was sent, list or not: an
 * object such as `{"length": {"toString": 0}}` makes them throw.
 */
export function list<T extends z.ZodType>(item: T, min: number, max: number) {
  return z
    .array(item)
    .refine(({ length }) => length >= min, { error: `must have at least ${min} item${min === 1 ? '' : 's'}` })
    .refine(({ length }) => length <= max, { error: `must have at most ${max} items` })
    .meta({ ...(min > 0 && { minItems: min }), maxItems: max });
}
