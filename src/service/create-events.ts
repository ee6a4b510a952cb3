import { parseContent, type Content } from '../calendar/content.js';
import { eventView, type EventView } from '../protocol/events.js';
import { changeOf } from '../protocol/history.js';
import type { ConflictMode, ConflictReport } from '../protocol/schedule.js';
import type { Actor } from './commit-change.js';
import { idOf, newId } from './ids.js';
import { createFindMadeBefore, type MadeBefore } from './made-before.js';
import { newEvent } from './new-event.js';
import type { People } from './people.js';
import type { Broadcaster, Clock, EventStore, Membership, NewEvent } from './ports.js';
import type { HistoryReader } from './read-history.js';
import { scheduleConflict, type ScheduleService } from './schedule.js';

/** A new event, and with it what was found of schedule conflicts, where they were looked for. */
export type CreatedEvent = EventView & Partial<ConflictReport>;

/** What became of one item of a batch; `left`: it was fit, but others were not. */
export type BatchItem = { index: number } & ({ event: CreatedEvent } | { error: unknown } | { left: true });

/** Creating events. What an actor does `once` is found where it was done before, each event as it was then. */
export interface CreationService {
  /** @throws validation-failed, invalid-recurrence; schedule-conflict with `reject` */
  create(actor: Actor, body: unknown, mode: ConflictMode): Promise<CreatedEvent>;
  /** Creates what can be of 1–500 bodies, or with `atomic` all or none; an item says what became of it. */
  createBatch(
    actor: Actor,
    bodies: readonly unknown[],
    options: { atomic: boolean; mode: ConflictMode },
  ): Promise<BatchItem[]>;
}

export interface CreationDependencies {
  events: EventStore;
  history: HistoryReader;
  people: People;
  schedule: ScheduleService;
  broadcaster: Broadcaster;
  clock: Clock;
}

/** A new event, or one that an earlier run has made, or why there is none. */
type Planned = { created: NewEvent; report?: ConflictReport } | MadeBefore | { error: unknown };

export function createCreationService(deps: CreationDependencies): CreationService {
  const { events, people, schedule, broadcaster, clock } = deps;
  const findMadeBefore = createFindMadeBefore(deps);

  const insert = async (actor: Actor, created: NewEvent[]): Promise<void> => {
    if (created.length === 0) {
      return;
    }
    await events.insert(created);
    const by = (await people.named([actor.userId]))(actor.userId);
    for (const { event, entries } of created) {
      await broadcaster.publish({
        eventId: event.id,
        changes: entries.map((entry) => changeOf(event.id, entry, by)),
        notices: [
          { message: 'event:created', to: [actor.userId], payload: { event: eventView(event, 'owner'), by } },
        ],
      });
    }
  };

  /** What the bodies come to: parsed, and looked at for conflicts as far as was asked for. */
  const plan = async (actor: Actor, bodies: readonly unknown[], mode: ConflictMode): Promise<Planned[]> => {
    const before = await findMadeBefore(actor, bodies.length, mode);
    const planned = bodies.map((body, index): Planned => {
      try {
        return before[index] ?? { created: ownEvent(parseContent(body), actor, clock.now(), index) };
      } catch (error) {
        return { error };
      }
    });
    if (mode === 'ignore') {
      return planned;
    }
    const fit = planned.flatMap((one) => ('created' in one ? [one.created.event] : []));
    const check = mode === 'reject' ? schedule.checkInTurn : schedule.checkTogether;
    const reports = (await check(fit, actor.userId)).values();
    return planned.map((one) => {
      const report = 'created' in one ? reports.next().value : undefined;
      if (!report) {
        return one;
      }
      const refused = mode === 'reject' && report.conflicts.length > 0;
      return refused ? { error: scheduleConflict(report) } : { ...one, report };
    });
  };

  const carryOut = async (
    actor: Actor,
    bodies: readonly unknown[],
    { atomic, mode }: { atomic: boolean; mode: ConflictMode },
  ): Promise<BatchItem[]> => {
    const planned = await plan(actor, bodies, mode);
    const left = atomic && planned.some((one) => 'error' in one);
    if (!left) {
      await insert(
        actor,
        planned.flatMap((one) => ('created' in one ? [one.created] : [])),
      );
    }
    return planned.map((one, index): BatchItem => {
      if ('error' in one) {
        return { index, error: one.error };
      }
      const event = 'made' in one ? one.made : one.created.event;
      return left ? { index, left: true } : { index, event: { ...eventView(event, 'owner'), ...one.report } };
    });
  };

  const createBatch: CreationService['createBatch'] = (actor, bodies, options) =>
    options.mode === 'reject'
      ? schedule.guard([actor.userId], () => carryOut(actor, bodies, options))
      : carryOut(actor, bodies, options);

  return {
    createBatch,
    create: async (actor, body, mode) => {
      const [item] = await createBatch(actor, [body], { atomic: false, mode });
      if (item && 'event' in item) {
        return item.event;
      }
      throw item && 'error' in item ? item.error : new Error('An event came to nothing');
    },
  };
}

/** An event of the actor's own. What is made `once` has the same id each time. */
function ownEvent(content: Content, actor: Actor, now: Date, index: number): NewEvent {
  const { userId, once } = actor;
  const id = once ? idOf(once.token, index) : newId(now);
  const at = now.toISOString();
  const members: Membership[] = [{ userId, role: 'owner', grantedBy: userId, grantedAt: at }];
  return newEvent({ id, content, ownerId: userId, members, at }, actor);
}
