import { useEffect, useReducer } from 'preact/hooks';
import { connection } from '../state/client.js';
import { useStore } from '../state/use-store.js';

/** Since when there is no connection, in milliseconds, once that has lasted a while; null otherwise. */
export function useLost(patienceMs: number): number | null {
  const lostAt = useStore(connection, (state) => state.lostAt);
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  const left = lostAt === null ? null : lostAt + patienceMs - Date.now();
  useEffect(() => {
    if (left === null || left <= 0) {
      return undefined;
    }
    const timer = setTimeout(() => draw(undefined), left + 10);
    return () => clearTimeout(timer);
  }, [lostAt]);
  return left !== null && left <= 0 ? lostAt : null;
}
