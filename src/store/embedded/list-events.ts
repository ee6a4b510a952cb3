import type { Database } from 'lmdb';
import type { Span } from '../../calendar/event.js';
import { stretches, type Stretch } from '../../calendar/reach.js';
import { matchesWords } from '../../calendar/search.js';
import type { EventQuery, FoundEvent, Membership } from '../../service/ports.js';
import type { StoredEvent } from './event-table.js';
import { AFTER_ALL, FIRST, LAST, type Indexed } from './indexes.js';
import type { Reaches } from './reaches.js';
import { inOrder, inUpdateOrder, type Candidate, type Order, type UpdateTables } from './update-order.js';

export interface ListTables extends UpdateTables {
  search: Database<string>;
  tags: Database<Indexed>;
  reaches: Reaches;
}

/** One page of a user's events. */
export function listEvents(query: EventQuery, tables: ListTables): FoundEvent[] {
  const found: FoundEvent[] = [];
  for (const candidate of candidatesOf(query, tables)) {
    const stored = tables.events.get(candidate.id);
    if (!stored || !isIn(query, stored) || !matches(stored, candidate.role, query, tables)) {
      continue;
    }
    found.push({ event: stored.event, role: candidate.role, key: candidate.key });
    if (found.length === query.limit) {
      break;
    }
  }
  return found;
}

function candidatesOf(query: EventQuery, tables: ListTables): Generator<Candidate> {
  if (query.sort === 'start') {
    return inStartOrder(query, tables);
  }
  const { userId, updatedSince: since, after, descending } = query;
  const own = () => inStartOrder(withoutPlace(query), tables);
  return inUpdateOrder({ userId, since, after, descending }, tables, own);
}

const withoutPlace = ({ after: _, ...query }: EventQuery): EventQuery => query;

/** The trash that a user sees is their own; other members of an event have it in theirs unseen. */
const isIn = ({ state, userId }: EventQuery, { event: { deletedAt, ownerId } }: StoredEvent): boolean =>
  state === 'live' ? deletedAt === null : deletedAt !== null && ownerId === userId;

/**
 * The user's events from the index, by tag where one is asked for, after the place where the last page ended. Each
 * class of length lies there in order; a window cuts out of each what can meet it.
 */
function inStartOrder(query: EventQuery, tables: ListTables): Generator<Candidate> {
  const { userId, tag, state, window } = query;
  const byTag = state === 'live' && tag !== undefined;
  const table = state === 'trash' ? tables.trash : byTag ? tables.tags : tables.live;
  const prefix = byTag ? [userId, tag] : [userId];
  const around = stretches(window, tables.reaches.of(userId));
  const streams = around.map((stretch) => inClass(table, prefix, stretch, query));
  return merged(streams, inOrder(query));
}

/** A class of length in start order, from where it begins to matter or the last page ended. */
function* inClass(
  table: Database<Indexed>,
  prefix: string[],
  { reach, startAt }: Stretch,
  { descending, after, window }: EventQuery,
): Generator<Candidate> {
  const low: Place = [Math.max(startAt.from, FIRST), ''];
  const high: Place = [Math.min(startAt.to, LAST), AFTER_ALL];
  const place: Place | undefined = after && [after.key, after.id];
  const [near, far] = descending ? [high, low] : [low, high];
  const begin = place && (descending ? isBefore(place, near) : isBefore(near, place)) ? place : near;
  if (descending ? isBefore(begin, far) : isBefore(far, begin)) {
    return;
  }
  for (const { key, value } of table.getRange({
    start: [...prefix, reach, ...begin],
    end: [...prefix, reach, ...far],
    reverse: descending,
  })) {
    const [at, id] = (key as (string | number)[]).slice(prefix.length + 1) as Place;
    const [role, until] = value;
    const isOver = window.from !== undefined && until < window.from;
    if (!isOver && (id !== after?.id || at !== after.key)) {
      yield { id, role, key: at };
    }
  }
}

/** Where an event stands in its class: start and id. */
type Place = [startAt: number, id: string];
const isBefore = (a: Place, b: Place): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** Several streams that are each in order, as one. */
function* merged(streams: Generator<Candidate>[], order: Order): Generator<Candidate> {
  try {
    const heads = streams.flatMap((stream) => headOf(stream));
    while (heads.length > 0) {
      const first = heads.reduce((a, b) => (order(b.candidate, a.candidate) < 0 ? b : a));
      yield first.candidate;
      heads.splice(heads.indexOf(first), 1, ...headOf(first.stream));
    }
  } finally {
    streams.forEach((stream) => stream.return(undefined));
  }
}

function headOf(stream: Generator<Candidate>): { candidate: Candidate; stream: Generator<Candidate> }[] {
  const next = stream.next();
  return next.done ? [] : [{ candidate: next.value, stream }];
}

function matches(
  { event, span }: StoredEvent,
  role: Membership['role'],
  query: EventQuery,
  { search }: ListTables,
): boolean {
  const text = query.words.length > 0 ? (search.get(event.id) ?? '') : '';
  return (
    (query.role === undefined || role === query.role) &&
    (query.status === undefined || event.content.status === query.status) &&
    (query.tag === undefined || event.content.tags.includes(query.tag)) &&
    (query.updatedSince === undefined || Date.parse(event.updatedAt) >= query.updatedSince) &&
    meetsWindow(span, query.window) &&
    matchesWords(text, query.words)
  );
}

function meetsWindow({ from: start, until: end }: Span, { from, to }: EventQuery['window']): boolean {
  const begins = to === undefined || start < to;
  const ends = from === undefined || end > from || (start === end && start === from);
  return begins && ends;
}
