import { permitChange } from '../calendar/access.js';
import { parseContent, type Content } from '../calendar/content.js';
import { carryOver, type VersionedContent } from '../calendar/edit.js';
import { CodedError, refuse, refuseFields } from '../calendar/errors.js';
import type { EventRecord } from '../calendar/event.js';
import type { LogEntry } from '../calendar/history.js';
import { isObject } from '../calendar/json.js';
import { parseOperations, type Edit } from '../calendar/patch.js';
import type { Person } from '../protocol/accounts.js';
import { contentOf, eventView, type EventView } from '../protocol/events.js';
import type { ConflictMode, ConflictReport } from '../protocol/schedule.js';
import { permitFirst, requireId } from './look-up.js';
import type { Actor, ChangePipeline, Draft, EventState, Outcome } from './commit-change.js';
import { requireVersion, type Precondition } from './preconditions.js';
import type { EventStore } from './ports.js';
import { noSuchVersion, type HistoryReader } from './read-history.js';
import { scheduleConflict, type ScheduleService } from './schedule.js';
import { undoLastEdit } from './undo.js';

/** An edit as it was sent, not yet looked into. `at` is where it stands in what was sent, for pointers. */
export interface SentEdit {
  form: Edit['form'];
  body: unknown;
  at?: string;
}

/** What a writer may say of an edit beside the edit itself. */
export interface EditOptions extends Precondition {
  /** The version that the writer edited: changes since are merged. Without it, the current one. */
  baseVersion?: number | undefined;
  changeId?: string | undefined;
  note?: string | undefined;
  /** Whether schedule conflicts are looked for, in whose time, and what becomes of an edit that has some. */
  conflicts?: ConflictMode | undefined;
  participants?: boolean | undefined;
}

export type UndoOptions = Pick<EditOptions, 'ifMatch' | 'changeId' | 'note'>;

/** What an edit came to. */
export interface EditAnswer {
  /** The event at `version`, for the caller. */
  event: EventView;
  version: number;
  /** Whether the edit was rebased over others' changes. */
  merged: boolean;
  /** What was found of schedule conflicts, where they were looked for. */
  report?: ConflictReport;
  /** The entry written, now or when the same change was first sent; null where nothing changed. */
  entry: LogEntry | null;
  /** Who wrote it. */
  by: Person;
}

/** The ways in which content changes. All of them end in the pipeline. */
export interface EditService {
  /**
   * @throws not-found, forbidden, precondition-failed, invalid-patch, validation-failed, invalid-recurrence,
   *   unknown-version, edit-conflict
   */
  edit(actor: Actor, eventId: string, sent: SentEdit, options: EditOptions): Promise<EditAnswer>;
  /** Restores the content of an earlier version as a new one. @throws as `edit`, and version-not-found */
  rollback(actor: Actor, eventId: string, toVersion: number, options: EditOptions): Promise<EditAnswer>;
  /**
   * Takes back the actor's own last edit as a new version, and keeps what was changed since; again: the edit before it.
   *
   * @throws not-found, forbidden, precondition-failed, edit-conflict, nothing-to-undo
   */
  undo(actor: Actor, eventId: string, options: UndoOptions): Promise<EditAnswer>;
}

export interface EditDependencies {
  events: EventStore;
  schedule: ScheduleService;
  history: HistoryReader;
  pipeline: ChangePipeline;
}

/** How an edit comes about. */
interface Wish {
  /** Looks into what was sent, for somebody who may edit: strangers learn nothing from what is wrong with it. */
  look?(): unknown;
  draftOf(state: EventState): Promise<Draft>;
}

export function createEditService({ events, schedule, history, pipeline }: EditDependencies): EditService {
  const submit = async (
    actor: Actor,
    eventId: string,
    options: EditOptions,
    { look, draftOf }: Wish,
  ): Promise<EditAnswer> => {
    requireId(eventId);
    const { conflicts: mode = 'ignore', participants = false } = options;
    if (mode !== 'ignore') {
      // Others wait for whoever looks into their time.
      await permitFirst(events, actor, eventId, 'edit');
    }
    const audience = await schedule.audience(actor.userId, eventId, participants);
    const send = async (): Promise<EditAnswer> => {
      const outcome = await pipeline.submit({
        eventId,
        actor,
        changeId: options.changeId,
        note: options.note,
        permit: ({ event, roleOf }) => {
          permitChange(roleOf(actor.userId), 'edit', event);
          look?.();
        },
        decide: async (state) => {
          requireVersion(state.event, options);
          const draft = await draftOf(state);
          if (mode === 'reject' && draft.content) {
            await refuseClash(draft.content);
          }
          return [draft];
        },
      });
      return answerOf(outcome, history);
    };
    const refuseClash = async (content: Content): Promise<void> => {
      const report = await schedule.check({ content, eventId }, audience);
      if (report.conflicts.length > 0) {
        throw scheduleConflict(report);
      }
    };
    if (mode === 'ignore') {
      return send();
    }
    const answer = mode === 'reject' ? await schedule.guard(audience.userIds, send) : await send();
    return {
      ...answer,
      report: await schedule.check({ content: contentOf(answer.event), eventId }, audience),
    };
  };

  return {
    edit: (actor, eventId, sent, options) => {
      let edit: Edit | undefined;
      const look = (): Edit => (edit ??= parseEdit(sent));
      return submit(actor, eventId, options, {
        look,
        draftOf: async (state) => {
          const base = await baseOf(state, options.baseVersion, history);
          return { kind: 'edit', ...carryOver(look(), base, state.event) };
        },
      });
    },

    rollback: (actor, eventId, toVersion, options) =>
      submit(actor, eventId, options, {
        draftOf: async (state) => {
          if (toVersion > state.stored.version) {
            throw noSuchVersion(toVersion);
          }
          const content = await history.contentAt(state.stored, toVersion);
          const base = await baseOf(state, options.baseVersion, history);
          const result = carryOver({ form: 'replacement', content }, base, state.event);
          return { kind: 'rollback', restoredVersion: toVersion, ...result };
        },
      }),

    undo: (actor, eventId, options) =>
      submit(actor, eventId, options, { draftOf: (state) => undoLastEdit(state, actor.userId, history) }),
  };
}

/** The version that a writer edited: the current one where they do not say. @throws unknown-version */
export async function baseOf(
  { event, stored }: EventState,
  baseVersion: number | undefined,
  history: HistoryReader,
): Promise<VersionedContent> {
  if (baseVersion === undefined || baseVersion === event.version) {
    return event;
  }
  if (baseVersion > stored.version) {
    throw unknownVersion(baseVersion, event);
  }
  try {
    return { version: baseVersion, content: await history.contentAt(stored, baseVersion) };
  } catch (error) {
    const unknown = error instanceof CodedError && error.code === 'version-not-found';
    throw unknown ? unknownVersion(baseVersion, event) : error;
  }
}

const unknownVersion = (version: number, event: EventRecord) =>
  refuse('unknown-version', `The event has no version ${version} to merge with.`, {
    currentVersion: event.version,
  });

/** An edit as it was sent, read. @throws invalid-patch, validation-failed, invalid-recurrence */
export function parseEdit({ form, body, at = '' }: SentEdit): Edit {
  switch (form) {
    case 'json-patch':
      return { form, operations: parseOperations(body, at), at };
    case 'replacement':
      return { form, content: parseContent(body) };
    case 'merge-patch':
      if (!isObject(body)) {
        throw refuseFields([{ pointer: at, message: 'must be a JSON object (RFC 7396)' }], 'invalid-patch');
      }
      return { form, patch: body };
  }
}

/** A change that was sent before gets its first answer again: the event as it was then. */
export async function answerOf(outcome: Outcome, history: HistoryReader): Promise<EditAnswer> {
  const { event, role, repeated, entries, by } = outcome;
  if (!repeated) {
    const entry = entries[0] ?? null;
    const merged = entry?.merged ?? false;
    return { event: eventView(event, role), version: event.version, merged, entry, by };
  }
  const content = await history.contentAt(event, repeated.version);
  const then = {
    ...event,
    version: repeated.version,
    content,
    updatedAt: repeated.at,
    updatedBy: repeated.by,
  };
  return {
    event: eventView(then, role),
    version: then.version,
    merged: repeated.merged ?? false,
    entry: repeated,
    by,
  };
}
