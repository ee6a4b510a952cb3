import type { ChangelogEntry, Diff, EntryView, LiveEvent, VersionView } from '../../client/index.js';
import type { Cursors, Page } from '../panel/history/entry-words.js';
import { client } from './client.js';
import { undo } from './edits.js';
import { complain, toast } from './notices.js';
import { refresh } from './occurrences.js';

interface List<T> {
  items: T[];
  nextCursor: string | null;
}

const PAGE = 50;

/**
 * A page of an event's history, newest first: what changed from the changelog, the authors' notes from the history.
 * The second is asked after the first, and so knows of each of its versions.
 *
 * @param after the page before; null: the newest
 */
export async function historyPage(eventId: string, after: Cursors | null): Promise<Page> {
  const list = <T>(name: string, cursor: string | null): Promise<List<T>> =>
    client.request('GET', `/api/events/${eventId}/${name}`, {
      query: { limit: PAGE, ...(cursor !== null && { cursor }) },
    });
  const told = await list<ChangelogEntry>('changelog', after?.changelog ?? null);
  const noted = await list<EntryView>('history', after?.history ?? null);
  const byVersion = new Map(noted.items.map((entry) => [entry.version, entry]));
  return {
    entries: told.items.map((entry) => ({ ...entry, ...wordOn(byVersion.get(entry.version)) })),
    older: told.nextCursor === null ? null : { changelog: told.nextCursor, history: noted.nextCursor },
  };
}

const wordOn = (entry: EntryView | undefined) =>
  entry && {
    note: entry.note,
    ...(entry.restoredVersion !== undefined && { restoredVersion: entry.restoredVersion }),
  };

/** An event as it was. @throws version-not-found */
export const versionOf = (eventId: string, version: number): Promise<VersionView> =>
  client.request('GET', `/api/events/${eventId}/history/${version}`);

/** What leads from one version to another. @throws version-not-found */
export const diffOf = (eventId: string, from: number, to: number): Promise<Diff> =>
  client.request('GET', `/api/events/${eventId}/diff/${from}/${to}`);

/** The same as the server's page, with every line in its colour. */
export const diffPageOf = (eventId: string, from: number, to: number): Promise<string> =>
  client.request('GET', `/api/events/${eventId}/diff/${from}/${to}`, { query: { format: 'html' } });

/** Makes an earlier version the newest; the toast that says so can take that back. */
export async function restoreVersion(event: LiveEvent, version: number): Promise<void> {
  try {
    const { change, version: made } = await event.rollback(version);
    refresh();
    if (change) {
      toast(`Restored version ${version}, as version ${made}.`, {
        about: event.id,
        action: { label: 'Undo', run: () => void undo(event.id) },
      });
    } else {
      toast(`The event is as in version ${version} already.`, { about: event.id });
    }
  } catch (error) {
    complain(error);
  }
}
