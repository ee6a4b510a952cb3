import { LOSSES_KEPT_MS, type ChangedEvents } from '../../service/ports/changed.js';
import type { Millis } from '../../calendar/time.js';
import type { Collections, LossDocument } from './documents.js';
import { isDuplicateKey } from './errors.js';
import { toLossDocument } from './records.js';

export type Losses = ReturnType<typeof mongoLosses>;

/** Which events users have lost, each at its last time. */
export function mongoLosses({ losses }: Pick<Collections, 'losses'>) {
  const write = (documents: LossDocument[]) =>
    losses.bulkWrite(
      documents.map(({ _id, at, forgetAt, ...of }) => ({
        updateOne: {
          filter: { _id: { $eq: _id } },
          update: { $setOnInsert: of, $max: { at, forgetAt } },
          upsert: true,
        },
      })),
      { ordered: false },
    );

  const list: ChangedEvents['losses'] = async ({ userId, since, after, limit }) => {
    const found = await losses
      .find(
        {
          userId: { $eq: userId },
          at: { $gte: Math.max(since, after?.key ?? since) },
          ...(after && { $nor: [{ at: after.key, eventId: { $lte: after.id } }] }),
        },
        { sort: { at: 1, eventId: 1 }, limit },
      )
      .toArray();
    return found.map(({ eventId, at }) => ({ eventId, at }));
  };

  return {
    list,
    /**
     * Puts losses on record, before they happen: whoever then comes to know that an event is lost finds it there. One
     * that does not happen is seen to be none.
     */
    put: async (eventId: string, userIds: readonly string[], at: Millis): Promise<void> => {
      if (userIds.length === 0) {
        return;
      }
      const documents = userIds.map((userId) =>
        toLossDocument({ userId, eventId, at, expiresAt: at + LOSSES_KEPT_MS }),
      );
      try {
        await write(documents);
      } catch (error) {
        // Somebody else has made one of them at the same moment: now it is there to be changed.
        if (!isDuplicateKey(error)) {
          throw error;
        }
        await write(documents);
      }
    },
  };
}
