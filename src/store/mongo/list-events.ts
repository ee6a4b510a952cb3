import { stretches, type Stretch } from '../../calendar/reach.js';
import type { EventQuery, FoundEvent } from '../../service/ports.js';
import type { EventDocument } from './documents.js';
import type { EventReader } from './event-reader.js';
import { objectId } from './mapping.js';
import { isWindow, meets } from './window.js';

type Filter = Record<string, unknown>;
type Beside = Pick<EventDocument, 'members' | 'span' | 'updated'>;

const SORT_FIELDS = { start: 'span.startAt', updatedAt: 'updated' } as const;

/** One page of a user's events. What a client has chosen stands behind `$eq`: it is a value, whatever it is. */
export async function listEvents(events: EventReader, query: EventQuery): Promise<FoundEvent[]> {
  const { userId, sort, descending, limit } = query;
  const direction = descending ? -1 : 1;
  const found = await events.read<Beside>(filterOf(query), {
    beside: {
      'span.startAt': 1,
      updated: 1,
      members: { $elemMatch: { userId: { $eq: userId } } },
    },
    sort: { [SORT_FIELDS[sort]]: direction, _id: direction },
    limit,
  });
  return found.map(({ event, beside: { members, span, updated } }) => ({
    event,
    role: members[0]?.role ?? 'viewer',
    key: sort === 'start' ? span.startAt : updated,
  }));
}

/** With a window in start order, a branch for each class of length: each of them lies in order in the index. */
function filterOf(query: EventQuery): Filter {
  const all = { $and: conditions(query) };
  if (!isWindow(query.window)) {
    return all;
  }
  return { $or: stretches(query.window).map((stretch) => ({ $and: [...within(stretch), ...all.$and] })) };
}

function conditions(query: EventQuery): Filter[] {
  const { userId, state, role, status, tag, words, updatedSince, window } = query;
  return [
    {
      members: {
        $elemMatch: { userId: { $eq: userId }, ...(role !== undefined && { role: { $eq: role } }) },
      },
    },
    { state },
    ...(state === 'trash' ? [{ ownerId: { $eq: userId } }] : []),
    ...(status === undefined ? [] : [{ 'content.status': { $eq: status } }]),
    ...(tag === undefined ? [] : [{ 'content.tags': { $eq: tag } }]),
    ...(updatedSince === undefined ? [] : [{ updated: { $gte: updatedSince } }]),
    ...words.map((word) => ({ searchText: { $regex: ` ${literally(word)}` } })),
    ...(isWindow(window) ? [meets(window)] : []),
    ...behind(query),
  ];
}

const within = ({ reach, startAt: { from, to } }: Stretch): Filter[] => [
  { 'span.reach': reach },
  ...(Number.isFinite(from) ? [{ 'span.startAt': { $gte: from } }] : []),
  ...(Number.isFinite(to) ? [{ 'span.startAt': { $lte: to } }] : []),
];

/**
 * What comes after the last item of the page before. Said so that the first half bounds the index, and the
 * second one is looked at in passing: an `$or` of both would make a plan of its own.
 */
function behind({ sort, descending, after }: EventQuery): Filter[] {
  if (!after) {
    return [];
  }
  const field = SORT_FIELDS[sort];
  const [inOrder, passed] = descending ? ['$lte', '$gte'] : ['$gte', '$lte'];
  return [
    { [field]: { [inOrder]: after.key } },
    { $nor: [{ [field]: after.key, _id: { [passed]: objectId(after.id) } }] },
  ];
}

/** The text as a regular expression that means just this text. */
const literally = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, String.raw`\$&`);
