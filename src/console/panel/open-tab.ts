import { createStore } from '../state/store.js';

/** Which of its tabs an event is shown by; of another event it says nothing. */
export const shownTab = createStore<{ eventId: string; name: string }>({ eventId: '', name: '' });

/** Opens a tab of the panel, and goes to the first thing in it that a selector finds. */
export function openTab(eventId: string, name: string, selector?: string): void {
  shownTab.set({ eventId, name });
  if (selector !== undefined) {
    requestAnimationFrame(() => {
      const found = document.querySelector<HTMLElement>(`.panel ${selector}`);
      found?.focus();
      found?.scrollIntoView({ block: 'center' });
    });
  }
}

/** The next event that is opened begins with the first tab. */
export const forgetTab = (): void => shownTab.set({ eventId: '', name: '' });
