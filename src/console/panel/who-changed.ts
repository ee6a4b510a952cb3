import { useEffect, useReducer } from 'preact/hooks';
import type { FormField } from '../form/values.js';
import { authorOf, type Authors, type Authorship } from '../state/authorship.js';
import { authors } from '../state/authors.js';
import { useStore } from '../state/use-store.js';

/** For how long a change is pointed at. */
const NEWS_MS = 8_000;

/** What a field of the form is in the content, where it has another name there. */
const CONTENT: Partial<Record<FormField, string>> = {
  startDate: 'start',
  startTime: 'start',
  endDate: 'end',
  endTime: 'end',
  repeat: 'recurrence',
};

export interface WhoChanged {
  /** Who changed a field last; null where that is not known. */
  last(field: FormField): Authorship | null;
  /** The same, where it was just now. */
  now(field: FormField): Authorship | null;
}

/** Who changed the fields of an event; drawn again when a change is no news any more. */
export function useWhoChanged(eventId: string, recurrenceId: string | null): WhoChanged {
  const known = useStore(authors, ({ of }) => of[eventId]) ?? NOBODY;
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  const ends = Object.values(known).map(({ at }) => at + NEWS_MS);
  const next = Math.min(...ends.filter((end) => end > Date.now()));
  useEffect(() => {
    const timer = Number.isFinite(next)
      ? setTimeout(() => draw(undefined), next - Date.now() + 20)
      : undefined;
    return () => clearTimeout(timer);
  }, [next]);
  const last = (field: FormField): Authorship | null =>
    authorOf(known, CONTENT[field] ?? field, recurrenceId);
  return {
    last,
    now: (field) => {
      const author = last(field);
      return author && author.at + NEWS_MS > Date.now() ? author : null;
    },
  };
}

const NOBODY: Authors = {};
