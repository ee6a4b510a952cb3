import type { Presence } from '../../client/index.js';

/** Somebody else who has the event open, and the field of the form that they are in. */
export interface Colleague {
  id: string;
  name: string;
  username: string;
  field: string | null;
}

/** Those of them who have it open, without oneself, the longest there first. */
export const colleaguesIn = (present: readonly Presence[], myId: string): Colleague[] =>
  present
    .filter(({ userId, state }) => userId !== myId && state?.['open'] === true)
    .sort((a, b) => a.since.localeCompare(b.since) || a.userId.localeCompare(b.userId))
    .map(({ userId: id, name, username, state }) => ({ id, name, username, field: fieldIn(state) }));

/** What another client says of itself is anything: only a word is taken for a field. */
function fieldIn(state: Presence['state']): string | null {
  const field = state?.['field'];
  return typeof field === 'string' ? field : null;
}

/** “Bob”, “Bob and Grace”, “Bob, Grace and 3 more”. */
export function namesOf(people: readonly { name: string }[], most = 2): string {
  const names = people.slice(0, most).map(({ name }) => name);
  const more = people.length - names.length;
  return new Intl.ListFormat('en').format(more > 0 ? [...names, `${more} more`] : names);
}
