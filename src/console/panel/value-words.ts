import { PALETTE } from '../calendar/colors.js';
import { repeatWords } from '../form/repeat.js';
import { startOf, endOf, type FormValues } from '../form/values.js';
import { addDays, localOf, spanWords } from '../time.js';

/** What a part of the form says, as a person would read it; '' where it says nothing. */
export function valueWords(part: string, values: FormValues): string {
  switch (part) {
    case 'when':
      return `${whenWords(values)}${values.allDay ? '' : `, ${values.timeZone.replaceAll('_', ' ')}`}`;
    case 'repeat':
      return repeatWords(values.repeat, values.startDate);
    case 'color':
      return values.color === null
        ? 'Default'
        : (PALETTE.find(({ value }) => value === values.color)?.name ?? values.color);
    case 'busy':
      return values.busy ? 'Busy' : 'Free';
    case 'status':
      return values.status.charAt(0).toUpperCase() + values.status.slice(1);
    default: {
      const value = values[part as keyof FormValues];
      return typeof value === 'string' ? value : '';
    }
  }
}

/** The form has the times of the event's own clocks: they are shown as they are. */
function whenWords(values: FormValues): string {
  const { allDay, startDate, endDate } = values;
  return allDay
    ? spanWords({ start: startDate, end: addDays(endDate, 1), allDay }, 'UTC')
    : spanWords({ start: `${localOf(startOf(values))}Z`, end: `${localOf(endOf(values))}Z`, allDay }, 'UTC');
}
