import type { Content } from '../calendar/content.js';
import type { Nothing } from '../calendar/difference.js';
import { advance, type Bucket, type LogEntry } from '../calendar/history.js';
import { equal } from '../calendar/json.js';
import type { WholeEvent } from '../store/transfer.js';

/** An event's log does not say how it became what it is. */
export class HistoryBroken extends Error {
  override name = 'HistoryBroken';
}

export interface Version {
  entry: LogEntry;
  content: Content;
}

/**
 * Every version of an event, from the first: the log is replayed from nothing, through all buckets.
 *
 * @throws HistoryBroken where it has a gap, or does not lead to a bucket's base or to the event's content.
 */
export async function* versionsOf(
  { event, entries }: WholeEvent,
  buckets: Iterable<Bucket> | AsyncIterable<Bucket>,
): AsyncGenerator<Version> {
  let version = 0;
  let content: Content | Nothing = {};
  const broken = (what: string): HistoryBroken => new HistoryBroken(`Event ${event.id}: ${what}`);

  for await (const run of inRuns(buckets, entries)) {
    if (run.base && run.fromVersion === version + 1 && !equal(run.base, content)) {
      throw broken(`the bucket from version ${run.fromVersion} begins with another content`);
    }
    // What was moved into a bucket may still be embedded.
    for (const entry of run.entries.filter((one) => one.version > version)) {
      if (entry.version !== version + 1) {
        throw broken(`version ${version + 1} is missing; ${entry.version} follows`);
      }
      content = replayed(content, entry, broken);
      version += 1;
      yield { entry, content };
    }
  }
  if (version !== event.version || !equal(content, event.content)) {
    throw broken(`its log leads to version ${version}, not to the version ${event.version} that is stored`);
  }
}

type Run = Partial<Bucket> & Pick<Bucket, 'entries'>;

async function* inRuns(
  buckets: Iterable<Bucket> | AsyncIterable<Bucket>,
  embedded: LogEntry[],
): AsyncGenerator<Run> {
  yield* buckets;
  yield { entries: embedded };
}

function replayed(
  content: Content | Nothing,
  entry: LogEntry,
  broken: (what: string) => HistoryBroken,
): Content {
  try {
    return advance(content, [entry]);
  } catch (error) {
    throw broken(`version ${entry.version} does not follow from the one before it (${String(error)})`);
  }
}
