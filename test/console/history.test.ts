import { describe, expect, test } from '@jest/globals';
import {
  entryWords,
  withNewest,
  withOlder,
  type Entry,
  type Page,
} from '../../src/console/panel/history/entry-words.js';
import { changeWords, ruleWords, valueWords } from '../../src/console/panel/history/values.js';
import type { FieldChange } from '../../src/client/index.js';

const change = (path: string, from: unknown, to: unknown): FieldChange => ({
  path,
  field: path.split('/')[1] as FieldChange['field'],
  op: from === null ? 'add' : to === null ? 'remove' : 'replace',
  from,
  to,
});
const words = (path: string, from: unknown, to: unknown) =>
  changeWords(change(path, from, to), 'Europe/Berlin');

describe('what became of a field', () => {
  test('is told with the names and values that the form has', () => {
    expect(words('/busy', true, false)).toMatchObject([{ label: 'Shown as', from: 'Busy', to: 'Free' }]);
    expect(words('/tags', [], ['a', 'b'])).toMatchObject([{ label: 'Tags', from: null, to: 'a, b' }]);
    expect(words('/color', null, '#22c55e')).toMatchObject([{ from: null, to: 'Green', isColor: true }]);
    expect(words('/description', 'a', 'b')).toMatchObject([{ isText: true }]);
  });

  test('shows instants as clocks in the zone do, and the last day of what takes whole days', () => {
    expect(words('/start', '2026-07-01T10:00:00Z', '2026-12-01T10:00:00Z')).toMatchObject([
      { from: '1 Jul 2026, 12:00', to: '1 Dec 2026, 11:00' },
    ]);
    expect(words('/end', '2026-07-02', '2026-07-04')).toMatchObject([
      { from: '1 Jul 2026', to: '3 Jul 2026' },
    ]);
  });

  test('names the occurrence, and each of its fields', () => {
    const override = { title: 'Elsewhere', start: '2026-03-09T11:00:00Z' };
    expect(words('/overrides/2026-03-09T10:00:00', null, override)).toMatchObject([
      { label: '9 Mar 2026 · Title', from: 'as in the series', to: 'Elsewhere' },
      { label: '9 Mar 2026 · Start', from: 'as in the series', to: '9 Mar 2026, 12:00' },
    ]);
    expect(words('/overrides/2026-03-09T10:00:00/excluded', null, true)).toMatchObject([
      { label: '9 Mar 2026', from: 'takes place', to: 'left out' },
    ]);
  });

  test('names the key in the extra data, whatever is in its name', () => {
    expect(words('/metadata/a~1b/~0c', null, { d: 1 })).toMatchObject([
      { label: 'Extra data › a/b › ~c', to: '{"d":1}' },
    ]);
  });

  test('says nothing where there is nothing', () => {
    for (const [field, value] of [
      ['location', ''],
      ['url', null],
      ['tags', []],
      ['metadata', {}],
    ] as const) {
      expect(valueWords(field, value, 'UTC')).toBeNull();
    }
  });
});

test('a rule is told in words, and where they would not do as an RRULE', () => {
  const byDay = [{ day: 'mo' as const }, { day: 'fr' as const }];
  expect(ruleWords({ frequency: 'weekly', interval: 2, byDay, count: 10 })).toBe(
    'Every 2 weeks on Monday and Friday, 10 times',
  );
  expect(ruleWords({ frequency: 'daily', until: '2026-03-09T11:00:00' })).toBe('Every day, until 9 Mar 2026');
  expect(ruleWords({ frequency: 'monthly', byDay: [{ day: 'mo', nthOfPeriod: 1 }] })).toBe(
    'FREQ=MONTHLY;BYDAY=1MO',
  );
});

const entry = (more: Partial<Entry>): Entry => ({
  version: 5,
  kind: 'edit',
  at: '2026-03-01T00:00:00.000Z',
  by: { id: 'a', username: 'ada', name: 'Ada' },
  summary: 'In the words of the API',
  changes: [],
  ...more,
});

test('what an entry did is one line', () => {
  const moved = [change('/start', 'a', 'b'), change('/end', 'a', 'b')];
  expect(entryWords(entry({ changes: moved }))).toBe('Moved the event');
  expect(entryWords(entry({ changes: [...moved, change('/timeZone', 'a', 'b')] }))).toBe(
    'Changed start, end, and time zone',
  );
  expect(entryWords(entry({ kind: 'rollback', restoredVersion: 3, changes: moved }))).toBe(
    'Restored version 3',
  );
  const summary = 'Took back version 4: timeZone';
  expect(entryWords(entry({ kind: 'undo', summary, changes: [change('/timeZone', 'a', 'b')] }))).toBe(
    'Took back version 4: time zone',
  );
  expect(entryWords(entry({ kind: 'share', summary: 'Shared with Bob as editor' }))).toBe(
    'Shared with Bob as editor',
  );
  const overrides = [change('/overrides/2026-03-09T10:00:00/title', 'a', 'b')];
  expect(entryWords(entry({ summary: '9 March 2026: changed title', changes: overrides }))).toBe(
    '9 March 2026: changed title',
  );
});

describe('pages of the history', () => {
  const page = (from: number, to: number, isLast = false): Page => ({
    entries: Array.from({ length: from - to + 1 }, (_, index) => entry({ version: from - index })),
    older: isLast ? null : { changelog: `below ${to}`, history: null },
  });
  const versions = ({ entries }: Page): number[] => entries.map(({ version }) => version);

  test('a new version comes on top, once', () => {
    const known = withOlder(page(9, 7), page(7, 4, true));
    expect(versions(known)).toEqual([9, 8, 7, 6, 5, 4]);
    const now = withNewest(known, page(11, 8));
    expect(versions(now)).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
    expect(now.older).toBeNull();
  });

  test('after a long time away it begins anew: nothing between is missing', () => {
    const now = withNewest(page(9, 1, true), page(60, 11));
    expect(versions(now)).toEqual(versions(page(60, 11)));
    expect(now.older).toEqual({ changelog: 'below 11', history: null });
  });

  test('a restored backup has fewer versions', () => {
    expect(versions(withNewest(page(9, 1, true), page(4, 1, true)))).toEqual([4, 3, 2, 1]);
  });
});
