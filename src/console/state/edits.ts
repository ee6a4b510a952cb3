import type { EventView, Fields } from '../../client/index.js';
import type { ConflictReport } from '../../protocol/schedule.js';
import { client, connection, newId } from './client.js';
import { hold } from './live.js';
import { complain, toast } from './notices.js';
import { occurrences, refresh, removeEvent, removeOccurrence } from './occurrences.js';
import { openCalendar, openEvent, route } from './route.js';

export type Scope = 'this' | 'following' | 'all';

/** What is to be changed: an event, or with `recurrenceId` an occurrence of a series and how far it goes. */
export interface Target {
  eventId: string;
  title: string;
  recurrenceId: string | null;
  scope: Scope;
  /** Of an occurrence: the version that was seen. Where others changed the same since, it is an edit conflict. */
  baseVersion?: number;
  /** Why it is changed, for the history; '' says nothing. */
  note?: string;
}

/** Content as the API takes it for a new event. */
export type NewContent = Record<string, unknown>;

/** Makes an event. @throws ConveneError */
export async function createEvent(content: NewContent): Promise<EventView> {
  const event = await client.request<EventView & Partial<ConflictReport>>('POST', '/api/events', {
    body: content,
    headers: { 'Idempotency-Key': newId() },
  });
  refresh();
  const met = event.conflicts?.length ?? 0;
  const overlaps = met === 0 ? '' : ` It overlaps with ${met === 1 ? 'another event' : `${met} others`}.`;
  tell(event.id, `Created ${event.title}.${overlaps}`, () =>
    deleteEvent({ ...wholeOf(event), isUndo: true }),
  );
  return event;
}

/** Changes some fields, shown at once; the toast that says so can undo it. @throws ConveneError */
export async function changeEvent(target: Target, fields: Fields, done: string): Promise<void> {
  if (target.recurrenceId === null) {
    const isStored = await editWhole(target, fields);
    if (isStored) {
      tell(target.eventId, done, () => undo(target.eventId));
    } else {
      tell(target.eventId, `${done} It is sent when you are online again.`);
    }
    return;
  }
  const following = await editOccurrence(target, target.recurrenceId, fields);
  refresh();
  tell(target.eventId, done, () => undo(target.eventId, following));
  leaveOccurrence(target, fields, following);
}

/** Says what was done, in place of what was said about this event before, and how to take it back. */
const tell = (eventId: string, text: string, back?: () => Promise<void>): void =>
  toast(text, { about: eventId, ...(back && { action: { label: 'Undo', run: () => void back() } }) });

/** @returns whether it is stored; without a connection it is kept, and sent later */
async function editWhole({ eventId, note = '' }: Target, fields: Fields): Promise<boolean> {
  const { event, release } = hold(eventId);
  try {
    const stored = (await event).edit(fields, note === '' ? {} : { note });
    if (connection.get().state !== 'online') {
      stored.catch(complainUnlessKept);
      return false;
    }
    await stored;
    return true;
  } finally {
    release();
  }
}

/** What met another's edit, or was on its way when the event was taken away, is kept; `panel/failed-edits.ts` says so. */
export function complainUnlessKept(error: unknown): void {
  const { code } = error as { code?: unknown };
  if (code !== 'edit-conflict' && code !== 'not-found' && code !== 'closed') {
    complain(error);
  }
}

/** @returns the event in which a series goes on that was split */
async function editOccurrence(
  { eventId, scope, baseVersion, note = '' }: Target,
  recurrenceId: string,
  fields: Fields,
): Promise<EventView | undefined> {
  const answer = await client.request<EventView | { following: EventView }>(
    'PATCH',
    `/api/events/${eventId}/occurrences/${encodeURIComponent(recurrenceId)}`,
    {
      query: { scope, baseVersion },
      body: fields,
      headers: { 'Edit-Id': newId(), ...(note !== '' && { 'Edit-Note': encodeURIComponent(note) }) },
    },
  );
  return 'following' in answer ? answer.following : undefined;
}

/** Where the occurrence that is open does not have its id any more, its series is shown. */
function leaveOccurrence({ eventId, scope }: Target, fields: Fields, following?: EventView): void {
  if (route.get().eventId === eventId && scope !== 'this') {
    if (following) {
      openEvent(following.id);
    } else if ('start' in fields || 'recurrence' in fields || 'timeZone' in fields) {
      openEvent(eventId);
    }
  }
}

/** Takes back one's own last edit of an event; of a split also what the series went on as. */
export async function undo(eventId: string, following?: EventView): Promise<void> {
  try {
    await client.request('POST', `/api/events/${eventId}/undo`);
    if (following) {
      await client.request('DELETE', `/api/events/${following.id}`);
    }
    refresh();
    tell(eventId, 'Undone.');
  } catch (error) {
    complain(error);
  }
}

/** Deletes an event or occurrences; what goes to the trash can be brought back from the toast. */
export async function deleteEvent(target: Target & { isUndo?: boolean }): Promise<void> {
  const { eventId, title, recurrenceId, scope } = target;
  const before = occurrences.get().items;
  const isWhole = recurrenceId === null || scope === 'all';
  hide(target);
  try {
    const path = `/api/events/${eventId}`;
    const answer = await (isWhole
      ? client.request('DELETE', path)
      : client.request('DELETE', `${path}/occurrences/${encodeURIComponent(recurrenceId)}`, {
          query: { scope },
        }));
    refresh();
    // Ended at its first occurrence, a series is deleted: then there is no answer, and no edit to undo.
    const back = answer === undefined ? () => restore(eventId) : () => undo(eventId);
    if (target.isUndo) {
      tell(eventId, 'Undone.');
    } else {
      tell(eventId, `Deleted ${title}.`, back);
    }
  } catch (error) {
    occurrences.set({ items: before });
    refresh();
    complain(error);
  }
}

function hide({ eventId, recurrenceId, scope }: Target): void {
  if (recurrenceId === null || scope === 'all') {
    removeEvent(eventId);
  } else if (scope === 'this') {
    removeOccurrence(eventId, recurrenceId);
  }
  if (route.get().eventId === eventId) {
    openCalendar();
  }
}

async function restore(eventId: string): Promise<void> {
  try {
    await client.request('POST', `/api/events/${eventId}/restore`);
    refresh();
    tell(eventId, 'Brought back.');
  } catch (error) {
    complain(error);
  }
}

const wholeOf = ({ id, title }: EventView): Target => ({
  eventId: id,
  title,
  recurrenceId: null,
  scope: 'all',
});
