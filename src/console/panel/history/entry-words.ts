import type { ChangelogEntry, EntryView } from '../../../client/index.js';
import { FIELD_NAMES } from '../../words.js';

/** What the two lists of the history say of one version. */
export type Entry = ChangelogEntry & Partial<Pick<EntryView, 'note' | 'restoredVersion'>>;

/** What an entry did, in one line; fields are called as the form calls them. */
export function entryWords({ kind, summary, changes, restoredVersion }: Entry): string {
  if (kind === 'rollback' && restoredVersion !== undefined) {
    return `Restored version ${restoredVersion}`;
  }
  const fields = [...new Set(changes.map(({ field }) => field))];
  const isOfOne = fields.length === 1 && fields[0] === 'overrides';
  const names = new Intl.ListFormat('en').format(
    fields.map((field) => (FIELD_NAMES[field] ?? field).toLowerCase()),
  );
  const undone = kind === 'undo' && !isOfOne ? /^Took back version \d+/.exec(summary) : null;
  if (undone) {
    return `${undone[0]}: ${names}`;
  }
  if (kind !== 'edit' || fields.length === 0 || isOfOne) {
    return summary; // it names members, versions and occurrences
  }
  if (fields.every((field) => field === 'start' || field === 'end')) {
    return 'Moved the event';
  }
  return `Changed ${names}`;
}

/** Whether an entry changed who may see the event, and not what it is. */
export const isOfMembers = ({ kind }: Pick<Entry, 'kind'>): boolean => MEMBERS.includes(kind);

const MEMBERS: readonly string[] = ['share', 'role', 'unshare', 'transfer'];

/** A page of the history, newest first. */
export interface Page {
  entries: readonly Entry[];
  /** Where older ones are; null where there are none. */
  older: Cursors | null;
}
export interface Cursors {
  changelog: string;
  history: string | null;
}

/**
 * The newest page, asked for again, before what is known. Where more has come than a page has, or where the versions
 * went back (a restored backup), what is known is left: there would be a gap.
 */
export function withNewest(known: Page, newest: Page): Page {
  const first = known.entries[0]?.version ?? 0;
  const top = newest.entries[0]?.version ?? 0;
  const reaches = (newest.entries.at(-1)?.version ?? 0) <= first + 1;
  if (!reaches || top < first) {
    return newest;
  }
  const fresh = newest.entries.filter(({ version }) => version > first);
  return { entries: [...fresh, ...known.entries], older: known.older };
}

/** Older entries after what is known. */
export function withOlder(known: Page, older: Page): Page {
  const last = known.entries.at(-1)?.version ?? Infinity;
  return {
    entries: [...known.entries, ...older.entries.filter(({ version }) => version < last)],
    older: older.older,
  };
}
