import type { Database, Key } from 'lmdb';
import type { Bucket, LogEntry } from '../../calendar/history.js';
import type {
  DeliveryRecord,
  Departure,
  FeedRecord,
  InvitationRecord,
  Membership,
  SessionRecord,
  UserRecord,
  WebhookRecord,
} from '../../service/ports.js';
import { LOSSES_KEPT_MS } from '../../service/ports/changed.js';
import type {
  KeyRecord,
  Kind,
  LossRecord,
  PositionRecord,
  Records,
  Source,
  WholeEvent,
} from '../transfer.js';
import type { Tables } from './environment.js';
import type { Stored } from './event-table.js';
import { AFTER_ALL, FIRST, LAST } from './indexes.js';

/**
 * Every table that there is: the kind of record that it belongs to, `derived` where it follows from others, or
 * `own` where it says something of this data file alone. Another store gets what belongs to a kind.
 */
const TABLES: Readonly<Record<string, Kind | 'derived' | 'own'>> = {
  meta: 'own',
  users: 'users',
  emails: 'derived',
  usernames: 'derived',
  sessions: 'sessions',
  sessionsOfUser: 'derived',
  invitations: 'invitations',
  invitationsOfUser: 'derived',
  feeds: 'feeds',
  feedsOfUser: 'derived',
  webhooks: 'webhooks',
  webhooksOfUser: 'derived',
  deliveries: 'deliveries',
  pendingDeliveries: 'derived',
  webhookPositions: 'webhookPositions',
  departures: 'departures',
  losses: 'losses',
  lossOrder: 'derived',
  lossExpiry: 'derived',
  events: 'events',
  search: 'events',
  members: 'events',
  log: 'events',
  buckets: 'buckets',
  changeIds: 'derived',
  idempotency: 'keys',
  idempotencyExpiry: 'derived',
  live: 'derived',
  tags: 'derived',
  trash: 'derived',
  updated: 'derived',
};

/** Read at a time: a read is not kept open while others happen. */
const PAGE = 64;

/**
 * The embedded store, to be read whole.
 *
 * @throws an error where there is a table that it does not know: what is in it would be left behind.
 */
export function embeddedSource(tables: Tables): Source {
  const there = new Set(tables.names());
  const unknown = [...there].filter((name) => !Object.hasOwn(TABLES, name));
  if (unknown.length > 0) {
    throw new Error(
      `The data has tables that this version of Convene does not carry over: ${unknown.join(', ')}.`,
    );
  }
  /** None where it has never been written to, by an earlier version. */
  const table = <V>(name: string): Database<V> | undefined =>
    there.has(name) ? tables.table<V>(name) : undefined;

  const events = table<Stored>('events');
  const search = table<string>('search');
  const members = table<Omit<Membership, 'userId'>>('members');
  const log = table<LogEntry>('log');
  const buckets = table<Bucket>('buckets');

  const whole = ({ span, ...event }: Stored): WholeEvent => ({
    event,
    keys: { span, searchText: search?.get(event.id) ?? '' },
    members: range(members, { start: [event.id, ''], end: [event.id, AFTER_ALL] }).map(({ key, value }) => ({
      userId: (key as string[])[1] ?? '',
      ...value,
    })),
    entries: range(log, { start: [event.id, FIRST], end: [event.id, LAST] }).map(({ value }) => value),
  });

  const readers: { [K in Kind]: () => Iterable<Records[K]> } = {
    users: () => paged(table<UserRecord>('users')),
    sessions: () => paged(table<SessionRecord>('sessions')),
    invitations: () => paged(table<InvitationRecord>('invitations')),
    feeds: () => paged(table<FeedRecord>('feeds')),
    webhooks: () => paged(table<WebhookRecord>('webhooks')),
    deliveries: () => paged(table<DeliveryRecord>('deliveries')),
    webhookPositions: () => mapped(entries(table<number>('webhookPositions')), toPositionRecord),
    departures: () => paged(table<Departure>('departures')),
    losses: () => mapped(entries(table<number>('losses')), toLossRecord),
    events: () => mapped(paged(events), whole),
    buckets: () => paged(buckets),
    keys: () => mapped(entries(table<Omit<KeyRecord, 'userId' | 'key'>>('idempotency')), toKeyRecord),
  };

  return {
    count: (kind) => countOf(table(kind === 'keys' ? 'idempotency' : kind)),
    all: <K extends Kind>(kind: K): Iterable<Records[K]> => readers[kind](),
    bucketsOf: (eventId) => paged(buckets, [eventId, FIRST], [eventId, LAST]),
  };
}

const countOf = (table: Database<unknown> | undefined): number =>
  (table?.getStats() as { entryCount: number } | undefined)?.entryCount ?? 0;

const range = <V>(table: Database<V> | undefined, options: { start?: Key; end?: Key; limit?: number }) =>
  table ? [...table.getRange(options)] : [];

const toKeyRecord = ({ key, value }: Entry<Omit<KeyRecord, 'userId' | 'key'>>): KeyRecord => {
  const [userId = '', name = ''] = key as string[];
  return { userId, key: name, ...value };
};

const toLossRecord = ({ key, value: at }: Entry<number>): LossRecord => {
  const [userId = '', eventId = ''] = key as string[];
  return { userId, eventId, at, expiresAt: at + LOSSES_KEPT_MS };
};

const toPositionRecord = ({ key, value: version }: Entry<number>): PositionRecord => {
  const [webhookId = '', eventId = ''] = key as string[];
  return { webhookId, eventId, version };
};

interface Entry<V> {
  key: Key;
  value: V;
}

const paged = <V>(table: Database<V> | undefined, start?: Key, end?: Key): Generator<V> =>
  mapped(entries(table, start, end), ({ value }) => value);

/** Everything in a table, or between two of its keys. */
function* entries<V>(table: Database<V> | undefined, start?: Key, end?: Key): Generator<Entry<V>> {
  let last: Key | undefined;
  for (;;) {
    const from = last ?? start;
    const page = range(table, {
      ...(from !== undefined && { start: from }),
      ...(end !== undefined && { end }),
      ...(last !== undefined && { exclusiveStart: true }),
      limit: PAGE,
    });
    yield* page;
    last = page[page.length - 1]?.key;
    if (page.length < PAGE) {
      return;
    }
  }
}

function* mapped<A, B>(all: Iterable<A>, change: (one: A) => B): Generator<B> {
  for (const one of all) {
    yield change(one);
  }
}
