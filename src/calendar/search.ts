import type { Content } from './content.js';

/** The words of a text, case and accents aside. */
export const wordsOf = (text: string): string[] => spaced(text).split(' ').slice(1);

/** Its words, each behind a space. */
function spaced(text: string): string {
  if (ASCII.test(text)) {
    // A single space stays: most of what is between words is one.
    return ` ${text.toLowerCase()}`.replace(/ *[^a-z0-9 ][^a-z0-9]*| {2,}/g, ' ').trimEnd();
  }
  // Without its marks first: to put a long run of them into order takes time by the square of its length.
  const plain = fold(withoutMarks(withoutMarks(text).normalize('NFKD')));
  return ` ${plain}`.replace(/[^\p{L}\p{N}]+/gu, ' ').trimEnd();
}

/** What has neither accents nor other capitals takes a small part of the work. */
const ASCII = /^[\0-\x7f]*$/;

const withoutMarks = (text: string): string => text.replace(/\p{M}+/gu, '');

/** What capitals do not tell apart is the same: STRASSE and Straße, a sigma wherever it stands. */
const fold = (text: string): string => text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');

/** What `q` looks in: the words of title, description and location, each behind a space. */
export const searchText = ({ title, description, location }: Content): string =>
  spaced(title) + spaced(description) + spaced(location);

/** Whether every word begins some word of the search text. */
export const matchesWords = (text: string, words: readonly string[]): boolean =>
  words.every((word) => text.includes(` ${word}`));
