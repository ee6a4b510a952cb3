import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Role } from '../calendar/access.js';
import type { Content } from '../calendar/content.js';
import { spanOf, type EventRecord } from '../calendar/event.js';
import type { Encounter } from '../calendar/occurrence-index.js';
import { busyTimes, type Interval } from '../calendar/schedule.js';
import { DAY, formatInstant, type Millis } from '../calendar/time.js';
import { problem } from '../protocol/problems.js';
import type { ConflictReport, ScheduleConflict } from '../protocol/schedule.js';
import { calendarOf, inOrder, readCalendar, type BusyCalendar, type BusyEvent } from './busy-calendar.js';
import { createKeyedLock } from './keyed-lock.js';
import { withLeases } from './lease.js';
import type { OccurrenceCache } from './occurrence-cache.js';
import type { Clock, EventStore, LeaseStore } from './ports.js';

/** What is checked. */
export interface Candidate {
  content: Content;
  /** The event that it is a version of: no event conflicts with itself. */
  eventId: string | null;
}

/** Whose time it is checked against. */
export interface Audience {
  /** Who is told; they learn nothing of events that they may not read. */
  callerId: string;
  userIds: readonly string[];
  /** Whether conflicts say whose time it is. */
  participants: boolean;
}

/** Schedule conflicts: pairs of busy occurrences that overlap. */
export interface ScheduleService {
  /** What a candidate meets; `checkedUntil` says how far was looked. */
  check(candidate: Candidate, audience: Audience): Promise<ConflictReport>;
  /** As `check`, for new events of one user that may also meet each other. */
  checkTogether(created: readonly EventRecord[], userId: string): Promise<ConflictReport[]>;
  /**
   * As `checkTogether`, one after the other: an event that meets something is refused, and the later ones do
   * not meet it.
   */
  checkInTurn(created: readonly EventRecord[], userId: string): Promise<ConflictReport[]>;
  /** Everybody whose time a check of this event is about: the caller alone, or every member. */
  audience(callerId: string, eventId: string | null, participants: boolean): Promise<Audience>;
  /** Lets one writer at a time check these users' time and write, whatever the process. */
  guard<T>(userIds: readonly string[], work: () => Promise<T>): Promise<T>;
}

export const scheduleConflict = (report: ConflictReport) =>
  problem('schedule-conflict', 'It overlaps with something that is already there.', { ...report });

/** How far ahead of today, or of its start, an endless series is checked. */
const HORIZON = 2 * 366 * DAY;
const MAX_OCCURRENCES = 10_000;
const MAX_LISTED = 100;
/** The most pairs of occurrences that new events may be compared in with each other: of many each is looked at less far. */
const MAX_PAIRS = 50_000_000;
/** What it may cost to find a candidate's own occurrences. */
const OWN_WORK = 1_000_000;
/** Of many, each may cost so much at least: some years of days. */
const LEAST_WORK = 5_000;

/** A candidate's busy times, and the bounds within which they are all of them. */
interface OwnTimes {
  ours: Interval[];
  from: Millis;
  until: Millis;
}

interface Dependencies {
  events: EventStore;
  occurrences: OccurrenceCache;
  leases: LeaseStore;
  clock: Clock;
}

/** An event that is met, as whoever is told may know it. */
interface Met {
  title: string;
  role: Role;
}
/** Events by their ids. */
type Known = ReadonlyMap<string, Met>;

export function createScheduleService({ events, occurrences, leases, clock }: Dependencies): ScheduleService {
  const lock = createKeyedLock();

  const ownTimes = (content: Content, among = 1): OwnTimes => {
    const most = Math.min(MAX_OCCURRENCES, Math.ceil(MAX_PAIRS / among ** 2));
    const budget = { left: Math.max(LEAST_WORK, OWN_WORK / among) };
    const { from, until } = spanOf(content);
    const horizon = Math.min(until, Math.max(clock.now().getTime(), from) + HORIZON);
    const window = { from, to: Math.max(horizon, from + 1) };
    const { times, reached } = busyTimes(content, window, budget);
    const ours = times.slice(0, most);
    return { ours, from, until: Math.min(horizon, reached, times[most]?.start ?? Infinity) };
  };

  const calendarFor = (userId: string, ours: readonly Interval[]): Promise<BusyCalendar> =>
    readCalendar({ events, occurrences }, userId, {
      from: ours.reduce((first, { start }) => Math.min(first, start), Infinity),
      to: ours.reduce((last, { end }) => Math.max(last, end), -Infinity),
    });

  const known = async (userId: string, met: readonly Encounter[]): Promise<Known> => {
    const ids = [...new Set(met.map(({ eventId }) => eventId))];
    const found = ids.length > 0 ? await events.these(userId, ids) : [];
    return new Map(found.map(({ event, role }) => [event.id, { title: event.content.title, role }]));
  };

  /** Among a participant's events are some that the caller may not read. */
  const told = async (met: readonly Encounter[], userId: string, audience: Audience) => {
    if (!audience.participants) {
      return conflictsOf(met, await known(userId, met));
    }
    const readable = await known(audience.callerId, met);
    return met.map((one) => {
      const { title = null, role = null } = readable.get(one.eventId) ?? {};
      return { eventId: role && one.eventId, title, role, ...times(one), userId };
    });
  };

  const check: ScheduleService['check'] = async ({ content, eventId }, audience) => {
    const { ours, from, until } = ownTimes(content);
    const conflicts: ScheduleConflict[] = [];
    let checkedUntil = until;
    for (const userId of ours.length > 0 ? audience.userIds : []) {
      const calendar = await calendarFor(userId, ours);
      checkedUntil = Math.min(checkedUntil, completeUntil(ours, calendar, until));
      const met = calendar.encounters(ours, eventId, MAX_LISTED + 1 - conflicts.length);
      conflicts.push(...(await told(met, userId, audience)));
      if (conflicts.length > MAX_LISTED) {
        break;
      }
    }
    return report(conflicts, from, checkedUntil);
  };

  /** Each one's own times, and what they meet among what is stored. */
  const checkStored = async (created: readonly EventRecord[], userId: string) => {
    const all: OwnTimes[] = [];
    for (const { content } of created) {
      all.push(ownTimes(content, created.length));
      await nextTurn();
    }
    // Series are looked up together, as their windows are wide and overlap; single events one by one.
    const wide = all.filter((_, i) => created[i]?.content.recurrence).flatMap(({ ours }) => ours);
    const shared = wide.length > 0 ? await calendarFor(userId, wide) : null;
    return Promise.all(
      created.map(async (event, i) => {
        const own = all[i] ?? { ours: [], from: 0, until: 0 };
        const calendar =
          event.content.recurrence && shared
            ? shared
            : own.ours.length > 0
              ? await calendarFor(userId, own.ours)
              : calendarOf([]);
        return { event, own, calendar };
      }),
    );
  };

  /** What one of several new events meets, in its user's calendar and among the others. */
  const reportOf = async (
    own: OwnTimes,
    calendars: readonly BusyCalendar[],
    event: EventRecord,
    together: Known,
  ): Promise<ConflictReport> => {
    const met = inOrder(
      calendars.flatMap((calendar) => calendar.encounters(own.ours, event.id, MAX_LISTED + 1)),
    );
    const stored = met.filter(({ eventId }) => !together.has(eventId));
    const conflicts = conflictsOf(met, new Map([...together, ...(await known(event.ownerId, stored))]));
    const until = calendars.map((calendar) => completeUntil(own.ours, calendar, own.until));
    return report(conflicts, own.from, Math.min(own.until, ...until));
  };

  return {
    check,

    checkTogether: async (created, userId) => {
      const checked = await checkStored(created, userId);
      const batch = calendarOf(checked.map(({ event, own }) => busyEvent(event, own)));
      const together: Known = new Map(created.map((event) => [event.id, ownEvent(event)]));
      const reports: ConflictReport[] = [];
      for (const { event, own, calendar } of checked) {
        reports.push(await reportOf(own, [calendar, batch], event, together));
        await nextTurn();
      }
      return reports;
    },

    checkInTurn: async (created, userId) => {
      const accepted: BusyCalendar[] = [];
      const together = new Map<string, Met>();
      const reports: ConflictReport[] = [];
      for (const { event, own, calendar } of await checkStored(created, userId)) {
        const result = await reportOf(own, [calendar, ...accepted], event, together);
        if (result.conflicts.length === 0) {
          together.set(event.id, ownEvent(event));
          accepted.push(calendarOf([busyEvent(event, own)]));
        }
        reports.push(result);
        await nextTurn();
      }
      return reports;
    },

    audience: async (callerId, eventId, participants) => {
      const members = participants && eventId !== null ? await events.members(eventId) : [];
      return {
        callerId,
        userIds: [...new Set([callerId, ...members.map(({ userId }) => userId)])],
        participants,
      };
    },

    guard: (userIds, work) => lock(userIds, () => withLeases(leases, userIds, work)),
  };
}

const ownEvent = ({ content }: EventRecord): Met => ({ title: content.title, role: 'owner' });

const busyEvent = ({ id }: EventRecord, { ours }: OwnTimes): BusyEvent => ({ eventId: id, times: ours });

/** Up to where a calendar, which may have been cut short, has been compared with all of ours. */
const completeUntil = (ours: readonly Interval[], { window }: BusyCalendar, until: Millis): Millis =>
  ours.some(({ end }) => end > window.to) ? window.to : until;

const report = (all: ScheduleConflict[], from: Millis, until: Millis): ConflictReport => ({
  conflicts: all.slice(0, MAX_LISTED),
  checkedFrom: formatInstant(from),
  checkedUntil: formatInstant(until),
  truncated: all.length > MAX_LISTED,
});

/** What has gone since it was met is left away. */
const conflictsOf = (met: readonly Encounter[], known: Known): ScheduleConflict[] =>
  met.flatMap((one) => {
    const event = known.get(one.eventId);
    return event ? [{ eventId: one.eventId, ...event, ...times(one) }] : [];
  });

const times = ({ ours, theirs }: Encounter) => ({ ...interval(theirs), occurrence: interval(ours) });

export const interval = ({ start, end }: Interval): { start: string; end: string } => ({
  start: formatInstant(start),
  end: formatInstant(end),
});
