import type { EventRecord } from '../calendar/event.js';
import { problem } from '../protocol/problems.js';

/** RFC 9110, section 13.1.1: the versions that `If-Match` names; none given: any. */
export interface Precondition {
  ifMatch?: readonly number[] | undefined;
}

/** @throws precondition-failed, with the version that the event has */
export function requireVersion({ version }: EventRecord, { ifMatch }: Precondition): void {
  if (ifMatch && !ifMatch.includes(version)) {
    throw problem('precondition-failed', `The event has version ${version} now.`, {
      currentVersion: version,
    });
  }
}
