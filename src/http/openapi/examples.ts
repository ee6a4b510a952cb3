const PASSWORD = 'correct horse battery';
const review = { title: 'Design review', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z' };
const standup = {
  title: 'Stand-up',
  start: '2026-03-02T09:00:00',
  end: '2026-03-02T09:15:00',
  timeZone: 'Europe/Berlin',
};

/** A file to be imported. */
export const CALENDAR_EXAMPLE = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//Example//Example//EN',
  'BEGIN:VEVENT',
  'UID:stand-up@example.com',
  'DTSTAMP:20260301T000000Z',
  'DTSTART;TZID=Europe/Berlin:20260302T090000',
  'DTEND;TZID=Europe/Berlin:20260302T091500',
  'RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20',
  'SUMMARY:Stand-up',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

/** Bodies to be sent as they are, by schema: those of Ada, who has registered first, as has Bob. */
export const EXAMPLES = {
  Register: {
    ada: { email: 'ada@example.com', password: PASSWORD, username: 'ada', name: 'Ada Lovelace' },
    bob: { email: 'bob@example.com', password: PASSWORD, username: 'bob', name: 'Bob' },
  },
  Login: {
    'by email': { email: 'ada@example.com', password: PASSWORD },
    'by username': { username: 'bob', password: PASSWORD },
  },
  Refresh: { 'the refresh token of the last answer': { refreshToken: '' } },
  UpdateMe: {
    'a name': { name: 'Ada King' },
    'a password': { currentPassword: PASSWORD, password: PASSWORD },
  },
  DeleteMe: {
    'with all events': { password: PASSWORD, events: 'erase' },
    'the events become somebody else’s': { password: PASSWORD, transferTo: { username: 'bob' } },
  },
  FeedInput: { 'for a phone': { label: 'Phone' } },
  WebhookInput: {
    'all events': { url: 'https://hooks.example.com/convene' },
    'some changes': { url: 'https://hooks.example.com/convene', events: ['create', 'edit', 'delete'] },
  },
  UpdateWebhook: {
    'start again': { active: true },
    'another address': { url: 'https://hooks.example.com/convene/2' },
  },
  Logout: { 'this session': {}, 'every session': { everywhere: true } },
  EventInput: {
    once: { ...review, location: 'Room 4', tags: ['design'] },
    weekly: { ...standup, recurrence: 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20' },
    'with overrides': {
      ...standup,
      recurrence: { frequency: 'daily', count: 10 },
      overrides: {
        '2026-03-04T09:00:00': { excluded: true },
        '2026-03-05T09:00:00': { title: 'Retrospective', end: '2026-03-05T10:00:00' },
      },
    },
    'all day': { title: 'Offsite', start: '2026-05-11', end: '2026-05-13', allDay: true, busy: false },
  },
  Batch: {
    'what can be created': { events: [review, standup] },
    'all or none': { events: [review, standup], atomic: true },
  },
  ConflictCandidate: {
    once: { start: '2026-03-02T15:30:00Z', end: '2026-03-02T16:30:00Z' },
    weekly: { ...standup, recurrence: 'FREQ=WEEKLY;BYDAY=MO,WE' },
  },
  FreeBusyQuery: {
    'somebody in March': {
      users: ['66f0c0ffee0123456789abcd'],
      from: '2026-03-01T00:00:00Z',
      to: '2026-04-01T00:00:00Z',
    },
  },
  EventPatch: {
    'some fields': { title: 'Design review II', location: 'Room 5' },
    'back to its default': { location: null },
  },
  Patch: {
    replace: [{ op: 'replace', path: '/title', value: 'Design review III' }],
    metadata: [{ op: 'add', path: '/metadata/ticket', value: 'DES-42' }],
  },
  Share: {
    'with one': { username: 'bob', role: 'editor' },
    'with several': { shares: [{ email: 'bob@example.com', role: 'viewer' }] },
  },
  SetRole: { 'a role': { role: 'viewer' }, 'the ownership': { role: 'owner' } },
} as const;
