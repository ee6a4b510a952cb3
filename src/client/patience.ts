import type { ConveneError } from './errors.js';
import type { Schedule } from './schedule.js';

/** Waits before the same is tried again; for a connection one does not wait here. */
export async function patience(schedule: Schedule, error: ConveneError, failures: number): Promise<void> {
  if (error.code !== 'connection-lost') {
    await schedule.wait((error.retryAfter ?? 0) * 1000 + schedule.backOff(failures));
  }
}
