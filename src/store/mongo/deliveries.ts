import type { DeliveryRecord, DeliveryStore } from '../../service/ports.js';
import type { Collections, DeliveryDocument } from './documents.js';
import { toDelivery, toDeliveryDocument } from './records.js';

type Place = Pick<DeliveryRecord, 'webhookId' | 'eventId'>;

const at = ({ webhookId, eventId }: Place) => ({
  webhookId: { $eq: webhookId },
  eventId: { $eq: eventId },
});
const idOf = ({ webhookId, id }: Pick<DeliveryRecord, 'webhookId' | 'id'>): string => `${webhookId} ${id}`;
const positionOf = ({ webhookId, eventId }: Place): string => `${webhookId} ${eventId}`;

/** Deliveries, a document each, and how far each webhook has come with each event. */
export function mongoDeliveries(
  collections: Pick<Collections, 'webhooks' | 'deliveries' | 'webhookPositions'>,
): DeliveryStore {
  const { webhooks, deliveries, webhookPositions } = collections;

  const insert = async (given: readonly DeliveryRecord[]): Promise<void> => {
    if (given.length > 0) {
      // In their order: whoever finds one finds those before it.
      await deliveries.bulkWrite(
        given.map((delivery) => {
          const { _id, ...document } = toDeliveryDocument(delivery);
          return { updateOne: { filter: { _id }, update: { $setOnInsert: document }, upsert: true } };
        }),
        { ordered: true },
      );
    }
  };

  return {
    standing: async (webhookId, eventId) => {
      const place = { webhookId, eventId };
      const [position, pending] = await Promise.all([
        webhookPositions.findOne({ _id: positionOf(place) }),
        deliveries.countDocuments({ ...at(place), state: 'pending' }),
      ]);
      return { version: position?.version ?? null, pending };
    },

    enqueue: async (place, given, upTo) => {
      await insert(given);
      await webhookPositions.updateOne(
        { _id: positionOf(place) },
        { $max: { version: upTo }, $setOnInsert: { ...place } },
        { upsert: true },
      );
      if (!(await webhooks.findOne({ _id: { $eq: place.webhookId } }, { projection: { _id: 1 } }))) {
        await deliveries.deleteMany({ webhookId: { $eq: place.webhookId } });
        await webhookPositions.deleteMany({ webhookId: { $eq: place.webhookId } });
      }
    },

    heads: async (webhookId, limit) => {
      const heads = await deliveries
        .aggregate<{ head: DeliveryDocument }>([
          { $match: { webhookId: { $eq: webhookId }, state: 'pending' } },
          { $sort: { eventId: 1, version: 1 } },
          { $group: { _id: '$eventId', head: { $first: '$$ROOT' } } },
          { $sort: { 'head.nextAttemptAt': 1 } },
          { $limit: limit },
        ])
        .toArray();
      return heads.map(({ head }) => toDelivery(head));
    },

    find: async (webhookId, id) => {
      const found = await deliveries.findOne({ _id: { $eq: idOf({ webhookId, id }) } });
      return found && toDelivery(found);
    },

    list: async ({ webhookId, state, after, limit }) => {
      const filter = {
        webhookId: { $eq: webhookId },
        ...(state !== undefined && { state: { $eq: state } }),
        ...(after !== undefined && { _id: { $lt: idOf({ webhookId, id: after }) } }),
      };
      return (await deliveries.find(filter, { sort: { _id: -1 }, limit }).toArray()).map(toDelivery);
    },

    settle: async ({ webhookId, id, state, attempts }, { expiresAt, ...outcome }) => {
      const { matchedCount } = await deliveries.updateOne(
        { _id: { $eq: idOf({ webhookId, id }) }, state: { $eq: state }, attempts },
        { $set: { ...outcome, forgetAt: expiresAt === undefined ? null : new Date(expiresAt) } },
      );
      return matchedCount === 1;
    },

    drop: async (place, upTo) => {
      const versions = upTo === undefined ? {} : { version: { $lte: upTo } };
      await deliveries.deleteMany({ ...at(place), state: 'pending', ...versions });
    },

    forgetEvent: async (eventId) => {
      await webhookPositions.deleteMany({ eventId: { $eq: eventId } });
      await deliveries.deleteMany({ eventId: { $eq: eventId }, state: 'pending' });
    },

    prune: async (webhookId, now, keep) => {
      const settled = { webhookId: { $eq: webhookId }, state: { $ne: 'pending' as const } };
      await deliveries.deleteMany({ ...settled, forgetAt: { $lte: new Date(now) } });
      const options = { sort: { _id: -1 as const }, skip: keep, limit: 1, projection: { _id: 1 } };
      const [last] = await deliveries.find(settled, options).toArray();
      if (last) {
        await deliveries.deleteMany({ ...settled, _id: { $lte: last._id } });
      }
    },
  };
}
