import type { Broadcaster, Notice } from '../service/ports.js';
import type { Feeds } from './feeds.js';
import { leaveEvent, room, socketsIn, type Io } from './io.js';

/** Tells news to the sockets of this process. */
export function createBroadcaster(io: Io, feeds: Feeds): Broadcaster {
  const tell = ({ message, to, payload }: Notice): void => {
    if (to.length > 0) {
      // Message and payload belong together by their type, which the types of `emit` cannot follow.
      (io.to(to.map(room.user)) as { emit(message: string, payload: unknown): boolean }).emit(
        message,
        payload,
      );
    }
  };

  return {
    publish: async ({ eventId, changes, leaving, closedFor, notices }) => {
      for (const { userId } of leaving) {
        socketsIn(io, room.user(userId)).forEach((socket) => leaveEvent(socket, eventId));
      }
      changes.forEach(feeds.deliver);
      if (closedFor) {
        socketsIn(io, room.event(eventId))
          .filter((socket) => socket.data.caller.userId !== closedFor.allBut)
          .forEach((socket) => leaveEvent(socket, eventId));
      }
      notices.forEach(tell);
    },
    endSessions: async (sessionIds, reason) => {
      for (const socket of sessionIds.flatMap((id) => socketsIn(io, room.session(id)))) {
        socket.emit('session:ended', { reason });
        socket.disconnect(true);
      }
    },
  };
}
