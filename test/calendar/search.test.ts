import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseContent } from '../../src/calendar/content.js';
import { matchesWords, searchText, wordsOf } from '../../src/calendar/search.js';
import { runs } from '../support/arbitraries.js';

const event = (title: string, description = '', location = '') =>
  parseContent({ title, description, location, start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' });
const finds = (query: string, ...of: Parameters<typeof event>): boolean =>
  matchesWords(searchText(event(...of)), wordsOf(query));

test('words are letters and digits of any script, case and accents aside', () => {
  expect(wordsOf('Crème-brûlée, 2 Gänge!')).toEqual(['creme', 'brulee', '2', 'gange']);
  expect(wordsOf('会議 Встреча ﬁne İstanbul')).toEqual(['会議', 'встреча', 'fine', 'istanbul']);
  expect(wordsOf(' \n…—')).toEqual([]);
});

test('every word of a query begins a word of title, description or location, each in any of them', () => {
  const of = ['Design review', 'of the café menu', 'Room 4'] as const;
  for (const query of ['design', 'DES rev', 'caf 4', 'menu room design', 'Café', 'cafe\u0301', '']) {
    expect([query, finds(query, ...of)]).toEqual([query, true]);
  }
  for (const query of ['esign', 'design x', 'designs', 'room 44', 'viewof', 'reviewof', 'menu room zzz']) {
    expect([query, finds(query, ...of)]).toEqual([query, false]);
  }
});

test('what is the same word in capitals is the same word', () => {
  expect(finds('STRASSE', 'Straße')).toBe(true);
  expect(finds('straß', 'STRASSE')).toBe(true);
  expect(finds('ΟΔΟΣ', 'οδοσήμανση')).toBe(true);
  expect(finds('οδός', 'ΟΔΟΣ')).toBe(true);
});

test('fields do not run together', () => {
  expect(finds('ab', 'a', 'b')).toBe(false);
});

test('an event is found by the beginning of each of its own words, in any order and case', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 }),
      fc.nat(5),
      (words, cut) => {
        const title = words.join(' ');
        fc.pre(title.length <= 100);
        const query = wordsOf(title)
          .reverse()
          .map((word) =>
            Array.from(word)
              .slice(0, cut + 1)
              .join(''),
          )
          .join(' ');
        expect(finds(query, title)).toBe(true);
        expect(finds(query.toUpperCase(), title.toLowerCase())).toBe(true);
      },
    ),
    runs(200),
  );
});
