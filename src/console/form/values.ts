import type { Content, Fields } from '../../client/index.js';
import { addDays, addMinutes, localOf, minutesBetween, wallIn, type Wall } from '../time.js';
import { NO_REPEAT, repeatOf, rruleOf, type Repeat } from './repeat.js';

/** An event as its form shows it: times as clocks in its own zone show them, the last day included. */
export interface FormValues {
  title: string;
  allDay: boolean;
  startDate: string;
  startTime: string;
  endDate: string;
  endTime: string;
  timeZone: string;
  repeat: Repeat;
  location: string;
  url: string;
  description: string;
  color: string | null;
  tags: string;
  status: Content['status'];
  busy: boolean;
}
export type FormField = keyof FormValues;

export function valuesOf(content: Content): FormValues {
  const { start, end, timeZone, allDay } = content;
  const from = wallIn(timeZone, start);
  const to = wallIn(timeZone, end);
  return {
    title: content.title,
    allDay,
    startDate: from.date,
    startTime: allDay ? '09:00' : from.time,
    endDate: allDay ? addDays(to.date, -1) : to.date,
    endTime: allDay ? '10:00' : to.time,
    timeZone,
    repeat: repeatOf(content.recurrence, from.date),
    location: content.location,
    url: content.url ?? '',
    description: content.description,
    color: content.color,
    tags: content.tags.join(', '),
    status: content.status,
    busy: content.busy,
  };
}

/** An empty form for a time, as clocks in the zone show it. */
export const newValues = (start: Wall, end: Wall, allDay: boolean, timeZone: string): FormValues => ({
  title: '',
  allDay,
  startDate: start.date,
  startTime: start.time,
  endDate: end.date,
  endTime: end.time,
  timeZone,
  repeat: NO_REPEAT,
  location: '',
  url: '',
  description: '',
  color: null,
  tags: '',
  status: 'confirmed',
  busy: true,
});

/** Fields that make up one field of the content; those not named here make up the one of their name. */
const WHEN: readonly FormField[] = ['allDay', 'startDate', 'startTime', 'endDate', 'endTime', 'timeZone'];

/** The whole content, as the API takes it for a new event. */
export const contentOfValues = (values: FormValues): Record<string, unknown> => ({
  title: values.title.trim(),
  ...whenOf(values),
  timeZone: values.timeZone,
  allDay: values.allDay,
  recurrence: rruleOf(values.repeat, values.startDate),
  ...plainOf(values),
});

/** The fields in which the form is different, as a merge patch: what nobody touched is not named. */
export function changedFields(before: FormValues, now: FormValues): Fields {
  const isOther = (field: FormField): boolean => JSON.stringify(before[field]) !== JSON.stringify(now[field]);
  const plain = plainOf(now);
  const fields: Record<string, unknown> = {
    ...(isOther('title') && { title: now.title.trim() }),
    ...(WHEN.some(isOther) && whenOf(now)),
    ...(isOther('timeZone') && { timeZone: now.timeZone }),
    ...(isOther('allDay') && { allDay: now.allDay }),
    ...(isOther('repeat') && { recurrence: rruleOf(now.repeat, now.startDate) }),
  };
  for (const field of Object.keys(plain) as (keyof typeof plain)[]) {
    if (isOther(field)) {
      fields[field] = plain[field];
    }
  }
  return fields;
}

function whenOf({ allDay, startDate, startTime, endDate, endTime }: FormValues) {
  return allDay
    ? { start: startDate, end: addDays(endDate, 1) }
    : {
        start: localOf({ date: startDate, time: startTime }),
        end: localOf({ date: endDate, time: endTime }),
      };
}

const plainOf = (values: FormValues) => ({
  location: values.location.trim(),
  url: values.url.trim() || null,
  description: values.description,
  color: values.color,
  tags: tagsOf(values.tags),
  status: values.status,
  busy: values.busy,
});

export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

/** The start moved: the end goes with it, so that the event lasts as long as before. */
export function withStart(values: FormValues, start: Wall): FormValues {
  const length = minutesBetween(startOf(values), endOf(values));
  const end = addMinutes(start, Math.max(0, length));
  return { ...values, startDate: start.date, startTime: start.time, endDate: end.date, endTime: end.time };
}

export const startOf = ({ startDate, startTime }: FormValues): Wall => ({ date: startDate, time: startTime });
export const endOf = ({ endDate, endTime }: FormValues): Wall => ({ date: endDate, time: endTime });

/** What keeps the form from being sent, by field. */
export function faultsOf(values: FormValues): Partial<Record<FormField, string>> {
  const { allDay, busy } = values;
  const length = allDay
    ? minutesBetween({ date: values.startDate, time: '00:00' }, { date: values.endDate, time: '00:00' }) + 1
    : minutesBetween(startOf(values), endOf(values));
  return {
    ...(values.title.trim() === '' && { title: 'Give it a title.' }),
    ...(!(length > 0 || (length === 0 && !busy)) && { endDate: 'The end must be after the start.' }),
    ...(values.url.trim() !== '' &&
      !/^(https?:\/\/|mailto:)\S+$/i.test(values.url.trim()) && {
        url: 'A link begins with https:// or mailto:.',
      }),
    ...(values.repeat.kind === 'custom' &&
      !values.repeat.text.trim() && { repeat: 'Write a rule, or choose another repetition.' }),
  };
}
