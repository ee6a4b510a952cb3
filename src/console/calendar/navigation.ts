import { createStore } from '../state/store.js';
import { preferences, type View } from '../state/preferences.js';

interface Steerable {
  prev(): void;
  next(): void;
  today(): void;
  gotoDate(date: Date | string): void;
  getDate(): Date;
}

/** The part of the calendar that others steer: the header does, and whoever wants to show a day. */
let calendar: Steerable | null = null;

/** What the calendar shows: “March 2026”. */
export const shown = createStore({ title: '' });

export const calendarView = {
  attach: (made: Steerable | null): void => void (calendar = made),
  moved: (title: string): void => shown.set({ title }),
  prev: (): void => calendar?.prev(),
  next: (): void => calendar?.next(),
  today: (): void => calendar?.today(),
  show: (view: View): void => preferences.set({ view }),
  goTo: (date: Date | string): void => calendar?.gotoDate(date),
  showDay: (date: Date | string): void => {
    preferences.set({ view: 'day' });
    calendar?.gotoDate(date);
  },
  /** The day in the middle of what is shown. */
  date: (): Date => calendar?.getDate() ?? new Date(),
};
