import type { Database } from 'lmdb';
import { LRUCache } from 'lru-cache';
import type { Span } from '../../calendar/event.js';
import { CLASSES, reachOf } from '../../calendar/reach.js';
import type { Millis } from '../../calendar/time.js';
import { FIRST, type Indexed } from './indexes.js';

/**
 * Of which classes of length a user has events, or had since this process began, and how long the longest of each may be:
 * the other classes need no look, and of these the less, the shorter they are.
 */
export interface Reaches {
  of(userId: string): ReadonlyMap<number, Millis>;
  /** The user has such an event now. */
  add(userId: string, span: Span): void;
}

const MAX_USERS = 10_000;
/** Where there are more events of a class, none of them is asked for its length. */
const MANY = 100;

/** @param tables whose keys begin with user, class and start */
export function reachesIn(tables: readonly Database<Indexed>[]): Reaches {
  const known = new LRUCache<string, Map<number, Millis>>({ max: MAX_USERS });

  const spansIn = (table: Database<Indexed>, userId: string, reach: number): Millis[] => {
    const range = { start: [userId, reach, FIRST], end: [userId, reach + 1, FIRST] };
    return [...table.getRange({ ...range, limit: MANY + 1 })].map(
      ({ key, value: [, until] }) => until - (key as [string, number, Millis])[2],
    );
  };

  const look = (userId: string): Map<number, Millis> => {
    const found = new Map<number, Millis>();
    for (const [reach, longest] of CLASSES) {
      const spans = tables.flatMap((table) => spansIn(table, userId, reach));
      if (spans.length > 0) {
        found.set(reach, spans.length > MANY ? longest : Math.max(...spans));
      }
    }
    return found;
  };

  return {
    of: (userId) => {
      const found = known.get(userId) ?? look(userId);
      known.set(userId, found);
      return found;
    },
    add: (userId, span) => {
      const reach = reachOf(span);
      const found = known.get(userId);
      found?.set(reach, Math.max(found.get(reach) ?? 0, span.until - span.startAt));
    },
  };
}
