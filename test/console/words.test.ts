import { describe, expect, test } from '@jest/globals';
import { wordsFor, wordsForChange, wordsForEnd } from '../../src/console/words.js';
import { SESSION_ENDS } from '../../src/protocol/live.js';
import { PROBLEMS } from '../../src/protocol/problems.js';
import { ConveneError } from '../../src/client/index.js';

const error = (code: string, extras = {}) =>
  ConveneError.of({ code, detail: 'In the words of the API.', ...extras } as never);

describe('a refusal in words', () => {
  test('has words for every code there is, none of them a code', () => {
    for (const code of Object.keys(PROBLEMS)) {
      const words = wordsFor(error(code));
      expect(words).toMatch(/^[A-Z].*\.$/s);
      expect(words).not.toContain(code);
    }
  });

  test('names the fields as the form does', () => {
    const errors = [
      { pointer: '/end', message: 'must be after start' },
      { pointer: '/timeZone', message: 'must be an IANA time zone' },
    ];
    expect(wordsFor(error('validation-failed', { errors }))).toBe(
      'End must be after start. Time zone must be an IANA time zone.',
    );
    expect(wordsFor(error('validation-failed'))).toBe('In the words of the API.');
  });

  test('says how long to wait', () => {
    expect(wordsFor(error('rate-limited', { retryAfter: 2.2 }))).toContain('3 seconds');
    expect(wordsFor(error('rate-limited'))).toContain('a moment');
  });

  test('of a fault in the page itself shows nothing that it holds', () => {
    expect(wordsFor(new TypeError('secret is not a function'))).not.toContain('secret');
  });
});

test('every end of a session has words of its own', () => {
  const words = SESSION_ENDS.map(wordsForEnd);
  expect(new Set(words).size).toBe(SESSION_ENDS.length);
  words.forEach((one) => expect(one).toMatch(/\.$/));
});

test('what others did is told by what they did', () => {
  expect(wordsForChange('Ada', 'edit', ['start', 'end'], 'Review')).toBe('Ada moved Review');
  expect(wordsForChange('Ada', 'edit', ['title', 'color'], 'Review')).toBe(
    'Ada changed Review: title, colour',
  );
  expect(wordsForChange('Ada', 'rollback', ['title'], 'Review')).toBe(
    'Ada restored an earlier version of Review',
  );
});
