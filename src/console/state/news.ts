import type { LiveEvent, LiveEventEvents } from '../../client/index.js';
import { wordsForChange } from '../words.js';
import { client, connection } from './client.js';
import { forgetLive, onLiveChange } from './live.js';
import { announce, toast } from './notices.js';
import { forgetOccurrences, occurrences, refresh, removeEvent, showChanged } from './occurrences.js';
import { openCalendar, openEvent, route } from './route.js';
import { myId, session } from './session.js';

/** Brings what others do into the calendar, as soon as the server tells it. */
export function startNews(): void {
  onLiveChange(changed);
  client.on('event:created', refresh);
  client.on('event:restored', refresh);
  client.on('event:shared', ({ event, by, role }) => {
    refresh();
    if (by.id !== myId()) {
      toast(`${by.name} shared ${event.title} with you, as ${role}.`, {
        action: { label: 'Open', run: () => openEvent(event.id) },
      });
    }
  });
  client.on('event:unshared', ({ eventId, by }) => gone(eventId, by, 'is not shared with you any more'));
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
    announce(`${wordsForChange(change.by.name, change.kind, [...fields], event.content.title)}.`);
  }
}

/** An event that is not to be seen any more is closed at once, wherever it is open. */
function gone(eventId: string, by: { id: string }, what: string): void {
  const title = occurrences.get().items.find((one) => one.eventId === eventId)?.title ?? 'An event';
  removeEvent(eventId);
  if (route.get().eventId === eventId) {
    openCalendar();
  }
  if (by.id !== myId()) {
    toast(`${title} ${what}.`);
  }
}
