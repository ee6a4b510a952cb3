import { diff3Merge } from 'node-diff3';
import type { FormField, FormValues } from '../form/values.js';
import { PARTS, type Part } from './parts.js';
import { same, type Touched } from './touched.js';

/** An own edit, not saved yet, that meets another's: both changed the same, each to something else. */
export interface EditConflict {
  part: Part;
  /** The form as it was when one began, as somebody else made it, and as one wants it. */
  base: FormValues;
  theirs: FormValues;
  mine: FormValues;
}

/**
 * Where what was touched was changed by somebody else meanwhile. Texts of several lines in which both changed
 * different ones are no conflict: see {@link mergedValues}.
 */
export function editConflicts({ mine, bases }: Touched, stored: FormValues): EditConflict[] {
  const base = { ...stored, ...bases };
  const wanted = { ...stored, ...mine };
  const isMet = (field: FormField): boolean =>
    field in mine &&
    !same(base[field], stored[field]) &&
    !same(wanted[field], stored[field]) &&
    (field !== 'description' || mergedLines(base[field], stored[field], wanted[field]) === null);
  return PARTS.filter(({ fields }) => fields.some(isMet)).map((part) => ({
    part,
    base,
    theirs: stored,
    mine: { ...base, ...mine },
  }));
}

/** What is to be saved: what was touched, and in a text of several lines also the lines that others changed. */
export function mergedValues({ mine, bases }: Touched, stored: FormValues): FormValues {
  const values = { ...stored, ...mine };
  const before = bases.description ?? stored.description;
  const description = mergedLines(before, stored.description, values.description) ?? values.description;
  return { ...values, description };
}

/** In a text of so many lines that are all alike it still takes no time that somebody who types would notice. */
const MOST_LINES = 200;

/**
 * Lines of one side and lines of the other; null where both changed the same ones. The server merges so, too, on
 * what it is sent; here it is known before, so that nobody has to choose where there is no choice.
 */
function mergedLines(base: string, theirs: string, mine: string): string | null {
  if (base === theirs) {
    return mine;
  }
  const sides = [mine, base, theirs].map((side) => side.split('\n'));
  const [ours = [], before = [], others = []] = sides;
  if (sides.some(({ length }) => length > MOST_LINES)) {
    return null;
  }
  const regions = diff3Merge(ours, before, others);
  return regions.every(({ ok }) => ok) ? regions.flatMap(({ ok = [] }) => ok).join('\n') : null;
}
