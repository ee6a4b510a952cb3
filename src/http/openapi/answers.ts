import { CONTENT_FIELDS } from '../../calendar/fields.js';
import { problemExample } from './problem-examples.js';
import { ACCESS_TOKEN, ADA, BOB, CHANGE, ENTRY, EVENT, REPORT, USER } from './samples.js';

type Named = Readonly<Record<string, unknown>>;

const at = (time: string): string => `2026-03-01T${time}Z`;
const series = {
  ...EVENT,
  title: 'Stand-up',
  recurrence: { frequency: 'weekly', byDay: [{ day: 'mo' }], until: '2026-06-01T00:00:00' },
};
const content = Object.fromEntries(CONTENT_FIELDS.map((field) => [field, EVENT[field]]));
const titleChange = {
  path: '/title',
  field: 'title',
  op: 'replace',
  from: 'Design review',
  to: 'Design review, second round',
};
const permissions = [
  { user: ADA, role: 'owner', grantedBy: ADA.id, grantedAt: EVENT.createdAt },
  { user: BOB, role: 'editor', grantedBy: ADA.id, grantedAt: '2026-02-27T09:14:00.020Z' },
];
const webhook = {
  id: '66f0c0ffee0123456789a00c',
  url: 'https://example.com/convene',
  events: ['edit', 'rollback'],
  eventId: null,
  active: true,
  createdAt: at('08:00:00.000'),
};
const delivery = {
  id: '66f0c0ffee0123456789de11',
  eventId: EVENT.id,
  version: CHANGE.version,
  kind: CHANGE.kind,
  state: 'delivered',
  attempts: 1,
  createdAt: CHANGE.at,
  nextAttemptAt: null,
  lastAttemptAt: at('08:21:40.512'),
  status: 204,
  error: null,
  deliveredAt: at('08:21:40.560'),
};

/** What routes answer, by the component that the answer is. A route may have its own examples in its comment. */
export const ANSWERS: Readonly<Record<string, Named>> = {
  Health: { 'it runs': { status: 'ok' } },
  User: { ada: USER },
  Tokens: {
    'signed in': {
      user: USER,
      accessToken: ACCESS_TOKEN,
      refreshToken: 'FhV3zq0m7QbC2cN4',
      tokenType: 'Bearer',
      expiresIn: 900,
    },
  },
  Sessions: {
    'two of them': {
      items: [
        {
          id: '66f0c0ffee0123456789c0de',
          current: true,
          createdAt: at('08:00:00.000'),
          lastUsedAt: at('08:15:00.000'),
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
          address: '203.0.113.7',
        },
        {
          id: '66f0c0ffee0123456789cafe',
          current: false,
          createdAt: '2026-02-20T19:40:11.000Z',
          lastUsedAt: '2026-02-28T21:02:45.000Z',
          userAgent: 'curl/8.14.1',
          address: '2001:db8::7',
        },
      ],
    },
  },
  Invitation: { 'for a week': { code: 'kq7Yh2mPzv4R', expiresAt: '2026-03-08T08:00:00.000Z' } },
  Event: { 'as its owner sees it': EVENT },
  CreatedEvent: {
    'nothing else then': { ...EVENT, version: 1, ...REPORT, conflicts: [] },
    'something else then': { ...EVENT, version: 1, ...REPORT },
  },
  EditedEvent: {
    'without baseVersion': { ...EVENT, version: 8, title: titleChange.to },
    'with baseVersion': { ...EVENT, version: 8, title: titleChange.to, merged: true },
  },
  SplitEvent: {
    'a series in two': {
      event: { ...series, recurrence: { ...series.recurrence, until: '2026-04-05T23:59:59' } },
      following: { ...series, id: '66f0c0ffee0123456789beef', version: 1, title: 'Stand-up, shorter' },
    },
  },
  EventPage: { events: { items: [EVENT], nextCursor: null } },
  OccurrencePage: {
    'occurrences, with expand': {
      items: [{ ...series, eventId: series.id, recurrenceId: '2026-03-02T15:00:00' }],
      nextCursor: 'eyJhIjoxfQ.k3Vd',
    },
  },
  SyncAnswer: {
    'an event changed, another is gone': {
      events: [EVENT],
      removed: ['66f0c0ffee0123456789dead'],
      nextToken: 'AQoJc3luY3M.k3Vd',
      hasMore: false,
    },
  },
  ConflictReport: { 'one meeting': REPORT },
  FreeBusy: {
    'one may be known, one not': {
      users: [
        { userId: BOB.id, busy: [{ start: '2026-03-02T14:00:00Z', end: '2026-03-02T15:30:00Z' }] },
        { userId: '66f0c0ffee0123456789abcd', busy: null },
      ],
    },
  },
  Permission: { 'an editor': permissions[1] },
  PermissionPage: { 'an owner and an editor': { items: permissions, nextCursor: null } },
  HistoryPage: { 'the newest entry': { items: [ENTRY], nextCursor: 'eyJhIjoxfQ.k3Vd' } },
  Version: { 'version 7': { version: 7, entry: ENTRY, content } },
  ChangelogPage: {
    'the newest entry': {
      items: [
        {
          version: 8,
          at: CHANGE.at,
          by: BOB,
          kind: 'edit',
          summary: 'Changed title',
          changes: [titleChange],
        },
      ],
      nextCursor: null,
    },
  },
  Diff: { 'of two neighbours': { from: 7, to: 8, patch: CHANGE.patch, changes: [titleChange] } },
  Feeds: {
    'one for a phone': {
      items: [
        { id: '66f0c0ffee0123456789feed', label: 'Phone', createdAt: at('08:00:00.000'), lastUsedAt: null },
      ],
    },
  },
  CreatedFeed: {
    'for a phone': {
      id: '66f0c0ffee0123456789feed',
      label: 'Phone',
      token: 'FhV3zq0m7QbC2cN4',
      url: '/api/calendar.ics?token=FhV3zq0m7QbC2cN4',
      createdAt: at('08:00:00.000'),
    },
  },
  ImportReport: {
    'most of a file': {
      created: 12,
      updated: 3,
      skipped: [{ uid: 'task-1@example.com', reason: 'it is a VTODO, not an event' }],
    },
  },
  Webhook: { 'edits and rollbacks': webhook },
  WebhookPage: { 'one of them': { items: [webhook], nextCursor: null } },
  CreatedWebhook: { 'with its secret': { ...webhook, secret: 'whsec_FhV3zq0m7QbC2cN4' } },
  Delivery: { 'one that arrived': delivery },
  DeliveryPage: { 'one that arrived': { items: [delivery], nextCursor: null } },
};

const CALENDAR = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//Convene//Convene//EN',
  'CALSCALE:GREGORIAN',
  'BEGIN:VEVENT',
  `UID:${EVENT.id}@convene`,
  'SEQUENCE:6',
  'DTSTAMP:20260301T082015Z',
  'DTSTART:20260302T140000Z',
  'DTEND:20260302T150000Z',
  'SUMMARY:Design review',
  'LOCATION:Room 4',
  'CATEGORIES:design',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

const CHANGELOG = [
  'Changelog of Design review, second round',
  'Newest first, times in Europe/Berlin',
  '',
  'Version 8 · 1 March 2026, 09:21 · Bob (bob)',
  '  Changed title',
  '  “as agreed”',
  '  title',
  '    - Design review',
  '    + Design review, second round',
  '',
].join('\n');

const DIFF = [
  'Design review, second round: from version 7 to version 8',
  'Times in Europe/Berlin',
  '',
  '  title',
  '    - Design review',
  '    + Design review, second round',
  '',
].join('\n');

const PAGE = '<!doctype html>\n<html lang="en">\n  <title>Design review, second round</title>\n</html>\n';

const METRICS = [
  '# HELP convene_http_requests_total REST requests',
  '# TYPE convene_http_requests_total counter',
  'convene_http_requests_total{method="GET",route="/api/events/:id",status="200"} 41',
  '',
].join('\n');

/** What single operations answer that no component says: by operation, and by status or media type. */
export const OWN_ANSWERS: Readonly<Record<string, Readonly<Record<string, Named>>>> = {
  getReadiness: { 200: { 'everything is up': { status: 'ok', checks: { store: 'up' } } } },
  createEvents: {
    201: { 'all of them': { results: [{ index: 0, status: 201, event: { ...EVENT, version: 1 } }] } },
    207: {
      'one of two': {
        results: [
          { index: 0, status: 201, event: { ...EVENT, version: 1 } },
          { index: 1, status: 422, problem: problemExample('validation-failed', '/api/events/batch') },
        ],
      },
    },
  },
  getCalendar: { 'text/calendar': { 'one event': CALENDAR } },
  getEventAsCalendar: { 'text/calendar': { 'one event': CALENDAR } },
  listChanges: { 'text/plain': { 'the newest entry': CHANGELOG }, 'text/html': { 'a page': PAGE } },
  getDiff: { 'text/plain': { 'of two neighbours': DIFF }, 'text/html': { 'a page': PAGE } },
  getMetrics: { 'text/plain': { 'a counter': METRICS } },
};
