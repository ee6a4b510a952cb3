import { randomBytes } from 'node:crypto';
import { parseContent, type Content } from '../../src/calendar/content.js';
import { effectivePatch } from '../../src/calendar/difference.js';
import { spanOf, type EventRecord } from '../../src/calendar/event.js';
import type { LogEntry } from '../../src/calendar/history.js';
import { searchText } from '../../src/calendar/search.js';
import type {
  EventCommit,
  EventQuery,
  IndexKeys,
  Membership,
  NewEvent,
  SessionRecord,
  UserRecord,
} from '../../src/service/ports.js';

export const newId = (): string => randomBytes(12).toString('hex');

export const AT = '2026-03-01T08:00:00.123Z';
/** An instant of the envelope, `n` seconds after {@link AT}. */
export const later = (n: number): string => new Date(Date.parse(AT) + n * 1000).toISOString();

export const contentOf = (fields: Record<string, unknown> = {}): Content =>
  parseContent({ title: 'Review', start: '2026-03-02T15:00:00Z', end: '2026-03-02T16:00:00Z', ...fields });

export const keysOf = (content: Content): IndexKeys => ({
  span: spanOf(content),
  searchText: searchText(content),
});

export const memberOf = (userId: string, role: Membership['role'] = 'viewer'): Membership => ({
  userId,
  role,
  grantedBy: userId,
  grantedAt: AT,
});

interface NewEventOptions extends Partial<Omit<EventRecord, 'content'>> {
  fields?: Record<string, unknown>;
  others?: Membership[];
  keys?: Partial<IndexKeys>;
  entry?: Partial<LogEntry>;
}

/** An event that is to be stored, and belongs to `ownerId`. */
export function newEvent({ fields, others = [], keys, entry, ...envelope }: NewEventOptions = {}): NewEvent {
  const content = contentOf(fields);
  const ownerId = envelope.ownerId ?? newId();
  const event: EventRecord = {
    id: newId(),
    version: 1,
    ownerId,
    content,
    createdAt: AT,
    updatedAt: AT,
    updatedBy: ownerId,
    deletedAt: null,
    ...envelope,
  };
  return {
    event,
    keys: { ...keysOf(content), ...keys },
    entries: [entryOf(event, effectivePatch({}, content), { kind: 'create', ...entry })],
    members: [memberOf(ownerId, 'owner'), ...others],
  };
}

export const entryOf = (
  event: EventRecord,
  patch: LogEntry['patch'],
  more: Partial<LogEntry> = {},
): LogEntry => ({
  version: event.version,
  kind: 'edit',
  at: event.updatedAt,
  by: event.updatedBy,
  via: 'rest',
  patch,
  ...more,
});

interface ChangeOptions extends Partial<Pick<EventCommit, 'granted' | 'revoked'>> {
  fields?: Record<string, unknown>;
  envelope?: Partial<EventRecord>;
  keys?: Partial<IndexKeys>;
  entry?: Partial<LogEntry>;
}

/** A commit of one more version upon an event as it stands. */
export function changeOf(before: EventRecord, options: ChangeOptions = {}): EventCommit {
  const { fields = {}, envelope, keys, entry, granted = [], revoked = [] } = options;
  const content =
    Object.keys(fields).length > 0 ? contentOf({ ...before.content, ...fields }) : before.content;
  const event = {
    ...before,
    content,
    version: before.version + 1,
    updatedAt: later(before.version),
    ...envelope,
  };
  return {
    event,
    keys: { ...keysOf(content), ...keys },
    entries: [entryOf(event, effectivePatch(before.content, content), entry)],
    atVersion: before.version,
    granted,
    revoked,
  };
}

export const queryOf = (userId: string, more: Partial<EventQuery> = {}): EventQuery => ({
  userId,
  state: 'live',
  words: [],
  window: {},
  sort: 'start',
  descending: false,
  limit: 100,
  ...more,
});

export function newUser(more: Partial<UserRecord> = {}): UserRecord {
  const name = `u${randomBytes(6).toString('hex')}`;
  return {
    id: newId(),
    email: `${name}@Example.com`,
    emailKey: `${name}@example.com`,
    username: name.toUpperCase(),
    usernameKey: name,
    name: 'Ada Lovelace',
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    createdAt: AT,
    ...more,
  };
}

export const newSession = (userId: string, more: Partial<SessionRecord> = {}): SessionRecord => ({
  id: newId(),
  userId,
  refreshHash: randomBytes(32).toString('hex'),
  createdAt: AT,
  lastUsedAt: AT,
  expiresAt: '2126-03-31T08:00:00.123Z',
  revokedAt: null,
  userAgent: 'Firefox',
  address: '192.0.2.7',
  ...more,
});

/** Runs the same thing so many times at once. */
export const atOnce = <T>(times: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, i) => work(i)));

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NOON = Date.parse('2026-03-02T12:00:00Z');
/** Bounds of an event's own, whatever its content says. */
export const span = (from: number, until: number, startAt = from) => ({ span: { startAt, from, until } });
