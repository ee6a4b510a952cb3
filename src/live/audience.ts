import type { Change } from '../protocol/history.js';
import { leaveEvent, room, type LiveSocket, type Rooms } from './io.js';

/** Who hears of an event: its members, each version's own. */
export interface Audience {
  /** Those leave at once whom a change takes from the members. */
  dismiss(change: Change): void;
  /**
   * Those leave at once whom one of these changes took from the members, or a deletion took the event from. They were
   * read from the store: who lost the event may have been told so long ago, and is sent nothing more of it.
   */
  withdraw(changes: readonly Change[]): void;
  /** Sends a change to its event's subscribers but these; those who may hear of it no more leave before or after. */
  tell(change: Change, except: readonly string[]): void;
  /** Everybody leaves whom the condition does not keep: their sockets. */
  clear(eventId: string, keep?: (userId: string) => boolean): LiveSocket[];
}

export function createAudience(rooms: Rooms): Audience {
  const leave = (eventId: string, atVersion: number, gone: (userId: string) => boolean): LiveSocket[] => {
    const leaving = rooms.sockets(room.event(eventId)).filter(
      // One that subscribed later had its rights looked at later: they were given back meanwhile.
      ({ data: { caller, subscriptions } }) =>
        gone(caller.userId) && (subscriptions.get(eventId)?.version ?? 0) < atVersion,
    );
    leaving.forEach((socket) => leaveEvent(socket, eventId));
    return leaving;
  };

  const dismiss = ({ eventId, version, membership }: Change): void => {
    if (membership?.role === null) {
      leave(eventId, version, (userId) => userId === membership.userId);
    }
  };

  const close = ({ eventId, version, kind, by }: Change): void => {
    if (kind === 'delete') {
      leave(eventId, version, (userId) => userId !== by.id);
    }
  };

  return {
    dismiss,
    withdraw: (changes) => {
      changes.forEach(dismiss);
      changes.forEach(close);
    },
    tell: (change, except) => {
      dismiss(change);
      rooms.tell([room.event(change.eventId)], 'event:changed', change, except);
      close(change);
    },
    clear: (eventId, keep = () => false) =>
      leave(eventId, Number.POSITIVE_INFINITY, (userId) => !keep(userId)),
  };
}
