import { permit, permitChange, type Role } from '../calendar/access.js';
import type { EventRecord } from '../calendar/event.js';
import { eventView, type EventView, type ListQuery } from '../protocol/events.js';
import type { Change } from '../protocol/history.js';
import { problem } from '../protocol/problems.js';
import { lookUp, requireId } from './look-up.js';
import type { Actor, ChangePipeline } from './commit-change.js';
import type { Cursors } from './cursor.js';
import { listEvents, type Page } from './list-events.js';
import type { OccurrenceCache } from './occurrence-cache.js';
import type { People } from './people.js';
import type { Broadcaster, Clock, EventStore } from './ports.js';
import { requireVersion, type Precondition } from './preconditions.js';

/** Reading, listing and deleting events. */
export interface EventService {
  /** @throws not-found */
  get(userId: string, eventId: string): Promise<EventView>;
  /** As {@link EventService.get}, with the event as it is stored. */
  read(userId: string, eventId: string): Promise<{ event: EventRecord; role: Role }>;
  /** The event as it is stored, whoever asks: for what the house itself has to know. Null where there is none. */
  find(eventId: string): Promise<EventRecord | null>;
  /** A page of the caller's events, or of their occurrences. @throws validation-failed for a foreign cursor */
  list(userId: string, query: ListQuery): Promise<Page>;
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
  occurrences: OccurrenceCache;
  clock: Clock;
}

const MAX_ERASE_ATTEMPTS = 20;

export function createEventService(deps: EventDependencies): EventService {
  const { events, people, pipeline, broadcaster, clock } = deps;

  const read = async (userId: string, eventId: string) => {
    const { event, role } = await lookUp(events, userId, eventId);
    return { event, role: permit(role, 'read', event) };
  };

  const memberIds = async (eventId: string): Promise<string[]> =>
    (await events.members(eventId)).map(({ userId }) => userId);

  return {
    read,
    find: async (eventId) => (await events.find(eventId, []))?.event ?? null,
    get: async (userId, eventId) => {
      const { event, role } = await read(userId, eventId);
      return eventView(event, role);
    },

    list: (userId, query) => listEvents(deps, userId, query),

    trash: async (actor, eventId, precondition) => {
      requireId(eventId);
      await pipeline.submit({
        eventId,
        actor,
        permit: ({ event, roleOf }) => permitChange(roleOf(actor.userId), 'manage', event),
        decide: ({ event }, at) => {
          requireVersion(event, precondition);
          return [{ kind: 'delete', deletedAt: at }];
        },
        news: async ({ event, by }) => ({
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
        const { event, role } = await lookUp(events, actor.userId, eventId);
        permit(role, 'manage', event);
        requireVersion(event, precondition);
        const members = await memberIds(eventId);
        if (await events.erase(eventId, event.version, clock.now().toISOString())) {
          await tellErased(event, members, actor);
          return;
        }
      }
      throw problem('unavailable', 'Too many others are changing this event at the same moment. Try again.', {
        retryAfter: 1,
      });
    },

    restore: async (actor, eventId) => {
      requireId(eventId);
      const { event, role } = await pipeline.submit({
        eventId,
        actor,
        permit: ({ event: found, roleOf }) => permit(roleOf(actor.userId), 'manage', found),
        decide: ({ event: found }) =>
          found.deletedAt === null ? [] : [{ kind: 'restore', deletedAt: null }],
        news: async ({ event: restored, by }) => ({
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
      erased: true,
      notices: [{ message: 'event:deleted', to: members, payload: { eventId: event.id, version, by } }],
    });
  }
}
