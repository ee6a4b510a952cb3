import type { ClientEvents, LiveEvent, LiveEventEvents } from '../../client/index.js';
import { roleWords, wordsForChange } from '../words.js';
import { question } from '../dialogs/ask.js';
import { rescue } from '../panel/rescue.js';
import { client, connection } from './client.js';
import { forgetLive, lastTitle, liveEvent, onLiveChange } from './live.js';
import { announceSoon } from './news-words.js';
import { toast, withdraw } from './notices.js';
import { forgetOccurrences, occurrences, refresh, removeEvent, showChanged } from './occurrences.js';
import { openCalendar, openEvent, route } from './route.js';
import { myId, session } from './session.js';

/** Brings what others do into the calendar, as soon as the server tells it. */
export function startNews(): void {
  onLiveChange(changed);
  client.on('event:created', refresh);
  client.on('event:restored', refresh);
  client.on('event:shared', shared);
  client.on('conflict:detected', overlapped);
  client.on('event:unshared', ({ eventId, by }) =>
    gone(eventId, by, `is not shared with you any more: ${by.name} took you out of it`),
  );
  client.on('event:deleted', ({ eventId, by }) => gone(eventId, by, `was deleted by ${by.name}`));
  connection.subscribe(() => {
    if (connection.get().state === 'online') {
      refresh();
    }
  });
  session.subscribe(() => {
    if (!session.get().user) {
      forgetLive();
      forgetOccurrences();
    }
  });
}

function changed(event: LiveEvent, { change }: LiveEventEvents['change']): void {
  showChanged(event);
  if (change && change.by.id !== myId()) {
    const fields = new Set(change.patch.map(({ path }) => path.split('/')[1] ?? ''));
    const words = wordsForChange(change.by.name, change.kind, [...fields], event.content.title);
    announceSoon(`${words}.`, route.get().eventId === event.id);
  }
}

/** Shared for the first time, or with another role than before. */
function shared({ event, by, role }: ClientEvents['event:shared']): void {
  const isKnown = liveEvent(event.id) !== undefined || isShown(event.id);
  refresh();
  if (by.id !== myId()) {
    const words =
      role === 'owner'
        ? `${by.name} handed ${event.title} over to you.`
        : isKnown
          ? `${by.name} made you ${roleWords(role)} of ${event.title}.`
          : `${by.name} shared ${event.title} with you, as ${role}.`;
    toast(words, { about: event.id, ...opening(event.id) });
  }
}

/** What somebody else changed lies over something of one's own now. */
function overlapped({ eventId, conflicts, by }: ClientEvents['conflict:detected']): void {
  const others = [...new Set(conflicts.map(({ title }) => title ?? 'something else'))];
  const more = others.length > 2 ? [...others.slice(0, 2), `${others.length - 2} more`] : others;
  const words = `${titleOf(eventId)} overlaps with ${new Intl.ListFormat('en').format(more)} now: ${by.name} changed it.`;
  toast(words, { about: `overlap/${eventId}`, ...opening(eventId) });
}

const opening = (id: string) => ({ action: { label: 'Open', run: () => openEvent(id) } });
const isShown = (id: string): boolean => occurrences.get().items.some(({ eventId }) => eventId === id);
const titleOf = (id: string): string =>
  lastTitle(id) ?? occurrences.get().items.find(({ eventId }) => eventId === id)?.title ?? 'An event';

/** An event that is not to be seen any more is closed at once, wherever it is open. */
function gone(eventId: string, by: { id: string }, what: string): void {
  const title = titleOf(eventId);
  removeEvent(eventId);
  withdraw(`overlap/${eventId}`);
  if (route.get().eventId === eventId) {
    question.get().open?.answer(null);
    openCalendar();
  }
  if (by.id !== myId()) {
    toast(`${title} ${what}.`, { about: eventId, ...rescue(eventId, title) });
  }
}
