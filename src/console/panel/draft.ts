import type { Content } from '../../client/index.js';
import { valuesOf, type FormField, type FormValues } from '../form/values.js';
import { createStore } from '../state/store.js';
import { useStore } from '../state/use-store.js';
import { editConflicts, mergedValues, type EditConflict } from './edit-conflicts.js';
import { insist, NOTHING_TOUCHED, settled, takeBack, touch, without, type Touched } from './touched.js';

export interface Draft extends Touched {
  /** What the form shows: the event as it is now, and on it what was touched. */
  values: FormValues;
  /** The event as it is now. Where it is another than `bases`, somebody else changed what one has touched. */
  stored: FormValues;
  isChanged: boolean;
  /** What is to be saved: as `values`, with what others added to the same text. */
  merged: FormValues;
  /** Whether others changed other lines of a text than one did oneself. */
  isMerging: boolean;
  /** Where one has to choose before it can be saved. */
  conflicts: readonly EditConflict[];
  change(values: FormValues): void;
  /** Forgets what was touched, or only these fields of it: they follow the event again. */
  clear(fields?: readonly FormField[]): void;
  /** These values were saved; what was typed since stays. */
  saved(values: FormValues): void;
  /** Of these fields one wants these values, whatever others made of them. */
  insist(fields: readonly FormField[], values: FormValues): void;
}

/** Drafts outlive the form: one may look at something else in between. By event and occurrence. */
const drafts = createStore<{ of: Readonly<Record<string, Touched>> }>({ of: {} });
const keyOf = (eventId: string, recurrenceId: string | null): string => `${eventId}/${recurrenceId ?? ''}`;
const setDraft = (key: string, touched: Touched): void =>
  drafts.set(({ of }) => ({ of: { ...of, [key]: touched } }));

/** A form over something that changes under it: fields that were not touched follow it. */
export function useDraft(eventId: string, recurrenceId: string | null, content: Content): Draft {
  const key = keyOf(eventId, recurrenceId);
  const touched = useStore(drafts, ({ of }) => of[key]) ?? NOTHING_TOUCHED;
  const stored = valuesOf(content);
  const values = { ...stored, ...touched.mine };
  const merged = mergedValues(touched, stored);
  return {
    ...touched,
    values,
    stored,
    isChanged: Object.keys(touched.mine).length > 0,
    merged,
    isMerging: merged.description !== values.description,
    conflicts: editConflicts(touched, stored),
    change: (values) => setDraft(key, touch(touched, stored, values)),
    clear: (fields) => setDraft(key, fields ? without(touched, fields) : NOTHING_TOUCHED),
    saved: (values) => setDraft(key, settled(drafts.get().of[key] ?? NOTHING_TOUCHED, values)),
    insist: (fields, values) => setDraft(key, insist(touched, fields, stored, values)),
  };
}

/** An edit of the whole event did not get through: it is in its form again, and nothing of it is lost. */
export function keepAsDraft(eventId: string, before: Content, after: Content): void {
  const key = keyOf(eventId, null);
  setDraft(key, takeBack(drafts.get().of[key] ?? NOTHING_TOUCHED, valuesOf(before), valuesOf(after)));
}

/** What was touched of an event and not saved, of its occurrences too. */
export const draftsOf = (eventId: string): Touched[] =>
  Object.entries(drafts.get().of)
    .filter(([key, { mine }]) => key.startsWith(`${eventId}/`) && Object.keys(mine).length > 0)
    .map(([, touched]) => touched);

/** Forgets all: somebody else has signed in. */
export const forgetDrafts = (): void => drafts.set({ of: {} });
