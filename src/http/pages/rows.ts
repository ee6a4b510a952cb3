import { membersOf, type FieldChange } from '../../calendar/changelog.js';
import { isObject, segmentsOf } from '../../calendar/json.js';
import { diffText, newEffort, type DiffLine, type Effort } from '../../calendar/text-diff.js';
import { showTime } from './times.js';

/** What became of one field, line by line. */
export interface Row {
  label: string;
  lines: Line[];
}
/** `time`: what the line says, for machines; `cut`: the page was getting too long, and the rest is not shown. */
export type Line = (DiffLine & { time?: string }) | { cut: true };
export const NOT_SHOWN = '… the rest is not shown here; the JSON has all of it';

/** How values are shown: times in the event's zone. What may be spent, and how much may be shown, is one page's. */
export interface Showing {
  timeZone: string;
  effort: Effort;
  /** In characters. */
  room: number;
}

export const showingIn = (timeZone: string): Showing => ({ timeZone, effort: newEffort(), room: MAX_ROOM });

const MAX_ROOM = 3_000_000;
/** What a line takes beside its text. */
const LINE_ROOM = 100;

/** One field's old and new value; undefined where there is none. */
interface Values {
  from: unknown;
  to: unknown;
}

const LABELS: Readonly<Record<string, string>> = { timeZone: 'time zone', allDay: 'all day' };

/** The changes of an entry or between two versions, as they are shown; those of one occurrence by its fields. */
export const rowsOf = (changes: readonly FieldChange[], showing: Showing): Row[] =>
  changes.flatMap((change) => {
    const [field = '', ...path] = segmentsOf(change.path) ?? [];
    const values = valuesOf(change);
    return field === 'overrides'
      ? occurrenceRows(path, values, showing)
      : [row([field, ...path], values, showing)];
  });

function row(path: string[], values: Values, showing: Showing): Row {
  if (showing.room <= 0) {
    return { label: labelOf(path), lines: [{ cut: true }] };
  }
  const lines = linesOf(path, values, showing);
  const shown = lines.findIndex((line) => (showing.room -= LINE_ROOM + lengthOf(line)) < 0);
  return { label: labelOf(path), lines: shown < 0 ? lines : [...lines.slice(0, shown), { cut: true }] };
}

const lengthOf = (line: Line): number =>
  'pieces' in line ? line.pieces.reduce((sum, { text }) => sum + text.length, 0) : 0;

const labelOf = ([field = '', ...path]: string[]): string =>
  field === 'excluded' ? '' : [LABELS[field] ?? field, ...path].join(' › ');

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
    ? [{ label: occurrence, lines: wholeLines(from ? AS_PLANNED : '', to ? AS_PLANNED : '') }]
    : members.map((member) => labelled(definedIn(member), [member.name]));
}

const AS_PLANNED = 'as in the series';

const definedIn = ({ from, to }: Values): Values => ({ from: from ?? undefined, to: to ?? undefined });

/** Where an occurrence's start is not its own, it is what the series says: its id. */
const planned = ([name]: string[], { from, to }: Values, id: string): Values =>
  name === 'start' ? { from: from ?? id, to: to ?? id } : { from, to };

function linesOf([field = '']: string[], { from, to }: Values, showing: Showing): Line[] {
  if (field === 'excluded') {
    return wholeLines(from === true ? 'left out' : '', to === true ? 'left out' : '');
  }
  if (field === 'start' || field === 'end') {
    return [...timeLine('-', from, showing), ...timeLine('+', to, showing)];
  }
  const [before, after] = [textOf(field, from), textOf(field, to)];
  return TEXTS.has(field) || before.includes('\n') || after.includes('\n')
    ? diffText(before, after, showing.effort)
    : wholeLines(before, after);
}

const TEXTS: ReadonlySet<string> = new Set(['title', 'description', 'location', 'url']);

/** What was, and what is; what is empty is no line. */
const wholeLines = (from: string, to: string): Line[] => [
  ...(from === '' ? [] : [wholeLine('-', from)]),
  ...(to === '' ? [] : [wholeLine('+', to)]),
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
    const nth = value['nthOfPeriod'];
    return typeof nth === 'number' ? `${nth} ${value['day']}` : value['day'];
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
