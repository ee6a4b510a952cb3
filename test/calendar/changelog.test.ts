import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Operation } from '../../src/calendar/patch.js';
import { changesBetween, changesOf, summaryOf } from '../../src/calendar/changelog.js';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { effectivePatch, inverse } from '../../src/calendar/difference.js';
import type { LogEntry } from '../../src/calendar/history.js';
import { pair, runs } from '../support/arbitraries.js';

const event = (fields: Record<string, unknown> = {}): Content =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });

const entry = (fields: Partial<LogEntry>): LogEntry => ({
  version: 2,
  kind: 'edit',
  at: '2026-03-02T15:00:00.000Z',
  by: 'ada',
  via: 'rest',
  patch: [],
  ...fields,
});
const names: Record<string, string> = { ada: 'Ada', bob: 'Bob' };
const summary = (fields: Partial<LogEntry>): string => summaryOf(entry(fields), (id) => names[id] ?? '?');

test('a change says what was and what is, null where nothing was or is', () => {
  const a = event({ tags: ['a'], metadata: { gone: 1, same: 1 } });
  const b = event({ title: 'New', metadata: { same: 1, 'n/w': null } });
  expect(changesBetween(a, b)).toEqual([
    { path: '/title', field: 'title', op: 'replace', from: 'Plan', to: 'New' },
    { path: '/tags', field: 'tags', op: 'replace', from: ['a'], to: [] },
    { path: '/metadata/gone', field: 'metadata', op: 'remove', from: 1, to: null },
    { path: '/metadata/n~1w', field: 'metadata', op: 'add', from: null, to: null },
  ]);
});

test('an entry tells the same changes as the two contents do', () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      expect(changesOf(entry({ patch: effectivePatch(a, b) }))).toEqual(changesBetween(a, b));
    }),
    runs(200),
  );
});

test('an addition after a test has no old value', () => {
  const a = event({ metadata: { a: 1 } });
  const b = event({ title: 'New', metadata: { b: 1 } });
  expect(changesOf(entry({ patch: effectivePatch(a, b) })).find(({ op }) => op === 'add')).toEqual({
    path: '/metadata/b',
    field: 'metadata',
    op: 'add',
    from: null,
    to: 1,
  });
});

test('of a new event only what somebody filled in is told', () => {
  const first = event({ location: 'Room', tags: [], busy: true, metadata: { a: 1 } });
  const paths = changesOf(entry({ kind: 'create', patch: effectivePatch({}, first) })).map(
    ({ path }) => path,
  );
  expect(paths).toEqual(['/title', '/location', '/start', '/end', '/metadata']);
  // Of an edit everything is: a field may well return to its default.
  expect(changesOf(entry({ patch: effectivePatch(first, event()) })).map(({ path }) => path)).toEqual([
    '/location',
    '/metadata/a',
  ]);
});

test.each<[Partial<LogEntry>, string]>([
  [{ kind: 'create' }, 'Created the event'],
  [{ patch: effectivePatch(event(), event({ title: 'x' })) }, 'Changed title'],
  [{ patch: effectivePatch(event(), event({ title: 'x', busy: false })) }, 'Changed title and busy'],
  [
    { patch: effectivePatch(event(), event({ title: 'x', busy: false, metadata: { a: 1, b: 2 } })) },
    'Changed title, busy and metadata',
  ],
  [
    { kind: 'undo', undoes: 3, patch: inverse(effectivePatch(event(), event({ title: 'x' }))) },
    'Took back version 3: title',
  ],
  [
    { kind: 'rollback', restoredVersion: 3, patch: effectivePatch(event(), event({ color: 'red' })) },
    'Rolled back to version 3: color',
  ],
  [
    { kind: 'share', membership: { userId: 'bob', role: 'editor', previousRole: null } },
    'Shared with Bob as editor',
  ],
  [
    { kind: 'role', membership: { userId: 'bob', role: 'viewer', previousRole: 'editor' } },
    'Changed the role of Bob from editor to viewer',
  ],
  [{ kind: 'unshare', membership: { userId: 'bob', role: null, previousRole: 'viewer' } }, 'Removed Bob'],
  [{ kind: 'unshare', membership: { userId: 'ada', role: null, previousRole: 'viewer' } }, 'Left the event'],
  [
    { kind: 'transfer', membership: { userId: 'bob', role: 'owner', previousRole: 'viewer' } },
    'Made Bob the owner',
  ],
  [{ kind: 'delete' }, 'Moved the event to the trash'],
  [{ kind: 'restore' }, 'Brought the event back from the trash'],
])('a line for people (%#): %s', (fields, line) => {
  expect(summary(fields)).toBe(line);
});

test('names the occurrence that an edit touched, and where it was moved', () => {
  const told = (patch: Operation[]): string =>
    summaryOf(entry({ kind: 'edit', patch }), () => '?', 'Europe/Berlin');
  const path = '/overrides/2026-03-12T10:00:00';
  const moved = { start: '2026-03-12T10:00:00Z', end: '2026-03-12T11:00:00Z' };
  expect(told([{ op: 'add', path, value: { start: moved.start } }])).toBe(
    '12 March 2026: start 10:00 → 11:00',
  );
  expect(told([{ op: 'add', path, value: { ...moved, title: 'x' } }])).toBe(
    '12 March 2026: start 10:00 → 11:00, end → 12:00, changed title',
  );
  expect(told([{ op: 'add', path, value: { start: '2026-03-13T09:00:00Z' } }])).toBe(
    '12 March 2026: start 10:00 → 2026-03-13 10:00',
  );
  expect(
    told([
      { op: 'test', path: `${path}/start`, value: moved.start },
      { op: 'replace', path: `${path}/start`, value: '2026-03-12T12:30:00Z' },
    ]),
  ).toBe('12 March 2026: start 11:00 → 13:30');
  expect(told([{ op: 'add', path, value: { excluded: true } }])).toBe('12 March 2026: left out');
  expect(
    told([
      { op: 'test', path, value: { excluded: true } },
      { op: 'remove', path },
    ]),
  ).toBe('12 March 2026: no longer left out');
  expect(
    told([
      { op: 'test', path, value: moved },
      { op: 'remove', path },
    ]),
  ).toBe('12 March 2026: start 11:00 → 10:00, end 12:00 → as in the series');
});
