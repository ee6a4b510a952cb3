import { keep, kept } from './storage.js';
import { createStore } from './store.js';

export type Theme = 'auto' | 'light' | 'dark';
export type View = 'month' | 'week' | 'day' | 'list';

export interface Preferences {
  theme: Theme;
  /** The zone that times are shown in; null: the browser's. */
  timeZone: string | null;
  /** null: what suits the width of the window. */
  view: View | null;
}

const KEY = 'convene.preferences';

export const preferences = createStore<Preferences>({
  theme: 'auto',
  timeZone: null,
  view: null,
  ...(kept(KEY) as Partial<Preferences> | null),
});

export const systemZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
export const zoneOf = ({ timeZone }: Preferences): string => timeZone ?? systemZone();

const narrow = matchMedia('(max-width: 48rem)');
export const isNarrow = (): boolean => narrow.matches;
export const viewOf = ({ view }: Preferences): View => view ?? (isNarrow() ? 'list' : 'month');

/** Keeps what is chosen, and shows the page in its colours. */
export function startPreferences(): void {
  const apply = (): void => {
    const { theme } = preferences.get();
    if (theme === 'auto') {
      delete document.documentElement.dataset['theme'];
    } else {
      document.documentElement.dataset['theme'] = theme;
    }
  };
  apply();
  preferences.subscribe(() => {
    keep(KEY, preferences.get());
    apply();
  });
}
