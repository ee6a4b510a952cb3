import type { ConveneError, FailedEdit, LiveEvent } from '../../client/index.js';
import { backWords, type Absence } from '../header/back-words.js';
import { connection } from './client.js';
import { liveEvents, onLiveChange, onLiveFailure } from './live.js';
import { toast } from './notices.js';
import { refresh } from './occurrences.js';
import { openEvent } from './route.js';

import { myId, session } from './session.js';
import { createStore } from './store.js';

/** Edits that the server has not answered: made without a connection, they are sent when there is one. */
export const keptEdits = createStore<{ count: number }>({ count: 0 });

/** A time without a connection, and what came of it. */
interface Away extends Absence {
  /** The events' versions when it was lost. */
  versions: ReadonlyMap<LiveEvent, number>;
}

const waiting = new WeakSet<LiveEvent>();
let away: Away | null = null;
/** Events with edits that a session took with it, and whose they are. */
const unsent = new Map<string, { title: string; userId: string }>();
let lastUser = '';

/** Counts what waits, tells what became of it, and reminds of what a session that ended has left unsent. */
export function startKeptEdits(): void {
  onLiveChange(watch);
  onLiveFailure(failed);
  let before = connection.get().state;
  connection.subscribe(() => {
    const { state } = connection.get();
    if (before === 'online' && state !== 'online') {
      away ??= { versions: versionsNow(), kept: 0, met: 0, refused: 0, others: 0 };
    } else if (before !== 'online' && state === 'online' && away) {
      void comeBack(away);
    }
    before = state;
  });
  session.subscribe(signedIn);
  addEventListener('beforeunload', (event) => {
    if (keptEdits.get().count > 0) {
      event.preventDefault(); // the browser asks whether one really wants to leave
    }
  });
}

const versionsNow = (): Map<LiveEvent, number> =>
  new Map(liveEvents().map((event) => [event, event.version]));

function watch(event: LiveEvent): void {
  count();
  if (event.pending > 0 && !waiting.has(event)) {
    waiting.add(event);
    void event.saved().then(() => {
      waiting.delete(event);
      count();
    });
  }
}

const count = (): void =>
  keptEdits.set({ count: liveEvents().reduce((sum, { pending }) => sum + pending, 0) });

function failed(event: LiveEvent, edits: readonly FailedEdit[], error: ConveneError | null): void {
  count();
  if (away && event.closed !== 'session-ended') {
    away[error?.code === 'edit-conflict' ? 'met' : 'refused'] += edits.length;
  } else if (!error && event.closed === 'session-ended' && edits.length > 0) {
    unsent.set(event.id, { title: event.content.title, userId: lastUser });
    toast('What was not sent yet is kept: sign in again, and save it.', { about: event.id });
  }
}

/** Whoever signs in again is reminded of what was not sent: it stands in the event's form. */
function signedIn(): void {
  const id = myId();
  if (id === '') {
    away = null;
    return;
  }
  for (const [eventId, { title, userId }] of unsent) {
    if (userId === id) {
      toast(`Your edit of ${title} was not sent. It is kept in its form.`, {
        about: 'unsent',
        action: { label: 'Open', run: () => openEvent(eventId) },
      });
    }
  }
  unsent.clear();
  lastUser = id;
}

/** Waits until everything is up to date and sent, and says what came of it. */
async function comeBack(since: Away): Promise<void> {
  since.kept = keptEdits.get().count;
  const events = liveEvents();
  await Promise.all(events.map((event) => caughtUp(event, since)));
  await Promise.all(events.map((event) => event.saved()));
  if (connection.get().state !== 'online' || away !== since) {
    return; // lost again: the next time tells it
  }
  away = null;
  refresh();
  const said = backWords(since);
  if (said !== null) {
    toast(said, { about: 'connection' });
  }
}

/** An event has what others did before it sends what was kept. */
function caughtUp(event: LiveEvent, since: Away): Promise<void> {
  const before = since.versions.get(event) ?? Infinity;
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const end = (): void => {
      stops.forEach((stop) => stop());
      resolve();
    };
    stops.push(
      event.on('synced', ({ version }) => {
        since.others += Math.max(0, version - before);
        end();
      }),
      event.on('closed', end),
      connection.subscribe(() => {
        if (connection.get().state !== 'online') {
          end();
        }
      }),
    );
  });
}
