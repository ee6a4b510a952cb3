import { DEFAULTS } from '../../calendar/fields.js';
import type { Person, User } from '../../protocol/accounts.js';
import type { EventView } from '../../protocol/events.js';
import type { Change, EntryView } from '../../protocol/history.js';
import type { Presence } from '../../protocol/live.js';
import type { ConflictReport, ScheduleConflict } from '../../protocol/schedule.js';

/** The people and the event of every example: Ada's design review, which Bob may edit. */

export const ADA: Person = { id: '66f0c0ffee0123456789ada0', username: 'ada', name: 'Ada Lovelace' };
export const BOB: Person = { id: '66f0c0ffee0123456789b0b0', username: 'bob', name: 'Bob' };

const CREATED = '2026-02-27T09:12:30.512Z';
const EDITED = '2026-03-01T08:20:15.004Z';

export const USER: User = { ...ADA, email: 'ada@example.com', createdAt: CREATED };

/** Access tokens are JWTs; this one is nobody's. */
export const ACCESS_TOKEN = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI2NmYwYzBmZmVlIn0.7Xq0Jm2u1TzS';

export const EVENT: EventView = {
  id: '66f0c0ffee0123456789abcd',
  version: 7,
  role: 'owner',
  ownerId: ADA.id,
  ...DEFAULTS,
  title: 'Design review',
  start: '2026-03-02T14:00:00Z',
  end: '2026-03-02T15:00:00Z',
  timeZone: 'Europe/Berlin',
  location: 'Room 4',
  tags: ['design'],
  createdAt: CREATED,
  updatedAt: EDITED,
  updatedBy: BOB.id,
  deletedAt: null,
};

/** The same as Bob sees it. */
export const BOBS_EVENT: EventView = { ...EVENT, role: 'editor' };

export const CHANGE: Change = {
  eventId: EVENT.id,
  version: 8,
  kind: 'edit',
  patch: [{ op: 'replace', path: '/title', value: 'Design review, second round' }],
  by: BOB,
  at: '2026-03-01T08:21:40.310Z',
  changeId: 'b7a2-14',
  note: 'as agreed',
};

export const ENTRY: EntryView = {
  version: 7,
  kind: 'edit',
  at: EDITED,
  by: BOB,
  via: 'rest',
  note: null,
  patch: [{ op: 'replace', path: '/location', value: 'Room 4' }],
};

export const PRESENT: Presence[] = [
  {
    userId: BOB.id,
    username: BOB.username,
    name: BOB.name,
    sockets: 1,
    state: { field: 'title' },
    since: EDITED,
  },
];

export const CONFLICT: ScheduleConflict = {
  eventId: '66f0c0ffee0123456789dada',
  title: 'Interview',
  role: 'owner',
  start: '2026-03-02T14:30:00Z',
  end: '2026-03-02T15:30:00Z',
  occurrence: { start: EVENT.start, end: EVENT.end },
};

export const REPORT: ConflictReport = {
  conflicts: [CONFLICT],
  checkedFrom: EVENT.start,
  checkedUntil: EVENT.end,
  truncated: false,
};
