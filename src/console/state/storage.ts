/** What the browser keeps for this page, where it keeps anything at all: in private windows it may refuse. */
export function kept(key: string, storage: () => Storage = () => localStorage): unknown {
  try {
    return JSON.parse(storage().getItem(key) ?? 'null') as unknown;
  } catch {
    return null;
  }
}

/** Keeps a value; null is forgotten. */
export function keep(key: string, value: unknown, storage: () => Storage = () => localStorage): void {
  try {
    if (value === null) {
      storage().removeItem(key);
    } else {
      storage().setItem(key, JSON.stringify(value));
    }
  } catch {
    // Full, or refused: it lasts as long as the page, then.
  }
}
