import { isDeepStrictEqual } from 'node:util';
import {
  KINDS,
  mayBeForgotten,
  type Kind,
  type Records,
  type Source,
  type Target,
  type WholeEvent,
} from '../store/transfer.js';
import { inBatches } from './carry.js';
import { Faults, type Figures } from './check.js';
import type { Progress } from './progress.js';
import { HistoryBroken, versionsOf } from './versions.js';

interface Comparison {
  source: Source;
  target: Target;
  figures: Figures;
  faults: Faults;
}

/** Reads both stores and compares every record, and every version of every event, replayed on either side. */
export async function verify(
  source: Source,
  target: Target,
  progress: Progress,
): Promise<{ figures: Figures; faults: Faults }> {
  const comparison = { source, target, figures: {}, faults: new Faults() };
  for (const kind of KINDS) {
    progress.step(`comparing ${kind}`, source.count(kind));
    await compareKind(kind, comparison, progress);
  }
  progress.end();
  return comparison;
}

async function compareKind(kind: Kind, comparison: Comparison, progress: Progress): Promise<void> {
  const { source, target, figures, faults } = comparison;
  let same = 0;
  for (const batch of inBatches<Records[Kind]>(source.all(kind))) {
    const found = await target.like(kind, batch);
    for (const [i, record] of batch.entries()) {
      if (await compareRecord(kind, record, found[i], comparison)) {
        same += 1;
      }
    }
    progress.add(batch.length);
  }
  const there = await target.count(kind);
  if (there > same) {
    faults.add(`${kind}: there are ${there}, of which ${there - same} are not the same or have no original`);
  }
  figures[kind] = same;
}

/** @returns whether it is there, and the same. */
async function compareRecord<K extends Kind>(
  kind: K,
  record: Records[K],
  copy: Records[K] | undefined,
  comparison: Comparison,
): Promise<boolean> {
  if (copy === undefined) {
    if (!mayBeForgotten(record, new Date())) {
      comparison.faults.add(`${kind}: ${nameOf(record)} is missing`);
    }
    return false;
  }
  if (!isSame(copy, record)) {
    comparison.faults.add(`${kind}: ${nameOf(record)} differs`);
    return false;
  }
  return !('members' in record && 'members' in copy) || compareVersions(record, copy, comparison);
}

async function compareVersions(a: WholeEvent, b: WholeEvent, comparison: Comparison): Promise<boolean> {
  const { source, target, figures, faults } = comparison;
  const originals = versionsOf(a, source.bucketsOf(a.event.id));
  const copies = versionsOf(b, target.bucketsOf(b.event.id));
  try {
    for await (const original of originals) {
      const copy = await copies.next();
      if (!isSame(copy.value, original)) {
        faults.add(`events: version ${original.entry.version} of ${a.event.id} differs`);
        return false;
      }
      figures['versions'] = (figures['versions'] ?? 0) + 1;
    }
    await copies.next();
    return true;
  } catch (error) {
    if (!(error instanceof HistoryBroken)) {
      throw error;
    }
    faults.add(error.message);
    return false;
  }
}

/** Which one it is. Neither a secret nor what people wrote. */
function nameOf(record: Records[Kind]): string {
  if ('event' in record) {
    return record.event.id;
  }
  if ('fromVersion' in record) {
    return `${record.eventId} from version ${record.fromVersion}`;
  }
  if ('token' in record) {
    return `one of ${record.userId}`;
  }
  if ('webhookId' in record) {
    return `one of ${record.webhookId}`;
  }
  return 'id' in record ? record.id : 'userId' in record ? record.userId : `one of ${record.createdBy}`;
}

/** By what they hold: whichever store's reader made the objects. */
const isSame = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(structuredClone(one), structuredClone(other));
