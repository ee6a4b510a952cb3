import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { carryOver } from '../../src/calendar/edit.js';
import type { CodedError } from '../../src/calendar/errors.js';
import { equal } from '../../src/calendar/json.js';
import { applyEdit, parseOperations, type Edit } from '../../src/calendar/patch.js';
import { rebase } from '../../src/calendar/rebase.js';
import { bodyOf, FORMS, runs, threeSides } from '../support/arbitraries.js';

const event = (fields: Record<string, unknown> = {}): Content =>
  parseContent({ title: 'Plan', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });
const patch = (...operations: unknown[]): Edit => ({
  form: 'json-patch',
  operations: parseOperations(operations),
  at: '',
});
const merge = (fields: Record<string, unknown>): Edit => ({ form: 'merge-patch', patch: fields });

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    const { code, extras } = error as CodedError;
    return { code, ...extras };
  }
}
const carried = (edit: Edit, base: Content, current: Content): unknown =>
  outcome(() => carryOver(edit, { version: 3, content: base }, { version: 5, content: current }));

test('an edit of the current version is applied to it', () => {
  const current = { version: 3, content: event() };
  expect(carryOver(merge({ title: 'New' }), current, current)).toEqual({
    content: event({ title: 'New' }),
    merged: false,
  });
});

test('versions between that left the content as it was are no obstacle', () => {
  const edit = patch(
    { op: 'test', path: '/title', value: 'Plan' },
    { op: 'replace', path: '/title', value: 'New' },
  );
  expect(carried(edit, event(), event())).toEqual({ content: event({ title: 'New' }), merged: false });
});

test('an edit of an earlier version is carried over what others changed', () => {
  expect(carried(merge({ title: 'New' }), event(), event({ location: 'Room' }))).toEqual({
    content: event({ title: 'New', location: 'Room' }),
    merged: true,
  });
});

test('a patch is read against its base: tests and places in lists mean what its writer saw', () => {
  const base = event({ title: 'A', tags: ['x', 'y'] });
  const current = event({ title: 'B', tags: ['x', 'y'] });
  const edit = patch({ op: 'test', path: '/title', value: 'A' }, { op: 'remove', path: '/tags/0' });
  expect(carried(edit, base, current)).toEqual({ content: event({ title: 'B', tags: ['y'] }), merged: true });
  const late = patch({ op: 'test', path: '/title', value: 'B' }, { op: 'remove', path: '/tags/0' });
  expect(carried(late, base, current)).toMatchObject({ code: 'invalid-patch' });
});

test('a replacement of an earlier version counts as its difference to that version', () => {
  const base = event({ title: 'A', location: 'Room', busy: false });
  const replacement: Edit = {
    form: 'replacement',
    content: event({ title: 'A', location: 'Hall', busy: false }),
  };
  expect(carried(replacement, base, event({ title: 'B', location: 'Room', busy: true }))).toEqual({
    content: event({ title: 'B', location: 'Hall', busy: true }),
    merged: true,
  });
});

test('where both changed the same, the refusal says what, and the version that is current', () => {
  const [base, current] = [
    event({ metadata: { a: { b: 1 } } }),
    event({ title: 'B', metadata: { a: { b: 2 } } }),
  ];
  expect(carried(merge({ title: 'C', metadata: { a: { b: 3 } }, busy: false }), base, current)).toEqual({
    code: 'edit-conflict',
    currentVersion: 5,
    conflicts: [
      { path: '/title', base: 'Plan', theirs: 'B', yours: 'C' },
      { path: '/metadata/a/b', base: 1, theirs: 2, yours: 3 },
    ],
  });
});

test('an edit touches a field only where it changes the value of the base', () => {
  expect(carried(merge({ title: 'Plan', location: 'Room' }), event(), event({ title: 'B' }))).toEqual({
    content: event({ title: 'B', location: 'Room' }),
    merged: true,
  });
});

test('two valid edits that contradict each other are refused as invalid', () => {
  const current = event({ end: '2026-03-02T15:30:00Z' });
  expect(carried(merge({ start: '2026-03-02T15:45:00Z' }), event(), current)).toMatchObject({
    code: 'validation-failed',
    errors: [{ pointer: '/end' }],
  });
  const tags = Array.from({ length: 50 }, (_, i) => `t${i}`);
  expect(carried(merge({ tags }), event(), event({ metadata: { a: 1 } }))).toMatchObject({ merged: true });
});

test('in whatever form an edit is said, it comes to the same', () => {
  fc.assert(
    fc.property(threeSides, ({ base, theirs, yours }) => {
      const expected = ((): unknown => {
        const result = rebase(base, theirs, yours);
        return 'conflicts' in result
          ? { code: 'edit-conflict', currentVersion: 5, conflicts: result.conflicts }
          : outcome(() => parseContent(result.content));
      })();
      for (const form of FORMS) {
        const body = bodyOf(form, base, yours);
        const edit = {
          'json-patch': () => patch(...(body as unknown[])),
          'merge-patch': () => merge(body as Record<string, unknown>),
          replacement: (): Edit => ({ form: 'replacement', content: body as Content }),
        }[form]();
        // A merge patch cannot say every null.
        if (form === 'merge-patch' && !equal(applyEdit(edit, base), yours)) {
          continue;
        }
        const came = carried(edit, base, theirs) as { content?: Content };
        expect(came.content ?? came).toEqual(equal(base, theirs) ? yours : expected);
      }
    }),
    runs(200),
  );
});
