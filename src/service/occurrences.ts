import { noSuchEvent, permit, permitChange } from '../calendar/access.js';
import type { Content } from '../calendar/content.js';
import { carryOver, type EditResult, type VersionedContent } from '../calendar/edit.js';
import type { EventRecord } from '../calendar/event.js';
import type { Edit } from '../calendar/patch.js';
import {
  continueSeriesFrom,
  editOccurrence,
  editSeries,
  endSeriesBefore,
  excludeOccurrence,
  isFirstOccurrence,
  NO_EDIT,
  requireOccurrence,
} from '../calendar/series.js';
import type { Person } from '../protocol/accounts.js';
import { eventView, type EventView } from '../protocol/events.js';
import { changeOf } from '../protocol/history.js';
import type { Scope } from '../protocol/occurrences.js';
import { permitFirst } from './look-up.js';
import { newEvent } from './new-event.js';
import {
  type Actor,
  type ChangePipeline,
  type Draft,
  type EventState,
  type Outcome,
} from './commit-change.js';
import type { EventChanged } from './clash-watch.js';
import { answerOf, baseOf, parseEdit, type EditAnswer, type EditOptions, type SentEdit } from './edits.js';
import { newId } from './ids.js';
import type { People } from './people.js';
import type { Broadcaster, EventStore, Membership, NewEvent, News, Notice } from './ports.js';
import { requireVersion } from './preconditions.js';
import type { HistoryReader } from './read-history.js';

/** An occurrence of an event, and how much of the series is meant with it. */
export interface Place {
  eventId: string;
  recurrenceId: string;
  scope: Scope;
}

/** What a change of an occurrence came to; `following` where the series was split. */
export interface OccurrenceAnswer extends EditAnswer {
  following?: EventView;
}

/** Changing a series by one of its occurrences. */
export interface OccurrenceService {
  /**
   * `this`: an override. `all`: the series, moved as far as the occurrence is. `following`: the series ends before
   * the occurrence, and what follows is a new event with the same owner and members, in one write; at the first
   * occurrence it is `all`.
   *
   * @throws not-found for the event and for the occurrence; whatever editing an event throws
   */
  edit(actor: Actor, place: Place, sent: SentEdit, options: EditOptions): Promise<OccurrenceAnswer>;
  /**
   * Excludes the occurrence, or ends the series before it; with `all`, and with `following` at the first
   * occurrence, the event goes to the trash, for the owner: then null.
   *
   * @throws not-found, forbidden, precondition-failed
   */
  remove(
    actor: Actor,
    place: Place,
    options: Omit<EditOptions, 'baseVersion'>,
  ): Promise<OccurrenceAnswer | null>;
}

export interface OccurrenceDependencies {
  events: EventStore;
  history: HistoryReader;
  people: People;
  pipeline: ChangePipeline;
  broadcaster: Broadcaster;
  /** Hears of a new event as of a change of what the series was there before. */
  onChanged(change: EventChanged): void;
}

export function createOccurrenceService(deps: OccurrenceDependencies): OccurrenceService {
  const { events, history, people, pipeline, broadcaster, onChanged } = deps;

  const submit = (
    actor: Actor,
    eventId: string,
    options: EditOptions,
    decide: (state: EventState, at: string) => Promise<Draft>,
  ): Promise<Outcome> =>
    pipeline.submit({
      eventId,
      actor,
      changeId: options.changeId,
      note: options.note,
      permit: ({ event, roleOf }) => permitChange(roleOf(actor.userId), 'edit', event),
      decide: async (state, at) => {
        requireVersion(state.event, options);
        return [await decide(state, at)];
      },
      news: (outcome) => trashNews(outcome, events),
    });

  /** The other half, as it was when it came into being. */
  const followingOf = async ({ userId }: Actor, eventId: string): Promise<EventView> => {
    const snapshot = await events.find(eventId, [userId]);
    if (!snapshot) {
      throw noSuchEvent();
    }
    const { event, members } = snapshot;
    const role = permit(members.get(userId)?.role ?? null, 'read', event);
    const content = await history.contentAt(event, 1);
    return eventView({ ...event, version: 1, content, updatedAt: event.createdAt, deletedAt: null }, role);
  };

  /** Every member's sockets learn of the new event: its maker that it was created, the others that they have it. */
  const tellCreated = async (actor: Actor, made: NewEvent, unedited: Content): Promise<void> => {
    const { event, entries, members } = made;
    const by = (await people.named([actor.userId]))(actor.userId);
    await broadcaster.publish({
      eventId: event.id,
      changes: entries.map((entry) => changeOf(event.id, entry, by)),
      notices: members.map((member) => newcomerNotice(event, member, actor, by)),
    });
    onChanged({ before: { ...event, content: unedited }, after: event, entries, by });
  };

  const editFollowing = async (
    actor: Actor,
    { eventId, recurrenceId }: Place,
    edit: Edit,
    options: EditOptions,
  ): Promise<OccurrenceAnswer> => {
    let made: { event: NewEvent; unedited: Content } | undefined;
    const outcome = await submit(actor, eventId, options, async (state, at) => {
      made = undefined;
      const { event } = state;
      const base = await baseOf(state, options.baseVersion, history);
      if (isFirstOccurrence(event.content, recurrenceId)) {
        return editAll(edit, recurrenceId, base, event);
      }
      const head = endSeriesBefore(event.content, recurrenceId);
      const unedited = continueSeriesFrom(event.content, recurrenceId, NO_EDIT);
      const tail = tailOf(edit, recurrenceId, base, { version: event.version, content: unedited });
      const half = newEvent(
        {
          id: newId(new Date(at)),
          content: tail.content,
          ownerId: event.ownerId,
          members: await state.members(),
          at,
          note: noteOf(options.note, `Continues event ${event.id}`),
        },
        actor,
      );
      made = { event: half, unedited };
      return {
        kind: 'edit',
        content: head,
        merged: tail.merged,
        note: noteOf(options.note, `Continues in event ${half.event.id}`),
        alsoInsert: half,
      };
    });
    const answer = await answerOf(outcome, history);
    const following = answer.entry?.following;
    if (made && !outcome.repeated) {
      await tellCreated(actor, made.event, made.unedited);
    }
    return {
      ...answer,
      ...(following !== undefined && { following: await followingOf(actor, following) }),
    };
  };

  return {
    edit: async (actor, place, sent, options) => {
      const { eventId, recurrenceId, scope } = place;
      await permitFirst(events, actor, eventId, 'edit');
      const edit = parseEdit(sent);
      if (scope === 'following') {
        return editFollowing(actor, place, edit, options);
      }
      const outcome = await submit(actor, eventId, options, async (state) => {
        const base = await baseOf(state, options.baseVersion, history);
        return (scope === 'all' ? editAll : editThis)(edit, recurrenceId, base, state.event);
      });
      return answerOf(outcome, history);
    },

    remove: async (actor, { eventId, recurrenceId, scope }, options) => {
      await permitFirst(events, actor, eventId, scope === 'all' ? 'manage' : 'edit');
      const outcome = await submit(actor, eventId, options, async ({ event, roleOf }, at) => {
        const { content } = event;
        if (scope === 'this') {
          return { kind: 'edit', content: excludeOccurrence(content, recurrenceId) };
        }
        const isFirst = isFirstOccurrence(content, recurrenceId);
        if (scope === 'following' && !isFirst) {
          return { kind: 'edit', content: endSeriesBefore(content, recurrenceId) };
        }
        permitChange(roleOf(actor.userId), 'manage', event);
        return { kind: 'delete', deletedAt: at };
      });
      const answer = await answerOf(outcome, history);
      return answer.entry?.kind === 'delete' ? null : answer;
    },
  };
}

/** What others have done to the series since meets what the edit makes of it; the occurrence must still be there. */
function editThis(edit: Edit, recurrenceId: string, base: VersionedContent, current: EventRecord): Draft {
  requireOccurrence(current.content, recurrenceId);
  const content = editOccurrence(base.content, recurrenceId, edit);
  return { kind: 'edit', ...carryOver({ form: 'replacement', content }, base, current) };
}

function editAll(edit: Edit, recurrenceId: string, base: VersionedContent, current: EventRecord): Draft {
  requireOccurrence(current.content, recurrenceId);
  const content = editSeries(base.content, recurrenceId, edit);
  return { kind: 'edit', ...carryOver({ form: 'replacement', content }, base, current) };
}

/** The second half as it was edited, upon the second half as it is now. */
function tailOf(
  edit: Edit,
  recurrenceId: string,
  base: VersionedContent,
  current: VersionedContent,
): EditResult {
  const content = continueSeriesFrom(base.content, recurrenceId, edit);
  const unedited = continueSeriesFrom(base.content, recurrenceId, NO_EDIT);
  return carryOver({ form: 'replacement', content }, { version: base.version, content: unedited }, current);
}

const noteOf = (own: string | undefined, said: string): string =>
  own === undefined ? said : `${own} (${said})`;

function newcomerNotice(event: EventRecord, { userId, role }: Membership, actor: Actor, by: Person): Notice {
  const view = eventView(event, role);
  return userId === actor.userId
    ? { message: 'event:created', to: [userId], payload: { event: view, by } }
    : { message: 'event:shared', to: [userId], payload: { eventId: event.id, event: view, role, by } };
}

/** What members hear where the event went to the trash. */
async function trashNews({ event, entries, by }: Outcome, events: EventStore): Promise<Partial<News>> {
  if (!entries.some(({ kind }) => kind === 'delete')) {
    return {};
  }
  const { id: eventId, version } = event;
  const members = await events.members(eventId);
  return {
    notices: [
      {
        message: 'event:deleted',
        to: members.map(({ userId }) => userId),
        payload: { eventId, version, by },
      },
    ],
  };
}
