import type { Database } from 'lmdb';
import { LRUCache } from 'lru-cache';
import { CLASSES } from '../../calendar/reach.js';
import { FIRST, type Indexed } from './indexes.js';

/** Which classes of length a user has events of, or had since this process began: the others need no look. */
export interface Reaches {
  of(userId: string): ReadonlySet<number>;
  /** The user has such an event now. */
  add(userId: string, reach: number): void;
}

const MAX_USERS = 10_000;

/** @param tables whose keys begin with user and class */
export function reachesIn(tables: readonly Database<Indexed>[]): Reaches {
  const known = new LRUCache<string, Set<number>>({ max: MAX_USERS });
  const has = (table: Database<Indexed>, userId: string, reach: number): boolean =>
    [...table.getKeys({ start: [userId, reach, FIRST], end: [userId, reach + 1, FIRST], limit: 1 })].length >
    0;

  return {
    of: (userId) => {
      const found =
        known.get(userId) ??
        new Set(CLASSES.filter((reach) => tables.some((table) => has(table, userId, reach))));
      known.set(userId, found);
      return found;
    },
    add: (userId, reach) => void known.get(userId)?.add(reach),
  };
}
