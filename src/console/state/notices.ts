import { wordsFor } from '../words.js';
import { newId } from './client.js';
import { createStore } from './store.js';

export interface Toast {
  id: string;
  text: string;
  tone: 'plain' | 'error';
  action?: { label: string; run(): void };
  /** What it is about, such as an event’s id: an older one about the same goes. */
  about?: string;
}

export interface Notices {
  toasts: readonly Toast[];
  /** The newest thing to be said by a screen reader, politely. */
  said: string;
}

export const notices = createStore<Notices>({ toasts: [], said: '' });

const MOST = 3;

/** Shows a line for a while, at most three at a time; a screen reader says it, too. */
export function toast(text: string, more: Partial<Pick<Toast, 'tone' | 'action' | 'about'>> = {}): void {
  const one: Toast = { id: newId(), text, tone: 'plain', ...more };
  notices.set(({ toasts }) => {
    const others = toasts.filter(({ about }) => about === undefined || about !== one.about);
    return { toasts: [...others, one].slice(-MOST), said: text };
  });
}

export const dismiss = (id: string): void =>
  notices.set(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));

/** What was said about this is not so any more. */
export const withdraw = (about: string): void =>
  notices.set(({ toasts }) => ({ toasts: toasts.filter((one) => one.about !== about) }));

/** Says something to a screen reader alone. */
export const announce = (text: string): void => notices.set({ said: text });

/** Shows why something did not work. */
export const complain = (error: unknown): void => toast(wordsFor(error), { tone: 'error' });
