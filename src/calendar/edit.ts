import { parseChanged, type Content } from './content.js';
import { refuse } from './errors.js';
import { equal } from './json.js';
import { applyEdit, type Edit } from './patch.js';
import { rebase } from './rebase.js';

/** A version of an event's content. */
export interface VersionedContent {
  version: number;
  content: Content;
}

/** What an edit makes of the current content; `merged` where it had to be rebased over others' changes. */
export interface EditResult {
  content: Content;
  merged: boolean;
}

/**
 * Carries an edit that was made on `base` over to `current`. What it changed of the base is applied to what
 * the content is now; fields that it did not change stay as the others left them.
 *
 * @throws edit-conflict with `conflicts` and `currentVersion` where both changed a field differently; whatever
 *   `applyEdit` and `parseChanged` throw, the latter also for two valid edits that contradict each other.
 */
export function carryOver(edit: Edit, base: VersionedContent, current: VersionedContent): EditResult {
  if (base.version === current.version || equal(base.content, current.content)) {
    return { content: applyEdit(edit, current.content), merged: false };
  }
  const yours = applyEdit(edit, base.content);
  const rebased = rebase(base.content, current.content, yours);
  if ('conflicts' in rebased) {
    const paths = rebased.conflicts.map(({ path }) => path).join(', ');
    throw refuse('edit-conflict', `Others have changed the same since version ${base.version}: ${paths}.`, {
      conflicts: rebased.conflicts,
      currentVersion: current.version,
    });
  }
  return { content: parseChanged(rebased.content, current.content), merged: true };
}
