import { LRUCache } from 'lru-cache';
import type { Content } from '../calendar/content.js';
import { refuse } from '../calendar/errors.js';
import type { EventRecord } from '../calendar/event.js';
import {
  advance,
  BUCKET_ENTRIES,
  EMBEDDED_ENTRIES,
  rewind,
  type Bucket,
  type LogEntry,
} from '../calendar/history.js';
import type { EventStore } from './ports.js';

/** Reads an event's log, wherever its entries lie: the newest in the document, the others in buckets. */
export interface HistoryReader {
  /**
   * The content as it was at a version of this event.
   *
   * @throws version-not-found where the event has, or had, no such version.
   */
  contentAt(event: EventRecord, version: number): Promise<Content>;
  /** Says that this is what the event was at its version: it may soon be asked for, by those who edited it. */
  remember(event: EventRecord): void;
  /** The entries from `from` to `to`, both included, ascending. */
  entries(event: EventRecord, from: number, to: number): Promise<LogEntry[]>;
}

/** So many contents are kept at hand: what an event was at a version does not change. */
const MAX_REMEMBERED = 512;

export function createHistoryReader(events: EventStore): HistoryReader {
  const remembered = new LRUCache<string, Content>({ max: MAX_REMEMBERED });
  const keyOf = (event: EventRecord, version: number): string => `${event.id} ${version}`;

  const entries = async (event: EventRecord, from: number, to: number): Promise<LogEntry[]> => {
    const first = Math.max(1, from);
    const last = Math.min(to, event.version);
    if (first > last) {
      return [];
    }
    let found = within(await events.embeddedLog(event.id), first, last);
    // Older ones are in buckets, each of which says where the one before it ends.
    for (let next = (found[0]?.version ?? last + 1) - 1; next >= first;) {
      const bucket = await events.bucket(event.id, next);
      const older = bucket ? within(bucket.entries, first, next) : [];
      if (!older[0]) {
        break;
      }
      found = [...older, ...found];
      next = older[0].version - 1;
    }
    return found;
  };

  /** From the bucket that has it; null where none has (yet). */
  const inBucket = async (eventId: string, version: number): Promise<Content | null> => {
    const bucket = await events.bucket(eventId, version);
    return bucket && bucket.toVersion >= version ? contentInBucket(bucket, version) : null;
  };

  const readContent = async (event: EventRecord, version: number): Promise<Content> => {
    // What is old is in a bucket, almost always: then the newest entries need not be read.
    const old =
      event.version - version > EMBEDDED_ENTRIES + BUCKET_ENTRIES ? await inBucket(event.id, version) : null;
    if (old) {
      return old;
    }
    const later = within(await events.embeddedLog(event.id), version + 1, event.version);
    if (later[0]?.version === version + 1) {
      return rewind(event.content, later) as Content;
    }
    const content = await inBucket(event.id, version);
    if (!content) {
      throw noSuchVersion(version);
    }
    return content;
  };

  const contentAt = async (event: EventRecord, version: number): Promise<Content> => {
    if (version === event.version) {
      return event.content;
    }
    if (version < 1 || version > event.version) {
      throw noSuchVersion(version);
    }
    const key = keyOf(event, version);
    const content = remembered.get(key) ?? (await readContent(event, version));
    remembered.set(key, content);
    return content;
  };

  return {
    contentAt,
    entries,
    remember: (event) => void remembered.set(keyOf(event, event.version), event.content),
  };
}

const within = (entries: readonly LogEntry[], from: number, to: number): LogEntry[] =>
  entries.filter(({ version }) => version >= from && version <= to);

/** The content as it was at a version that a bucket covers. */
export const contentInBucket = (bucket: Bucket, version: number): Content =>
  advance(bucket.base, within(bucket.entries, bucket.fromVersion, version));

export const noSuchVersion = (version: number) =>
  refuse(
    'version-not-found',
    Number.isFinite(version) ? `The event has no version ${version}.` : 'There is no such version.',
  );
