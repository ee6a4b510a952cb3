import type { ChangedQuery, FoundEvent } from '../../service/ports/changed.js';
import type { EventDocument } from './documents.js';
import type { EventReader, ReadEvent } from './event-reader.js';
import { objectId } from './mapping.js';

type Beside = Pick<EventDocument, 'members' | 'updated'>;

/**
 * A page of the user's events that were updated at some time or later, in the trash or not. The server takes the index
 * of all events by their last update, or that of the user's own and sorts, as there are fewer of the one or the other.
 */
export async function changedEvents(
  events: EventReader,
  { userId, since, after, limit }: ChangedQuery,
): Promise<FoundEvent[]> {
  const isMember = { $elemMatch: { userId: { $eq: userId } } };
  const found = await events.read<Beside>(
    {
      members: isMember,
      // What is only coming into being is not there yet.
      state: { $in: ['live', 'trash'] },
      updated: { $gte: Math.max(since, after?.key ?? since) },
      ...(after && { $nor: [{ updated: after.key, _id: { $lte: objectId(after.id) } }] }),
    },
    { beside: { updated: 1, members: isMember }, sort: { updated: 1, _id: 1 }, limit },
  );
  return found.map(toFound);
}

/** Those of these events of which the user is a member. */
export async function theseEvents(
  events: EventReader,
  userId: string,
  eventIds: readonly string[],
): Promise<FoundEvent[]> {
  const isMember = { $elemMatch: { userId: { $eq: userId } } };
  const found = await events.read<Beside>(
    { _id: { $in: eventIds.map(objectId) }, members: isMember, state: { $in: ['live', 'trash'] } },
    { beside: { updated: 1, members: isMember } },
  );
  return found.map(toFound);
}

const toFound = ({ event, beside: { members, updated } }: ReadEvent<Beside>): FoundEvent => ({
  event,
  role: members[0]?.role ?? 'viewer',
  key: updated,
});
