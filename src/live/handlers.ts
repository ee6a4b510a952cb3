import { noSuchEvent } from '../calendar/access.js';
import { sizeOf } from '../calendar/json.js';
import { eventView } from '../protocol/events.js';
import { changeOf } from '../protocol/history.js';
import type { Answer, ClientMessage, Payload } from '../protocol/live.js';
import { problem } from '../protocol/problems.js';
import type { IncomingMessage } from 'node:http';
import type { Throttle } from '../gate/throttle.js';
import type { Gate } from '../gate/gate.js';
import type { Actor } from '../service/commit-change.js';
import type { EditService } from '../service/edits.js';
import type { EventService } from '../service/events.js';
import type { EventRecord } from '../calendar/event.js';
import type { Role } from '../calendar/access.js';
import type { Clock } from '../service/ports.js';
import type { HistoryReader } from '../service/read-history.js';
import type { ChangeReader } from './changes.js';
import type { Feeds } from './feeds.js';
import { leaveEvent, room, type LiveSocket } from './io.js';
import type { PresenceBoard } from './presence.js';
import type { Sessions } from './sessions.js';

/** What the handlers need of the house. */
export interface LiveServices {
  gate: Gate;
  events: EventService;
  edits: EditService;
  history: HistoryReader;
  throttle: Throttle;
  /** Where a connection comes from, seen through the proxies in front. */
  addressOf(request: IncomingMessage): string;
}

/** What the handlers need of the door itself. */
export interface LiveParts {
  feeds: Feeds;
  presence: PresenceBoard;
  sessions: Sessions;
  changes: ChangeReader;
  clock: Clock;
}

/** One handler a message: it performs, and returns the answer. */
export type Handlers = {
  [M in ClientMessage]: (socket: LiveSocket, payload: Payload<M>) => Promise<Answer<M>> | Answer<M>;
};

const MAX_SUBSCRIPTIONS = 500;
/** Further behind, the event itself is shorter. */
const MAX_MISSED = 200;
/** In characters of JSON: what is longer than this would fill what may wait for a slow client. */
const MAX_MISSED_BYTES = 1024 * 1024;

export function createHandlers(
  { gate, events, edits, history }: LiveServices,
  { feeds, presence, sessions, changes, clock }: LiveParts,
): Handlers {
  /** What brings a client at `since` up to date: the changes it missed, or the event. */
  const catchUp = async (event: EventRecord, role: Role, since: number | undefined) => {
    if (since === undefined || since > event.version || event.version - since > MAX_MISSED) {
      const reset = since !== undefined && since > event.version;
      return { event: eventView(event, role), ...(reset && { reset: true as const }) };
    }
    const missed = await changes.of(event.id, await history.entries(event, since + 1, event.version));
    return sizeOf(missed) <= MAX_MISSED_BYTES ? { missed } : { event: eventView(event, role) };
  };

  let latest = 0;
  /** Later than any before it, though the clock may go back: of a user's states the last one wins. */
  const stateTime = (): number => (latest = Math.max(latest + 1, clock.now().getTime()));

  return {
    'event:subscribe': async (socket, { eventId, sinceVersion }) => {
      const { subscriptions, caller } = socket.data;
      if (!subscriptions.has(eventId) && subscriptions.size >= MAX_SUBSCRIPTIONS) {
        throw problem('too-many-subscriptions', `A socket has at most ${MAX_SUBSCRIPTIONS} subscriptions.`);
      }
      const read = async () => {
        const { event, role } = await events.read(caller.userId, eventId);
        return { version: event.version, role, ...(await catchUp(event, role, sinceVersion)) };
      };
      const found = await feeds.join(eventId, socket.id, read, ({ version }) => {
        if (!socket.connected) {
          throw noSuchEvent();
        }
        void socket.join(room.event(eventId));
        const known = subscriptions.get(eventId);
        const { since, state, stateAt } = known ?? newcomer(clock.now());
        subscriptions.set(eventId, { since, state, stateAt, version });
      });
      presence.changed(eventId);
      return { ...found, present: presence.at(eventId).present };
    },

    'event:unsubscribe': (socket, { eventId }) => {
      if (socket.data.subscriptions.has(eventId)) {
        leaveEvent(socket, eventId);
        presence.changed(eventId);
      }
      return {};
    },

    'event:edit': async (socket, { eventId, patch, ...options }) => {
      const sent = { form: 'json-patch', body: patch, at: '/patch' } as const;
      const { version, merged, entry, by } = await edits.edit(actorOf(socket), eventId, sent, options);
      return { version, merged, change: entry && changeOf(eventId, entry, by) };
    },

    'event:rollback': async (socket, { eventId, toVersion, ...options }) => {
      const { version, entry, by } = await edits.rollback(actorOf(socket), eventId, toVersion, options);
      return { version, change: entry && changeOf(eventId, entry, by) };
    },

    'presence:set': (socket, { eventId, state }) => {
      const subscription = socket.data.subscriptions.get(eventId);
      if (!subscription) {
        throw noSuchEvent();
      }
      Object.assign(subscription, { state, stateAt: stateTime() });
      presence.changed(eventId);
      return {};
    },

    'session:renew': async (socket, { token }) => {
      const { userId } = socket.data.caller;
      const { expiresAt } = await sessions.bind(socket, async () => {
        const caller = await gate.identify(token);
        if (caller.userId !== userId) {
          throw problem('unauthenticated', 'This token is another user’s.');
        }
        return caller;
      });
      return { expiresAt: new Date(expiresAt).toISOString() };
    },
  };
}

const newcomer = (now: Date) => ({ since: now.toISOString(), state: null, stateAt: 0 });

const actorOf = ({ data: { caller } }: LiveSocket): Actor => ({
  userId: caller.userId,
  sessionId: caller.sessionId,
  via: 'socket',
});
