import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Role } from '../calendar/access.js';
import { noSuchEvent } from '../calendar/access.js';
import type { EventRecord } from '../calendar/event.js';
import type { LogEntry } from '../calendar/history.js';
import { sizeOf } from '../calendar/json.js';
import type { Person } from '../protocol/accounts.js';
import { changeOf } from '../protocol/history.js';
import { problem } from '../protocol/problems.js';
import { archiveLog, mayOverflow } from './archive-log.js';
import type { EventChanged } from './clash-watch.js';
import type { Named, People } from './people.js';
import type { HistoryReader } from './read-history.js';
import type { Broadcaster, Clock, EventStore, Membership, News } from './ports.js';
import {
  commitOf,
  membersOf,
  record,
  startFrom,
  type Actor,
  type Draft,
  type RunningChange,
} from './running-change.js';

export { indexKeys, type Actor, type Draft, type Once } from './running-change.js';

/** An event as a command finds it: as stored, with what the commands before it in the same write have decided. */
export interface EventState {
  event: EventRecord;
  /** The event as it is stored, without what is only decided yet. */
  stored: EventRecord;
  /** What is only decided yet, ascending. */
  decided: readonly LogEntry[];
  roleOf(userId: string): Role | null;
  membershipOf(userId: string): Membership | null;
  /** All members, as they are read only where they are asked for. */
  members(): Promise<Membership[]>;
}

/** Somebody's wish to change an event. */
export interface Command {
  eventId: string;
  actor: Actor;
  changeId?: string | undefined;
  note?: string | undefined;
  /** The users, beside the actor, whose memberships it has to see. */
  concerns?: readonly string[];
  /** Refuses an actor who may not; asked of the very state that is changed. */
  permit(state: EventState): void;
  /** The versions to write, none where nothing would change; at `at`, the time of the write. Throws to refuse. */
  decide(state: EventState, at: string): Draft[] | Promise<Draft[]>;
  /** What has to be told beside the changes themselves. */
  news?(outcome: Outcome): Partial<News> | Promise<Partial<News>>;
}

/** What became of a command. */
export interface Outcome {
  /** The event before it. */
  before: EventRecord;
  /** The event after it. */
  event: EventRecord;
  role: Role;
  /** The entries it wrote; none where nothing changed. */
  entries: LogEntry[];
  /** Whose command it was. */
  by: Person;
  /** Set where the same change was sent before: its entry then. Nothing was written now. */
  repeated?: LogEntry;
}

/** The only writer of existing events. */
export interface ChangePipeline {
  /**
   * Carries a command out: permitted, decided, stored with its log entries in one write, and told.
   *
   * @throws what the command refuses with, or unavailable after {@link MAX_ATTEMPTS} lost races.
   */
  submit(command: Command): Promise<Outcome>;
}

interface Pending {
  command: Command;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** How often a write that other processes have overtaken is decided again. */
const MAX_ATTEMPTS = 60;
/** How many commands for one event share one write; and after how many bytes of entries none is added to it. */
const MAX_BATCH = 64;
const MAX_BATCH_BYTES = 1024 * 1024;
/** How many turns of the event loop a write waits at most for others to share it. */
const MAX_TURNS = 8;

export interface PipelineDependencies {
  events: EventStore;
  people: People;
  broadcaster: Broadcaster;
  clock: Clock;
  /** Takes note of an event that was just stored, as it was at that version. */
  remember: HistoryReader['remember'];
  /** Hears of each change once it is stored and told. */
  onChanged(change: EventChanged): void;
  onError(error: unknown, doing: string): void;
}

/**
 * Commands for one event queue up instead of racing. Those that wait while a write is under way are decided
 * one upon the other and stored together: one write, as many versions, each with its own answer.
 */
export function createChangePipeline(deps: PipelineDependencies): ChangePipeline {
  const queues = new Map<string, Pending[]>();

  const drain = async (eventId: string, queue: Pending[]): Promise<void> => {
    while (queue.length > 0) {
      await gathered(queue);
      const batch = queue.splice(0, MAX_BATCH);
      try {
        queue.unshift(...(await writeTogether(eventId, batch, deps)));
      } catch (error) {
        batch.forEach(({ reject }) => reject(error));
      }
    }
    queues.delete(eventId);
  };

  return {
    submit: (command) =>
      new Promise((resolve, reject) => {
        const pending = { command: identified(command), resolve, reject };
        const queue = queues.get(command.eventId);
        if (queue) {
          queue.push(pending);
          return;
        }
        const started = [pending];
        queues.set(command.eventId, started);
        void drain(command.eventId, started);
      }),
  };
}

/** Resolves when a turn of the event loop has brought no more to a queue, or enough. */
async function gathered(queue: readonly Pending[]): Promise<void> {
  let before = 0;
  for (let turns = 0; turns < MAX_TURNS && queue.length > before && queue.length < MAX_BATCH; turns += 1) {
    before = queue.length;
    await nextTurn();
  }
}

/** A command that is to be carried out once is a change with an id. */
const identified = (command: Command): Command => {
  const { once } = command.actor;
  return once ? { ...command, changeId: command.changeId ?? once.token } : command;
};

/** What one command of a batch came to, to be told once the batch is stored. */
type Decided = { pending: Pending } & ({ outcome: Outcome } | { refusal: unknown });

/** Decides and stores what goes into one write, and tells it; returns what does not. */
async function writeTogether(
  eventId: string,
  batch: Pending[],
  deps: PipelineDependencies,
): Promise<Pending[]> {
  const userIds = [
    ...new Set(batch.flatMap(({ command }) => [command.actor.userId, ...(command.concerns ?? [])])),
  ];
  const authors = batch.map(({ command }) => command.actor.userId);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const [snapshot, named] = await Promise.all([
      deps.events.find(eventId, userIds),
      deps.people.named(authors),
    ]);
    if (!snapshot) {
      throw noSuchEvent();
    }
    const change = startFrom(snapshot);
    const decided = await decideAll(batch, change, named, deps);
    if (!isOvertaken(decided) && (await store(change, deps.events))) {
      decided.forEach((one) => 'outcome' in one && deps.remember(one.outcome.event));
      await tell(eventId, decided, deps);
      await tidy(eventId, change.entries, deps);
      return batch.slice(decided.length);
    }
    await pause(attempt);
  }
  throw problem('unavailable', 'Too many others are changing this event at the same moment. Try again.', {
    retryAfter: 1,
  });
}

/** Whether others wrote one of these very changes after the event was read: the read is too old to answer from. */
const isOvertaken = (decided: readonly Decided[]): boolean =>
  decided.some((one) => 'outcome' in one && (one.outcome.repeated?.version ?? 0) > one.outcome.event.version);

/** Decides them one upon the other, until there is enough for one write. */
async function decideAll(
  batch: readonly Pending[],
  change: RunningChange,
  named: Named,
  deps: PipelineDependencies,
): Promise<Decided[]> {
  const decided: Decided[] = [];
  let bytes = 0;
  for (const pending of batch) {
    if (bytes > MAX_BATCH_BYTES || change.alsoInsert) {
      break;
    }
    const one = await decideOne(pending, change, named(pending.command.actor.userId), deps);
    decided.push(one);
    bytes += 'outcome' in one ? sizeOf(one.outcome.entries) : 0;
  }
  return decided;
}

async function decideOne(
  pending: Pending,
  change: RunningChange,
  by: Person,
  deps: PipelineDependencies,
): Promise<Decided> {
  const { command } = pending;
  const { userId } = command.actor;
  const membershipOf = (id: string): Membership | null => change.members.get(id) ?? null;
  const state: EventState = {
    event: change.event,
    stored: change.stored,
    decided: change.entries,
    membershipOf,
    roleOf: (id) => membershipOf(id)?.role ?? null,
    members: () => membersOf(change, deps.events),
  };
  try {
    const before = state.roleOf(userId);
    command.permit(state);
    const repeated = await repeatedEntry(command, change, deps.events);
    if (repeated) {
      return {
        pending,
        outcome: {
          before: state.event,
          event: change.event,
          role: before ?? 'viewer',
          entries: [],
          by,
          repeated,
        },
      };
    }
    const at = timeOf(change.event, deps.clock);
    const drafts = await command.decide(state, at);
    const entries = drafts.flatMap((draft) => record(change, draft, command, at));
    return {
      pending,
      outcome: {
        before: state.event,
        event: change.event,
        role: state.roleOf(userId) ?? before ?? 'viewer',
        entries,
        by,
      },
    };
  } catch (refusal) {
    return { pending, refusal };
  }
}

/** The entry of the same change, sent before: stored, or decided a moment ago. */
async function repeatedEntry(
  { eventId, actor, changeId }: Command,
  change: RunningChange,
  events: EventStore,
): Promise<LogEntry | null> {
  if (changeId === undefined) {
    return null;
  }
  const decided = change.entries.find((entry) => entry.by === actor.userId && entry.changeId === changeId);
  return decided ?? (await events.entryOfChange(eventId, actor.userId, changeId));
}

/** The clock may go back; an event's times do not. */
const timeOf = (event: EventRecord, clock: Clock): string => {
  const now = clock.now().toISOString();
  return now > event.updatedAt ? now : event.updatedAt;
};

/** One atomic write of everything decided; true where there is nothing to write, false where others were faster. */
const store = (change: RunningChange, events: EventStore): Promise<boolean> | boolean =>
  change.entries.length === 0 || events.commit(commitOf(change));

/** Everybody hears of what is stored, in order; then each command gets its answer. */
async function tell(eventId: string, decided: Decided[], deps: PipelineDependencies): Promise<void> {
  for (const one of decided) {
    if ('refusal' in one) {
      one.pending.reject(one.refusal);
      continue;
    }
    const { pending, outcome } = one;
    if (outcome.entries.length === 0) {
      pending.resolve(outcome);
      continue;
    }
    const news = await newsOf(eventId, pending.command, outcome, deps);
    // Nobody else waits until everybody who has to has heard of it.
    deps.broadcaster.publish(news).then(() => pending.resolve(outcome), pending.reject);
    const { before, event: after, entries, by } = outcome;
    deps.onChanged({ before, after, entries, by });
  }
}

async function newsOf(
  eventId: string,
  command: Command,
  outcome: Outcome,
  { onError }: PipelineDependencies,
): Promise<News> {
  const changes = outcome.entries.map((entry) => changeOf(eventId, entry, outcome.by));
  try {
    return { eventId, changes, notices: [], ...(await command.news?.(outcome)) };
  } catch (error) {
    // The change is stored and told; that something beside it cannot be told does not undo it.
    onError(error, 'gathering what has to be told');
    return { eventId, changes, notices: [] };
  }
}

/** What fails here has no bearing on the change, which is stored: it is made good at the next occasion. */
async function tidy(
  eventId: string,
  entries: LogEntry[],
  { events, onError }: PipelineDependencies,
): Promise<void> {
  const overflow = mayOverflow(entries);
  if (overflow === null) {
    return;
  }
  const tidied = archiveLog(events, eventId).catch((error: unknown) =>
    onError(error, 'moving log entries into a bucket'),
  );
  // Entries leave by the thirty-two: writes that come meanwhile share their flushes, and add a few more at most.
  if (overflow === 'heavy') {
    await tidied;
  }
}

const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 ** attempt)));
