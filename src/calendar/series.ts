import { parseContent, type Content, type Override } from './content.js';
import { refuse, refuseFields } from './errors.js';
import { equal } from './json.js';
import {
  clockOf,
  firstStartFrom,
  hasRegularStart,
  regularOccurrence,
  startsBefore,
  type EventClock,
} from './occurrences.js';
import { patched, type Edit } from './patch.js';
import { withShiftedStart, type Rule } from './rule.js';
import {
  DAY,
  formatDate,
  formatInstant,
  formatLocal,
  parseDate,
  parseInstant,
  toInstant,
  toWallClock,
  type WallClock,
} from './time.js';

/** The fields that an override may change. */
const OVERRIDABLE = [
  'title',
  'description',
  'location',
  'url',
  'start',
  'end',
  'status',
  'busy',
  'tags',
  'color',
  'metadata',
] as const satisfies (keyof Override & keyof Content)[];

/** The fields that belong to the series alone. */
const SERIES_ONLY = ['recurrence', 'overrides', 'timeZone', 'allDay'] as const;

/** An edit that leaves everything as it is. */
export const NO_EDIT: Edit = { form: 'merge-patch', patch: {} };

const noSuchOccurrence = () => refuse('not-found', 'The event has no such occurrence.');

/**
 * The local start that an occurrence's id names (RFC 8984, section 4.3.1).
 *
 * @throws not-found where neither the rule nor an override produces it, or where it is excluded
 */
export function requireOccurrence(content: Content, recurrenceId: string): WallClock {
  const clock = clockOf(content);
  const wall = clock.parse(recurrenceId);
  if (wall === null || clock.format(wall) !== recurrenceId) {
    throw noSuchOccurrence();
  }
  const override = overrideOf(content, recurrenceId);
  const exists = override ? !override.excluded : hasRegularStart(content, wall);
  if (!exists) {
    throw noSuchOccurrence();
  }
  return wall;
}

const overrideOf = ({ overrides }: Content, recurrenceId: string): Override | undefined =>
  Object.hasOwn(overrides, recurrenceId) ? overrides[recurrenceId] : undefined;

/** Whether the event takes place at no earlier original start. @throws not-found */
export function isFirstOccurrence(content: Content, recurrenceId: string): boolean {
  const wall = requireOccurrence(content, recurrenceId);
  const earlier = Object.entries(overridesBefore(content, wall));
  if (earlier.some(([, { excluded }]) => !excluded)) {
    return false;
  }
  const clock = clockOf(content);
  const excluded = earlier.filter(([key]) => hasRegularStart(content, clock.parse(key) ?? wall)).length;
  return startsBefore(content, wall, excluded + 1) <= excluded;
}

/**
 * The series with one occurrence changed: an override of what is different about it.
 *
 * @throws not-found; validation-failed for a field of the series; whatever `applyEdit` throws
 */
export function editOccurrence(content: Content, recurrenceId: string, edit: Edit): Content {
  const wall = requireOccurrence(content, recurrenceId);
  const regular = occurrenceContent(content, wall, {});
  const before = occurrenceContent(content, wall, overrideOf(content, recurrenceId) ?? {});
  const raw = patched(edit, { ...before, recurrence: content.recurrence, overrides: content.overrides });
  refuseSeriesFields(content, raw);
  const after = single(raw);
  if (equal(after, before)) {
    return content;
  }
  const changed = OVERRIDABLE.filter(
    (field) => !equal(regular[field], after[field]) || (field === 'end' && regular.start !== after.start),
  );
  const override: Override = Object.fromEntries(changed.map((field) => [field, after[field]]));
  const { [recurrenceId]: _, ...others } = content.overrides;
  const plain = changed.length === 0 && hasRegularStart(content, wall);
  return parseContent({ ...content, overrides: plain ? others : { ...others, [recurrenceId]: override } });
}

/** The event as it would be if one of its occurrences were all of it. */
function occurrenceContent(
  content: Content,
  wall: WallClock,
  { excluded: _, ...override }: Override,
): Content {
  const { duration } = clockOf(content);
  const moved: Override =
    override.start === undefined || override.end !== undefined
      ? override
      : { ...override, end: later(override.start, duration, content) };
  return single({ ...content, ...regularOccurrence(content, wall), ...moved });
}

const single = (content: Record<string, unknown>): Content =>
  parseContent({ ...content, recurrence: null, overrides: {} });

const later = (time: string, by: number, { allDay }: Content): string =>
  allDay ? formatDate((parseDate(time) ?? 0) + by) : formatInstant((parseInstant(time) ?? 0) + by);

/** A field is touched where its value changes. */
function refuseSeriesFields(content: Content, raw: Record<string, unknown>): void {
  const misplaced = SERIES_ONLY.filter((field) => !equal(raw[field], content[field]));
  if (misplaced.length > 0) {
    throw refuseFields(
      misplaced.map((field) => ({
        pointer: `/${field}`,
        message: 'belongs to the whole series, not to one occurrence',
      })),
    );
  }
}

/** The series without one of its occurrences. @throws not-found */
export function excludeOccurrence(content: Content, recurrenceId: string): Content {
  const wall = requireOccurrence(content, recurrenceId);
  const { [recurrenceId]: _, ...others } = content.overrides;
  const excluded: Record<string, Override> = hasRegularStart(content, wall)
    ? { [recurrenceId]: { excluded: true } }
    : {};
  return parseContent({ ...content, overrides: { ...others, ...excluded } });
}

/**
 * The whole series changed as one of its occurrences is: other fields as they are, times by how far the
 * occurrence is moved, its rule and the keys of its overrides moved along.
 *
 * @throws not-found; whatever `applyEdit` throws
 */
export function editSeries(content: Content, recurrenceId: string, edit: Edit): Content {
  const wall = requireOccurrence(content, recurrenceId);
  const { recurrence, overrides } = content;
  const whole = { start: clockOf(content).start, recurrence, overrides };
  const isRegular = hasRegularStart(content, wall);
  return changePart(content, whole, { recurrenceId, wall, isRegular }, edit);
}

/** What is left of a series before an occurrence, which is not the first. @throws not-found */
export function endSeriesBefore(content: Content, recurrenceId: string): Content {
  const wall = requireOccurrence(content, recurrenceId);
  const clock = clockOf(content);
  const overrides = overridesBefore(content, wall);
  if (clock.start < wall) {
    const recurrence = content.recurrence && endRuleBefore(content.recurrence, content, wall);
    return parseContent({ ...content, recurrence, overrides });
  }
  // Only what overrides have added comes before it.
  const added = Object.keys(overrides).filter((key) => !overrides[key]?.excluded);
  const first = added.map((key) => clock.parse(key) ?? wall).sort((a, b) => a - b)[0];
  if (first === undefined) {
    throw noSuchOccurrence();
  }
  return parseContent({ ...content, ...timesAt(clock, first, clock.duration), recurrence: null, overrides });
}

/**
 * What a series is from an occurrence on, changed as this occurrence is: an event of its own.
 *
 * @throws as {@link editSeries}
 */
export function continueSeriesFrom(content: Content, recurrenceId: string, edit: Edit): Content {
  const wall = requireOccurrence(content, recurrenceId);
  const rest = restFrom(content, wall);
  const isRegular = rest.start === wall || hasRegularStart(content, wall);
  return changePart(content, rest, { recurrenceId, wall, isRegular }, edit);
}

/** A part of a series: where it starts on the wall, its rule and its overrides. */
interface Part extends Pick<Content, 'recurrence' | 'overrides'> {
  start: WallClock;
}

function restFrom(content: Content, wall: WallClock): Part {
  const clock = clockOf(content);
  const overrides = filterKeys(content.overrides, (key) => (clock.parse(key) ?? wall) >= wall);
  const start = firstStartFrom(content, wall);
  if (start === null || content.recurrence === null) {
    return { start: start ?? wall, recurrence: null, overrides };
  }
  const { count } = content.recurrence;
  const recurrence =
    count === undefined
      ? content.recurrence
      : { ...content.recurrence, count: count - startsBefore(content, start, count) };
  return { start, recurrence, overrides };
}

/** A rule with `count` keeps the number that it has had; any other ends by an `until`. */
function endRuleBefore(rule: Rule, content: Content, wall: WallClock): Rule {
  const { count, until, ...endless } = rule;
  if (count !== undefined) {
    return { ...endless, count: startsBefore(content, wall, count) };
  }
  const clock = clockOf(content);
  const ended = until === undefined ? null : clock.parse(until);
  if (ended !== null && ended < wall) {
    return rule;
  }
  // By the instant: the local time just before may be one in a DST gap, which means a later one.
  const last = content.allDay ? wall - DAY : toWallClock(clock.instantOf(wall) - 1000, clock.timeZone);
  return { ...endless, until: clock.format(last) };
}

function overridesBefore(content: Content, wall: WallClock): Content['overrides'] {
  const clock = clockOf(content);
  return filterKeys(content.overrides, (key) => (clock.parse(key) ?? wall) < wall);
}

const filterKeys = (
  overrides: Content['overrides'],
  wanted: (key: string) => boolean,
): Content['overrides'] => Object.fromEntries(Object.entries(overrides).filter(([key]) => wanted(key)));

/** An occurrence in a part of a series, by its id and the local start that it names. */
interface OccurrencePlace {
  recurrenceId: string;
  wall: WallClock;
  /** Whether it is there without an override. */
  isRegular: boolean;
}

/** Where an occurrence was on the wall, and where it is now. */
interface Move {
  from: WallClock;
  to: WallClock;
}

/** `part` of a series changed as `edit` changes the occurrence at `place` where no override says otherwise. */
function changePart(content: Content, part: Part, place: OccurrencePlace, edit: Edit): Content {
  const { recurrence, overrides } = part;
  const before: Content = { ...content, ...regularOccurrence(content, place.wall), recurrence, overrides };
  const raw = patched(edit, before);
  const after = single(raw);
  const stays = (['start', 'timeZone', 'allDay'] as const).every((field) => before[field] === after[field]);
  const move: Move = { from: place.wall, to: stays ? place.wall : clockOf(after).start };
  const ruleStays = equal(raw['recurrence'] ?? null, recurrence);
  return parseContent({
    ...raw,
    ...(part.start === place.wall && !stays
      ? {} // Where the client has put it.
      : timesAt(clockOf(stays ? content : after), part.start + move.to - move.from, clockOf(after).duration)),
    recurrence:
      ruleStays && recurrence
        ? withShiftedStart(recurrence, part.start, part.start + move.to - move.from)
        : (raw['recurrence'] ?? null),
    overrides: equal(raw['overrides'] ?? {}, overrides)
      ? moveOverrides(before, after, part, place, move)
      : raw['overrides'],
  });
}

/** Times as a client would give them: in a DST gap a local start, as its instant is none of the rule's. */
function timesAt(clock: EventClock, wall: WallClock, duration: number): Pick<Content, 'start' | 'end'> {
  if (clock.allDay) {
    return { start: formatDate(wall), end: formatDate(wall + duration) };
  }
  const start = clock.instantOf(wall);
  return {
    start: toWallClock(start, clock.timeZone) === wall ? formatInstant(start) : formatLocal(wall),
    end: formatInstant(start + duration),
  };
}

/**
 * The overrides under the keys that their occurrences have now. The edited one loses what the edit has said; one
 * that had been put to a time of its own stays there; one that was only longer or shorter keeps its length.
 */
function moveOverrides(
  before: Content,
  after: Content,
  part: Part,
  { recurrenceId, isRegular }: OccurrencePlace,
  { from, to }: Move,
): Content['overrides'] {
  const [old, now] = [clockOf(before), clockOf(after)];
  const touched = OVERRIDABLE.filter((field) => !equal(before[field], after[field]));
  const entries = Object.entries(part.overrides).flatMap(([key, override]): [string, Override][] => {
    const own = key === recurrenceId ? without(override, touched) : override;
    if (key === recurrenceId && Object.keys(own).length === 0 && isRegular) {
      return [];
    }
    const movedKey = now.format((old.parse(key) ?? 0) + to - from);
    return [[movedKey, from === to ? own : withMovedEnd(own, before, after, to - from)]];
  });
  return Object.fromEntries(entries);
}

function without(override: Override, touched: readonly string[]): Override {
  const gone = touched.includes('start') ? [...touched, 'end'] : touched;
  return Object.fromEntries(Object.entries(override).filter(([field]) => !gone.includes(field)));
}

function withMovedEnd(override: Override, before: Content, after: Content, by: number): Override {
  if (override.end === undefined || override.start !== undefined || before.allDay !== after.allDay) {
    return override;
  }
  const end = before.allDay
    ? formatDate((parseDate(override.end) ?? 0) + by)
    : formatInstant(
        toInstant(toWallClock(parseInstant(override.end) ?? 0, before.timeZone) + by, after.timeZone),
      );
  return { ...override, end };
}
