import { sizeOf } from '../calendar/json.js';
import {
  KINDS,
  mayBeForgotten,
  type Kind,
  type Records,
  type Source,
  type Target,
} from '../store/transfer.js';
import type { Progress } from './progress.js';

/** What is written at a time: so many records, or so many bytes of JSON, whichever comes first. */
const RECORDS = 200;
const BYTES = 4 * 1024 * 1024;

/** Some records at a time, so that memory does not grow with their number. */
export function* inBatches<T extends object>(records: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const record of records) {
    batch.push(record);
    bytes += sizeOf(record);
    if (batch.length === RECORDS || bytes >= BYTES) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}

/** Copies everything. What is there already is written again, so that it may be broken off and begun anew. */
export async function carry(source: Source, target: Target, progress: Progress): Promise<void> {
  for (const kind of KINDS) {
    await carryKind(kind, source, target, progress);
  }
  progress.end();
}

async function carryKind(kind: Kind, source: Source, target: Target, progress: Progress): Promise<void> {
  progress.step(`copying ${kind}`, source.count(kind));
  for (const batch of inBatches<Records[Kind]>(source.all(kind))) {
    const now = new Date();
    const lasting = batch.filter((record) => !mayBeForgotten(record, now));
    if (lasting.length > 0) {
      await target.put(kind, lasting);
    }
    progress.add(batch.length);
  }
}
