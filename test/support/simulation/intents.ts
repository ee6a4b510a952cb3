import type { Content } from '../../../src/calendar/content.js';
import { replay } from '../../../src/calendar/difference.js';
import type { LogEntry } from '../../../src/calendar/history.js';
import type { GivenEdit, Operation } from '../../../src/client/index.js';
import type { MadeEdit } from './author.js';
import type { World } from './world.js';

/** An edit does what its author wanted, and nothing else: however often it was carried over to what others had done. */
export function checkIntents(
  eventId: string,
  log: LogEntry[],
  world: World,
  edits: readonly MadeEdit[],
): void {
  const made = new Map(edits.map(({ note, given }) => [note, given]));
  let before: Partial<Content> = {};
  for (const entry of log) {
    const after = replay(before as Content, entry.patch);
    const given = entry.kind === 'edit' ? made.get(entry.note ?? '') : undefined;
    const fault = given && faultOf(given, entry, before, after);
    if (fault) {
      world.complain(`edit ${entry.note} of ${eventId}, as version ${entry.version}, ${fault}`);
    }
    before = after;
  }
}

function faultOf(given: GivenEdit, entry: LogEntry, before: Partial<Content>, after: Content): string | null {
  const wanted = new Set(fieldsOf(given));
  const other = entry.patch.map(fieldOf).find((field) => !wanted.has(field));
  if (other !== undefined) {
    return `changed ${other}, too`;
  }
  const { title } = given as { title?: string };
  if (title !== undefined && after.title !== title) {
    return `made the title ${after.title}`;
  }
  // Every edit of the description is of one line.
  const [old, now] = [before.description ?? '', after.description].map((text) => text.split('\n'));
  return without(old, now).length > 1 || without(now, old).length > 1 ? 'changed lines of others' : null;
}

function fieldsOf(given: GivenEdit): string[] {
  const isPatch = (edit: GivenEdit): edit is readonly Operation[] => Array.isArray(edit);
  return isPatch(given)
    ? given.flatMap((operation) => [
        fieldOf(operation),
        fieldOf({ path: 'from' in operation ? operation.from : '' }),
      ])
    : Object.keys(given);
}

const fieldOf = ({ path }: { path: string }): string => path.split('/')[1] ?? '';

/** The lines of one text that the other has not, or not as often. */
function without(lines: string[] = [], others: string[] = []): string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    rest.splice(at, at < 0 ? 0 : 1);
    return at < 0;
  });
}
