import type { SessionEnd } from '../protocol/live.js';
import type { Broadcaster, News, Notice } from '../service/ports.js';
import type { Audience } from './audience.js';
import type { Bus } from './bus.js';
import type { Cluster } from './cluster.js';
import type { Feeds } from './feeds.js';
import { room, type Rooms } from './io.js';
import type { Attendance, PresenceBoard } from './presence.js';
import type { Sessions } from './sessions.js';

/** What one process tells the others. */
type Message =
  | { kind: 'news'; news: News }
  | { kind: 'sessions'; ids: string[]; reason: SessionEnd }
  | { kind: 'presence'; from: string; attendances: Attendance[] }
  | { kind: 'hello'; from: string }
  | { kind: 'bye'; from: string };

export interface BroadcasterSettings {
  rooms: Rooms;
  feeds: Feeds;
  audience: Audience;
  presence: PresenceBoard;
  sessions: Sessions;
  cluster: Cluster;
  bus: Bus | null;
}

export interface NodeBroadcaster extends Broadcaster {
  /** Acts on what another process tells. */
  act(message: string): Promise<void>;
  /** Tells the others who is here, and asks them the same: the connection to them is new. */
  greet(): void;
  /** Says again who is here, in case somebody missed it, and forgets those of whom nobody says so any more. */
  remind(): void;
  /** Tells the others who is at an event of this process's. */
  share(attendance: Attendance): void;
  /** Tells the others that nobody is here any more. */
  leave(): void;
}

/** How many events' attendances go into one message. */
const PAGE = 100;
/** How often it is said again who is here, and how long after the last time they are taken for gone. */
export const REMIND_MS = 5_000;
const EXPIRY_MS = 20_000;

/** Tells news to the sockets of this process, and the other processes what to tell theirs. */
export function createBroadcaster(settings: BroadcasterSettings): NodeBroadcaster {
  const { rooms, feeds, audience, presence, sessions, cluster, bus } = settings;

  const notify = ({ message, to, payload }: Notice): void => rooms.tell(to.map(room.user), message, payload);

  /** Tells this process's sockets. It is over when those who had to leave have left. */
  const hear = async ({ eventId, changes, erased, notices }: News): Promise<void> => {
    changes.forEach(audience.dismiss);
    changes.forEach(feeds.deliver);
    if (erased || changes.some(({ kind }) => kind === 'delete')) {
      await feeds.settle(eventId);
    }
    if (erased) {
      audience.clear(eventId);
    }
    notices.forEach(notify);
  };

  const send = (message: Message): void => bus?.tell(JSON.stringify(message));

  /** Until every process has acted. */
  const sendAndConfirm = (message: Message): Promise<void> => {
    if (bus?.ready()) {
      return cluster.confirm(bus.ask(JSON.stringify(message)));
    }
    send(message);
    return cluster.confirm();
  };

  /** Who is here is only of use now; what cannot be said now is said when the others are greeted again. */
  const share = (attendances: Attendance[]): void => {
    if (bus?.ready()) {
      send({ kind: 'presence', from: cluster.nodeId, attendances });
    }
  };
  const shareAll = (): void => {
    const all = presence.all();
    for (let i = 0; i < all.length; i += PAGE) {
      share(all.slice(i, i + PAGE));
    }
  };

  return {
    publish: async (news) => {
      const heard = hear(news);
      const message = { kind: 'news', news } as const;
      if (takesAway(news)) {
        await Promise.all([heard, sendAndConfirm(message)]);
      } else {
        send(message);
        await heard;
      }
    },
    endSessions: async (sessionIds, reason) => {
      sessions.end(sessionIds, reason);
      await sendAndConfirm({ kind: 'sessions', ids: [...sessionIds], reason });
    },
    act: async (text) => {
      const message = JSON.parse(text) as Message;
      switch (message.kind) {
        case 'news':
          return hear(message.news);
        case 'sessions':
          sessions.end(message.ids, message.reason);
          return;
        case 'presence':
          presence.heard(message.from, message.attendances);
          return;
        case 'hello':
          shareAll();
          return;
        case 'bye':
          presence.gone(message.from);
      }
    },
    greet: () => {
      presence.refresh();
      send({ kind: 'hello', from: cluster.nodeId });
      shareAll();
    },
    remind: () => {
      if (bus?.ready()) {
        shareAll();
        presence.expire((_nodeId, silentFor) => silentFor > EXPIRY_MS);
      }
      presence.expire((nodeId) => cluster.isDead(nodeId));
    },
    share: (attendance) => share([attendance]),
    leave: () => send({ kind: 'bye', from: cluster.nodeId }),
  };
}

/** Whether somebody may hear of the event no more once this is told. */
const takesAway = ({ changes, erased }: News): boolean =>
  erased === true || changes.some(({ kind, membership }) => kind === 'delete' || membership?.role === null);
