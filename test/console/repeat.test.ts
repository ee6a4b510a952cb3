import { describe, expect, test } from '@jest/globals';
import { parseContent } from '../../src/calendar/content.js';
import { repeatOf, repeatWords, rruleOf, rruleText } from '../../src/console/form/repeat.js';

const START = '2026-03-02'; // the first Monday
const ruleOf = (recurrence: string, start = START) =>
  parseContent({ title: 'x', start: `${start}T09:00:00`, end: `${start}T10:00:00`, recurrence }).recurrence;

describe('how an event repeats', () => {
  test.each([
    ['FREQ=DAILY', 'daily', 'Every day'],
    ['FREQ=DAILY;INTERVAL=3', 'daily', 'Every 3 days'],
    ['FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5', 'weekly', 'Every week on Monday and Wednesday, 5 times'],
    ['FREQ=MONTHLY', 'monthly', 'Every month on day 2'],
    ['FREQ=MONTHLY;BYDAY=1MO', 'monthly-nth', 'Every month on the first Monday'],
    ['FREQ=YEARLY;UNTIL=20300302', 'yearly', 'Every year, until 2030-03-02'],
  ])('%s is a choice of the form, told in words, and goes back as it came', (text, kind, words) => {
    const rule = ruleOf(text);
    const repeat = repeatOf(rule, START);
    expect(repeat.kind).toBe(kind);
    expect(repeatWords(repeat, START)).toBe(words);
    expect(ruleOf(rruleOf(repeat, START) ?? '')).toEqual(rule);
  });

  test.each([
    'FREQ=MONTHLY;BYDAY=-1FR,1MO',
    'FREQ=HOURLY;INTERVAL=5',
    'FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=2',
    'FREQ=WEEKLY;BYDAY=MO;WKST=SU;UNTIL=20260601T090000',
  ])('%s is no choice, so it stays text, which means the same', (text) => {
    const rule = ruleOf(text);
    const repeat = repeatOf(rule, START);
    expect(repeat.kind).toBe('custom');
    expect(rule && ruleOf(rruleText(rule))).toEqual(rule);
    expect(ruleOf(rruleOf(repeat, START) ?? '')).toEqual(rule);
  });

  test('the day on which it starts is always among those of the week', () => {
    const repeat = { ...repeatOf(ruleOf('FREQ=WEEKLY;BYDAY=MO'), START), days: ['fr'] as const };
    expect(rruleOf(repeat, START)).toBe('FREQ=WEEKLY;BYDAY=MO,FR');
  });

  test('the fifth such day of a month is its last', () => {
    const start = '2026-03-30';
    const repeat = { ...repeatOf(ruleOf('FREQ=DAILY', start), start), kind: 'monthly-nth' as const };
    expect(rruleOf(repeat, start)).toBe('FREQ=MONTHLY;BYDAY=-1MO');
    expect(repeatWords(repeat, start)).toBe('Every month on the last Monday');
  });

  test('not at all is no rule', () => {
    expect(rruleOf(repeatOf(null, START), START)).toBeNull();
  });
});
