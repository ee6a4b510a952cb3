import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@jest/globals';
import { permit, type Role } from '../../src/calendar/access.js';
import type { Content } from '../../src/calendar/content.js';
import { differences, effectivePatch, replay, withoutTests } from '../../src/calendar/difference.js';
import type { Bucket, LogEntry } from '../../src/calendar/history.js';
import type { Change } from '../../src/protocol/history.js';
import {
  createChangePipeline,
  indexKeys,
  type Actor,
  type ChangePipeline,
} from '../../src/service/commit-change.js';
import { createCursors } from '../../src/service/cursor.js';
import { createEditService, type EditService } from '../../src/service/edits.js';
import {
  createHistoryService,
  type HistoryDependencies,
  type HistoryService,
} from '../../src/service/history.js';
import { newId } from '../../src/service/ids.js';
import type { People } from '../../src/service/people.js';
import type {
  Broadcaster,
  EventCommit,
  EventStore,
  Membership,
  News,
  NewEvent,
  Store,
} from '../../src/service/ports.js';
import { createHistoryReader, type HistoryReader } from '../../src/service/read-history.js';
import type { ScheduleService } from '../../src/service/schedule.js';
import { openEmbeddedStore } from '../../src/store/embedded/index.js';

export const ADA = 'ada'.padEnd(24, '0');
export const BOB = 'b0b'.padEnd(24, '0');
export const CAT = 'ca7'.padEnd(24, '0');
/** The writers: the owner and two editors. */
export const WRITERS = [ADA, BOB, CAT] as const;
export const VIEWER = 'f1e3'.padEnd(24, '0');

export const actor = (userId: string): Actor => ({ userId, sessionId: 's', via: 'socket' });

/** The service of one process: what it told, what went wrong in it. */
export interface House {
  pipeline: ChangePipeline;
  edits: EditService;
  history: HistoryService;
  reader: HistoryReader;
  news: News[];
  errors: unknown[];
  /** Of one event, in the order in which they were told. */
  told(eventId: string): Change[];
}

/** Schedule conflicts are not what is looked at here. */
const nobodysTime = {
  audience: async (callerId: string) => ({ callerId, userIds: [callerId], participants: false }),
} as unknown as ScheduleService;

const people: People = {
  named: async () => (id) => ({ id, username: id.slice(0, 3), name: id.slice(0, 3) }),
};

export function openHouse(store: EventStore, broadcaster: Partial<Broadcaster> = {}): House {
  const news: News[] = [];
  const errors: unknown[] = [];
  const recording: Broadcaster = {
    publish: async (one) => {
      news.push(structuredClone(one));
    },
    endSessions: async () => {},
    ...broadcaster,
  };
  const clock = { now: () => new Date() };
  const onError = (error: unknown): void => void errors.push(error);
  const reader = createHistoryReader(store);
  const pipeline = createChangePipeline({
    events: store,
    people,
    broadcaster: recording,
    clock,
    remember: reader.remember,
    onChanged: () => {},
    onError,
  });
  const cursors = createCursors(Buffer.alloc(32, 7));
  const read: HistoryDependencies['read'] = async (userId, eventId) => {
    const found = (await store.find(eventId, [userId]))!;
    return { event: found.event, role: permit(found.members.get(userId)?.role ?? null, 'read', found.event) };
  };
  return {
    pipeline,
    edits: createEditService({ events: store, schedule: nobodysTime, history: reader, pipeline }),
    history: createHistoryService({ history: reader, people, cursors, read }),
    reader,
    news,
    errors,
    told: (eventId) => news.flatMap((one) => (one.eventId === eventId ? one.changes : [])),
  };
}

/** Stores an event that the writers may edit and the viewer may read, and answers its id. */
export async function createEvent(store: EventStore, content: Content): Promise<string> {
  const now = new Date('2026-03-01T00:00:00.000Z');
  const at = now.toISOString();
  const member = (userId: string, role: Role): Membership => ({
    userId,
    role,
    grantedBy: ADA,
    grantedAt: at,
  });
  const event: NewEvent = {
    event: {
      id: newId(now),
      version: 1,
      ownerId: ADA,
      content,
      createdAt: at,
      updatedAt: at,
      updatedBy: ADA,
      deletedAt: null,
    },
    keys: indexKeys(content),
    entries: [{ version: 1, kind: 'create', at, by: ADA, via: 'rest', patch: effectivePatch({}, content) }],
    members: [member(ADA, 'owner'), member(BOB, 'editor'), member(CAT, 'editor'), member(VIEWER, 'viewer')],
  };
  await store.insert([event]);
  return event.event.id;
}

/** An embedded store in a directory of its own. */
export async function embeddedStore(): Promise<Store> {
  const directory = mkdtempSync(path.join(tmpdir(), 'convene-service-'));
  const store = await openEmbeddedStore(directory);
  const close = async (): Promise<void> => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { ...store, close };
}

interface Document {
  event: NewEvent['event'];
  members: Map<string, Membership>;
  log: LogEntry[];
  buckets: Bucket[];
}

/** A store in memory, for all that a change needs; `document` looks behind its doors. */
export function memoryStore(): EventStore & { document(eventId: string): Document } {
  const documents = new Map<string, Document>();
  const copy = <T>(value: T): T => structuredClone(value);
  const entriesOf = ({ log, buckets }: Document): LogEntry[] => [
    ...buckets.flatMap(({ entries }) => entries),
    ...log,
  ];
  const unneeded = (): never => {
    throw new Error('not needed here');
  };
  return {
    document: (eventId) => documents.get(eventId)!,
    insert: async (all) => {
      for (const { event, entries, members } of copy(all)) {
        const byId = new Map(members.map((one) => [one.userId, one]));
        documents.set(event.id, { event, members: byId, log: entries, buckets: [] });
      }
    },
    find: async (eventId, userIds) => {
      const found = documents.get(eventId);
      const members = userIds.flatMap((id) => found?.members.get(id) ?? []);
      return found
        ? copy({ event: found.event, members: new Map(members.map((one) => [one.userId, one])) })
        : null;
    },
    members: async (eventId) => copy([...(documents.get(eventId)?.members.values() ?? [])]),
    commit: async (commit: EventCommit) => {
      const { event, entries, atVersion, granted, revoked } = copy(commit);
      const found = documents.get(event.id);
      if (found?.event.version !== atVersion) {
        return false;
      }
      found.event = event;
      found.log.push(...entries);
      revoked.forEach((id) => found.members.delete(id));
      granted.forEach((one) => found.members.set(one.userId, one));
      return true;
    },
    erase: async (eventId, atVersion) =>
      documents.get(eventId)?.event.version === atVersion && documents.delete(eventId),
    list: unneeded,
    settledMs: 0,
    changed: unneeded,
    losses: unneeded,
    these: unneeded,
    sharingWith: unneeded,
    versions: async (ids) =>
      new Map(
        ids.flatMap((id) => (documents.has(id) ? [[id, documents.get(id)!.event.version] as const] : [])),
      ),
    embeddedLog: async (eventId) => copy(documents.get(eventId)?.log ?? []),
    putBucket: async (bucket) => {
      const { buckets } = documents.get(bucket.eventId)!;
      const known = buckets.find(({ fromVersion }) => fromVersion === bucket.fromVersion);
      if (known) {
        // Whoever stores it again stores the same.
        expect(bucket).toEqual(known);
      } else {
        buckets.push(copy(bucket));
      }
    },
    trimLog: async (eventId, toVersion) => {
      const found = documents.get(eventId)!;
      const covered = new Set(found.buckets.flatMap(({ entries }) => entries.map(({ version }) => version)));
      found.log = found.log.filter(({ version }) => {
        expect(version > toVersion || covered.has(version)).toBe(true);
        return version > toVersion;
      });
    },
    bucket: async (eventId, version) => {
      const before =
        documents.get(eventId)?.buckets.filter(({ fromVersion }) => fromVersion <= version) ?? [];
      return copy(before.sort((a, b) => b.fromVersion - a.fromVersion)[0] ?? null);
    },
    entryOfChange: async (eventId, userId, changeId) => {
      const found = documents.get(eventId);
      const entry = found && entriesOf(found).find((one) => one.by === userId && one.changeId === changeId);
      return copy(entry ?? null);
    },
  };
}

/** Numbers from 0 to 1 that a seed decides. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same store, answering when it likes: what is asked at once is done in any order. */
export function unhurried(store: EventStore, random: () => number): EventStore {
  const wait = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 3); turns > 0; turns -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const slow = Object.entries(store).map(([name, method]) => [
    name,
    async (...given: unknown[]) => {
      await wait();
      const answer = await (method as (...all: unknown[]) => Promise<unknown>)(...given);
      await wait();
      return answer;
    },
  ]);
  return Object.fromEntries(slow) as EventStore;
}

/** The same store, where `others` are faster now and then: they write between a reading and its commit. */
export function contested(
  store: EventStore,
  others: (eventId: string) => Promise<unknown>,
  random: () => number,
): EventStore {
  return {
    ...store,
    commit: async (commit) => {
      if (random() < 0.3) {
        await others(commit.event.id);
      }
      // At times the others are gone again, and the write is lost all the same.
      return random() < 0.1 ? false : store.commit(commit);
    },
  };
}

/** Every entry of an event's log, oldest first. */
export async function logOf(store: EventStore, eventId: string): Promise<LogEntry[]> {
  const { event } = (await store.find(eventId, []))!;
  return createHistoryReader(store).entries(event, 1, event.version);
}

/** Proves an event's log: no gap, no double, every version and the final content exactly as it leads to them. */
export async function provenVersions(store: EventStore, eventId: string): Promise<Content[]> {
  const { event } = (await store.find(eventId, []))!;
  const log = await logOf(store, eventId);
  expect(log.map(({ version }) => version)).toEqual(log.map((_, i) => i + 1));
  expect(log).toHaveLength(event.version);
  const reader = createHistoryReader(store);
  const versions: Content[] = [];
  for (const entry of log) {
    const before = versions.at(-1) ?? {};
    const content = replay(before, entry.patch);
    expect(await reader.contentAt(event, entry.version)).toEqual(content);
    // Nothing in it is without effect, and nothing is done twice.
    expect(
      withoutTests(entry.patch)
        .map(({ path: at }) => at)
        .sort(),
    ).toEqual(
      differences(before, content)
        .map(({ path: at }) => at)
        .sort(),
    );
    versions.push(content);
  }
  expect(versions.at(-1)).toEqual(event.content);
  return versions;
}
