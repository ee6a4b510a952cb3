import type { z } from 'zod';
import { fieldErrors } from '../calendar/content.js';
import { refuseFields } from '../calendar/errors.js';
import { jsonFault } from '../calendar/json.js';

/**
 * What was sent, as its schema reads it.
 *
 * @throws validation-failed with a pointer for each fault
 */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw refuseFields(fieldErrors(parsed.error));
  }
  return parsed.data;
}

/** As {@link parse}, for the parameters of a query: a fault's pointer is the parameter's name. */
export function parseQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const parsed = schema.safeParse(query);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error);
    throw refuseFields(errors.map(({ pointer, message }) => ({ pointer: pointer.slice(1), message })));
  }
  return parsed.data;
}

/**
 * Lets through only what JSON of ours may hold (`jsonFault`), before anything looks at it.
 *
 * @throws validation-failed
 */
export function checkJson(value: unknown): void {
  const fault = jsonFault(value);
  if (fault) {
    throw refuseFields([fault]);
  }
}
