import type { Rule } from './rule.js';
import { formatInstant, parseDate, parseLocal, toInstant } from './time.js';

/**
 * A rule as RFC 5545's RRULE value, without `RRULE:`. What it says is what `parseRRule` reads from it: the two differ
 * only where `until` names a time that clocks skip, which is written as the instant it means.
 */
export function formatRRule(rule: Rule, timeZone: string): string {
  const list = (values: readonly (number | string)[] | undefined): string | undefined => values?.join(',');
  const parts: [name: string, value: string | number | undefined][] = [
    ['FREQ', rule.frequency.toUpperCase()],
    ['INTERVAL', rule.interval],
    ['COUNT', rule.count],
    ['UNTIL', rule.until === undefined ? undefined : formatUntil(rule.until, timeZone)],
    ['BYMONTH', list(rule.byMonth)],
    ['BYWEEKNO', list(rule.byWeekNo)],
    ['BYYEARDAY', list(rule.byYearDay)],
    ['BYMONTHDAY', list(rule.byMonthDay)],
    ['BYDAY', list(rule.byDay?.map(({ day, nthOfPeriod }) => `${nthOfPeriod ?? ''}${day.toUpperCase()}`))],
    ['BYHOUR', list(rule.byHour)],
    ['BYMINUTE', list(rule.byMinute)],
    ['BYSETPOS', list(rule.bySetPosition)],
    ['WKST', rule.firstDayOfWeek?.toUpperCase()],
  ];
  return parts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

/** A date as it is, a local time as the instant that it means in the zone (RFC 5545, section 3.3.10). */
function formatUntil(until: string, timeZone: string): string {
  const local = parseDate(until) === null ? parseLocal(until) : null;
  return (local === null ? until : formatInstant(toInstant(local, timeZone))).replace(/[-:]/g, '');
}
