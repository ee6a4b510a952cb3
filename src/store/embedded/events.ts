import type { Database } from 'lmdb';
import type { Bucket, LogEntry } from '../../calendar/history.js';
import type { EventRecord } from '../../calendar/event.js';
import type { EventCommit, EventStore, Membership, NewEvent } from '../../service/ports.js';
import type { Environment } from './environment.js';
import { eventTable, type StoredEvent } from './event-table.js';
import { AFTER_ALL, FIRST, indexedDiffers, indexEntries, LAST, updateKey, type Indexed } from './indexes.js';
import { listEvents } from './list-events.js';
import { embeddedLosses } from './losses.js';
import { memberTable } from './member-table.js';
import { reachesIn } from './reaches.js';
import { changedEvents, theseEvents } from './update-order.js';

/** One process writes, one write after the other. */
const SETTLED_MS = 5_000;

/**
 * The event store on LMDB. What MongoDB keeps in one document lies here under neighbouring keys, so that an
 * edit writes its entry without rewriting the log, and a member is found without reading all of them.
 *
 * | table     | key                             | value              |
 * |-----------|---------------------------------|--------------------|
 * | events    | eventId                         | record and span    |
 * | search    | eventId                         | search text        |
 * | members   | eventId, userId                 | role, granted …    |
 * | log       | eventId, version                | entry              |
 * | buckets   | eventId, fromVersion            | bucket             |
 * | changeIds | eventId, userId, changeId       | version            |
 * | live      | userId, reach, startAt, eventId      | role, span's end |
 * | tags      | userId, tag, reach, startAt, eventId | role, span's end |
 * | trash     | userId, reach, startAt, eventId      | role, span's end |
 * | updated   | updatedAt, eventId                   | true             |
 *
 * What users have lost is in `losses.ts`. `reach` is a class of length (`calendar/reach.ts`), by which a window is served.
 */
export function embeddedEvents(environment: Environment): EventStore {
  const events = eventTable(environment);
  const search = environment.table<string>('search');
  const members = memberTable(environment);
  const log = environment.table<LogEntry>('log');
  const buckets = environment.table<Bucket>('buckets');
  const changeIds = environment.table<number>('changeIds');
  const updated = environment.table<true>('updated');
  const losses = embeddedLosses(environment);
  const indexes = {
    live: environment.table<Indexed>('live'),
    tags: environment.table<Indexed>('tags'),
    trash: environment.table<Indexed>('trash'),
  };
  const reaches = reachesIn([indexes.live, indexes.trash]);

  const putIndexes = (event: StoredEvent, of: readonly Membership[]): void => {
    for (const { table, key, value } of indexEntries(event, of)) {
      indexes[table].putSync(key, value);
    }
    of.forEach(({ userId }) => reaches.add(userId, event.span));
  };
  const dropIndexes = (event: StoredEvent, of: Iterable<Membership>): void => {
    for (const { table, key } of indexEntries(event, of)) {
      indexes[table].removeSync(key);
    }
  };
  const putMember = (eventId: string, { userId, ...part }: Membership): void => {
    members.put(part, eventId, userId);
  };
  const putEntries = (eventId: string, entries: readonly LogEntry[]): void => {
    for (const entry of entries) {
      log.putSync([eventId, entry.version], entry);
      if (entry.changeId !== undefined) {
        changeIds.putSync([eventId, entry.by, entry.changeId], entry.version);
      }
    }
  };
  const putEvent = (event: EventRecord, keys: EventCommit['keys']): StoredEvent => {
    updated.putSync(updateKey(event), true);
    events.put({ event, span: keys.span }, event.id);
    if (keys.searchText !== undefined && search.get(event.id) !== keys.searchText) {
      search.putSync(event.id, keys.searchText);
    }
    return { event, span: keys.span };
  };
  const removeAll = <V>(table: Database<V>, eventId: string): void => {
    for (const key of [...table.getKeys(underAll(eventId))]) {
      table.removeSync(key);
    }
  };

  const insertOne = ({ event, keys, entries, members: of }: NewEvent): void => {
    if (events.has(event.id)) {
      throw new Error(`There is an event ${event.id} already`);
    }
    const stored = putEvent(event, keys);
    putEntries(event.id, entries);
    of.forEach((member) => putMember(event.id, member));
    putIndexes(stored, of);
  };

  const commitOne = (commit: EventCommit): boolean => {
    const { event, keys, entries, granted, revoked, alsoInsert } = commit;
    const before = events.get(event.id);
    if (before?.event.version !== commit.atVersion) {
      return false;
    }
    const membersChange = granted.length > 0 || revoked.length > 0;
    const reindex = membersChange || indexedDiffers(before, { event, span: keys.span });
    if (reindex) {
      dropIndexes(before, members.of(event.id));
    }
    updated.removeSync(updateKey(before.event));
    const stored = putEvent(event, keys);
    putEntries(event.id, entries);
    revoked.forEach((userId) => members.remove(event.id, userId));
    losses.put(event.id, revoked, Date.parse(event.updatedAt));
    granted.forEach((member) => putMember(event.id, member));
    if (reindex) {
      putIndexes(stored, members.of(event.id));
    }
    if (alsoInsert) {
      insertOne(alsoInsert);
    }
    return true;
  };

  const eraseOne = (eventId: string, atVersion: number, at: string): boolean => {
    const stored = events.get(eventId);
    if (stored?.event.version !== atVersion) {
      return false;
    }
    const lost = members.of(eventId);
    dropIndexes(stored, lost);
    losses.put(
      eventId,
      lost.map(({ userId }) => userId),
      Date.parse(at),
    );
    updated.removeSync(updateKey(stored.event));
    events.remove(eventId);
    search.removeSync(eventId);
    lost.forEach(({ userId }) => members.remove(eventId, userId));
    removeAll(log, eventId);
    removeAll(buckets, eventId);
    removeAll(changeIds, eventId);
    return true;
  };

  /** Of two that begin alike the longer stays; of an event that is gone, none. */
  const putBucket = (bucket: Bucket): void => {
    const key = [bucket.eventId, bucket.fromVersion];
    if (events.has(bucket.eventId) && (buckets.get(key)?.toVersion ?? 0) < bucket.toVersion) {
      buckets.putSync(key, bucket);
    }
  };

  const bucketAt = (eventId: string, version: number): Bucket | null =>
    [...buckets.getRange({ start: [eventId, version], end: [eventId, FIRST], reverse: true, limit: 1 })][0]
      ?.value ?? null;

  const entryAt = (eventId: string, version: number): LogEntry | null =>
    log.get([eventId, version]) ??
    bucketAt(eventId, version)?.entries.find((entry) => entry.version === version) ??
    null;

  return {
    insert: (all) => environment.write(() => all.forEach(insertOne)),
    find: async (eventId, userIds) => {
      const stored = events.get(eventId);
      if (!stored) {
        return null;
      }
      const found = new Map<string, Membership>();
      for (const userId of userIds) {
        const part = members.get(eventId, userId);
        if (part) {
          found.set(userId, { userId, ...part });
        }
      }
      return { event: stored.event, members: found };
    },
    members: async (eventId) => members.of(eventId),
    commit: (commit) => environment.write(() => commitOne(commit)),
    erase: (eventId, atVersion, at) => environment.write(() => eraseOne(eventId, atVersion, at)),
    list: async (query) => listEvents(query, { events, members, search, updated, reaches, ...indexes }),
    settledMs: SETTLED_MS,
    changed: async (query) => changedEvents(query, { events, members, updated, ...indexes }),
    losses: async (query) => losses.list(query),
    these: async (userId, eventIds) => theseEvents(userId, eventIds, { events, members }),
    versions: async (eventIds) =>
      new Map(
        eventIds.flatMap((id): [string, number][] => {
          const version = events.get(id)?.event.version;
          return version === undefined ? [] : [[id, version]];
        }),
      ),
    sharingWith: async (userId, otherIds) => {
      const found = new Set<string>();
      for (const { key } of indexes.live.getRange({ start: [userId, FIRST], end: [userId, LAST] })) {
        const eventId = (key as string[])[3] ?? '';
        otherIds.filter((id) => members.has(eventId, id)).forEach((id) => found.add(id));
        if (found.size === otherIds.length) {
          break;
        }
      }
      return found;
    },
    embeddedLog: async (eventId) => [...log.getRange(underNumbers(eventId))].map(({ value }) => value),
    putBucket: (bucket) => environment.write(() => putBucket(bucket)),
    trimLog: (eventId, toVersion) =>
      environment.write(() => {
        for (const key of [...log.getKeys({ start: [eventId, FIRST], end: [eventId, toVersion + 1] })]) {
          log.removeSync(key);
        }
      }),
    bucket: async (eventId, version) => bucketAt(eventId, version),
    entryOfChange: async (eventId, userId, changeId) => {
      const version = changeIds.get([eventId, userId, changeId]);
      return version === undefined ? null : entryAt(eventId, version);
    },
  };
}

/** Numbers sort before strings. */
const underAll = (eventId: string) => ({ start: [eventId, FIRST], end: [eventId, AFTER_ALL] });
const underNumbers = (eventId: string) => ({ start: [eventId, FIRST], end: [eventId, LAST] });
