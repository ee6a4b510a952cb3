import type { FormField, FormValues } from '../form/values.js';
import { wholeParts } from './parts.js';

/** Fields that somebody has touched and not saved, and what they were then: they, and what is one thing with them. */
export interface Touched {
  mine: Partial<FormValues>;
  bases: Partial<FormValues>;
}

export const NOTHING_TOUCHED: Touched = { mine: {}, bases: {} };

/** The form has these values now. What is as it is stored is not touched any more. */
export function touch({ bases }: Touched, stored: FormValues, values: FormValues): Touched {
  const fields = differing(stored, values);
  return {
    mine: pick(fields, (field) => values[field]),
    bases: pick(wholeParts(fields), (field) => (field in bases ? bases[field] : stored[field])),
  };
}

/** These fields follow the event again. */
export function without({ mine, bases }: Touched, fields: readonly FormField[]): Touched {
  const keep = (values: Partial<FormValues>): Partial<FormValues> =>
    Object.fromEntries(Object.entries(values).filter(([field]) => !fields.includes(field as FormField)));
  return { mine: keep(mine), bases: keep(bases) };
}

/**
 * Of these fields one wants these values, whatever others made of them: they are an edit of what is stored now, and
 * meet nothing any more.
 */
export function insist(
  touched: Touched,
  fields: readonly FormField[],
  stored: FormValues,
  values: FormValues,
): Touched {
  const rest = without(touched, fields);
  const wanted = fields.filter((field) => !same(values[field], stored[field]));
  return {
    mine: { ...rest.mine, ...pick(wanted, (field) => values[field]) },
    bases: { ...rest.bases, ...pick(wholeParts(wanted), (field) => stored[field]) },
  };
}

/** This was saved: what was typed since is an edit of it. */
export function settled({ mine }: Touched, saved: FormValues): Touched {
  const fields = (Object.keys(mine) as FormField[]).filter((field) => !same(mine[field], saved[field]));
  return {
    mine: pick(fields, (field) => mine[field]),
    bases: pick(wholeParts(fields), (field) => saved[field]),
  };
}

/** An edit that did not get through is in the form again, except where something else was typed since. */
export function takeBack({ mine, bases }: Touched, before: FormValues, after: FormValues): Touched {
  const fields = differing(before, after);
  return {
    mine: { ...pick(fields, (field) => after[field]), ...mine },
    bases: { ...pick(wholeParts(fields), (field) => before[field]), ...bases },
  };
}

const differing = (one: FormValues, other: FormValues): FormField[] =>
  (Object.keys(other) as FormField[]).filter((field) => !same(one[field], other[field]));

const pick = (fields: readonly FormField[], from: (field: FormField) => unknown): Partial<FormValues> =>
  Object.fromEntries(fields.map((field) => [field, from(field)]));

/** Values of the form are plain data. */
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
