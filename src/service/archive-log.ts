import {
  BUCKET_BYTES,
  BUCKET_ENTRIES,
  EMBEDDED_BYTES,
  EMBEDDED_ENTRIES,
  type Bucket,
  type LogEntry,
} from '../calendar/history.js';
import { exceeds, sizeOf } from '../calendar/json.js';
import type { EventStore } from './ports.js';
import { contentInBucket } from './read-history.js';

/**
 * Whether a commit of these entries may have made the embedded log too heavy, so that nothing should be written before
 * it is lighter, or too long, of which there is no hurry; null where neither can be.
 */
export function mayOverflow(entries: readonly LogEntry[]): 'heavy' | 'long' | null {
  if (entries.some(({ patch }) => exceeds(patch, EMBEDDED_BYTES / EMBEDDED_ENTRIES))) {
    return 'heavy';
  }
  const last = entries[entries.length - 1]?.version ?? 0;
  const crossed = Math.floor(last / BUCKET_ENTRIES) > Math.floor((last - entries.length) / BUCKET_ENTRIES);
  return crossed ? 'long' : null;
}

/**
 * Moves the oldest embedded entries into buckets until what stays is short and light enough. A bucket is
 * stored before its entries are dropped, so that a crash in between costs nothing; and what it holds depends
 * on the oldest entries alone, so that two processes that do this at once store the same.
 */
export async function archiveLog(events: EventStore, eventId: string): Promise<void> {
  let log = await events.embeddedLog(eventId);
  while (isOverflowing(log)) {
    const entries = oldest(log);
    const [first, last] = [entries[0], entries[entries.length - 1]];
    if (!first || !last) {
      return;
    }
    const before = first.version === 1 ? null : await events.bucket(eventId, first.version - 1);
    if (!before && first.version !== 1) {
      throw new Error(`The log of event ${eventId} has no entry before version ${first.version}`);
    }
    const bucket: Bucket = {
      eventId,
      fromVersion: first.version,
      toVersion: last.version,
      base: before ? contentInBucket(before, first.version - 1) : {},
      entries,
    };
    await events.putBucket(bucket);
    await events.trimLog(eventId, last.version);
    log = log.slice(entries.length);
  }
}

const isOverflowing = (log: readonly LogEntry[]): boolean =>
  log.length >= EMBEDDED_ENTRIES + BUCKET_ENTRIES || exceeds(log, EMBEDDED_BYTES);

function oldest(log: readonly LogEntry[]): LogEntry[] {
  let bytes = 0;
  const end = log.findIndex((entry, i) => {
    bytes += sizeOf(entry);
    return i + 1 === BUCKET_ENTRIES || bytes >= BUCKET_BYTES;
  });
  return log.slice(0, end + 1);
}
