import type { FormValues } from '../form/values.js';
import { PARTS } from './parts.js';
import type { Touched } from './touched.js';
import { valueWords } from './value-words.js';

/** What somebody typed and did not save, part by part, to be read and copied. */
export const typedParts = ({ mine, bases }: Touched): { label: string; words: string }[] =>
  PARTS.filter(({ fields }) => fields.some((field) => field in mine)).map(({ name, label }) => ({
    label,
    words: valueWords(name, { ...bases, ...mine } as FormValues), // of a part that is touched there is all of it
  }));

/** The same as one text: “Title: Design review”. */
export const typedText = (touched: readonly Touched[]): string =>
  touched
    .flatMap(typedParts)
    .map(({ label, words }) => `${label}: ${words}`)
    .join('\n');
