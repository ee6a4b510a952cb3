import type { FailedEdit, LiveEvent } from '../../client/index.js';
import { forgetDrafts, keepAsDraft } from '../panel/draft.js';
import { connection } from './client.js';
import { liveEvents, onLiveChange } from './live.js';
import { toast } from './notices.js';
import { refresh } from './occurrences.js';
import { session } from './session.js';
import { createStore } from './store.js';

/** Edits that the server has not answered: made without a connection, they are sent when there is one. */
export const keptEdits = createStore<{ count: number }>({ count: 0 });

/** What became of a time without a connection. */
interface Away {
  /** The events' versions when it was lost. */
  versions: ReadonlyMap<LiveEvent, number>;
  /** How many edits were kept when it came back, and how many of them did not get through. */
  kept: number;
  failed: number;
  /** How many changes of others came in. */
  others: number;
}

const watched = new WeakSet<LiveEvent>();
const waiting = new WeakSet<LiveEvent>();
let away: Away | null = null;
/** Whose drafts there are. */
let author = '';

/** Counts what waits, tells what became of it, and keeps what a session that ends would take along. */
export function startKeptEdits(): void {
  onLiveChange(watch);
  let before = connection.get().state;
  connection.subscribe(() => {
    const { state } = connection.get();
    if (before === 'online' && state !== 'online') {
      away ??= { versions: versionsNow(), kept: 0, failed: 0, others: 0 };
    } else if (state === 'online' && away) {
      void comeBack(away);
    }
    before = state;
  });
  session.subscribe(() => {
    const id = session.get().user?.id ?? author;
    if (author !== '' && id !== author) {
      forgetDrafts(); // somebody else has signed in
    }
    author = id;
  });
  addEventListener('beforeunload', (event) => {
    if (keptEdits.get().count > 0) {
      event.preventDefault(); // the browser asks whether one really wants to leave
    }
  });
}

const versionsNow = (): Map<LiveEvent, number> =>
  new Map(liveEvents().map((event) => [event, event.version]));

function watch(event: LiveEvent): void {
  if (!watched.has(event)) {
    watched.add(event);
    event.on('conflict', failed);
    event.on('refused', failed);
    event.on('closed', ({ reason, unsaved }) => {
      count();
      if (reason === 'session-ended' && unsaved.length > 0) {
        keep(event.id, unsaved);
      }
    });
  }
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

function failed(): void {
  if (away) {
    away.failed += 1;
  }
}

/** The edits of a session that has ended become what was typed and not saved: their author finds them in the form. */
function keep(eventId: string, unsaved: readonly FailedEdit[]): void {
  const [first, last] = [unsaved[0], unsaved.at(-1)];
  if (first && last) {
    keepAsDraft(eventId, first.before, last.after);
    toast('What was not sent yet is kept: sign in again, and save it.', { about: 'kept-drafts' });
  }
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
  if (said) {
    toast(said, { about: 'connection' });
  }
}

/** An event has what others did before it sends what was kept. */
function caughtUp(event: LiveEvent, since: Away): Promise<void> {
  const before = since.versions.get(event);
  return new Promise((resolve) => {
    const end = (): void => {
      stops.forEach((stop) => stop());
      resolve();
    };
    const stops = [
      event.on('synced', ({ version }) => {
        since.others += before === undefined ? 0 : Math.max(0, version - before);
        end();
      }),
      event.on('closed', end),
    ];
    const stopConnection = connection.subscribe(() => connection.get().state !== 'online' && end());
    stops.push(stopConnection);
  });
}

/** What came of a time without a connection; null where nothing did. */
export function backWords({ kept, failed, others }: Pick<Away, 'kept' | 'failed' | 'others'>): string | null {
  const sent = kept - failed;
  const parts = [
    sent > 0 && (sent === 1 ? 'Your edit was sent.' : `Your ${sent} edits were sent.`),
    failed > 0 && (failed === 1 ? 'One edit could not be stored.' : `${failed} edits could not be stored.`),
    others > 0 &&
      (others === 1 ? 'Others made one change meanwhile.' : `Others made ${others} changes meanwhile.`),
  ].filter(Boolean);
  return parts.length > 0 ? ['You are online again.', ...parts].join(' ') : null;
}
