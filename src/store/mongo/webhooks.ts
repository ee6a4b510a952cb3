import type { WebhookStore } from '../../service/ports.js';
import type { Collections } from './documents.js';
import { toWebhook, toWebhookDocument } from './records.js';

/** Everything that is kept for webhooks; they go first, so that nobody finds what is left after a crash. */
export async function removeWebhooks(
  { webhooks, deliveries, webhookPositions }: WebhookCollections,
  filter: { userId: string; _id?: string },
): Promise<number> {
  const named = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, { $eq: value }]));
  const found = await webhooks.find(named, { projection: { _id: 1 } }).toArray();
  const ids = found.map(({ _id }) => _id);
  if (ids.length === 0) {
    return 0;
  }
  const { deletedCount } = await webhooks.deleteMany({ _id: { $in: ids } });
  await deliveries.deleteMany({ webhookId: { $in: ids } });
  await webhookPositions.deleteMany({ webhookId: { $in: ids } });
  return deletedCount;
}

export type WebhookCollections = Pick<Collections, 'webhooks' | 'deliveries' | 'webhookPositions'>;

/** Webhooks. When one is to be looked at stands in its document, so that one process does it. */
export function mongoWebhooks(collections: WebhookCollections): WebhookStore {
  const { webhooks } = collections;
  return {
    insert: async (webhook, limit) => {
      if ((await webhooks.countDocuments({ userId: { $eq: webhook.userId } }, { limit })) >= limit) {
        return false;
      }
      await webhooks.insertOne(toWebhookDocument(webhook));
      return true;
    },
    find: async (id) => {
      const found = await webhooks.findOne({ _id: { $eq: id } });
      return found && toWebhook(found);
    },
    of: async (userId) =>
      (await webhooks.find({ userId: { $eq: userId } }, { sort: { createdAt: 1, _id: 1 } }).toArray()).map(
        toWebhook,
      ),
    activeOf: async (userIds) =>
      (await webhooks.find({ userId: { $in: [...userIds] }, active: true }).toArray()).map(toWebhook),
    anyActive: async () =>
      (await webhooks.findOne({ active: true }, { projection: { _id: 0, active: 1 } })) !== null,
    update: async (userId, id, change) => {
      const changed = await webhooks.findOneAndUpdate(
        { _id: { $eq: id }, userId: { $eq: userId } },
        { $set: { ...change, wakeAt: 0 } },
        { returnDocument: 'after' },
      );
      return changed && toWebhook(changed);
    },
    remove: async (userId, id) => (await removeWebhooks(collections, { userId, _id: id })) === 1,
    saw: async (id, seenTo) => {
      await webhooks.updateOne({ _id: { $eq: id } }, { $set: { seenTo } });
    },

    due: async (now, limit) => {
      const filter = { active: true, wakeAt: { $lte: now } };
      const options = { sort: { wakeAt: 1 as const }, limit, projection: { _id: 1 } };
      return (await webhooks.find(filter, options).toArray()).map(({ _id }) => _id);
    },
    wake: async (ids, at) => {
      await webhooks.updateMany({ _id: { $in: [...ids] } }, { $min: { wakeAt: at } });
    },
    rest: async (id, until) => {
      await webhooks.updateOne({ _id: { $eq: id } }, { $set: { wakeAt: until } });
    },
  };
}
