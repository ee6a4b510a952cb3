import type { EventView } from '../protocol/events.js';
import { problem } from '../protocol/problems.js';
import type { SyncAnswer, SyncQuery } from '../protocol/sync.js';
import { createCursors } from './cursor.js';
import { LOSSES_KEPT_MS } from './ports/changed.js';
import type { Clock, EventStore } from './ports.js';
import { createDigests } from './sync-digests.js';
import { readOn, type Reading, type SyncState } from './sync-round.js';

/** Keeps somebody's copy of their events up to date, whenever they ask. */
export interface SyncService {
  /**
   * Without a token the user's events, with one what has become of them since it was given: a page of it.
   *
   * @throws validation-failed (pointer `token`) for a damaged token or another user's; sync-token-expired
   */
  sync(userId: string, query: SyncQuery): Promise<SyncAnswer>;
}

export interface SyncDependencies {
  events: EventStore;
  clock: Clock;
  /** Seals the tokens. */
  key: Buffer;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** How old a token may be; and how long after that a round may go on that it has begun. */
const TOKEN_MS = LOSSES_KEPT_MS - DAY_MS;
const ROUND_MS = DAY_MS / 2;
/** So much is read at a time, and for one page. */
const CHUNK = 50;
const MAX_READ = 1000;

export function createSyncService({ events, clock, key }: SyncDependencies): SyncService {
  const tokens = createCursors(key, 'token');

  const stateOf = (token: string | undefined, userId: string, now: number): SyncState => {
    if (token === undefined) {
      return { phase: 'all', horizon: now, since: now, before: '', told: '' };
    }
    const state = tokens.read(token, { userId }) as SyncState;
    refuseOld(state, now);
    return state.phase === 'done' ? nextRound(state, now, events.settledMs) : state;
  };

  return {
    sync: async (userId, { token, limit }) => {
      const state = stateOf(token, userId, clock.now().getTime());
      const digests = createDigests(key, userId, state);
      const told = new Map<string, EventView | null>();
      const next = await readPage(events, { userId, limit, digests, told }, state);
      return {
        events: [...told.values()].filter((view) => view !== null),
        removed: [...told].filter(([, view]) => view === null).map(([id]) => id),
        nextToken: tokens.make({ ...next, told: digests.told() }, { userId }),
        hasMore: next.phase !== 'done',
      };
    },
  };
}

/** Reads on until the page is full, or so much was read of which nothing came that it ends early. */
async function readPage(
  events: EventStore,
  reading: Omit<Reading, 'size'>,
  from: SyncState,
): Promise<SyncState> {
  const { told, limit } = reading;
  let state = from;
  for (let read = 0; state.phase !== 'done' && told.size < limit && read < MAX_READ;) {
    const size = Math.max(CHUNK, limit - told.size);
    state = await readOn(events, { ...reading, size }, state);
    read += size;
  }
  return state;
}

/**
 * What was stored since the last one began, and what may have come to light since. Where the clock was put back, that
 * may be of any time before: then everything is looked at that there is to know of.
 */
const nextRound = ({ horizon, told }: SyncState, now: number, settledMs: number): SyncState => ({
  phase: 'changed',
  horizon: now,
  since: now < horizon - settledMs ? now - TOKEN_MS : horizon - settledMs,
  before: told,
  told: '',
});

/** Of what was lost before that, not all is known any more. */
function refuseOld({ phase, horizon, since }: SyncState, now: number): void {
  const age = phase === 'done' ? now - horizon : now - since - ROUND_MS;
  if (age > TOKEN_MS) {
    throw problem('sync-token-expired', 'The token is too old. Begin anew, without one.');
  }
}
