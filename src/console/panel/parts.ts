import type { FormField } from '../form/values.js';

/** What people see as one thing, and so choose as one: the times together, everything else by itself. */
export interface Part {
  name: string;
  label: string;
  fields: readonly FormField[];
}

const part = (name: FormField, label: string): Part => ({ name, label, fields: [name] });

export const PARTS: readonly Part[] = [
  part('title', 'Title'),
  {
    name: 'when',
    label: 'When',
    fields: ['allDay', 'startDate', 'startTime', 'endDate', 'endTime', 'timeZone'],
  },
  part('repeat', 'Repetition'),
  part('location', 'Location'),
  part('description', 'Description'),
  part('color', 'Colour'),
  part('url', 'Link'),
  part('tags', 'Tags'),
  part('status', 'Status'),
  part('busy', 'Shown as'),
];

/** Every field that is one thing with one of these. */
export const wholeParts = (fields: readonly FormField[]): FormField[] =>
  PARTS.filter((one) => one.fields.some((field) => fields.includes(field))).flatMap((one) => one.fields);

/** What the field that somebody is in is called; undefined where there is none of that name. */
export const labelOf = (field: string): string | undefined =>
  PARTS.find(({ fields }) => (fields as readonly string[]).includes(field))?.label;
