import type { LiveEvent, LiveEventEvents } from '../../client/index.js';
import { pathsOf, withAuthor, type Authors } from './authorship.js';
import { onLiveChange } from './live.js';
import { myId, session } from './session.js';
import { createStore } from './store.js';

/** Who changed what while this page was open, by event; what one changed last oneself has nobody's name here. */
export const authors = createStore<{ of: Readonly<Record<string, Authors>> }>({ of: {} });

/** Remembers who changes what, from now on. */
export function startAuthors(): void {
  onLiveChange(changed);
  session.subscribe(() => {
    if (!session.get().user) {
      authors.set({ of: {} });
    }
  });
}

function changed({ id }: LiveEvent, { change }: LiveEventEvents['change']): void {
  const paths = change ? pathsOf(change.patch) : [];
  if (change && paths.length > 0) {
    const author = change.by.id === myId() ? null : { by: change.by, at: Date.now() };
    authors.set(({ of }) => ({ of: { ...of, [id]: withAuthor(of[id] ?? {}, paths, author) } }));
  }
}
