import { expect, test } from '@jest/globals';
import { createPace } from '../../src/gate/pace.js';

/** Twenty a second, sixty at once, on a clock that the test moves. */
function paceOnAClock(points = 60, seconds = 3) {
  let time = 1_000_000;
  const pace = createPace({ points, seconds }, () => time);
  return { pace, advance: (ms: number) => (time += ms) };
}
const taken = (pace: { take(key: string): number }, key: string, times: number): number =>
  Array.from({ length: times }, () => pace.take(key)).filter((wait) => wait === 0).length;

test('a burst is let through whole, and not one more; afterwards as many as the time that has passed', () => {
  const { pace, advance } = paceOnAClock();
  expect(taken(pace, 'ada', 200)).toBe(60);
  advance(500);
  expect(taken(pace, 'ada', 200)).toBe(10);
  advance(60_000);
  expect(taken(pace, 'ada', 200)).toBe(60);
});

test('one who keeps to the average is never refused, however it falls', () => {
  const { pace, advance } = paceOnAClock();
  const jitter = [0, 30, -25, 12, -17];
  for (let i = 0; i < 2_000; i += 1) {
    expect(pace.take('ada')).toBe(0);
    advance(50 + (jitter[i % jitter.length] ?? 0));
  }
});

test('it says how long to wait, and then there is room', () => {
  const { pace, advance } = paceOnAClock();
  taken(pace, 'ada', 60);
  const wait = pace.take('ada');
  expect(wait).toBeCloseTo(50);
  advance(wait - 1);
  expect(pace.take('ada')).toBeGreaterThan(0);
  advance(1);
  expect(pace.take('ada')).toBe(0);
});

test('each key has its own', () => {
  const { pace } = paceOnAClock();
  taken(pace, 'ada', 100);
  expect(taken(pace, 'bob', 100)).toBe(60);
});

test('sweeping forgets only those who have their whole burst again', () => {
  const { pace, advance } = paceOnAClock();
  taken(pace, 'ada', 60);
  advance(1_000);
  pace.sweep();
  expect(taken(pace, 'ada', 60)).toBe(20);
  advance(60_000);
  pace.sweep();
  expect(taken(pace, 'ada', 100)).toBe(60);
});
