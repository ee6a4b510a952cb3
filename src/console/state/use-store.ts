import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { Store } from './store.js';

/** Part of a store; the component is drawn again when that part is another. */
export function useStore<T extends object, S>(store: Store<T>, select: (state: T) => S): S {
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  const selected = select(store.get());
  const shown = useRef(selected);
  const selector = useRef(select);
  shown.current = selected;
  selector.current = select;
  useEffect(() => {
    const look = (): void => {
      if (!Object.is(selector.current(store.get()), shown.current)) {
        draw(undefined);
      }
    };
    look(); // it may have changed between drawing and this
    return store.subscribe(look);
  }, [store]);
  return selected;
}
