import { diffIndices } from 'node-diff3';
import type { Content } from './content.js';
import { isTree } from './difference.js';
import { CONTENT_FIELDS } from './fields.js';
import { equal, isObject, own, pointer } from './json.js';

/** A field that two people changed in different ways; null where the field was absent. */
export interface EditConflict {
  path: string;
  base: unknown;
  theirs: unknown;
  yours: unknown;
}

/** What both sides' changes make together, or where they meet. */
export type Rebased = { content: Record<string, unknown> } | { conflicts: EditConflict[] };

/**
 * Three-way merge by fields: what only one side changed is taken, what both changed alike is taken once, and
 * what both changed differently is an edit conflict. Lists are one field; inside `metadata` and `overrides`
 * each key path is one; different lines of a multi-line description merge.
 *
 * @returns content that is yet to be validated: two valid edits may contradict each other across fields.
 */
export function rebase(base: Content, theirs: Content, yours: Content): Rebased {
  const conflicts: EditConflict[] = [];
  const content: Record<string, unknown> = {};
  for (const field of CONTENT_FIELDS) {
    const sides = { base: base[field], theirs: theirs[field], yours: yours[field] };
    content[field] = isTree(field)
      ? mergeTree(sides, [field], conflicts)
      : (onesOwn(sides) ?? mergeText(field, sides) ?? meet(sides, [field], conflicts)).value;
  }
  return conflicts.length > 0 ? { conflicts } : { content };
}

interface Sides {
  base: unknown;
  theirs: unknown;
  yours: unknown;
}
interface Merged {
  value: unknown;
}

/** The value where at most one side changed it, or both alike. */
function onesOwn({ base, theirs, yours }: Sides): Merged | null {
  if (equal(yours, base) || equal(yours, theirs)) {
    return { value: theirs };
  }
  return equal(theirs, base) ? { value: yours } : null;
}

function meet(sides: Sides, path: string[], conflicts: EditConflict[]): Merged {
  const { base = null, theirs = null, yours = null } = sides;
  conflicts.push({ path: pointer(path), base, theirs, yours });
  return { value: theirs };
}

/** Where it is absent a tree counts as empty, so that a removal meets only the keys that it removed. */
function mergeTree(sides: Sides, path: string[], conflicts: EditConflict[]): unknown {
  const simple = onesOwn(sides);
  if (simple) {
    return simple.value;
  }
  const trees = [sides.base, sides.theirs, sides.yours].map((side) => (side === undefined ? {} : side));
  if (!trees.every(isObject) || excludes(path, trees)) {
    return meet(sides, path, conflicts).value;
  }
  const [base = {}, theirs = {}, yours = {}] = trees;
  const merged: Record<string, unknown> = {};
  const met = conflicts.length;
  for (const key of new Set(trees.flatMap(Object.keys))) {
    const value = mergeTree(
      { base: own(base, key), theirs: own(theirs, key), yours: own(yours, key) },
      [...path, key],
      conflicts,
    );
    if (value !== undefined) {
      merged[key] = value;
    }
  }
  if (conflicts.length > met || Object.keys(merged).length > 0) {
    return merged;
  }
  // Nothing is left in it: whether it stays as an empty object is for the side that made or removed it.
  const there = {
    base: sides.base !== undefined,
    theirs: sides.theirs !== undefined,
    yours: sides.yours !== undefined,
  };
  return onesOwn(there)?.value === false ? undefined : merged;
}

/** An excluded occurrence and a changed one cannot be had both: the override is then one field. */
const excludes = (path: string[], trees: Record<string, unknown>[]): boolean =>
  path[0] === 'overrides' && path.length === 2 && trees.some((tree) => tree['excluded'] === true);

const MAX_LINES = 2_000;
const MAX_PAIRS = 50_000;

/** Lines of one side and lines of the other, where no line is both's. */
function mergeText(field: string, { base, theirs, yours }: Sides): Merged | null {
  if (
    field !== 'description' ||
    typeof base !== 'string' ||
    typeof theirs !== 'string' ||
    typeof yours !== 'string'
  ) {
    return null;
  }
  const [o, a, b] = [base, theirs, yours].map((text) => text.split('\n')) as [string[], string[], string[]];
  if (Math.max(o.length, a.length, b.length) > MAX_LINES || Math.max(a.length, b.length) < 2) {
    return null;
  }
  const [first, second] = [hunksOf(o, a), hunksOf(o, b)];
  const hunks = first && second && mergeHunks(first, second);
  return hunks && { value: applyHunks(o, hunks).join('\n') };
}

/** The lines from `start` to `end` (exclusive) of the base become `lines`. */
interface Hunk {
  start: number;
  end: number;
  lines: string[];
}

/** What was changed between the lines that stayed at both ends; null where that is too much to look through. */
function hunksOf(base: string[], changed: string[]): Hunk[] | null {
  const shorter = Math.min(base.length, changed.length);
  let head = 0;
  while (head < shorter && base[head] === changed[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && base.at(-1 - tail) === changed.at(-1 - tail)) {
    tail += 1;
  }
  const [from, to] = [base, changed].map((lines) => lines.slice(head, lines.length - tail)) as [
    string[],
    string[],
  ];
  if (pairsIn(from, to) > MAX_PAIRS) {
    return null;
  }
  return diffIndices(from, to).map(({ buffer1: [start, length], buffer2Content: lines }) => ({
    start: head + start,
    end: head + start + length,
    lines,
  }));
}

/** The work of a diff grows with the pairs of equal lines: a text of blank lines has millions. */
function pairsIn(a: string[], b: string[]): number {
  const counts = new Map<string, number>();
  a.forEach((line) => counts.set(line, (counts.get(line) ?? 0) + 1));
  return b.reduce((pairs, line) => pairs + (counts.get(line) ?? 0), 0);
}

/** Both sides' hunks in order, equal ones once; null where two of them touch the same line or place. */
function mergeHunks(a: Hunk[], b: Hunk[]): Hunk[] | null {
  const merged: Hunk[] = [];
  for (const hunk of [...a, ...b].sort((x, y) => x.start - y.start || x.end - y.end)) {
    const last = merged[merged.length - 1];
    if (last && equal(last, hunk)) {
      continue;
    }
    const samePlace = last?.start === hunk.start && last.end === hunk.end;
    if (last && (samePlace || hunk.start < last.end)) {
      return null;
    }
    merged.push(hunk);
  }
  return merged;
}

function applyHunks(base: string[], hunks: Hunk[]): string[] {
  let at = 0;
  const result: string[] = [];
  for (const { start, end, lines } of hunks) {
    result.push(...base.slice(at, start), ...lines);
    at = end;
  }
  return [...result, ...base.slice(at)];
}
