import { eventView, type EventView } from '../protocol/events.js';
import type { EventStore, FoundEvent } from './ports.js';
import type { Digests } from './sync-digests.js';

/** Where a poller is, as its token says. */
export interface SyncState {
  /** At first all events; in every round after that what has changed, then what was lost. */
  phase: 'all' | 'changed' | 'losses' | 'done';
  /** When the round began: the next one begins a little before it. */
  horizon: number;
  /** The round looks at everything since this time. */
  since: number;
  after?: Place;
  /** What the round before has told, and what this one has, of that which the one after each looks at again. */
  before: string;
  told: string;
}
interface Place {
  key: number;
  id: string;
}

/** What is told, by the events' ids: an event as it is, or null where it is the user's no more. */
export type Told = Map<string, EventView | null>;

export interface Reading {
  userId: string;
  digests: Digests;
  /** Grows to `limit`. */
  told: Told;
  limit: number;
  /** How much is read at most. */
  size: number;
}

/** Something that may have to be told. */
interface Fact extends Place {
  at: number;
  digest: string;
  /** As in {@link Told}; undefined where it has been overtaken, and there is nothing to tell. */
  view: EventView | null | undefined;
}

/** Reads on from where the poller is, and tells what is new; answers where that has led. */
export async function readOn(events: EventStore, reading: Reading, state: SyncState): Promise<SyncState> {
  const facts = await factsOf(events, reading, state);
  let { after } = state;
  for (const { key, id, ...fact } of facts) {
    if (reading.told.size === reading.limit) {
      return { ...state, ...(after && { after }) };
    }
    tell(id, fact, reading, state.horizon - events.settledMs);
    after = { key, id };
  }
  return facts.length < reading.size || !after ? phaseAfter(state) : { ...state, after };
}

function tell(
  id: string,
  { at, digest, view }: Omit<Fact, keyof Place>,
  { told, digests }: Reading,
  /** What is of this time or later the next round looks at again. */
  unsettled: number,
): void {
  if (view === undefined) {
    return;
  }
  if (!digests.has(digest)) {
    told.delete(id);
    told.set(id, view);
  }
  if (at >= unsettled) {
    digests.add(digest);
  }
}

function phaseAfter({ after: _, ...state }: SyncState): SyncState {
  return { ...state, phase: state.phase === 'changed' ? 'losses' : 'done' };
}

async function factsOf(
  events: EventStore,
  { userId, size: limit, digests }: Reading,
  { phase, since, after }: SyncState,
): Promise<Fact[]> {
  const query = { userId, limit, ...(after && { after }) };
  if (phase === 'losses') {
    const losses = await events.losses({ ...query, since });
    return stillLost(events, userId, losses, digests);
  }
  const found =
    phase === 'all'
      ? await events.list({ ...query, ...EVERYTHING })
      : await events.changed({ ...query, since });
  return found.map((one) => factOf(one, digests));
}

const EVERYTHING = {
  state: 'live',
  words: [],
  window: {},
  sort: 'start',
  descending: false,
} as const satisfies Partial<Parameters<EventStore['list']>[0]>;

const factOf = ({ event, role, key }: FoundEvent, digests: Digests): Fact => ({
  key,
  id: event.id,
  at: Date.parse(event.updatedAt),
  digest: digests.of(event.id, event.version),
  view: event.deletedAt === null ? eventView(event, role) : null,
});

/** A loss is none where the user has the event (again): that it has changed meanwhile is told as such. */
async function stillLost(
  events: EventStore,
  userId: string,
  losses: Awaited<ReturnType<EventStore['losses']>>,
  digests: Digests,
): Promise<Fact[]> {
  const ids = losses.map(({ eventId }) => eventId);
  const members = ids.length === 0 ? [] : await events.these(userId, ids);
  const live = new Set(members.filter(({ event }) => event.deletedAt === null).map(({ event }) => event.id));
  return losses.map(({ eventId: id, at }) => ({
    key: at,
    id,
    at,
    digest: digests.of(id, `lost ${at}`),
    view: live.has(id) ? undefined : null,
  }));
}
