import type { Content } from './content.js';

/** The words of a text, case and accents aside. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** What `q` looks in: the words of title, description and location, each behind a space. */
export function searchText({ title, description, location }: Content): string {
  return [title, description, location]
    .flatMap(wordsOf)
    .map((word) => ` ${word}`)
    .join('');
}

/** Whether every word begins some word of the search text. */
export const matchesWords = (text: string, words: readonly string[]): boolean =>
  words.every((word) => text.includes(` ${word}`));
