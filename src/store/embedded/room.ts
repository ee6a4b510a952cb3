import { statfsSync } from 'node:fs';
import { Unavailable } from '../../service/ports.js';

/**
 * Nothing is written where less is left on the disk: LMDB has been seen to end the process when a write of its own
 * fails for want of room. Larger than any transaction.
 */
const RESERVE = 32 * 1024 * 1024;

/** What to refuse a write with, where the disk is as good as full. */
export function whyNoRoom(directory: string): Unavailable | null {
  return bytesLeft(directory) < RESERVE
    ? new Unavailable(`The disk is full: less than ${RESERVE / 1024 / 1024} MiB are left for ${directory}`)
    : null;
}

function bytesLeft(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    // Then the write itself says what is wrong.
    return Infinity;
  }
}

/** EIO, EFBIG, ENOSPC and EDQUOT, and LMDB's own for a full map, a broken write and a head that could not be written. */
const CODES: readonly unknown[] = [5, 27, 28, 122, -30_792, -30_795];

/** The same for an error of a transaction that the disk has not taken; null for any other error. */
export function asUnavailable(error: unknown): Unavailable | null {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return CODES.includes(code)
    ? new Unavailable(`The disk did not take a write (${String(message)})`, { cause: error })
    : null;
}
