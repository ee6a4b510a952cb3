import { membersOf, type FieldChange } from '../../calendar/changelog.js';
import { isObject, segmentsOf } from '../../calendar/json.js';
import { diffText, type DiffLine, type Effort } from '../../calendar/text-diff.js';
import { showTime } from './times.js';

/** What became of one field, line by line. */
export interface Row {
  label: string;
  lines: Line[];
}
/** `time`: what the line says, for machines. */
export type Line = DiffLine & { time?: string };

/** How values are shown: times in the event's zone; `effort` is one page's. */
export interface Showing {
  timeZone: string;
  effort: Effort;
}

/** One field's old and new value; undefined where there is none. */
interface Values {
  from: unknown;
  to: unknown;
}

const LABELS: Readonly<Record<string, string>> = { timeZone: 'time zone', allDay: 'all day' };
const labelOf = (name: string): string => LABELS[name] ?? name;

/** The changes of an entry or between two versions, as they are shown; those of one occurrence by its fields. */
export const rowsOf = (changes: readonly FieldChange[], showing: Showing): Row[] =>
  changes.flatMap((change) => {
    const [field = '', ...path] = segmentsOf(change.path) ?? [];
    const values = valuesOf(change);
    return field === 'overrides'
      ? occurrenceRows(path, values, showing)
      : [row([field, ...path], values, showing)];
  });

/** What is null because it is not there is told from what is null. */
const valuesOf = ({ op, from, to }: FieldChange): Values => ({
  from: op === 'add' ? undefined : from,
  to: op === 'remove' ? undefined : to,
});

/** Overrides that came or went whole are told by their members. */
function occurrenceRows([id, ...path]: string[], { from, to }: Values, showing: Showing): Row[] {
  if (id === undefined) {
    return membersOf(from, to).flatMap((one) => occurrenceRows([one.name], definedIn(one), showing));
  }
  const occurrence = `occurrence ${showTime(id, showing.timeZone) ?? id}`;
  const labelled = (values: Values, names: string[]): Row => {
    const { label, lines } = row(names, planned(names, values, id), showing);
    return { label: label === '' ? occurrence : `${occurrence} › ${label}`, lines };
  };
  if (path.length > 0) {
    return [labelled({ from, to }, path)];
  }
  const members = membersOf(from, to);
  return members.length === 0
    ? [{ label: occurrence, lines: wholeLines(from && AS_PLANNED, to && AS_PLANNED) }]
    : members.map((member) => labelled(definedIn(member), [member.name]));
}

const AS_PLANNED = 'as in the series';

const definedIn = ({ from, to }: Values): Values => ({ from: from ?? undefined, to: to ?? undefined });

/** Where an occurrence's start is not its own, it is what the series says: its id. */
const planned = ([name]: string[], { from, to }: Values, id: string): Values =>
  name === 'start' ? { from: from ?? id, to: to ?? id } : { from, to };

function row([field = '', ...path]: string[], { from, to }: Values, showing: Showing): Row {
  if (field === 'excluded') {
    return { label: '', lines: wholeLines(from === true && 'left out', to === true && 'left out') };
  }
  const label = [labelOf(field), ...path].join(' › ');
  if (field === 'start' || field === 'end') {
    return { label, lines: [...timeLine('-', from, showing), ...timeLine('+', to, showing)] };
  }
  const [before, after] = [from, to].map((value) => textOf(field, value)) as [string, string];
  if (!TEXTS.has(field) && !before.includes('\n') && !after.includes('\n')) {
    return { label, lines: wholeLines(before, after) };
  }
  return { label, lines: diffText(before, after, showing.effort) };
}

const TEXTS: ReadonlySet<string> = new Set(['title', 'description', 'location', 'url']);

/** What was, and what is; what is empty is no line. */
const wholeLines = (from: unknown, to: unknown): Line[] => [
  ...(from ? [wholeLine('-', String(from))] : []),
  ...(to ? [wholeLine('+', String(to))] : []),
];

const wholeLine = (sign: '-' | '+', text: string): Line & { sign: '-' | '+' } => ({
  sign,
  pieces: [{ text, changed: false }],
});

function timeLine(sign: '-' | '+', time: unknown, { timeZone }: Showing): Line[] {
  const shown = typeof time === 'string' ? showTime(time, timeZone) : null;
  return shown === null ? [] : [{ ...wholeLine(sign, shown), time: String(time) }];
}

/** A value as text: lists and objects a line for each item, what is free JSON as that. */
function textOf(field: string, value: unknown): string {
  if (value === undefined) {
    return '';
  }
  if (field === 'metadata') {
    return JSON.stringify(value, null, 2);
  }
  if (typeof value === 'boolean') {
    return value ? 'yes' : 'no';
  }
  if (Array.isArray(value)) {
    return value.map((item) => brief(item)).join('\n');
  }
  return isObject(value)
    ? Object.entries(value)
        .map(([name, item]) => `${name}: ${brief(item)}`)
        .join('\n')
    : brief(value ?? '');
}

/** A part of a rule: `mo, 2 tu` */
function brief(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map((item) => brief(item)).join(', ');
  }
  if (isObject(value) && typeof value['day'] === 'string') {
    return [value['nthOfPeriod'], value['day']].filter((part) => part !== undefined).join(' ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
