import { bisect } from './bisect.js';
import type { Content } from './content.js';
import { changedOccurrences, clockOf, meetsWindow, regularStarts, type Window } from './occurrences.js';
import { BudgetSpent, type Budget } from './recurrence.js';
import { isBusy, type Interval } from './schedule.js';
import { DAY, type Millis, type WallClock } from './time.js';

/** One time at which an event takes place, as an index keeps it. */
export interface Place extends Interval {
  /** The original local start, which the recurrence id says in text. */
  wall: WallClock;
  isBusy: boolean;
}

/** An event's places within a horizon. */
export interface Placed {
  id: string;
  version: number;
  places: Place[];
}

/** A place that was found. */
export interface FoundPlace extends Place {
  eventId: string;
}

/** A busy time of ours that meets one of an event. */
export interface Encounter {
  ours: Interval;
  theirs: Interval;
  eventId: string;
}

/** The places of an event within a window; null where they are more than the budget allows. */
export function placesOf(content: Content, window: Window, budget: Budget): Place[] | null {
  const clock = clockOf(content);
  const places: Place[] = [];
  const add = (place: Place): void => {
    if (meetsWindow(place.start, place.end, window)) {
      places.push(place);
    }
  };
  for (const { recurrenceId, start, end, override } of changedOccurrences(content)) {
    add({ start, end, wall: clock.parse(recurrenceId) ?? 0, isBusy: isBusy(content, override) });
  }
  const [isPlain, busy] = [Object.keys(content.overrides).length === 0, isBusy(content)];
  try {
    for (const wall of regularStarts(content, clock, window, budget)) {
      if (isPlain || !Object.hasOwn(content.overrides, clock.format(wall))) {
        const start = clock.instantOf(wall);
        add({ start, end: clock.endOf(wall, start), wall, isBusy: busy });
      }
    }
  } catch (error) {
    if (error instanceof BudgetSpent) {
      return null;
    }
    throw error;
  }
  return places;
}

/** What lasts longer is kept apart: whoever looks for what has begun before a time need not look back far for the rest. */
const LONG = 2 * DAY;
const MAX_REPLACED = 100_000;

/**
 * When a user's events take place, within a horizon, in start order. It grows as a log-structured merge tree does:
 * what is put comes as a sorted run beside the others, runs of like size are merged, and what an event was before
 * is skipped until a merge drops it. So a change costs little, however much there is, and a search goes through
 * few runs.
 */
export class OccurrenceIndex {
  /** Events by number; a new version of an event gets a new one. */
  private readonly ids: string[] = [];
  private readonly current = new Map<string, { no: number; version: number; rows: number }>();
  private readonly short: Run[] = [];
  private readonly long: Run[] = [];
  private alive = 0;

  constructor(readonly horizon: Window) {}

  /** How many places there are. */
  get size(): number {
    return this.alive;
  }

  /** How many rows are kept, those that are to be dropped included. */
  get rows(): number {
    return this.runs().reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether so much has been put and replaced that it is better made anew. */
  get isWorn(): boolean {
    return this.ids.length > 4 * this.current.size + MAX_REPLACED;
  }

  /** The version an event was put with. */
  versionOf(eventId: string): number | undefined {
    return this.current.get(eventId)?.version;
  }

  /** Takes events in, in place of what they were before. */
  put(events: readonly Placed[]): void {
    const rows: Row[] = [];
    for (const { id, version, places } of events) {
      this.drop(id);
      const no = this.ids.push(id) - 1;
      this.current.set(id, { no, version, rows: places.length });
      this.alive += places.length;
      places.forEach((place) => rows.push({ ...place, no }));
    }
    this.add(
      this.short,
      rows.filter(({ start, end }) => end - start <= LONG),
    );
    this.add(
      this.long,
      rows.filter(({ start, end }) => end - start > LONG),
    );
  }

  drop(eventId: string): void {
    this.alive -= this.current.get(eventId)?.rows ?? 0;
    this.current.delete(eventId);
  }

  /**
   * The places that meet a window within the horizon, by start (of one start: by event, then by original start);
   * with `since` those that start then or later, and backwards, with `until`, those that start then or earlier.
   */
  *within(
    window: Window,
    { since = -Infinity, until = Infinity, backwards = false } = {},
  ): Generator<FoundPlace> {
    const cursors = this.runs().map((run) => {
      const from = run.firstFrom(Math.max(since, window.from - run.longest));
      const to = run.firstFrom(Math.min(window.to, until + 1));
      return {
        run,
        at: backwards ? to - 1 : from,
        last: backwards ? from : to - 1,
        step: backwards ? -1 : 1,
      };
    });
    const sign = backwards ? -1 : 1;
    for (;;) {
      let next: Millis | undefined;
      for (const { run, at, last, step } of cursors) {
        const start = (last - at) * step >= 0 ? run.starts[at] : undefined;
        if (start !== undefined && (next === undefined || sign * (start - next) < 0)) {
          next = start;
        }
      }
      if (next === undefined) {
        return;
      }
      const same: FoundPlace[] = [];
      for (const cursor of cursors) {
        const { run, last, step } = cursor;
        for (; (last - cursor.at) * step >= 0 && run.starts[cursor.at] === next; cursor.at += step) {
          const place = this.placeAt(run, cursor.at);
          if (place && meetsWindow(place.start, place.end, window)) {
            same.push(place);
          }
        }
      }
      yield* same.sort((a, b) => sign * byEvent(a, b));
    }
  }

  /** Where ascending times of ours meet busy ones, an event aside: by our time, then by theirs; the earliest `most`. */
  encounters(ours: readonly Interval[], exceptEventId: string | null, most: number): Encounter[] {
    const found: Encounter[] = [];
    for (const own of ours) {
      const met = this.runs().flatMap((run) => this.busyAt(run, own, exceptEventId));
      found.push(...met.sort((a, b) => a.theirs.start - b.theirs.start));
      if (found.length >= most) {
        break;
      }
    }
    return found.slice(0, most);
  }

  private busyAt(run: Run, ours: Interval, exceptEventId: string | null): Encounter[] {
    const found: Encounter[] = [];
    for (let i = run.firstFrom(ours.start - run.longest); i < run.length; i += 1) {
      if ((run.starts[i] ?? Infinity) >= ours.end) {
        break;
      }
      const place = (run.ends[i] ?? 0) > ours.start && run.busy[i] === 1 ? this.placeAt(run, i) : null;
      if (place && place.eventId !== exceptEventId) {
        found.push({ ours, theirs: { start: place.start, end: place.end }, eventId: place.eventId });
      }
    }
    return found;
  }

  /** null where the event has changed, or gone, since. */
  private placeAt(run: Run, i: number): FoundPlace | null {
    const no = run.noAt(i);
    const eventId = this.ids[no] ?? '';
    return this.current.get(eventId)?.no === no ? run.placeAt(i, eventId) : null;
  }

  private runs(): Run[] {
    return [...this.short, ...this.long];
  }

  private add(runs: Run[], rows: Row[]): void {
    if (rows.length === 0) {
      return;
    }
    runs.push(Run.of(rows));
    const isAlive = (no: number): boolean => this.current.get(this.ids[no] ?? '')?.no === no;
    for (let [a, b] = runs.slice(-2); a && b && a.length < 2 * b.length; [a, b] = runs.slice(-2)) {
      runs.splice(-2, 2, Run.merged(a, b, isAlive));
    }
  }
}

type Row = Place & { no: number };

const byEvent = (a: FoundPlace, b: FoundPlace): number =>
  a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : a.wall - b.wall;

const SECOND = 1000;

/** Rows in start order, as columns: millions of them take little room. */
class Run {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly busy: Uint8Array;
  length = 0;
  /** The longest time that a row takes. */
  longest = 0;
  /** By how many seconds the clocks on the wall are ahead of UTC. */
  private readonly aheads: Int32Array;
  private readonly nos: Uint32Array;

  private constructor(capacity: number) {
    this.starts = new Float64Array(capacity);
    this.ends = new Float64Array(capacity);
    this.aheads = new Int32Array(capacity);
    this.busy = new Uint8Array(capacity);
    this.nos = new Uint32Array(capacity);
  }

  static of(rows: Row[]): Run {
    const run = new Run(rows.length);
    rows
      .sort((a, b) => a.start - b.start)
      .forEach(({ start, end, wall, isBusy: busy, no }) => run.push(start, end, wall, busy ? 1 : 0, no));
    return run;
  }

  /** Both as one, without the rows of events that are not alive. */
  static merged(a: Run, b: Run, isAlive: (no: number) => boolean): Run {
    const run = new Run(a.length + b.length);
    const take = (from: Run, i: number): void => {
      if (isAlive(from.nos[i] ?? 0)) {
        run.push(from.starts[i] ?? 0, from.ends[i] ?? 0, from.wallAt(i), from.busy[i] ?? 0, from.nos[i] ?? 0);
      }
    };
    let [i, j] = [0, 0];
    while (i < a.length || j < b.length) {
      if (j >= b.length || (i < a.length && (a.starts[i] ?? 0) <= (b.starts[j] ?? 0))) {
        take(a, i);
        i += 1;
      } else {
        take(b, j);
        j += 1;
      }
    }
    return run;
  }

  noAt(i: number): number {
    return this.nos[i] ?? 0;
  }

  placeAt(i: number, eventId: string): FoundPlace {
    return {
      start: this.starts[i] ?? 0,
      end: this.ends[i] ?? 0,
      wall: this.wallAt(i),
      isBusy: this.busy[i] === 1,
      eventId,
    };
  }

  /** The index of the first row that starts at or after a time. */
  firstFrom(time: Millis): number {
    return bisect(this.length, (i) => (this.starts[i] ?? 0) < time);
  }

  private wallAt(i: number): WallClock {
    return (this.starts[i] ?? 0) + (this.aheads[i] ?? 0) * SECOND;
  }

  private push(start: Millis, end: Millis, wall: WallClock, busy: number, no: number): void {
    const i = this.length;
    this.starts[i] = start;
    this.ends[i] = end;
    this.aheads[i] = (wall - start) / SECOND;
    this.busy[i] = busy;
    this.nos[i] = no;
    this.longest = Math.max(this.longest, end - start);
    this.length += 1;
  }
}
