import { refuseFields } from '../calendar/errors.js';
import type { Window } from '../calendar/occurrences.js';
import { mergedTimes } from '../calendar/schedule.js';
import { DAY, parseInstant } from '../calendar/time.js';
import { parse } from '../protocol/parse.js';
import { isId } from '../protocol/primitives.js';
import { FreeBusySchema, type FreeBusyAnswer } from '../protocol/schedule.js';
import { readBusyEvents } from './busy-calendar.js';
import type { EventStore } from './ports.js';
import { interval } from './schedule.js';

/** When people are busy, without saying why. */
export interface FreeBusyService {
  /**
   * Merged and cut to the window; null alike for unknown users and those who share no event with the caller.
   *
   * @throws validation-failed
   */
  look(callerId: string, body: unknown): Promise<FreeBusyAnswer>;
}

const MAX_DAYS = 366;

export function createFreeBusyService(events: EventStore): FreeBusyService {
  return {
    look: async (callerId, body) => {
      const { users, from, to } = parse(FreeBusySchema, body);
      const window = readWindow(from, to);
      const near = await events.sharingWith(callerId, users.filter(isId));
      const answer: FreeBusyAnswer['users'] = [];
      for (const userId of users) {
        if (userId !== callerId && !near.has(userId)) {
          answer.push({ userId, busy: null });
          continue;
        }
        const { events: busy, window: complete } = await readBusyEvents(events, userId, window);
        const times = busy.flatMap((one) => one.times);
        // A calendar that is too full to be looked through is busy for the rest of the window.
        const rest = complete.to < window.to ? [{ start: complete.to, end: window.to }] : [];
        answer.push({ userId, busy: mergedTimes([...times, ...rest], window).map(interval) });
      }
      return { users: answer };
    },
  };
}

function readWindow(from: string, to: string): Window {
  const fault = (pointer: string, message: string) => refuseFields([{ pointer, message }]);
  const [start, end] = [parseInstant(from), parseInstant(to)];
  if (start === null || end === null) {
    throw fault(
      start === null ? '/from' : '/to',
      'must be an RFC 3339 date-time such as 2026-03-02T15:00:00Z',
    );
  }
  if (start >= end) {
    throw fault('/from', 'must be before to');
  }
  if (end - start > MAX_DAYS * DAY) {
    throw fault('/to', `must be at most ${MAX_DAYS} days after from`);
  }
  return { from: start, to: end };
}
