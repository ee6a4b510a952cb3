import type { Content } from '../../client/index.js';
import { valuesOf, type FormField, type FormValues } from '../form/values.js';
import { createStore } from '../state/store.js';
import { useStore } from '../state/use-store.js';

/** Fields that somebody has touched and not saved, and what they were when they were touched. */
export interface Touched {
  mine: Partial<FormValues>;
  bases: Partial<FormValues>;
}

export interface Draft extends Touched {
  /** What the form shows: the event as it is now, and on it what was touched. */
  values: FormValues;
  /** The event as it is now. Where it is another than `bases`, somebody else changed what one has touched. */
  stored: FormValues;
  isChanged: boolean;
  change(values: FormValues): void;
  /** Forgets what was touched, or only these fields of it: they follow the event again. */
  clear(fields?: readonly FormField[]): void;
}

/** Drafts outlive the form: one may look at something else in between. By event and occurrence. */
const drafts = createStore<Readonly<Record<string, Touched>>>({});
const NONE: Touched = { mine: {}, bases: {} };

/** A form over something that changes under it: fields that were not touched follow it. */
export function useDraft(eventId: string, recurrenceId: string | null, content: Content): Draft {
  const key = `${eventId}/${recurrenceId ?? ''}`;
  const touched = useStore(drafts, (all) => all[key]) ?? NONE;
  const stored = valuesOf(content);
  return {
    ...touched,
    values: { ...stored, ...touched.mine },
    stored,
    isChanged: Object.keys(touched.mine).length > 0,
    change: (values) => drafts.set({ [key]: touch(touched, stored, values) }),
    clear: (fields) => drafts.set({ [key]: fields ? without(touched, fields) : NONE }),
  };
}

/** What is as it is stored is not touched any more. */
export function touch({ mine, bases }: Touched, stored: FormValues, values: FormValues): Touched {
  const fields = (Object.keys(values) as FormField[]).filter(
    (field) => JSON.stringify(values[field]) !== JSON.stringify(stored[field]),
  );
  const pick = (from: (field: FormField) => unknown): Partial<FormValues> =>
    Object.fromEntries(fields.map((field) => [field, from(field)]));
  return {
    mine: pick((field) => values[field]),
    bases: pick((field) => (field in mine ? bases[field] : stored[field])),
  };
}

function without({ mine, bases }: Touched, fields: readonly FormField[]): Touched {
  const keep = (values: Partial<FormValues>): Partial<FormValues> =>
    Object.fromEntries(Object.entries(values).filter(([field]) => !fields.includes(field as FormField)));
  return { mine: keep(mine), bases: keep(bases) };
}
