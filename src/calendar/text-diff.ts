import { diffArrays } from 'diff';

/** A piece of a line; `changed` where the line of the other side has something else there. */
export interface Piece {
  text: string;
  changed: boolean;
}

/** A line that is in both texts, in the new one, or in the old one alone; or how many in both are not shown. */
export type DiffLine = { sign: ' ' | '+' | '-'; pieces: Piece[] } | { skipped: number };

/** What may still be spent on finding what two texts have in common; when it is gone, they have less. */
export interface Effort {
  left: number;
}
export const newEffort = (): Effort => ({ left: 2_000_000 });

/** More insertions and deletions than these are no small change of something else. */
const MAX_EDITS = 500;
/** Lines with more characters are not looked into for words. */
const MAX_LINE = 4_000;
/** How many unchanged lines are shown around a change. */
const CONTEXT = 3;

/** The lines of two texts against each other, with the words that differ inside of lines that changed. */
export function diffText(from: string, to: string, effort: Effort): DiffLine[] {
  const runs = runsOf(linesOf(from), linesOf(to), effort);
  return runs.flatMap((run, i) =>
    'same' in run
      ? contextOf(run.same, { first: i === 0, last: i === runs.length - 1 })
      : replacedLines(run, effort),
  );
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.split('\n'));

/** Lines or words that both have, or that were replaced by others. */
type Run = { same: string[] } | Replaced;
interface Replaced {
  removed: string[];
  added: string[];
}

function runsOf(from: string[], to: string[], effort: Effort): Run[] {
  const { head, tail } = endsInCommon(from, to);
  const [old, young] = [from.slice(head, from.length - tail), to.slice(head, to.length - tail)];
  const runs: Run[] = [{ same: from.slice(0, head) }];
  for (const { value, added, removed } of changesIn(old, young, effort)) {
    const last = runs[runs.length - 1];
    if (!added && !removed) {
      runs.push({ same: value });
    } else if (last && !('same' in last)) {
      last[added ? 'added' : 'removed'].push(...value);
    } else {
      runs.push({ removed: removed ? value : [], added: added ? value : [] });
    }
  }
  runs.push({ same: from.slice(from.length - tail) });
  return runs.filter((run) => !('same' in run) || run.same.length > 0);
}

function endsInCommon(from: string[], to: string[]): { head: number; tail: number } {
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && from[head] === to[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && from.at(-1 - tail) === to.at(-1 - tail)) {
    tail += 1;
  }
  return { head, tail };
}

interface Part {
  value: string[];
  added: boolean;
  removed: boolean;
}

/** The work of a diff grows with the square of its edits: it is given up where that is more than may be spent. */
function changesIn(from: string[], to: string[], effort: Effort): Part[] {
  const maxEditLength = Math.min(MAX_EDITS, Math.floor(Math.sqrt(Math.max(0, effort.left))));
  const found = from.length > 0 && to.length > 0 ? diffArrays(from, to, { maxEditLength }) : undefined;
  const parts: Part[] = found ?? [
    { value: from, added: false, removed: true },
    { value: to, added: true, removed: false },
  ];
  const edits = parts.reduce(
    (sum, { value, added, removed }) => sum + (added || removed ? value.length : 0),
    0,
  );
  effort.left -= from.length + to.length + Math.min(maxEditLength, edits) ** 2;
  return parts.filter(({ value }) => value.length > 0);
}

/** Of unchanged lines those next to a change. */
function contextOf(lines: string[], { first, last }: { first: boolean; last: boolean }): DiffLine[] {
  const before = first ? 0 : CONTEXT;
  const after = last ? 0 : CONTEXT;
  const skipped = lines.length - before - after;
  const whole = (some: string[]): DiffLine[] => some.map((text) => ({ sign: ' ', pieces: pieceOf(text) }));
  return skipped < 2
    ? whole(lines)
    : [...whole(lines.slice(0, before)), { skipped }, ...whole(lines.slice(lines.length - after))];
}

const pieceOf = (text: string): Piece[] => [{ text, changed: false }];

/** The old lines and the new ones; each is compared with its neighbour on the other side. */
function replacedLines({ removed, added }: Replaced, effort: Effort): DiffLine[] {
  const pairs = removed.map((line, i) => wordsOf(line, added[i], effort));
  return [
    ...removed.map((text, i): DiffLine => ({ sign: '-', pieces: pairs[i]?.from ?? pieceOf(text) })),
    ...added.map((text, i): DiffLine => ({ sign: '+', pieces: pairs[i]?.to ?? pieceOf(text) })),
  ];
}

/** The words in which two lines differ; null where the lines have little in common. */
function wordsOf(
  from: string,
  to: string | undefined,
  effort: Effort,
): { from: Piece[]; to: Piece[] } | null {
  if (to === undefined || from.length > MAX_LINE || to.length > MAX_LINE || effort.left <= 0) {
    return null;
  }
  const runs = runsOf(segmentsOf(from), segmentsOf(to), effort);
  const common = runs.reduce((sum, run) => sum + ('same' in run ? run.same.join('').trim().length : 0), 0);
  return common * 3 < Math.min(from.length, to.length)
    ? null
    : {
        from: joined(runs.map((run) => ('same' in run ? same(run.same) : changed(run.removed)))),
        to: joined(runs.map((run) => ('same' in run ? same(run.same) : changed(run.added)))),
      };
}

const same = (words: string[]): Piece => ({ text: words.join(''), changed: false });
const changed = (words: string[]): Piece => ({ text: words.join(''), changed: true });

/** Words, spaces and punctuation, in scripts without spaces too. */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
const segmentsOf = (line: string): string[] => Array.from(segmenter.segment(line), ({ segment }) => segment);

/** A blank between two changed words belongs to them. */
function joined(pieces: Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const [i, { text, changed: own }] of pieces.entries()) {
    const between = text.trim() === '' && pieces[i - 1]?.changed === true && pieces[i + 1]?.changed === true;
    const last = result[result.length - 1];
    const piece = { text, changed: own || between };
    if (last?.changed === piece.changed) {
      last.text += text;
    } else if (text !== '') {
      result.push(piece);
    }
  }
  return result;
}
