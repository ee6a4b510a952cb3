import type { DeliveryRecord, DeliveryStore } from '../../service/ports.js';
import type { Environment } from './environment.js';
import { AFTER_ALL, FIRST, LAST } from './indexes.js';

type Pending = [webhookId: string, eventId: string, version: number];

/**
 * Deliveries by webhook and id; those that are pending by event and version, too; and how far each webhook has come
 * with each event. Everything here but the reading runs inside a transaction.
 */
export function deliveriesOf(environment: Environment) {
  const deliveries = environment.table<DeliveryRecord>('deliveries');
  const pending = environment.table<string>('pendingDeliveries');
  const positions = environment.table<number>('webhookPositions');

  const put = (delivery: DeliveryRecord): void => {
    const { webhookId, id, eventId, version, state } = delivery;
    deliveries.putSync([webhookId, id], delivery);
    if (state === 'pending') {
      pending.putSync([webhookId, eventId, version], id);
    } else {
      pending.removeSync([webhookId, eventId, version]);
    }
  };
  const remove = ({ webhookId, id, eventId, version }: DeliveryRecord): void => {
    deliveries.removeSync([webhookId, id]);
    pending.removeSync([webhookId, eventId, version]);
  };

  /** The first pending one at or after a place. */
  const firstPending = (from: Pending) => {
    const [found] = pending.getRange({ start: from, end: [from[0], AFTER_ALL], limit: 1 });
    const delivery = found && deliveries.get([from[0], found.value]);
    return found && delivery && { key: found.key as Pending, delivery };
  };
  const heads = (webhookId: string): DeliveryRecord[] => {
    const found: DeliveryRecord[] = [];
    let next = firstPending([webhookId, '', FIRST]);
    while (next) {
      found.push(next.delivery);
      next = firstPending([webhookId, next.key[1], LAST]);
    }
    return found;
  };
  const pendingOf = (webhookId: string, eventId: string, upTo = LAST): string[] =>
    [...pending.getRange({ start: [webhookId, eventId, FIRST], end: [webhookId, eventId, upTo + 1] })].map(
      ({ value }) => value,
    );
  const drop = (webhookId: string, eventId: string, upTo?: number): void => {
    for (const id of pendingOf(webhookId, eventId, upTo)) {
      const delivery = deliveries.get([webhookId, id]);
      if (delivery) {
        remove(delivery);
      }
    }
  };

  const all = (webhookId: string): DeliveryRecord[] =>
    [...deliveries.getRange({ start: [webhookId, ''], end: [webhookId, AFTER_ALL] })].map(
      ({ value }) => value,
    );
  const removeAll = (webhookId: string): void => {
    all(webhookId).forEach(remove);
    const range = { start: [webhookId, ''], end: [webhookId, AFTER_ALL] };
    [...positions.getKeys(range)].forEach((key) => positions.removeSync(key));
  };

  return { deliveries, positions, put, remove, heads, pendingOf, drop, all, removeAll };
}

/** `DeliveryStore` on LMDB. */
export function embeddedDeliveries(environment: Environment): DeliveryStore {
  const webhooks = environment.table<unknown>('webhooks');
  const { deliveries, positions, put, remove, heads, pendingOf, drop, all } = deliveriesOf(environment);

  const enqueue = (
    webhookId: string,
    eventId: string,
    given: readonly DeliveryRecord[],
    upTo: number,
  ): void => {
    if (!webhooks.doesExist(webhookId)) {
      return;
    }
    given.filter(({ id }) => !deliveries.doesExist([webhookId, id])).forEach(put);
    positions.putSync([webhookId, eventId], Math.max(upTo, positions.get([webhookId, eventId]) ?? 0));
  };
  const prune = (webhookId: string, now: number, keep: number): void => {
    const settled = all(webhookId).filter(({ state }) => state !== 'pending');
    settled.filter(({ expiresAt = 0 }, i) => expiresAt <= now || i < settled.length - keep).forEach(remove);
  };
  const byNextAttempt = (a: DeliveryRecord, b: DeliveryRecord): number =>
    (a.nextAttemptAt ?? '') < (b.nextAttemptAt ?? '') ? -1 : 1;

  return {
    standing: async (webhookId, eventId) => ({
      version: positions.get([webhookId, eventId]) ?? null,
      pending: pendingOf(webhookId, eventId).length,
    }),
    enqueue: ({ webhookId, eventId }, given, upTo) =>
      environment.write(() => enqueue(webhookId, eventId, given, upTo)),
    heads: async (webhookId, limit) => heads(webhookId).sort(byNextAttempt).slice(0, limit),
    find: async (webhookId, id) => deliveries.get([webhookId, id]) ?? null,
    list: async ({ webhookId, state, after = AFTER_ALL, limit }) => {
      const range = deliveries.getRange({ start: [webhookId, after], end: [webhookId, ''], reverse: true });
      const found: DeliveryRecord[] = [];
      for (const { value } of range) {
        if (value.id !== after && (state === undefined || value.state === state)) {
          found.push(value);
        }
        if (found.length === limit) {
          break;
        }
      }
      return found;
    },
    settle: ({ webhookId, id, state, attempts }, outcome) =>
      environment.write(() => {
        const { expiresAt: _, ...delivery } = deliveries.get([webhookId, id]) ?? { state: null };
        if (delivery.state !== state || delivery.attempts !== attempts) {
          return false;
        }
        put({ ...delivery, ...outcome });
        return true;
      }),
    drop: ({ webhookId, eventId }, upTo) => environment.write(() => drop(webhookId, eventId, upTo)),
    forgetEvent: (eventId) =>
      environment.write(() => {
        for (const webhookId of [...webhooks.getKeys()].map(String)) {
          drop(webhookId, eventId);
          positions.removeSync([webhookId, eventId]);
        }
      }),
    prune: (webhookId, now, keep) => environment.write(() => prune(webhookId, now, keep)),
  };
}
