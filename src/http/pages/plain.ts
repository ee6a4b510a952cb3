import type { Comparison, ToldEntry, ToldPage } from '../../service/history.js';
import { NOT_SHOWN, rowsOf, showingIn, type Line, type Row } from './rows.js';
import { showMoment } from './times.js';
import { visible } from './visible.js';

/** The changelog as text for a terminal; `older` is where the next page is. */
export function changelogText({ event, items }: ToldPage, older: string | null): string {
  const showing = showingIn(event.timeZone);
  const entries = items.map((entry) => [
    ...heading(entry, event.timeZone),
    ...rowsOf(entry.changes, showing).flatMap(rowLines),
    '',
  ]);
  return textOf([
    `Changelog of ${visible(event.title)}`,
    `Newest first, times in ${event.timeZone}`,
    '',
    ...entries.flat(),
    ...(items.length === 0 ? ['Nothing was changed.', ''] : []),
    ...(older === null ? [] : [`Older: ${older}`]),
  ]);
}

/** The difference between two versions as text for a terminal. */
export function diffPlain({ event, from, to, changes }: Comparison): string {
  const rows = rowsOf(changes, showingIn(event.timeZone));
  return textOf([
    `${visible(event.title)}: from version ${from} to version ${to}`,
    `Times in ${event.timeZone}`,
    '',
    ...(rows.length === 0 ? ['Nothing was changed.'] : rows.flatMap(rowLines)),
  ]);
}

const textOf = (lines: string[]): string => `${lines.join('\n').trimEnd()}\n`;

function heading({ version, at, by, summary, note }: ToldEntry, timeZone: string): string[] {
  const who = by.name && by.name !== by.username ? `${by.name} (${by.username})` : by.username || by.name;
  return [
    `Version ${version} · ${showMoment(at, timeZone)} · ${visible(who)}`,
    `  ${visible(summary)}`,
    ...(note === undefined ? [] : [`  “${visible(note)}”`]),
  ];
}

const rowLines = ({ label, lines }: Row): string[] => [
  `  ${visible(label)}`,
  ...lines.map((line) => `    ${lineText(line)}`.trimEnd()),
];

function lineText(line: Line): string {
  if ('cut' in line) {
    return `  ${NOT_SHOWN}`;
  }
  return 'skipped' in line
    ? `  … ${line.skipped} lines as before`
    : `${line.sign} ${visible(line.pieces.map(({ text }) => text).join(''))}`;
}
