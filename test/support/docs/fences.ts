/** A fenced block of a Markdown file. */
export interface Fence {
  /** Where it begins, from 1. */
  line: number;
  /** The first word after the fence, and the others. */
  language: string;
  info: string;
  /** Why it is not run, where it says so: `no-run: REASON`. */
  noRun: string | null;
  code: string;
}

const OPENING = /^( *)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/;

/** The fenced blocks of a Markdown file (CommonMark, section 4.5), in order. @throws where one is not closed */
export function fencesOf(markdown: string): Fence[] {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  for (let i = 0; i < lines.length; i += 1) {
    const [, indent = '', marks = '', language = '', info = ''] = OPENING.exec(lines[i] ?? '') ?? [];
    if (marks !== '') {
      const end = lines.findIndex((one, at) => at > i && one.trim().startsWith(marks));
      if (end < 0) {
        throw new Error(`The block that begins in line ${i + 1} does not end`);
      }
      const code = lines
        .slice(i + 1, end)
        .map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one));
      const noRun = /^no-run: (.+)$/.exec(info)?.[1] ?? null;
      fences.push({
        line: i + 1,
        language,
        info: noRun === null ? info : '',
        noRun,
        code: `${code.join('\n')}\n`,
      });
      i = end;
    }
  }
  return fences;
}

/** What a program says that is to be read in its output: what stands after an arrow in a comment. */
export const promised = (code: string): string[] =>
  [...code.matchAll(/\/\/ → (.+)$/gm)].map(([, text = '']) => text);

/**
 * Those of these lines that are not in the output, however they are indented; `…` stands for whatever is there. What runs
 * in the background may have written into the middle of a line, before or behind one of these.
 */
export const missingIn = (output: string, lines: readonly string[]): string[] => {
  const written = output.split('\n');
  const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .filter((line) => {
      const pattern = new RegExp(line.split('…').map(literal).join('.*'));
      return !written.some((one) => pattern.test(one));
    });
};
