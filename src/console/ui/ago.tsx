import { useEffect, useReducer } from 'preact/hooks';
import { agoWords, atWords } from '../ago.js';
import { preferences, zoneOf } from '../state/preferences.js';
import { useStore } from '../state/use-store.js';

const AGAIN_MS = 30_000;

/** The time now, drawn again every half minute. */
export function useNow(): number {
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => draw(undefined), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return Date.now();
}

/** An instant: how long ago, and when that was. */
export function Ago({ at, isShort = false }: { at: string; isShort?: boolean }) {
  const now = useNow();
  const zone = useStore(preferences, zoneOf);
  const [ago, when] = [agoWords(at, now), atWords(at, zone, now)];
  return (
    <time dateTime={at} title={when}>
      {isShort || ago === null ? (ago ?? when) : `${ago} · ${when}`}
    </time>
  );
}
