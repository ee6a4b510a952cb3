import { expect, test } from '@jest/globals';
import { figure, isReached, median, percentile, type Row } from '../../bench/lib/figures.mjs';
import { readOptions } from '../../bench/lib/options.mjs';
import { renderTable } from '../../bench/lib/table.mjs';

const KNOWN = ['get', 'edit', 'fanout'];

test('all parts are run where none is named, and the named ones in their own order', () => {
  expect(readOptions([], KNOWN)).toEqual({ parts: KNOWN, full: false, profile: false });
  expect(readOptions(['fanout', '--full', 'get'], KNOWN)).toEqual({
    parts: ['get', 'fanout'],
    full: true,
    profile: false,
  });
});

test('an unknown part or option is refused with what there is', () => {
  expect(() => readOptions(['gett'], KNOWN)).toThrow('There is no part gett. There are: get, edit, fanout.');
  expect(() => readOptions(['--fast'], KNOWN)).toThrow('--fast');
});

test('a figure is the median with what lies on either side', () => {
  expect(figure([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
  expect(median([1, 2, 3, 10])).toBe(2.5);
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(percentile([1, 2], 0.99)).toBe(2);
});

const row = (over: Partial<Row>): Row => ({
  part: 'get',
  work: 'get an event',
  yardstick: 'bare Express',
  unit: 'µs CPU',
  ours: figure([210, 200, 220]),
  theirs: figure([100, 101, 99]),
  ratio: figure([2.1, 2, 2.2]),
  ...over,
});

test('a goal is reached by the median, in its own direction; without one there is nothing to reach', () => {
  expect(isReached(row({ atMost: 2.1 }))).toBe(true);
  expect(isReached(row({ atMost: 2 }))).toBe(false);
  expect(isReached(row({ atLeast: 2.1 }))).toBe(true);
  expect(isReached(row({ atLeast: 2.2 }))).toBe(false);
  expect(isReached(row({}))).toBeUndefined();
});

test('the table says figure, yardstick, ratio with its spread, goal and whether it is reached', () => {
  const speed = {
    ours: { cpu: 210, rate: 1234.5, p50: 3.21, p99: 20 },
    theirs: { cpu: 100, rate: 5000, p50: 1, p99: 4 },
  };
  const lines = renderTable([
    row({ atMost: 1.8, speed }),
    row({ work: 'deliveries', atLeast: 0.9, note: '0 lost' }),
  ])
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(lines[1]).toEqual([
    'get an event',
    '210',
    '100',
    'µs CPU',
    '2.10',
    '2.00–2.20',
    '≤ 1.8',
    'NOT YET',
    '1,235 | 5,000',
    '3.21 | 1',
    '20 | 4',
    'to bare Express',
  ]);
  expect(lines[2]?.slice(4)).toEqual(['2.10', '2.00–2.20', '≥ 0.9', 'ok', 'to bare Express; 0 lost']);
});
