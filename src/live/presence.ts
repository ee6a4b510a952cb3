import { isDeepStrictEqual } from 'node:util';
import type { Presence } from '../protocol/live.js';
import type { Clock } from '../service/ports.js';
import { room, type Rooms } from './io.js';

/** Somebody at an event, as one process knows it; `stateAt` in milliseconds, so that the last state wins. */
export interface Attendant extends Presence {
  stateAt: number;
}
/** Who is at an event on one process: the most recent, and how many there are. */
export interface Attendance {
  eventId: string;
  total: number;
  people: Attendant[];
}

/** Who is at an event right now, on all processes. */
export interface PresenceBoard {
  /** The people subscribed to the event, the most recent first, and how many there are. */
  at(eventId: string): { total: number; present: Presence[] };
  /** Somebody came to this process, went, or does something else: the subscribers everywhere are told soon. */
  changed(eventId: string): void;
  /** What another process says of some events. */
  heard(nodeId: string, attendances: readonly Attendance[]): void;
  /** Another process has gone, with its sockets. */
  gone(nodeId: string): void;
  /** Forgets what a process said that has gone, or of which it has said nothing for so many milliseconds. */
  expire(isGone: (nodeId: string, silentFor: number) => boolean): void;
  /** Takes everybody elsewhere for having been heard of just now: nobody could say anything. */
  refresh(): void;
  /** Everything that this process would say of its events, for those who have not heard it. */
  all(): Attendance[];
  close(): void;
}

const MAX_LISTED = 50;
/** More sockets of one event are not counted anew for each who comes. */
const CROWD = 200;
/** At most five messages a second for one event. */
const THROTTLE_MS = 200;
/** What happens at once is told at once. */
const GATHER_MS = 25;

export interface PresenceSettings {
  rooms: Rooms;
  clock: Clock;
  /** Whether this process may tell its sockets what it knows; else it waits until it may. */
  isCurrent(): boolean;
  /** Tells the other processes. */
  share(attendance: Attendance): void;
}

/** What another process said, and when, in this process's own time. */
type Heard = Attendance & { heardAt: number };

interface Pending {
  timer: NodeJS.Timeout;
  /** Whether the other processes are to hear of it. */
  isOurs: boolean;
}

export function createPresenceBoard({ rooms, clock, isCurrent, share }: PresenceSettings): PresenceBoard {
  const elsewhere = new Map<string, Map<string, Heard>>();
  const pending = new Map<string, Pending>();
  const toldAt = new Map<string, number>();
  let closed = false;

  /** Of a crowd, who was here a moment ago: each of many who come at once asks. */
  const crowds = new Map<string, { seenAt: number; attendance: Attendance }>();
  const hereOf = (eventId: string): Attendance => {
    const crowd = crowds.get(eventId);
    if (crowd && performance.now() - crowd.seenAt < THROTTLE_MS) {
      return crowd.attendance;
    }
    crowds.delete(eventId);
    return here(eventId);
  };

  const here = (eventId: string): Attendance => {
    const people = new Map<string, Attendant>();
    const sockets = rooms.sockets(room.event(eventId));
    for (const { data } of sockets) {
      const subscription = data.subscriptions.get(eventId);
      if (subscription) {
        const { id: userId, username, name } = data.person;
        const { since, state, stateAt } = subscription;
        join(people, { userId, username, name, sockets: 1, since, state, stateAt });
      }
    }
    const attendance = { eventId, total: people.size, people: mostRecent(people.values()) };
    if (sockets.length > CROWD) {
      crowds.set(eventId, { seenAt: performance.now(), attendance });
    }
    return attendance;
  };

  const at = (eventId: string): { total: number; present: Presence[] } => {
    const people = new Map<string, Attendant>();
    let unlisted = 0;
    for (const { total, people: some } of [hereOf(eventId), ...(elsewhere.get(eventId)?.values() ?? [])]) {
      some.forEach((one) => join(people, one));
      unlisted += total - some.length;
    }
    const present = mostRecent(people.values()).map(({ stateAt: _, ...one }) => one);
    return { total: people.size + unlisted, present };
  };

  const tell = (eventId: string): void => {
    const { isOurs } = pending.get(eventId) ?? { isOurs: false };
    pending.delete(eventId);
    if (!isCurrent()) {
      tellSoon(eventId, isOurs);
      return;
    }
    const attendance = here(eventId);
    if (isOurs) {
      share(attendance);
    }
    if (attendance.total === 0) {
      toldAt.delete(eventId);
      return;
    }
    toldAt.set(eventId, clock.now().getTime());
    rooms.tell([room.event(eventId)], 'presence:changed', { eventId, ...at(eventId) });
  };

  const tellSoon = (eventId: string, isOurs: boolean): void => {
    const waiting = pending.get(eventId);
    if (waiting) {
      waiting.isOurs ||= isOurs;
    }
    if (waiting || closed) {
      return;
    }
    const sinceTold = clock.now().getTime() - (toldAt.get(eventId) ?? 0);
    const wait = Math.min(THROTTLE_MS, Math.max(GATHER_MS, THROTTLE_MS - sinceTold));
    pending.set(eventId, { isOurs, timer: setTimeout(() => tell(eventId), wait) });
  };

  const forget = (eventId: string, nodeId: string): void => {
    const nodes = elsewhere.get(eventId);
    nodes?.delete(nodeId);
    if (nodes?.size === 0) {
      elsewhere.delete(eventId);
    }
  };

  const forgetThose = (isGone: (nodeId: string, heardAt: number) => boolean): void => {
    for (const [eventId, nodes] of elsewhere) {
      for (const [nodeId, { heardAt }] of nodes) {
        if (isGone(nodeId, heardAt)) {
          forget(eventId, nodeId);
          tellSoon(eventId, false);
        }
      }
    }
  };

  return {
    at,
    changed: (eventId) => tellSoon(eventId, true),
    heard: (nodeId, attendances) => {
      for (const attendance of attendances) {
        const { eventId, total } = attendance;
        const before = elsewhere.get(eventId)?.get(nodeId)?.people ?? [];
        forget(eventId, nodeId);
        if (total > 0) {
          const heardAt = performance.now();
          const nodes = elsewhere.get(eventId) ?? new Map<string, Heard>();
          elsewhere.set(eventId, nodes.set(nodeId, { ...attendance, heardAt }));
        }
        if (!isDeepStrictEqual(before, attendance.people)) {
          tellSoon(eventId, false);
        }
      }
    },
    gone: (nodeId) => forgetThose((one) => one === nodeId),
    expire: (isGone) => forgetThose((nodeId, heardAt) => isGone(nodeId, performance.now() - heardAt)),
    refresh: () => {
      for (const nodes of elsewhere.values()) {
        nodes.forEach((attendance) => (attendance.heardAt = performance.now()));
      }
    },
    all: () => {
      const events = new Set(rooms.sockets().flatMap(({ data }) => [...data.subscriptions.keys()]));
      return [...events].map(here);
    },
    close: () => {
      closed = true;
      pending.forEach(({ timer }) => clearTimeout(timer));
      pending.clear();
    },
  };
}

/** The same person twice is one: all their sockets, since the first, with the last state. */
function join(people: Map<string, Attendant>, one: Attendant): void {
  const known = people.get(one.userId);
  if (!known) {
    people.set(one.userId, one);
    return;
  }
  const { state, stateAt } = one.stateAt > known.stateAt ? one : known;
  const since = one.since < known.since ? one.since : known.since;
  people.set(one.userId, { ...known, sockets: known.sockets + one.sockets, since, state, stateAt });
}

const mostRecent = (people: Iterable<Attendant>): Attendant[] =>
  [...people].sort((a, b) => (a.since < b.since ? 1 : -1)).slice(0, MAX_LISTED);
