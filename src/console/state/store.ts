/** A piece of state that tells whoever listens when it has changed. */
export interface Store<T extends object> {
  get(): T;
  /** Takes over what is given, and tells it if anything is another now. */
  set(change: Partial<T> | ((now: T) => Partial<T>)): void;
  /** @returns what ends the listening */
  subscribe(listener: () => void): () => void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (change) => {
      const next = typeof change === 'function' ? change(state) : change;
      if ((Object.keys(next) as (keyof T)[]).some((key) => !Object.is(next[key], state[key]))) {
        state = { ...state, ...next };
        [...listeners].forEach((listener) => listener());
      }
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
