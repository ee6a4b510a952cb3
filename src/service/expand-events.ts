import { setImmediate as nextTurn } from 'node:timers/promises';
import { bisect } from '../calendar/bisect.js';
import { refuseFields } from '../calendar/errors.js';
import { changedInOrder, occurrencesFromLast, occurrencesInOrder } from '../calendar/in-order.js';
import type { Occurrence, Window } from '../calendar/occurrences.js';
import { BudgetSpent } from '../calendar/recurrence.js';
import type { Millis } from '../calendar/time.js';
import { occurrenceView, type OccurrenceView } from '../protocol/events.js';
import type { EventQuery, EventStore, FoundEvent } from './ports.js';

/** What a list asks of the store, but for where the page begins and how long it is. */
export type ListedQuery = Omit<EventQuery, 'after' | 'limit'>;

/** A page of the items, and where the next one begins; null at the end. */
export interface PageFound<Item> {
  items: Item[];
  next: unknown;
}

/** How many events are read from the store at a time; between times other requests have their turn. */
export const CHUNK = 200;
/** In units of `Budget`: as much as any rule can take that was let in. */
export const EVENT_WORK = 5_000_000;

/** Where an occurrence stands in the list: it moves only with its own start, or with the update that it is sorted by. */
export interface Position {
  /** Of the event, in a list by the last update; else 0. */
  updated: Millis;
  start: Millis;
  eventId: string;
  recurrenceId: string;
}

interface Item {
  at: Position;
  found: FoundEvent;
  occurrence: Occurrence;
}

type Order = (a: Position, b: Position) => number;

/** In units of `Budget`: seconds of work. With a pause for others after each {@link BREATH}. */
const PAGE_WORK = 50_000_000;
const BREATH = 200_000;

/**
 * A page of the occurrences in a window, by start, or by their event's last update and then by start.
 *
 * However many occurrences there are, what is looked at is bounded: each event gives at most as many as the page
 * has, one by one, and none beyond the page's last one so far; and once the page is full, only events that can
 * occur before that one are read at all. So a page costs the events that may occur between its first item and its
 * last, a chunk at a time with other requests in between. What the rules themselves take is summed up, and a
 * query that takes more than {@link PAGE_WORK} is refused. `looked` says how many events were looked at.
 *
 * @throws validation-failed (pointer `to`) where that is spent
 */
export async function expandPage(
  events: EventStore,
  query: ListedQuery,
  after: unknown,
  limit: number,
): Promise<PageFound<OccurrenceView> & { looked: number }> {
  const expansion = new Expansion(query, after as Position | undefined, limit);
  const { status: _, ...wanted } = query;
  let behind = expansion.firstEvent();
  let [rested, looked] = [0, 0];
  while (!expansion.isDone) {
    const chunk = await events.list({
      ...wanted,
      window: expansion.windowOfEvents(),
      ...(behind && { after: behind }),
      limit: CHUNK,
    });
    for (const found of chunk) {
      expansion.take(found);
      if (expansion.work - rested > BREATH) {
        rested = expansion.work;
        await nextTurn();
      }
    }
    looked += chunk.length;
    const last = chunk[chunk.length - 1];
    if (!last || chunk.length < CHUNK) {
      break;
    }
    behind = { key: last.key, id: last.event.id };
    await nextTurn();
  }
  return { ...expansion.page(), looked };
}

/** The ids before and after all others. */
const [FIRST_ID, LAST_ID] = ['0'.repeat(24), 'f'.repeat(24)];

/** A page while it is gathered: the first of everything that was seen, and one more that tells whether there is more. */
class Expansion {
  work = 0;
  isDone = false;
  private readonly items: Item[] = [];
  private readonly seen = new Set<string>();
  private readonly window: Window;
  private readonly byUpdate: boolean;
  private readonly backwards: boolean;
  private readonly order: Order;

  constructor(
    private readonly query: ListedQuery,
    private readonly after: Position | undefined,
    private readonly limit: number,
  ) {
    const { window, sort, descending } = query;
    this.window = { from: window.from ?? 0, to: window.to ?? 0 };
    this.byUpdate = sort === 'updatedAt';
    this.backwards = descending && !this.byUpdate;
    const [updates, starts] = [descending ? -1 : 1, this.backwards ? -1 : 1];
    this.order = (a, b) =>
      updates * (a.updated - b.updated) ||
      starts *
        (a.start - b.start || compare(a.eventId, b.eventId) || compare(a.recurrenceId, b.recurrenceId));
  }

  /** In a list by the last update, events behind which there is nothing that the pages before have had to the end. */
  firstEvent(): EventQuery['after'] {
    return this.byUpdate && this.after
      ? { key: this.after.updated, id: this.query.descending ? LAST_ID : FIRST_ID }
      : undefined;
  }

  /** The last item of a page that is full; what comes behind it is of no use. */
  private get worst(): Position | undefined {
    return this.items.length > this.limit ? this.items[this.limit]?.at : undefined;
  }

  /** Where an event has to occur to be of use: from the last page's end to this one's, as far as it is known. */
  windowOfEvents(): Window {
    return this.byUpdate ? this.window : this.narrowed(this.after, this.worst).window;
  }

  /**
   * The window between two positions, and where an occurrence has to start to be in it. It may end before it begins:
   * what comes first has started before the window, and is still going on when it begins.
   */
  private narrowed(after?: Position, worst?: Position): { window: Window; since?: Millis } {
    const { from, to } = this.window;
    const [low, high] = this.backwards ? [worst, after] : [after, worst];
    return {
      window: {
        from: low ? Math.max(from, low.start) : from,
        to: high ? Math.min(to, high.start + 1) : to,
      },
      ...(low && { since: low.start }),
    };
  }

  take(found: FoundEvent): void {
    const { worst, after, byUpdate } = this;
    const updated = byUpdate ? found.key : 0;
    // An event that is edited between two chunks may come twice.
    if (this.isDone || this.seen.has(found.event.id)) {
      return;
    }
    this.seen.add(found.event.id);
    if (worst && byUpdate && updated !== worst.updated) {
      this.isDone = true;
      return;
    }
    const begun = after?.updated === updated ? after : undefined;
    const { window, since } = this.narrowed(begun, worst);
    const budget = { left: EVENT_WORK };
    try {
      this.takeAll(found, updated, this.occurrences(found, window, budget, since));
    } catch (error) {
      if (!(error instanceof BudgetSpent)) {
        throw error;
      }
    }
    this.work += EVENT_WORK - budget.left;
    if (this.work > PAGE_WORK) {
      // Nor can the page be cut short: what comes first may still be to come.
      throw refuseFields([{ pointer: 'to', message: 'leaves too much to expand: ask for fewer events' }]);
    }
  }

  private takeAll(found: FoundEvent, updated: Millis, occurrences: Iterable<Occurrence>): void {
    const { status } = this.query;
    const eventId = found.event.id;
    for (const occurrence of occurrences) {
      const at = { updated, start: occurrence.start, eventId, recurrenceId: occurrence.recurrenceId };
      const isWanted =
        status === undefined || (occurrence.override?.status ?? found.event.content.status) === status;
      const isBehind = !this.after || this.order(at, this.after) > 0;
      if (isWanted && isBehind && !this.add({ at, found, occurrence })) {
        return;
      }
    }
  }

  private occurrences(
    { event: { content } }: FoundEvent,
    window: Window,
    budget: { left: number },
    since?: Millis,
  ): Iterable<Occurrence> {
    const { status } = this.query;
    if (status !== undefined && status !== content.status) {
      const changed = changedInOrder(content, window, since);
      return this.backwards ? changed.reverse() : changed;
    }
    return (this.backwards ? occurrencesFromLast : occurrencesInOrder)(content, window, budget, since);
  }

  /** Puts an item in its place; false where it comes behind a full page. */
  private add(item: Item): boolean {
    const { worst, items } = this;
    if (worst && this.order(item.at, worst) >= 0) {
      return false;
    }
    const place = bisect(items.length, (i) => {
      const other = items[i];
      return other !== undefined && this.order(other.at, item.at) < 0;
    });
    items.splice(place, 0, item);
    items.length = Math.min(items.length, this.limit + 1);
    return true;
  }

  page(): PageFound<OccurrenceView> {
    const page = this.items.slice(0, this.limit);
    return {
      items: page.map(({ found, occurrence }) => occurrenceView(found.event, found.role, occurrence)),
      next: this.items.length > this.limit ? page[page.length - 1]?.at : null,
    };
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
