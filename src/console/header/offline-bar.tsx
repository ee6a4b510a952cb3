import { keptEdits } from '../state/kept-edits.js';
import { useStore } from '../state/use-store.js';
import { occurrences } from '../state/occurrences.js';
import { OfflineIcon } from '../ui/icons.js';
import { useLost } from './use-lost.js';

/** A moment without a connection is nothing to tell. */
const PATIENCE_MS = 1_500;

/** While there is no connection: that edits are kept, and how many. */
export function OfflineBar() {
  const lostAt = useLost(PATIENCE_MS);
  const count = useStore(keptEdits, (state) => state.count);
  const isLoaded = useStore(occurrences, (state) => state.isLoaded);
  return (
    <div role="status">
      {lostAt !== null && isLoaded && (
        <div class="offline-bar">
          <OfflineIcon />
          <p>
            <strong>Offline</strong> since <time>{clock.format(lostAt)}</time>
            <span class="offline-more">: your edits are kept, and sent when you are back.</span>
          </p>
          {count > 0 && (
            <span class="badge badge-warn">{count === 1 ? '1 edit waits' : `${count} edits wait`}</span>
          )}
        </div>
      )}
    </div>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
