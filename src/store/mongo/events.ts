import type { Connection } from 'mongoose';
import type { EventCommit, EventStore, Membership } from '../../service/ports.js';
import { changedEvents, theseEvents } from './changed-events.js';
import type { Collections, EventDocument } from './documents.js';
import { eventReader } from './event-reader.js';
import { mongoHistory } from './history.js';
import { byIntent, inTransaction } from './insert-events.js';
import type { Intents } from './intents.js';
import { listEvents } from './list-events.js';
import { mongoLosses } from './losses.js';
import { splitByIntent, splitInTransaction } from './split-event.js';
import { together } from './together.js';
import { newDocument, objectId, stateOf, toMembers, toStoredEntries } from './mapping.js';

export interface MongoEvents {
  connection: Connection;
  collections: Collections;
  intents: Intents;
  /** Whether the server has transactions. */
  transactions: boolean;
}

/** The clocks of processes differ; and a split that a crash has left is settled within three minutes. */
const SETTLED_MS = 240_000;

/** So many events are read at once at most: each may take a megabyte. */
const MOST_AT_ONCE = 64;

/** The event store on MongoDB: an event is one document, and a commit one update of it. */
export function mongoEvents({ connection, collections, intents, transactions }: MongoEvents): EventStore {
  const { events } = collections;
  const reader = eventReader(events);
  const losses = mongoLosses(collections);
  const insertSeveral = transactions
    ? inTransaction(connection, collections)
    : byIntent(collections, intents);
  const split = transactions
    ? splitInTransaction(connection, collections)
    : splitByIntent(collections, intents);

  const insert: EventStore['insert'] = async (all) => {
    const documents = all.map(newDocument);
    if (documents.length > 1) {
      await insertSeveral(documents);
    } else if (documents[0]) {
      await events.insertOne(documents[0]);
    }
    all.forEach(({ event }) => reader.keep(event));
  };

  const find = together(async (asked: readonly { eventId: string; userIds: readonly string[] }[]) => {
    const ids = [...new Set(asked.map(({ eventId }) => eventId))];
    const userIds = [...new Set(asked.flatMap((one) => one.userIds))];
    const read = ids.some(reader.expects) ? reader.read : reader.readWhole;
    const found = await read<Pick<EventDocument, 'members'>>(
      { _id: { $in: ids.map(objectId) } },
      { beside: { members: only(userIds) } },
    );
    const byId = new Map(
      found.map(({ event, beside: { members } }) => [
        event.id,
        { event, members: new Map(members.map((member) => [member.userId, member])) },
      ]),
    );
    return asked.map(({ eventId, userIds: ofThese }) => {
      const one = byId.get(eventId);
      return one ? { event: one.event, members: picked(one.members, ofThese) } : null;
    });
  }, MOST_AT_ONCE);

  const commit: EventStore['commit'] = async (change) => {
    const filter = { _id: objectId(change.event.id), version: change.atVersion };
    const membersChange = change.granted.length > 0 || change.revoked.length > 0;
    const update = membersChange ? updateWithMembers(change) : updateOf(change);
    await losses.put(change.event.id, change.revoked, Date.parse(change.event.updatedAt));
    if (change.alsoInsert) {
      return split({ filter, update, document: newDocument(change.alsoInsert) });
    }
    const { matchedCount } = await events.updateOne(filter, update);
    if (matchedCount === 1) {
      reader.keep(change.event);
    }
    return matchedCount === 1;
  };

  /** Gone with the first write; its buckets, which nobody reaches any more, with the ones after it. */
  const erase: EventStore['erase'] = async (eventId, atVersion, at) => {
    const _id = objectId(eventId);
    await intents.settleSplits(_id);
    const found = await events.findOne({ _id, version: atVersion }, { projection: { members: 1 } });
    if (!found) {
      return false;
    }
    const lost = found.members.map(({ userId }) => userId);
    await losses.put(eventId, lost, Date.parse(at));
    const intent = await intents.declare('erase', [_id]);
    const { deletedCount } = await events.deleteOne({ _id, version: atVersion });
    await intents.settle(intent);
    return deletedCount === 1;
  };

  return {
    insert,
    find: (eventId, userIds) => find({ eventId, userIds }),
    sharingWith: async (userId, otherIds) => {
      const shares = await Promise.all(
        otherIds.map((id) =>
          events.findOne(
            { 'members.userId': { $all: [userId, id] }, state: 'live' },
            { projection: { _id: 1 } },
          ),
        ),
      );
      return new Set(otherIds.filter((_, i) => shares[i]));
    },
    members: async (eventId) => {
      const found = await events.findOne({ _id: objectId(eventId) }, { projection: { members: 1 } });
      return found?.members ?? [];
    },
    commit,
    erase,
    list: (query) => listEvents(reader, query),
    settledMs: SETTLED_MS,
    changed: (query) => changedEvents(reader, query),
    losses: losses.list,
    these: (userId, eventIds) => theseEvents(reader, userId, eventIds),
    versions: async (eventIds) => {
      const found = await events
        .find({ _id: { $in: eventIds.map(objectId) } }, { projection: { version: 1 } })
        .toArray();
      return new Map(found.map(({ _id, version }): [string, number] => [_id.toHexString(), version]));
    },
    ...mongoHistory(collections),
  };
}

/** Of these users the members, each a copy. */
const picked = (members: ReadonlyMap<string, Membership>, userIds: readonly string[]) =>
  new Map(
    userIds.flatMap((userId): [string, Membership][] => {
      const member = members.get(userId);
      return member ? [[userId, { ...member }]] : [];
    }),
  );

/** A projection of the members to those of these users: they come with the event, in one read. */
const only = (userIds: readonly string[]) => ({
  $filter: { input: '$members', cond: { $in: ['$$this.userId', { $literal: userIds }] } },
});

/**
 * The content goes field by field: what is equal to what is stored the server leaves alone, and neither
 * journals nor replicates.
 */
function updateOf({ event, keys, entries }: EventCommit) {
  const { content, ...state } = stateOf(event, keys);
  const fields = Object.entries(content).map(([field, value]) => [`content.${field}`, value]);
  return {
    $set: { ...state, ...(Object.fromEntries(fields) as Record<string, unknown>) },
    $push: { log: { $each: toStoredEntries(entries) } },
  };
}

/**
 * The same with members removed, added and changed at once, which takes a pipeline. Everything that comes from
 * outside is a literal in it: strings that begin with `$` are text.
 */
function updateWithMembers({ event, keys, entries, granted, revoked }: EventCommit) {
  const replaced = [...granted.map(({ userId }) => userId), ...revoked];
  const staying = {
    $filter: { input: '$members', cond: { $not: [{ $in: ['$$this.userId', { $literal: replaced }] }] } },
  };
  const state = Object.entries(stateOf(event, keys)).map(([field, value]) => [field, { $literal: value }]);
  return [
    {
      $set: {
        ...(Object.fromEntries(state) as Record<string, unknown>),
        members: { $concatArrays: [staying, { $literal: toMembers(granted) }] },
        log: { $concatArrays: ['$log', { $literal: toStoredEntries(entries) }] },
      },
    },
  ];
}
