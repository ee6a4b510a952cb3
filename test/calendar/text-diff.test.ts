import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diffText, newEffort, type DiffLine, type Effort } from '../../src/calendar/text-diff.js';
import { runs } from '../support/arbitraries.js';

const diff = (from: string, to: string, effort: Effort = newEffort()): DiffLine[] =>
  diffText(from, to, effort);

/** Lines as `diff` shows them; words that changed stand in brackets. */
const shown = (lines: DiffLine[]): string[] =>
  lines.map((line) =>
    'skipped' in line
      ? `@${line.skipped}`
      : line.sign + line.pieces.map(({ text, changed }) => (changed ? `[${text}]` : text)).join(''),
  );

/** One side of a diff, without the lines that it does not show. */
const side = (lines: DiffLine[], sign: '+' | '-'): string[] =>
  lines.flatMap((line) =>
    'skipped' in line || (line.sign !== ' ' && line.sign !== sign)
      ? []
      : [line.pieces.map(({ text }) => text).join('')],
  );

test('shows what was changed, line by line and word by word', () => {
  expect(shown(diff('one\nthe second line\nthree', 'one\nthe last line\nthree\nfour'))).toEqual([
    ' one',
    '-the [second] line',
    '+the [last] line',
    ' three',
    '+four',
  ]);
  expect(shown(diff('', 'new'))).toEqual(['+new']);
  expect(shown(diff('old', ''))).toEqual(['-old']);
  expect(shown(diff('Design review', 'Lunch'))).toEqual(['-Design review', '+Lunch']);
  expect(shown(diff('a big red ball', 'a small blue ball'))).toEqual([
    '-a [big red] ball',
    '+a [small blue] ball',
  ]);
});

test('finds words where there are no blanks between them', () => {
  expect(shown(diff('今天下午开会讨论设计', '今天上午开会讨论设计'))).toEqual([
    '-今天[下午]开会讨论设计',
    '+今天[上午]开会讨论设计',
  ]);
});

test('leaves out what is far from every change, and says how much', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const changed = lines.with(10, 'else');
  expect(shown(diff(lines.join('\n'), changed.join('\n')))).toEqual([
    '@7',
    ' line 7',
    ' line 8',
    ' line 9',
    '-line 10',
    '+else',
    ' line 11',
    ' line 12',
    ' line 13',
    '@6',
  ]);
});

const line = fc.constantFrom('', 'a', 'b', 'a b', 'one two three', 'one 2 three', '今天开会', '😀 x', ' ');
const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));

test('both texts can be read from it, however little may be spent on it', () => {
  fc.assert(
    fc.property(text, text, fc.constantFrom(0, 1, 10, 100, 1e6), (from, to, left) => {
      const found = diff(from, to, { left });
      const skipped = found.reduce((sum, one) => sum + ('skipped' in one ? one.skipped : 0), 0);
      for (const [sign, whole] of [
        ['-', from],
        ['+', to],
      ] as const) {
        const lines = whole === '' ? [] : whole.split('\n');
        const told = side(found, sign);
        expect(told.length + skipped).toBe(lines.length);
        if (skipped === 0) {
          expect(told).toEqual(lines);
        }
      }
      const changed = found.some((one) => !('skipped' in one) && one.sign !== ' ');
      expect(changed).toBe(from !== to);
    }),
    runs(1_000),
  );
});

test('is done in bounded time, and many of them together too', () => {
  const numbers = (n: number, factor: number, between: string): string =>
    Array.from({ length: n }, (_, i) => String((i * i * factor) % 7)).join(between);
  const effort = newEffort();
  const started = performance.now();
  for (let i = 0; i < 100; i += 1) {
    diff(numbers(3_000, 3, '\n'), numbers(3_000, 5, '\n'), effort);
    diff(numbers(1_900, 3, ' '), numbers(1_900, 5, ' '), effort);
  }
  // Without a limit each of them takes some seconds.
  expect(performance.now() - started).toBeLessThan(5_000);
});
