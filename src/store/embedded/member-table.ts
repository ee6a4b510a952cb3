import type { Membership } from '../../service/ports.js';
import { atHand, type AtHand } from './at-hand.js';
import type { Environment } from './environment.js';
import { AFTER_ALL } from './indexes.js';

export type Part = Omit<Membership, 'userId'>;

/** By event and user. */
export interface MemberTable extends AtHand<Part> {
  /** All members of an event. */
  of(eventId: string): Membership[];
}

const MAX_CHARACTERS = 4 * 1024 * 1024;

export function memberTable(environment: Environment): MemberTable {
  const all = environment.table<Part>('members');
  return {
    ...atHand<Part>(environment, 'members', MAX_CHARACTERS),
    of: (eventId) =>
      [...all.getRange({ start: [eventId, ''], end: [eventId, AFTER_ALL] })].map(({ key, value }) => ({
        userId: (key as string[])[1] ?? '',
        ...value,
      })),
  };
}
