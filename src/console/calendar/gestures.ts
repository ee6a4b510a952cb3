import type { DateSelectInfo, EventDropInfo, EventResizeDoneInfo } from 'fullcalendar';
import { askScope } from '../dialogs/ask.js';
import { newValues } from '../form/values.js';
import { openNewEvent } from '../form/new-event.js';
import { changeEvent, complainUnlessKept, type Scope } from '../state/edits.js';
import { preferences, zoneOf } from '../state/preferences.js';
import { addDays, addMinutes, wallIn } from '../time.js';
import { movedFields, type ItemProps } from './items.js';

/** A time was marked by dragging or clicking: the form of a new event opens for it. */
export function selected(
  { start, end, startStr, endStr, allDay }: DateSelectInfo,
  unselect: () => void,
): void {
  const zone = zoneOf(preferences.get());
  const morning = (date: string) => ({ date: date.slice(0, 10), time: '09:00' });
  const isOneDay = allDay && endStr.slice(0, 10) === addDays(startStr.slice(0, 10), 1);
  const from = allDay ? morning(startStr) : wallIn(zone, start);
  const to = isOneDay
    ? addMinutes(from, 60)
    : allDay
      ? { date: addDays(endStr.slice(0, 10), -1), time: '10:00' }
      : wallIn(zone, end);
  // One day of a month is more often a time than a whole day.
  openNewEvent(newValues(from, to, allDay && !isOneDay, zone), unselect);
}

/** An item was dragged or stretched: it is stored, or goes back to where it was. */
export async function dragged(info: EventDropInfo | EventResizeDoneInfo, isResize: boolean): Promise<void> {
  const { occurrence, isSeries } = info.oldEvent.extendedProps as ItemProps;
  const fields = movedFields(occurrence, info.event, isResize);
  const only: readonly Scope[] = 'allDay' in fields ? ['following', 'all'] : ['this', 'following', 'all'];
  const scope = isSeries ? await askScope(isResize ? 'Change' : 'Move', occurrence.title, only) : 'all';
  if (!scope) {
    info.revert();
    return;
  }
  const { eventId, title } = occurrence;
  const target = { eventId, title, recurrenceId: isSeries ? occurrence.recurrenceId : null, scope };
  try {
    await changeEvent(target, fields, `${isResize ? 'Changed' : 'Moved'} ${title}.`);
  } catch (error) {
    info.revert();
    complainUnlessKept(error);
  }
}
