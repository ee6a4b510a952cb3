import type { Presence } from '../protocol/live.js';
import { room, socketsIn, type Io } from './io.js';

const MAX_LISTED = 50;
/** At most five messages a second for one event, and none later than half a second. */
const THROTTLE_MS = 200;

/** Who is at an event right now. */
export interface PresenceBoard {
  /** The people subscribed to the event, the most recent first, and how many there are. */
  at(eventId: string): { total: number; present: Presence[] };
  /** Somebody came, went, or does something else: the subscribers are told soon. */
  changed(eventId: string): void;
  close(): void;
}

export function createPresenceBoard(io: Io): PresenceBoard {
  const timers = new Map<string, NodeJS.Timeout>();

  const at = (eventId: string): { total: number; present: Presence[] } => {
    const people = new Map<string, Presence & { stateAt: number }>();
    for (const { data } of socketsIn(io, room.event(eventId))) {
      const subscription = data.subscriptions.get(eventId);
      if (subscription) {
        const { id: userId, username, name } = data.person;
        const one = people.get(userId) ?? { userId, username, name, sockets: 0, ...subscription };
        const newer = subscription.stateAt > one.stateAt ? subscription : one;
        people.set(userId, {
          ...one,
          sockets: one.sockets + 1,
          since: subscription.since < one.since ? subscription.since : one.since,
          state: newer.state,
          stateAt: newer.stateAt,
        });
      }
    }
    const present = [...people.values()].sort((a, b) => (a.since < b.since ? 1 : -1)).slice(0, MAX_LISTED);
    return { total: people.size, present: present.map(({ stateAt: _, ...one }) => one) };
  };

  const tell = (eventId: string): void => {
    timers.delete(eventId);
    io.to(room.event(eventId)).emit('presence:changed', { eventId, ...at(eventId) });
  };

  return {
    at,
    changed: (eventId) => {
      if (!timers.has(eventId)) {
        timers.set(
          eventId,
          setTimeout(() => tell(eventId), THROTTLE_MS),
        );
      }
    },
    close: () => {
      timers.forEach((timer) => clearTimeout(timer));
      timers.clear();
    },
  };
}
