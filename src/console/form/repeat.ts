import type { Content } from '../../client/index.js';
import { weekdayOf } from '../time.js';

export type Rule = NonNullable<Content['recurrence']>;
type Day = NonNullable<Rule['byDay']>[number]['day'];
export const DAYS: readonly Day[] = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];
export const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export type RepeatKind = 'none' | 'daily' | 'weekly' | 'monthly' | 'monthly-nth' | 'yearly' | 'custom';

/** How an event recurs, as the form shows it. */
export interface Repeat {
  kind: RepeatKind;
  interval: number;
  /** Of the week, for `weekly`; the start's own day is always among them. */
  days: readonly Day[];
  ends: 'never' | 'until' | 'count';
  /** A date. */
  until: string;
  count: number;
  /** An RRULE, for `custom`. */
  text: string;
}

export const NO_REPEAT: Repeat = {
  kind: 'none',
  interval: 1,
  days: [],
  ends: 'never',
  until: '',
  count: 10,
  text: '',
};

/** A rule as the form shows it: as a choice where it is one, else as RRULE text. */
export function repeatOf(rule: Content['recurrence'], startDate: string): Repeat {
  if (!rule) {
    return NO_REPEAT;
  }
  const { interval = 1, count, until } = rule;
  return {
    kind: kindOf(rule, startDate),
    interval,
    days: rule.byDay?.map(({ day }) => day) ?? [],
    ends: count !== undefined ? 'count' : until !== undefined ? 'until' : 'never',
    until: until?.slice(0, 10) ?? '',
    count: count ?? NO_REPEAT.count,
    text: rruleText(rule),
  };
}

function kindOf(rule: Rule, startDate: string): RepeatKind {
  const parts = Object.keys(rule).filter((key) => !['frequency', 'interval', 'count', 'until'].includes(key));
  if (parts.length === 0 && rule.frequency !== 'hourly') {
    return rule.frequency;
  }
  const isDays = parts.length === 1 && parts[0] === 'byDay';
  if (isDays && rule.frequency === 'weekly') {
    return 'weekly';
  }
  const [day] = rule.byDay ?? [];
  const nth = nthOf(startDate);
  const isNth = day?.day === nth.day && day.nthOfPeriod === nth.nthOfPeriod && rule.byDay?.length === 1;
  return isDays && isNth && rule.frequency === 'monthly' ? 'monthly-nth' : 'custom';
}

/** Which such day of its month a date is: the fifth is the last. */
export function nthOf(date: string): { day: Day; nthOfPeriod: number } {
  const nth = Math.ceil(Number(date.slice(8, 10)) / 7);
  return { day: DAYS[weekdayOf(date)] ?? 'mo', nthOfPeriod: nth > 4 ? -1 : nth };
}

/** The days of a weekly repetition, with that of its start. */
export const weekDays = ({ days }: Repeat, startDate: string): Day[] =>
  DAYS.filter((day, index) => days.includes(day) || index === weekdayOf(startDate));

/** The rule as the API takes it, an RRULE; null where it does not recur. */
export function rruleOf(repeat: Repeat, startDate: string): string | null {
  const { kind, interval, text } = repeat;
  if (kind === 'none' || (kind === 'custom' && text.trim() === '')) {
    return null;
  }
  if (kind === 'custom') {
    return text.trim().replace(/^RRULE:/i, '');
  }
  const { day, nthOfPeriod } = nthOf(startDate);
  const parts = [
    `FREQ=${kind === 'monthly-nth' ? 'MONTHLY' : kind.toUpperCase()}`,
    interval > 1 && `INTERVAL=${interval}`,
    kind === 'weekly' && `BYDAY=${weekDays(repeat, startDate).join(',').toUpperCase()}`,
    kind === 'monthly-nth' && `BYDAY=${nthOfPeriod}${day.toUpperCase()}`,
    repeat.ends === 'count' && `COUNT=${repeat.count}`,
    repeat.ends === 'until' && repeat.until && `UNTIL=${repeat.until.replaceAll('-', '')}`,
  ];
  return parts.filter(Boolean).join(';');
}

const PARTS: readonly [keyof Rule, string][] = [
  ['frequency', 'FREQ'],
  ['interval', 'INTERVAL'],
  ['count', 'COUNT'],
  ['until', 'UNTIL'],
  ['byMonth', 'BYMONTH'],
  ['byWeekNo', 'BYWEEKNO'],
  ['byYearDay', 'BYYEARDAY'],
  ['byMonthDay', 'BYMONTHDAY'],
  ['byDay', 'BYDAY'],
  ['byHour', 'BYHOUR'],
  ['byMinute', 'BYMINUTE'],
  ['bySetPosition', 'BYSETPOS'],
  ['firstDayOfWeek', 'WKST'],
];

/** A rule as an RRULE; its `until` stays a local time, as the API takes it. */
export function rruleText(rule: Rule): string {
  const text = (value: Rule[keyof Rule]): string =>
    Array.isArray(value)
      ? value.map((one) => (typeof one === 'object' ? `${one.nthOfPeriod ?? ''}${one.day}` : one)).join(',')
      : String(value).replace(/[-:]/g, '');
  return PARTS.filter(([key]) => rule[key] !== undefined)
    .map(([key, name]) => `${name}=${text(rule[key]).toUpperCase()}`)
    .join(';');
}

const EVERY: Readonly<Record<string, [one: string, many: string]>> = {
  daily: ['Every day', 'days'],
  weekly: ['Every week', 'weeks'],
  monthly: ['Every month', 'months'],
  'monthly-nth': ['Every month', 'months'],
  yearly: ['Every year', 'years'],
};
const NTH = ['first', 'second', 'third', 'fourth'];

/** In words: “Every 2 weeks on Monday and Friday, 10 times”. */
export function repeatWords(repeat: Repeat, startDate: string): string {
  const { kind, interval, ends, until, count } = repeat;
  if (kind === 'none' || kind === 'custom') {
    return kind === 'none' ? 'Does not repeat' : `Repeats: ${repeat.text}`;
  }
  const [one = '', many = ''] = EVERY[kind] ?? [];
  const { day, nthOfPeriod } = nthOf(startDate);
  const name = (which: Day): string => DAY_NAMES[DAYS.indexOf(which)] ?? which;
  const on = {
    weekly: ` on ${listWords(weekDays(repeat, startDate).map(name))}`,
    monthly: ` on day ${Number(startDate.slice(8, 10))}`,
    'monthly-nth': ` on the ${NTH[nthOfPeriod - 1] ?? 'last'} ${name(day)}`,
    daily: '',
    yearly: '',
  }[kind];
  const end = ends === 'count' ? `, ${count} times` : ends === 'until' && until ? `, until ${until}` : '';
  return `${interval === 1 ? one : `Every ${interval} ${many}`}${on}${end}`;
}

const listWords = (names: readonly string[]): string => new Intl.ListFormat('en').format(names);
