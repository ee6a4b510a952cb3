import type { Content, FieldChange } from '../../../client/index.js';
import { PALETTE } from '../../calendar/colors.js';
import { DAY_NAMES, DAYS, rruleText, type Rule } from '../../form/repeat.js';
import { addDays } from '../../time.js';
import { FIELD_NAMES } from '../../words.js';

/** What became of one field, in words. */
export interface ChangeWords {
  /** What it is called: “Title”, “9 Mar 2026 · Start”. */
  label: string;
  /** null where there was or is nothing. */
  from: string | null;
  to: string | null;
  /** A text in lines, which is compared line by line. */
  isText: boolean;
  /** Whether the values are colours, as CSS has them. */
  isColor: boolean;
}

/** A change of a field as people read it; what became of an occurrence is a line for each of its fields. */
export function changeWords({ path, field, from, to }: FieldChange, zone: string): ChangeWords[] {
  const [, key, ...rest] = segmentsOf(path);
  if (field === 'overrides' && key !== undefined) {
    const members = rest.length > 0 ? [{ name: rest.join(' › '), from, to }] : membersOf(from, to);
    return members.map((member) => occurrenceWords(key, member, zone));
  }
  const label = FIELD_NAMES[field] ?? field;
  return [
    {
      label: key === undefined ? label : [label, key, ...rest].join(' › '),
      ...both(field, from, to, zone),
    },
  ];
}

interface Member {
  name: string;
  from: unknown;
  to: unknown;
}

function occurrenceWords(id: string, { name, from, to }: Member, zone: string): ChangeWords {
  const day = dayWords(id.slice(0, 10));
  if (name === 'excluded') {
    const words = (value: unknown): string => (value === true ? 'left out' : 'takes place');
    return { label: day, from: words(from), to: words(to), isText: false, isColor: false };
  }
  const asSeries = (words: string | null): string => words ?? 'as in the series';
  const { from: before, to: after, ...more } = both(name, from, to, zone);
  return {
    label: `${day} · ${FIELD_NAMES[name] ?? name}`,
    from: asSeries(before),
    to: asSeries(after),
    ...more,
  };
}

/** An override that came or went whole, by its fields. */
function membersOf(from: unknown, to: unknown): Member[] {
  const [before, after] = [objectOf(from), objectOf(to)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.length === 0
    ? [{ name: 'excluded', from: false, to: false }]
    : names.map((name) => ({ name, from: before[name] ?? null, to: after[name] ?? null }));
}

const both = (field: string, from: unknown, to: unknown, zone: string): Omit<ChangeWords, 'label'> => ({
  from: valueWords(field, from, zone),
  to: valueWords(field, to, zone),
  isText: field === 'description',
  isColor: field === 'color',
});

/** A field's value as people read it; null where there is nothing to be read. */
export function valueWords(field: string, value: unknown, zone: string): string | null {
  if (value === null || value === undefined || value === '') {
    return null;
  }
  if (field === 'start' || field === 'end') {
    return typeof value === 'string' ? timeWords(field, value, zone) : jsonOf(value);
  }
  if (field === 'recurrence') {
    return ruleWords(value as Rule);
  }
  if (typeof value === 'boolean') {
    return field === 'busy' ? (value ? 'Busy' : 'Free') : value ? 'Yes' : 'No';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? null : value.map(String).join(', ');
  }
  return typeof value === 'string' ? (SHOWN[field]?.(value) ?? value) : jsonOf(value);
}

const SHOWN: Readonly<Record<string, (value: string) => string>> = {
  status: (value) => value.charAt(0).toUpperCase() + value.slice(1),
  timeZone: (value) => value.replaceAll('_', ' '),
  color: (value) => PALETTE.find((one) => one.value === value)?.name ?? value,
};

const jsonOf = (value: unknown): string | null =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0
    ? null
    : JSON.stringify(value);

/** An instant as clocks in the zone show it; of a day that ends an event the last one that it takes. */
function timeWords(field: 'start' | 'end', value: string, zone: string): string {
  if (!value.includes('T')) {
    return dayWords(field === 'end' ? addDays(value, -1) : value);
  }
  const isLocal = !/(Z|[+-]\d\d:\d\d)$/.test(value);
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: isLocal ? 'UTC' : zone,
  }).format(new Date(isLocal ? `${value}Z` : value));
}

/** “9 Mar 2026” of a date. */
export function dayWords(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(at.getTime())
    ? date
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
}

const EVERY: Readonly<Record<Rule['frequency'], [one: string, many: string]>> = {
  hourly: ['Every hour', 'hours'],
  daily: ['Every day', 'days'],
  weekly: ['Every week', 'weeks'],
  monthly: ['Every month', 'months'],
  yearly: ['Every year', 'years'],
};
const SIMPLE: readonly string[] = ['frequency', 'interval', 'count', 'until', 'byDay'];

/** A rule in words, without the start that it belongs to: “Every 2 weeks on Monday and Friday, 10 times”. */
export function ruleWords(rule: Rule): string {
  const { frequency, interval = 1, count, until, byDay = [] } = rule;
  const isSimple =
    Object.keys(rule).every((part) => SIMPLE.includes(part)) &&
    byDay.every(({ nthOfPeriod }) => nthOfPeriod === undefined);
  if (!isSimple) {
    return rruleText(rule);
  }
  const [one, many] = EVERY[frequency];
  const days = byDay.map(({ day }) => DAY_NAMES[DAYS.indexOf(day)] ?? day);
  const end =
    count !== undefined
      ? `, ${count === 1 ? 'once' : `${count} times`}`
      : until !== undefined
        ? `, until ${dayWords(until.slice(0, 10))}`
        : '';
  const on = days.length > 0 ? ` on ${new Intl.ListFormat('en').format(days)}` : '';
  return `${interval === 1 ? one : `Every ${interval} ${many}`}${on}${end}`;
}

/** How many single occurrences are otherwise than the series. */
export const overridesIn = ({ overrides }: Content): readonly string[] => Object.keys(overrides).sort();

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** The parts of a JSON Pointer (RFC 6901). */
const segmentsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
