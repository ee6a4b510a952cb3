import type { Millis } from '../../calendar/time.js';
import type { WebhookRecord, WebhookStore } from '../../service/ports.js';
import { deliveriesOf } from './deliveries.js';
import type { Environment } from './environment.js';
import { AFTER_ALL } from './indexes.js';

/**
 * Webhooks, by id and by whose they are. `removeOf` runs inside a transaction. When one is to be looked at is known to
 * the one process that has this store open; to a new one, all are.
 */
export function embeddedWebhooks(environment: Environment): {
  port: WebhookStore;
  removeOf: (userId: string) => void;
} {
  const webhooks = environment.table<WebhookRecord>('webhooks');
  const webhooksOfUser = environment.table<true>('webhooksOfUser');
  const deliveries = deliveriesOf(environment);
  const wakeAt = new Map<string, Millis>();

  const idsOf = (userId: string): string[] =>
    [...webhooksOfUser.getKeys({ start: [userId, ''], end: [userId, AFTER_ALL] })].map(
      (key) => (key as string[])[1] ?? '',
    );
  const webhooksOf = (userId: string): WebhookRecord[] =>
    idsOf(userId)
      .flatMap((id) => webhooks.get(id) ?? [])
      .sort((a, b) => (a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id) ? -1 : 1));

  const insert = (webhook: WebhookRecord, limit: number): boolean => {
    if (idsOf(webhook.userId).length >= limit) {
      return false;
    }
    webhooks.putSync(webhook.id, webhook);
    webhooksOfUser.putSync([webhook.userId, webhook.id], true);
    return true;
  };
  /** Of this user, where one is named. */
  const change = (id: string, fields: Partial<WebhookRecord>, userId?: string): WebhookRecord | null => {
    const webhook = webhooks.get(id);
    if (!webhook || (userId !== undefined && webhook.userId !== userId)) {
      return null;
    }
    const changed = { ...webhook, ...fields };
    webhooks.putSync(id, changed);
    return changed;
  };
  const remove = (userId: string, id: string): boolean => {
    if (webhooks.get(id)?.userId !== userId) {
      return false;
    }
    webhooks.removeSync(id);
    webhooksOfUser.removeSync([userId, id]);
    deliveries.removeAll(id);
    wakeAt.delete(id);
    return true;
  };

  return {
    port: {
      insert: (webhook, limit) => environment.write(() => insert(webhook, limit)),
      find: async (id) => webhooks.get(id) ?? null,
      of: async (userId) => webhooksOf(userId),
      activeOf: async (userIds) => [...new Set(userIds)].flatMap(webhooksOf).filter(({ active }) => active),
      anyActive: async () => {
        for (const { value } of webhooks.getRange()) {
          if (value.active) {
            return true;
          }
        }
        return false;
      },
      update: async (userId, id, fields) => {
        const changed = await environment.write(() => change(id, fields, userId));
        wakeAt.delete(id);
        return changed;
      },
      remove: (userId, id) => environment.write(() => remove(userId, id)),
      saw: async (id, seenTo) => {
        await environment.write(() => change(id, { seenTo }));
      },
      due: async (now, limit) => {
        const due = [...webhooks.getKeys()].map(String).filter((id) => (wakeAt.get(id) ?? now) <= now);
        return due.filter((id) => webhooks.get(id)?.active).slice(0, limit);
      },
      wake: async (ids, at) => {
        ids.forEach((id) => (wakeAt.get(id) ?? at) > at && wakeAt.set(id, at));
      },
      rest: async (id, until) => {
        wakeAt.set(id, until);
      },
    },
    removeOf: (userId) => idsOf(userId).forEach((id) => remove(userId, id)),
  };
}
