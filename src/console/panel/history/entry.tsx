import type { LiveEvent } from '../../../client/index.js';
import { connection } from '../../state/client.js';
import { restoreVersion } from '../../state/history.js';
import { useAction } from '../../state/use-action.js';
import { useStore } from '../../state/use-store.js';
import { Ago } from '../../ui/ago.js';
import { Avatar } from '../../ui/avatar.js';
import { Changes } from './changes.js';
import { entryWords, isOfMembers, type Entry } from './entry-words.js';
import type { Shown } from './shown.js';

interface EntryProps {
  event: LiveEvent;
  entry: Entry;
  /** It came while the list was open. */
  isNew: boolean;
  /** The version that another is being chosen for, to compare. */
  picked: number | null;
  onCompare: (version: number) => void;
  show: (shown: Shown) => void;
}

/** One version: who made it, when, what it did, and what can be done with it. */
export function HistoryEntry({ event, entry, isNew, picked, onCompare, show }: EntryProps) {
  const { version, by, at, kind, note, changes } = entry;
  const isCurrent = version === event.version;
  return (
    <li class={`entry ${isNew ? 'is-new' : ''}`} aria-label={`Version ${version}`}>
      <Avatar id={by.id} name={by.name} isSmall />
      <div class="entry-body">
        <p class="entry-head">
          <strong>{by.name}</strong> <span class="muted">v{version}</span>
          {isCurrent && <span class="badge badge-good">Current</span>}
        </p>
        <p>{entryWords(entry)}</p>
        <p class="entry-when">
          <Ago at={at} />
        </p>
        {note && <blockquote class="entry-note">{note}</blockquote>}
        <Changes changes={changes} isNew={kind === 'create'} />
        <p class="entry-buttons">
          <button type="button" class="link" onClick={() => show({ view: 'version', version })}>
            View<span class="sr-only"> version {version}</span>
          </button>
          {event.version > 1 && version !== picked && (
            <button type="button" class="link" onClick={() => onCompare(version)}>
              {picked === null ? 'Compare' : `Compare with ${picked}`}
              <span class="sr-only"> version {version}</span>
            </button>
          )}
          {!isCurrent && !isOfMembers(entry) && <Restore event={event} version={version} />}
        </p>
      </div>
    </li>
  );
}

interface RestoreProps {
  event: LiveEvent;
  version: number;
  tone?: 'link' | 'button';
}

/** Goes back to a version with one click; the toast takes that back. Not for viewers. */
export function Restore({ event, version, tone = 'link' }: RestoreProps) {
  const isOnline = useStore(connection, ({ state }) => state === 'online');
  const { isBusy, run } = useAction();
  return event.role === 'viewer' ? null : (
    <button
      type="button"
      class={tone === 'link' ? 'link' : 'button button-primary button-small'}
      disabled={!isOnline || isBusy}
      title={isOnline ? undefined : 'You are offline'}
      onClick={() => void run(() => restoreVersion(event, version))}
    >
      Restore<span class="sr-only"> version {version}</span>
    </button>
  );
}
