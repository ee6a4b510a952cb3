import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveEvent } from '../../../client/index.js';
import { connection } from '../../state/client.js';
import { historyPage } from '../../state/history.js';
import { useStore } from '../../state/use-store.js';
import { wordsFor } from '../../words.js';
import { withNewest, withOlder, type Cursors, type Page } from './entry-words.js';

export interface History extends Page {
  isLoading: boolean;
  /** Why it could not be had, in words. */
  fault: string;
  /** Loads what is older, or after a fault what is missing. */
  more(): void;
}

const NOTHING: Page = { entries: [], older: null };

/** An event's history as far as it was loaded; a new version comes on top as soon as the event has it. */
export function useHistory(event: LiveEvent): History {
  const [page, setPage] = useState<Page>(NOTHING);
  const [state, setState] = useState({ isLoading: false, fault: '' });
  const busy = useRef(false);
  const isThere = useRef(true);
  const { id, version } = event;
  const load = async (after: Cursors | null, join: (known: Page, loaded: Page) => Page): Promise<void> => {
    if (busy.current) {
      return;
    }
    busy.current = true;
    setState({ isLoading: true, fault: '' });
    const fault = await historyPage(id, after).then(
      (loaded) => isThere.current && setPage((known) => join(known, loaded)),
      wordsFor,
    );
    busy.current = false;
    if (isThere.current) {
      setState({ isLoading: false, fault: typeof fault === 'string' ? fault : '' });
    }
  };
  useEffect(() => {
    isThere.current = true;
    const stop = event.on('reset', () => setPage(NOTHING));
    return () => {
      isThere.current = false;
      stop();
    };
  }, [event]);
  const isBehind = (page.entries[0]?.version ?? 0) < version;
  const tried = useRef(0);
  useEffect(() => {
    // While a page is on its way this waits: it is looked again once that is there.
    if (isBehind && !busy.current && tried.current !== version) {
      tried.current = version;
      void load(null, withNewest);
    }
  }, [isBehind, version, state.isLoading]);
  const isOnline = useStore(connection, (now) => now.state === 'online');
  useEffect(() => {
    if (isOnline && state.fault !== '') {
      void load(null, withNewest);
    }
  }, [isOnline]);
  return {
    ...page,
    ...state,
    more: () => void (page.older && !isBehind ? load(page.older, withOlder) : load(null, withNewest)),
  };
}
