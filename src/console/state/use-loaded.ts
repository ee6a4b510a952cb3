import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { wordsFor } from '../words.js';
import { connection } from './client.js';
import { useStore } from './use-store.js';

export interface Loaded<T> {
  /** null until it is there. */
  data: T | null;
  /** Why it could not be had, in words. */
  fault: string;
  reload(): Promise<void>;
  /** Shows something else, as after a change that was answered. */
  set(data: T): void;
}

/** What a request answers, asked for when the component appears and whenever `key` is another. */
export function useLoaded<T>(load: () => Promise<T>, key = ''): Loaded<T> {
  const [state, setState] = useState<{ key: string; data: T | null; fault: string }>({ key, ...NOTHING });
  const newest = useRef({ load, turn: 0, isThere: true });
  newest.current.load = load;
  const reload = useCallback(async () => {
    const turn = ++newest.current.turn;
    const isWanted = (): boolean => newest.current.isThere && newest.current.turn === turn;
    try {
      const data = await newest.current.load();
      if (isWanted()) {
        setState({ key, data, fault: '' });
      }
    } catch (error) {
      if (isWanted()) {
        setState((before) => ({
          key,
          data: before.key === key ? before.data : null,
          fault: wordsFor(error),
        }));
      }
    }
  }, [key]);
  useEffect(() => {
    newest.current.isThere = true;
    void reload();
    return () => void (newest.current.isThere = false);
  }, [reload]);
  const isOnline = useStore(connection, (now) => now.state === 'online');
  useEffect(() => {
    if (isOnline && state.fault !== '') {
      void reload(); // it may have failed for want of a connection
    }
  }, [isOnline]);
  const isCurrent = state.key === key;
  return {
    data: isCurrent ? state.data : null,
    fault: isCurrent ? state.fault : '',
    reload,
    set: (data) => setState({ key, data, fault: '' }),
  };
}

const NOTHING = { data: null, fault: '' };
