import { describe, expect, test } from '@jest/globals';
import { agoWords, atWords } from '../../src/console/ago.js';
import { backWords } from '../../src/console/header/back-words.js';
import { deviceWords } from '../../src/console/pages/settings/device-words.js';
import { importWords, skippedWords } from '../../src/console/pages/settings/import-words.js';
import { attemptWords, kindsWords, KINDS } from '../../src/console/pages/settings/webhook-words.js';
import { KINDS as ALL_KINDS } from '../../src/calendar/history.js';
import type { DeliveryView } from '../../src/client/index.js';

describe('how long ago', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  test.each([
    ['2026-03-10T11:59:30Z', 'just now'],
    ['2026-03-10T11:57:00Z', '3 minutes ago'],
    ['2026-03-10T08:10:00Z', '3 hours ago'],
    ['2026-03-09T11:00:00Z', 'yesterday'],
    ['2026-03-10T12:05:00Z', 'in 5 minutes'],
    ['2025-03-10T12:00:00Z', null],
  ])('%s is %s', (instant, words) => expect(agoWords(instant, now)).toBe(words));

  test('and when that was, with the year only where it is another', () => {
    expect(atWords('2026-07-01T10:00:00Z', 'Europe/Berlin', now, 'en-GB')).toMatch(/^Wed 1 Jul,? 12:00$/);
    expect(atWords('2025-07-01T10:00:00Z', 'Europe/Berlin', now, 'en-GB')).toContain('2025');
  });
});

test('what came of a time without a connection is told, if anything did', () => {
  const nothing = { kept: 0, met: 0, refused: 0, others: 0 };
  expect(backWords(nothing)).toBeNull();
  expect(backWords({ ...nothing, kept: 2 })).toBe('You are online again. Your 2 edits were sent.');
  expect(backWords({ ...nothing, kept: 3, met: 1, others: 4 })).toBe(
    'You are online again. Your 2 edits were sent. One edit met another’s: it is kept in its form, for you to ' +
      'choose. Others made 4 changes meanwhile.',
  );
  expect(backWords({ ...nothing, kept: 1, refused: 1 })).toBe(
    'You are online again. One edit could not be stored.',
  );
});

test('a session is told by browser and system', () => {
  const chrome =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
  expect(deviceWords(chrome)).toBe('Chrome on Windows');
  expect(deviceWords(`${chrome} Edg/140.0.0.0`)).toBe('Edge on Windows');
  expect(
    deviceWords(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    ),
  ).toBe('Safari on iOS');
  expect(deviceWords('sync-tool/2.1')).toBe('sync-tool/2.1');
  expect(deviceWords('')).toBe('Unknown program');
});

test('what came of a file', () => {
  const skipped = [{ uid: null, reason: 'it has no DTSTART' }];
  expect(importWords({ created: 1, updated: 2, skipped: [] })).toBe('1 event created, 2 updated.');
  expect(importWords({ created: 0, updated: 2, skipped })).toBe('2 events updated, 1 skipped:');
  expect(importWords({ created: 0, updated: 0, skipped: [] })).toBe('everything in it is here already.');
  expect(skipped.map(skippedWords)).toEqual(['Without a UID: it has no DTSTART']);
});

describe('webhooks', () => {
  test('every kind of change can be chosen', () => {
    expect([...KINDS].sort()).toEqual([...ALL_KINDS].sort());
    expect(kindsWords([])).toBe('every change');
    expect(kindsWords(['create', 'role'])).toBe('created, role changed');
  });

  const delivery = (more: Partial<DeliveryView>) => attemptWords({ attempts: 1, ...more } as DeliveryView);
  test('a delivery says how its last attempt ended', () => {
    expect(delivery({ attempts: 0 })).toBeNull();
    expect(delivery({ attempts: 2, status: 500, error: 'refused' })).toBe('2 attempts, answered 500');
    expect(delivery({ status: null, error: 'timeout' })).toBe('1 attempt, the server did not answer in time');
  });
});
