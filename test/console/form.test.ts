import { describe, expect, test } from '@jest/globals';
import { ContentInputSchema, parseContent } from '../../src/calendar/content.js';
import {
  changedFields,
  contentOfValues,
  faultsOf,
  newValues,
  valuesOf,
  withStart,
} from '../../src/console/form/values.js';

const content = parseContent({
  title: 'Design review',
  start: '2026-03-02T15:00:00',
  end: '2026-03-02T16:00:00',
  timeZone: 'America/New_York',
  tags: ['work', 'design'],
});
const allDay = parseContent({ title: 'Trip', start: '2026-03-02', end: '2026-03-05', allDay: true });

describe('the form of an event', () => {
  test('shows times by the event’s own clocks, and the last day of several', () => {
    expect(valuesOf(content)).toMatchObject({
      startDate: '2026-03-02',
      startTime: '15:00',
      endTime: '16:00',
      tags: 'work, design',
    });
    expect(valuesOf(allDay)).toMatchObject({ startDate: '2026-03-02', endDate: '2026-03-04' });
  });

  test.each([
    ['a time', content],
    ['whole days', allDay],
    [
      'a series',
      { ...content, recurrence: { frequency: 'weekly' as const, byDay: [{ day: 'mo' as const }] } },
    ],
  ])('%s goes through it unchanged', (_, given) => {
    const sent = contentOfValues(valuesOf(given));
    const { metadata: _metadata, overrides: _overrides, ...rest } = given;
    expect(parseContent(sent)).toMatchObject(rest);
    expect(changedFields(valuesOf(given), valuesOf(given))).toEqual({});
  });

  test('sends what was changed, and nothing else', () => {
    const before = valuesOf(content);
    expect(changedFields(before, { ...before, title: ' Plan ' })).toEqual({ title: 'Plan' });
    expect(changedFields(before, { ...before, url: '', color: '#ef4444', tags: 'b, a, b' })).toEqual({
      color: '#ef4444',
      tags: ['b', 'a'],
    });
    expect(changedFields(before, { ...before, startTime: '14:00' })).toEqual({
      start: '2026-03-02T14:00:00',
      end: '2026-03-02T16:00:00',
    });
  });

  test('in another zone the clocks show the same, so the times are sent with it', () => {
    const before = valuesOf(content);
    expect(changedFields(before, { ...before, timeZone: 'Europe/Berlin' })).toEqual({
      start: '2026-03-02T15:00:00',
      end: '2026-03-02T16:00:00',
      timeZone: 'Europe/Berlin',
    });
  });

  test('made all-day it is dates, the end exclusive', () => {
    const before = valuesOf(content);
    expect(changedFields(before, { ...before, allDay: true })).toEqual({
      allDay: true,
      start: '2026-03-02',
      end: '2026-03-03',
    });
  });

  test('a start that moves takes the end along, over midnight too', () => {
    expect(withStart(valuesOf(content), { date: '2026-03-02', time: '23:30' })).toMatchObject({
      startTime: '23:30',
      endDate: '2026-03-03',
      endTime: '00:30',
    });
  });

  test('a new one is what the API takes', () => {
    const at = { date: '2026-03-02', time: '09:00' };
    const values = { ...newValues(at, { ...at, time: '10:00' }, false, 'UTC'), title: 'New' };
    expect(ContentInputSchema.safeParse({ ...contentOfValues(values) }).success).toBe(true);
    expect(faultsOf(values)).toEqual({});
  });

  test('says what is wrong with it before it is sent', () => {
    const values = valuesOf(content);
    expect(faultsOf({ ...values, title: ' ' })).toHaveProperty('title');
    expect(faultsOf({ ...values, endTime: '15:00' })).toHaveProperty('endDate');
    expect(faultsOf({ ...values, endTime: '15:00', busy: false })).toEqual({});
    expect(faultsOf({ ...valuesOf(allDay), endDate: '2026-03-01' })).toHaveProperty('endDate');
    expect(faultsOf({ ...values, url: 'javascript:alert(1)' })).toHaveProperty('url');
  });
});
