import type { Database, Key } from 'lmdb';
import type { Bucket, LogEntry } from '../../calendar/history.js';
import type { EventRecord, Span } from '../../calendar/event.js';
import type {
  EventCommit,
  EventQuery,
  EventStore,
  FoundEvent,
  IndexKeys,
  Membership,
  NewEvent,
} from '../../service/ports.js';
import type { Environment } from './environment.js';

/** An event's document: the record with the bounds that its index entries were made from. */
type Stored = EventRecord & { span: Span };
type Part = Omit<Membership, 'userId'>;

/** Sorts before and after every instant. */
const FIRST = -8.64e15;
const LAST = 8.64e15;
/** Sorts after every id and every word. */
const AFTER_ALL = '\u{10ffff}';

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
 * | live      | userId, startAt, eventId        | role               |
 * | tags      | userId, tag, startAt, eventId   | role               |
 * | trash     | ownerId, startAt, eventId       | role               |
 */
export function embeddedEvents(environment: Environment): EventStore {
  const events = environment.table<Stored>('events');
  const search = environment.table<string>('search');
  const members = environment.table<Part>('members');
  const log = environment.table<LogEntry>('log');
  const buckets = environment.table<Bucket>('buckets');
  const changeIds = environment.table<number>('changeIds');
  const indexes = {
    live: environment.table<Membership['role']>('live'),
    tags: environment.table<Membership['role']>('tags'),
    trash: environment.table<Membership['role']>('trash'),
  };

  const membersOf = (eventId: string): Membership[] =>
    [...members.getRange(under(eventId))].map(({ key, value }) => ({
      userId: (key as string[])[1] ?? '',
      ...value,
    }));

  const putIndexes = (event: Stored, of: Iterable<Membership>): void => {
    for (const { table, key, role } of indexEntries(event, of)) {
      indexes[table].putSync(key, role);
    }
  };
  const dropIndexes = (event: Stored, of: Iterable<Membership>): void => {
    for (const { table, key } of indexEntries(event, of)) {
      indexes[table].removeSync(key);
    }
  };
  const putMember = (eventId: string, { userId, ...part }: Membership): void => {
    members.putSync([eventId, userId], part);
  };
  const putEntries = (eventId: string, entries: readonly LogEntry[]): void => {
    for (const entry of entries) {
      log.putSync([eventId, entry.version], entry);
      if (entry.changeId !== undefined) {
        changeIds.putSync([eventId, entry.by, entry.changeId], entry.version);
      }
    }
  };
  const putEvent = (event: EventRecord, keys: IndexKeys): Stored => {
    const stored = { ...event, span: keys.span };
    events.putSync(event.id, stored);
    if (search.get(event.id) !== keys.searchText) {
      search.putSync(event.id, keys.searchText);
    }
    return stored;
  };
  const removeAll = <V>(table: Database<V>, eventId: string): void => {
    for (const key of [...table.getKeys(underAll(eventId))]) {
      table.removeSync(key);
    }
  };

  const insertOne = ({ event, keys, entries, members: of }: NewEvent): void => {
    if (events.doesExist(event.id)) {
      throw new Error(`There is an event ${event.id} already`);
    }
    const stored = putEvent(event, keys);
    putEntries(event.id, entries);
    of.forEach((member) => putMember(event.id, member));
    putIndexes(stored, of);
  };

  const commitOne = ({ event, keys, entries, atVersion, granted, revoked }: EventCommit): boolean => {
    const before = events.get(event.id);
    if (before?.version !== atVersion) {
      return false;
    }
    const membersChange = granted.length > 0 || revoked.length > 0;
    const reindex = membersChange || indexedDiffers(before, { ...event, span: keys.span });
    if (reindex) {
      dropIndexes(before, membersOf(event.id));
    }
    const stored = putEvent(event, keys);
    putEntries(event.id, entries);
    revoked.forEach((userId) => members.removeSync([event.id, userId]));
    granted.forEach((member) => putMember(event.id, member));
    if (reindex) {
      putIndexes(stored, membersOf(event.id));
    }
    return true;
  };

  const eraseOne = (eventId: string, atVersion: number): boolean => {
    const event = events.get(eventId);
    if (event?.version !== atVersion) {
      return false;
    }
    dropIndexes(event, membersOf(eventId));
    events.removeSync(eventId);
    search.removeSync(eventId);
    removeAll(members, eventId);
    removeAll(log, eventId);
    removeAll(buckets, eventId);
    removeAll(changeIds, eventId);
    return true;
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
      const { span: _, ...event } = stored;
      const found = new Map<string, Membership>();
      for (const userId of userIds) {
        const part = members.get([eventId, userId]);
        if (part) {
          found.set(userId, { userId, ...part });
        }
      }
      return { event, members: found };
    },
    members: async (eventId) => membersOf(eventId),
    commit: (commit) => environment.write(() => commitOne(commit)),
    erase: (eventId, atVersion) => environment.write(() => eraseOne(eventId, atVersion)),
    list: async (query) => listEvents(query, { events, search, ...indexes }),
    versions: async (eventIds) =>
      new Map(
        eventIds.flatMap((id): [string, number][] => {
          const version = events.get(id)?.version;
          return version === undefined ? [] : [[id, version]];
        }),
      ),
    embeddedLog: async (eventId) => [...log.getRange(underNumbers(eventId))].map(({ value }) => value),
    putBucket: (bucket) =>
      environment.write(() => {
        if (events.doesExist(bucket.eventId)) {
          buckets.putSync([bucket.eventId, bucket.fromVersion], bucket);
        }
      }),
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

const under = (eventId: string) => ({ start: [eventId, ''], end: [eventId, AFTER_ALL] });
/** Numbers sort before strings. */
const underAll = (eventId: string) => ({ start: [eventId, FIRST], end: [eventId, AFTER_ALL] });
const underNumbers = (eventId: string) => ({ start: [eventId, FIRST], end: [eventId, LAST] });

interface IndexEntry {
  table: 'live' | 'tags' | 'trash';
  key: Key;
  role: Membership['role'];
}

function* indexEntries(event: Stored, of: Iterable<Membership>): Generator<IndexEntry> {
  const { startAt } = event.span;
  for (const { userId, role } of of) {
    if (event.deletedAt !== null) {
      if (userId === event.ownerId) {
        yield { table: 'trash', key: [userId, startAt, event.id], role };
      }
      continue;
    }
    yield { table: 'live', key: [userId, startAt, event.id], role };
    for (const tag of event.content.tags) {
      yield { table: 'tags', key: [userId, tag, startAt, event.id], role };
    }
  }
}

const indexedDiffers = (a: Stored, b: Stored): boolean =>
  a.span.startAt !== b.span.startAt ||
  a.ownerId !== b.ownerId ||
  (a.deletedAt === null) !== (b.deletedAt === null) ||
  a.content.tags.join('\0') !== b.content.tags.join('\0');

interface ListTables {
  events: Database<Stored>;
  search: Database<string>;
  live: Database<Membership['role']>;
  tags: Database<Membership['role']>;
  trash: Database<Membership['role']>;
}

function listEvents(query: EventQuery, tables: ListTables): FoundEvent[] {
  const found: FoundEvent[] = [];
  const candidates = query.sort === 'start' ? inStartOrder(query, tables) : inUpdateOrder(query, tables);
  for (const candidate of candidates) {
    const stored = tables.events.get(candidate.id);
    if (!stored || !matches(stored, candidate.role, query, tables)) {
      continue;
    }
    const { span: _, ...event } = stored;
    found.push({ event, role: candidate.role, key: candidate.key });
    if (found.length === query.limit) {
      break;
    }
  }
  return found;
}

interface Candidate {
  id: string;
  role: Membership['role'];
  key: number;
}

/** The user's events from the index, by tag where one is asked for, after the place where the last page ended. */
function* inStartOrder(query: EventQuery, tables: ListTables): Generator<Candidate> {
  const { userId, tag, descending, after } = query;
  const table = query.state === 'trash' ? tables.trash : tag === undefined ? tables.live : tables.tags;
  const prefix = query.state === 'live' && tag !== undefined ? [userId, tag] : [userId];
  const low = [...prefix, FIRST];
  const high = [...prefix, LAST];
  const from = after ? [...prefix, after.key, after.id] : descending ? high : low;
  for (const { key, value } of table.getRange({
    start: from,
    end: descending ? low : high,
    reverse: descending,
  })) {
    const [startAt, id] = (key as (string | number)[]).slice(prefix.length) as [number, string];
    if (id !== after?.id || startAt !== after.key) {
      yield { id, role: value, key: startAt };
    }
  }
}

/** The last update has no index of its own, as each edit would have to move it for every member. */
function* inUpdateOrder(query: EventQuery, tables: ListTables): Generator<Candidate> {
  const { after, ...rest } = query;
  const candidates = [...inStartOrder(rest, tables)].flatMap((candidate) => {
    const event = tables.events.get(candidate.id);
    return event ? [{ ...candidate, key: Date.parse(event.updatedAt) }] : [];
  });
  const sign = query.descending ? -1 : 1;
  const order = (a: { key: number; id: string }, b: { key: number; id: string }): number =>
    sign * (a.key - b.key || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  candidates.sort(order);
  yield* after ? candidates.filter((candidate) => order(candidate, after) > 0) : candidates;
}

function matches(
  event: Stored,
  role: Membership['role'],
  query: EventQuery,
  { search }: ListTables,
): boolean {
  const text = query.words.length > 0 ? (search.get(event.id) ?? '') : '';
  return (
    (query.role === undefined || role === query.role) &&
    (query.status === undefined || event.content.status === query.status) &&
    (query.tag === undefined || event.content.tags.includes(query.tag)) &&
    (query.updatedSince === undefined || Date.parse(event.updatedAt) >= query.updatedSince) &&
    meetsWindow(event.span, query.window) &&
    query.words.every((word) => text.includes(` ${word}`))
  );
}

function meetsWindow({ from: start, until: end }: Span, { from, to }: EventQuery['window']): boolean {
  const begins = to === undefined || start < to;
  const ends = from === undefined || end > from || (start === end && start === from);
  return begins && ends;
}
