import { describe, expect, test } from '@jest/globals';
import { itemOf, movedFields } from '../../src/console/calendar/items.js';
import type { OccurrenceView as Occurrence } from '../../src/protocol/events.js';

const occurrence = (change: Partial<Occurrence> = {}): Occurrence => ({
  id: 'e1',
  eventId: 'e1',
  recurrenceId: '2026-03-02T16:00:00',
  version: 3,
  role: 'owner',
  ownerId: 'u1',
  title: 'Design review',
  description: '',
  location: '',
  url: null,
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:30:00Z',
  timeZone: 'Europe/Berlin',
  allDay: false,
  status: 'confirmed',
  busy: true,
  tags: [],
  color: null,
  recurrence: null,
  overrides: {},
  metadata: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'u1',
  deletedAt: null,
  ...change,
});

describe('an occurrence in the calendar', () => {
  test('keeps its times, and occurrences of one series are told apart', () => {
    const item = itemOf(occurrence());
    expect(item).toMatchObject({
      title: 'Design review',
      start: '2026-03-02T15:00:00Z',
      end: '2026-03-02T16:30:00Z',
      allDay: false,
      editable: true,
    });
    expect(item.id).not.toBe(itemOf(occurrence({ recurrenceId: '2026-03-09T16:00:00' })).id);
  });

  test('can be moved by owner and editor, not by a viewer', () => {
    const editable = (role: Occurrence['role']) => itemOf(occurrence({ role })).editable;
    expect([editable('owner'), editable('editor'), editable('viewer')]).toEqual([true, true, false]);
  });

  test('tells somebody else’s event from one’s own, and a series from a single event', () => {
    const props = (change: Partial<Occurrence>) => itemOf(occurrence(change)).extendedProps;
    expect(props({})).toMatchObject({ isShared: false, isSeries: false });
    expect(props({ role: 'editor', recurrence: { frequency: 'daily' } })).toMatchObject({
      isShared: true,
      isSeries: true,
    });
    expect(itemOf(occurrence({ role: 'editor', status: 'tentative' })).className).toBe(
      'is-tentative is-shared',
    );
  });

  test('has its own colour, or the page’s', () => {
    expect(itemOf(occurrence({ color: '#ff0000' })).color).toBe('#ff0000');
    expect(itemOf(occurrence()).color).toBe('var(--event)');
  });
});

describe('where it is dragged to', () => {
  const to = (start: string, end: string | null, allDay = false) => ({
    start: new Date(start),
    end: end === null ? null : new Date(end),
    startStr: start,
    endStr: end ?? '',
    allDay,
  });

  test('a move keeps its length, whatever end it is told', () => {
    expect(movedFields(occurrence(), to('2026-03-03T09:00:00Z', null), false)).toEqual({
      start: '2026-03-03T09:00:00Z',
      end: '2026-03-03T10:30:00Z',
    });
  });

  test('stretching moves the end alone', () => {
    expect(movedFields(occurrence(), to('2026-03-02T15:00:00Z', '2026-03-02T18:00:00Z'), true)).toEqual({
      start: '2026-03-02T15:00:00Z',
      end: '2026-03-02T18:00:00Z',
    });
  });

  test('whole days are dates, and keep their number', () => {
    const days = { start: '2026-03-02', end: '2026-03-05', allDay: true };
    expect(movedFields(days, to('2026-03-10', null, true), false)).toEqual({
      start: '2026-03-10',
      end: '2026-03-13',
    });
    expect(movedFields(days, to('2026-03-02', '2026-03-04', true), true)).toEqual({
      start: '2026-03-02',
      end: '2026-03-04',
    });
  });

  test('what becomes all-day lasts a day, and what stops being so an hour', () => {
    expect(movedFields(occurrence(), to('2026-03-04', null, true), false)).toEqual({
      start: '2026-03-04',
      end: '2026-03-05',
      allDay: true,
    });
    const days = { start: '2026-03-02', end: '2026-03-05', allDay: true };
    expect(movedFields(days, to('2026-03-04T08:00:00Z', null), false)).toEqual({
      start: '2026-03-04T08:00:00Z',
      end: '2026-03-04T09:00:00Z',
      allDay: false,
    });
  });
});
