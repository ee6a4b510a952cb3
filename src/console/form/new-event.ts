import { preferences, zoneOf } from '../state/preferences.js';
import { createStore } from '../state/store.js';
import { addMinutes, wallIn } from '../time.js';
import { newValues, type FormValues } from './values.js';

interface NewEvent {
  values: FormValues;
  onClosed(): void;
}

/** The form of an event that does not exist yet, while it is open. */
export const newEvent = createStore<{ open: NewEvent | null }>({ open: null });

export const openNewEvent = (values: FormValues, onClosed: () => void = () => undefined): void =>
  newEvent.set({ open: { values, onClosed } });

/** For the button: an hour from the next full hour; on another day than today in the morning. */
export function openNextHour(day: Date): void {
  const zone = zoneOf(preferences.get());
  const now = wallIn(zone, new Date());
  const { date } = wallIn(zone, day);
  const start =
    date === now.date
      ? addMinutes({ date, time: `${now.time.slice(0, 2)}:00` }, 60)
      : { date, time: '09:00' };
  openNewEvent(newValues(start, addMinutes(start, 60), false, zone));
}

export function closeNewEvent(): void {
  const { open } = newEvent.get();
  newEvent.set({ open: null });
  open?.onClosed();
}
