import type { Scope } from '../state/edits.js';
import { createStore } from '../state/store.js';

/** A question that a dialog shows until it is answered. */
export interface Question<T extends string = string> {
  title: string;
  text?: string;
  options: readonly { value: T; label: string; hint?: string }[];
  /** The label of the button that agrees. */
  agree: string;
  tone?: 'plain' | 'danger';
  answer(value: T | null): void;
}

export const question = createStore<{ open: Question | null }>({ open: null });

/** Asks the person to choose. @returns null where they would rather not */
export function ask<T extends string>(asked: Omit<Question<T>, 'answer'>): Promise<T | null> {
  question.get().open?.answer(null);
  return new Promise((resolve) => {
    const answer = (value: string | null): void => {
      question.set({ open: null });
      resolve(value as T | null);
    };
    question.set({ open: { ...asked, answer } });
  });
}

/** How far a change of a series is to go. */
export const askScope = (
  verb: 'Move' | 'Change' | 'Delete',
  title: string,
  only: readonly Scope[] = ['this', 'following', 'all'],
): Promise<Scope | null> =>
  ask<Scope>({
    title: `${verb} ${title}`,
    text: 'This event repeats.',
    options: SCOPES.filter(({ value }) => only.includes(value)),
    agree: verb,
    tone: verb === 'Delete' ? 'danger' : 'plain',
  });

const SCOPES: readonly { value: Scope; label: string }[] = [
  { value: 'this', label: 'This one only' },
  { value: 'following', label: 'This and all that follow' },
  { value: 'all', label: 'All of the series' },
];

/** A yes or no. */
export const confirm = async (title: string, text: string, agree: string): Promise<boolean> =>
  (await ask({ title, text, agree, options: [], tone: 'danger' })) !== null;
