import { permit, permitChange, noSuchEvent, type Role } from '../calendar/access.js';
import { parseContent, type Content } from '../calendar/content.js';
import { effectivePatch } from '../calendar/difference.js';
import type { EventRecord } from '../calendar/event.js';
import type { LogEntry } from '../calendar/history.js';
import { wordsOf } from '../calendar/search.js';
import { eventView, type EventView, type ListQuery } from '../protocol/events.js';
import { changeOf, type Change } from '../protocol/history.js';
import { isId } from '../protocol/primitives.js';
import { indexKeys, type Actor, type ChangePipeline } from './commit-change.js';
import type { Cursors } from './cursor.js';
import { newId } from './ids.js';
import type { People } from './people.js';
import type { Broadcaster, Clock, EventQuery, EventStore, FoundEvent, NewEvent } from './ports.js';
import { requireVersion, type Precondition } from './preconditions.js';

/** What became of one item of a batch. */
export type BatchItem = { index: number } & ({ event: EventView } | { error: unknown } | { left: true });

/** Creating, reading, listing, deleting events: everything but editing them. */
export interface EventService {
  /** @throws validation-failed, invalid-recurrence */
  create(actor: Actor, body: unknown): Promise<EventView>;
  /** Creates what is valid of 1–500 bodies, or with `atomic` all or none; an item says what became of it. */
  createBatch(actor: Actor, bodies: readonly unknown[], atomic: boolean): Promise<BatchItem[]>;
  /** @throws not-found */
  get(userId: string, eventId: string): Promise<EventView>;
  /** As {@link EventService.get}, with the event as it is stored. */
  read(userId: string, eventId: string): Promise<{ event: EventRecord; role: Role }>;
  /** The event as it is stored, whoever asks: for what the house itself has to know. Null where there is none. */
  find(eventId: string): Promise<EventRecord | null>;
  /** A page of the caller's events; `nextCursor` null at the end. @throws validation-failed for a foreign cursor */
  list(userId: string, query: ListQuery): Promise<{ items: EventView[]; nextCursor: string | null }>;
  /** Moves the event to the trash. @throws not-found, forbidden, precondition-failed */
  trash(actor: Actor, eventId: string, precondition: Precondition): Promise<void>;
  /** Erases the event and its history, from wherever it is. @throws as `trash` */
  erase(actor: Actor, eventId: string, precondition: Precondition): Promise<void>;
  /** Brings the event back from the trash; a live event stays as it is. @throws not-found, forbidden */
  restore(actor: Actor, eventId: string): Promise<EventView>;
}

export interface EventDependencies {
  events: EventStore;
  people: People;
  pipeline: ChangePipeline;
  broadcaster: Broadcaster;
  cursors: Cursors;
  clock: Clock;
}

const MAX_ERASE_ATTEMPTS = 20;

export function createEventService(deps: EventDependencies): EventService {
  const { events, people, pipeline, broadcaster, cursors, clock } = deps;

  const insert = async (actor: Actor, contents: Content[]): Promise<EventView[]> => {
    if (contents.length === 0) {
      return [];
    }
    const created = contents.map((content) => newEvent(content, actor, clock.now()));
    await events.insert(created);
    const by = (await people.named([actor.userId]))(actor.userId);
    return Promise.all(
      created.map(async ({ event, entries }) => {
        const view = eventView(event, 'owner');
        await broadcaster.publish({
          eventId: event.id,
          changes: entries.map((entry) => changeOf(event.id, entry, by)),
          leaving: [],
          notices: [{ message: 'event:created', to: [actor.userId], payload: { event: view, by } }],
        });
        return view;
      }),
    );
  };

  const read = async (userId: string, eventId: string) => {
    const snapshot = isId(eventId) ? await events.find(eventId, [userId]) : null;
    if (!snapshot) {
      throw noSuchEvent();
    }
    const role = permit(snapshot.members.get(userId)?.role ?? null, 'read', snapshot.event);
    return { event: snapshot.event, role };
  };

  const memberIds = async (eventId: string): Promise<string[]> =>
    (await events.members(eventId)).map(({ userId }) => userId);

  return {
    read,
    find: async (eventId) => (await events.find(eventId, []))?.event ?? null,
    create: async (actor, body) => {
      const [view] = await insert(actor, [parseContent(body)]);
      if (!view) {
        throw new Error('An event was stored without an answer');
      }
      return view;
    },

    createBatch: async (actor, bodies, atomic) => {
      const parsed = bodies.map((body) => attempt(() => parseContent(body)));
      const contents = parsed.flatMap((item) => ('value' in item ? [item.value] : []));
      if (atomic && contents.length < bodies.length) {
        return parsed.map((item, index) =>
          'error' in item ? { index, error: item.error } : { index, left: true },
        );
      }
      const views = (await insert(actor, contents)).values();
      return parsed.map((item, index) => {
        const view = 'value' in item ? views.next().value : undefined;
        return view ? { index, event: view } : { index, error: 'error' in item ? item.error : undefined };
      });
    },

    get: async (userId, eventId) => {
      const { event, role } = await read(userId, eventId);
      return eventView(event, role);
    },

    list: async (userId, { limit, cursor, ...query }) => {
      const bound = { userId, ...query };
      const after = cursor === undefined ? undefined : (cursors.read(cursor, bound) as EventQuery['after']);
      const found = await events.list(storeQuery(userId, query, after, limit + 1));
      const page = found.slice(0, limit);
      const last = page[page.length - 1];
      return {
        items: page.map(({ event, role }) => eventView(event, role)),
        nextCursor: found.length > limit && last ? cursors.make(positionOf(last), bound) : null,
      };
    },

    trash: async (actor, eventId, precondition) => {
      await pipeline.submit({
        eventId,
        actor,
        permit: ({ event, roleOf }) => permitChange(roleOf(actor.userId), 'manage', event),
        decide: ({ event }, at) => {
          requireVersion(event, precondition);
          return [{ kind: 'delete', deletedAt: at }];
        },
        news: async ({ event }, by) => ({
          closedFor: { allBut: event.ownerId },
          notices: [
            {
              message: 'event:deleted',
              to: await memberIds(eventId),
              payload: { eventId, version: event.version, by },
            },
          ],
        }),
      });
    },

    erase: async (actor, eventId, precondition) => {
      for (let tries = 0; tries < MAX_ERASE_ATTEMPTS; tries += 1) {
        const snapshot = isId(eventId) ? await events.find(eventId, [actor.userId]) : null;
        if (!snapshot) {
          throw noSuchEvent();
        }
        const { event } = snapshot;
        permit(snapshot.members.get(actor.userId)?.role ?? null, 'manage', event);
        requireVersion(event, precondition);
        const members = await memberIds(eventId);
        if (await events.erase(eventId, event.version)) {
          await tellErased(event, members, actor);
          return;
        }
      }
      throw noSuchEvent();
    },

    restore: async (actor, eventId) => {
      const { event, role } = await pipeline.submit({
        eventId,
        actor,
        permit: ({ event: found, roleOf }) => permit(roleOf(actor.userId), 'manage', found),
        decide: ({ event: found }) =>
          found.deletedAt === null ? [] : [{ kind: 'restore', deletedAt: null }],
        news: async ({ event: restored }, by) => ({
          notices: [
            {
              message: 'event:restored',
              to: await memberIds(eventId),
              payload: { eventId, version: restored.version, by },
            },
          ],
        }),
      });
      return eventView(event, role);
    },
  };

  async function tellErased(event: EventRecord, members: string[], actor: Actor): Promise<void> {
    const by = (await people.named([actor.userId]))(actor.userId);
    const version = event.version + 1;
    const at = clock.now().toISOString();
    const change: Change = { eventId: event.id, version, kind: 'delete', patch: [], by, at };
    await broadcaster.publish({
      eventId: event.id,
      changes: [change],
      leaving: [],
      closedFor: { allBut: null },
      notices: [{ message: 'event:deleted', to: members, payload: { eventId: event.id, version, by } }],
    });
  }
}

function attempt<T>(work: () => T): { value: T } | { error: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/** The first version: its entry's patch turns `{}` into the content. */
function newEvent(content: Content, { userId, via }: Actor, now: Date): NewEvent {
  const at = now.toISOString();
  const event: EventRecord = {
    id: newId(now),
    version: 1,
    ownerId: userId,
    content,
    createdAt: at,
    updatedAt: at,
    updatedBy: userId,
    deletedAt: null,
  };
  const entry: LogEntry = {
    version: 1,
    kind: 'create',
    at,
    by: userId,
    via,
    patch: effectivePatch({}, content),
  };
  return {
    event,
    keys: indexKeys(content),
    entries: [entry],
    members: [{ userId, role: 'owner', grantedBy: userId, grantedAt: at }],
  };
}

const positionOf = ({ key, event }: FoundEvent): EventQuery['after'] => ({ key, id: event.id });

function storeQuery(
  userId: string,
  query: Omit<ListQuery, 'limit' | 'cursor'>,
  after: EventQuery['after'],
  limit: number,
): EventQuery {
  const { from, to, q, tag, role, status, updatedSince, sort, deleted } = query;
  return {
    userId,
    state: deleted ? 'trash' : 'live',
    ...(role && { role }),
    ...(status && { status }),
    ...(tag !== undefined && { tag }),
    words: q === undefined ? [] : wordsOf(q),
    ...(updatedSince !== undefined && { updatedSince }),
    window: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
    sort: sort.endsWith('updatedAt') ? 'updatedAt' : 'start',
    descending: sort.startsWith('-'),
    ...(after && { after }),
    limit,
  };
}
