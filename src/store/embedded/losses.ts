import { LOSSES_KEPT_MS, type ChangedQuery, type Loss } from '../../service/ports/changed.js';
import type { Environment } from './environment.js';
import { AFTER_ALL, FIRST, LAST } from './indexes.js';

/** Each new one takes this many that are too old with it: there are hardly more than arose lately. */
const SWEPT = 10;

/**
 * Which events users have lost, each at its last time.
 *
 * | table      | key                 | value |
 * |------------|---------------------|-------|
 * | losses     | userId, eventId     | at    |
 * | lossOrder  | userId, at, eventId | true  |
 * | lossExpiry | at, userId, eventId | true  |
 */
export function embeddedLosses(environment: Environment) {
  const losses = environment.table<number>('losses');
  const order = environment.table<true>('lossOrder');
  const expiry = environment.table<true>('lossExpiry');

  const remove = (userId: string, eventId: string, at: number): void => {
    losses.removeSync([userId, eventId]);
    order.removeSync([userId, at, eventId]);
    expiry.removeSync([at, userId, eventId]);
  };
  const sweep = (now: number): void => {
    for (const key of [...expiry.getKeys({ start: [FIRST], end: [now - LOSSES_KEPT_MS], limit: SWEPT })]) {
      const [at, userId, eventId] = key as [number, string, string];
      remove(userId, eventId, at);
    }
  };
  const putOne = (userId: string, eventId: string, at: number): void => {
    const known = losses.get([userId, eventId]);
    if (known !== undefined) {
      remove(userId, eventId, known);
    }
    const last = Math.max(at, known ?? at);
    losses.putSync([userId, eventId], last);
    order.putSync([userId, last, eventId], true);
    expiry.putSync([last, userId, eventId], true);
    sweep(at);
  };

  return {
    /** Runs inside a transaction. */
    put: (eventId: string, userIds: readonly string[], at: number): void =>
      userIds.forEach((userId) => putOne(userId, eventId, at)),
    list: ({ userId, since, after, limit }: ChangedQuery): Loss[] => {
      const start = after && after.key >= since ? [userId, after.key, after.id] : [userId, since];
      const end = [userId, LAST, AFTER_ALL];
      return [...order.getKeys({ start, exclusiveStart: true, end, limit })].map((key) => {
        const [, at, eventId] = key as [string, number, string];
        return { eventId, at };
      });
    },
  };
}
