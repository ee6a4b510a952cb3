import type { Content } from './content.js';
import { inverse, replay } from './difference.js';
import { carryOver, type EditResult, type VersionedContent } from './edit.js';
import { CodedError, refuse } from './errors.js';
import type { LogEntry } from './history.js';
import { changesBetween } from './changelog.js';
import { equal } from './json.js';

/** Whether an entry is an edit of this user's, which they may take back. */
export const isEditBy = ({ by, kind }: LogEntry, userId: string): boolean =>
  by === userId && (kind === 'edit' || kind === 'rollback');

/**
 * Takes an edit out of the current content, and leaves what was changed since: the entry's old values, rebased over
 * what came after it.
 *
 * @param after the content right after the entry
 * @returns null where nothing is left of the edit: the content is already as if it had not been.
 * @throws edit-conflict where the same was changed since, or where the event would not be valid without the edit
 */
export function takeBack(entry: LogEntry, after: Content, current: VersionedContent): EditResult | null {
  const without = replay(after, inverse(entry.patch));
  const base = { version: entry.version, content: after };
  try {
    const result = carryOver({ form: 'replacement', content: without }, base, current);
    return equal(result.content, current.content) ? null : result;
  } catch (error) {
    throw isInvalid(error) ? needed(error, { without, after, current }) : error;
  }
}

/** Whether that is what {@link carryOver} throws where what both sides did cannot stand together. */
const isInvalid = (error: unknown): error is CodedError =>
  error instanceof CodedError &&
  ['validation-failed', 'invalid-recurrence'].includes((error as CodedError).code);

/** What was changed since builds upon the edit: all of its fields are in conflict. */
function needed(
  reason: CodedError,
  { without, after, current }: { without: Content; after: Content; current: VersionedContent },
): CodedError {
  const now = new Map(changesBetween(after, current.content).map(({ path, to }) => [path, to]));
  return refuse('edit-conflict', `What was changed since needs this edit. Without it: ${reason.message}`, {
    conflicts: changesBetween(after, without).map(({ path, from, to }) => ({
      path,
      base: from,
      theirs: now.has(path) ? now.get(path) : from,
      yours: to,
    })),
    currentVersion: current.version,
  });
}
