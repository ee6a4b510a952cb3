import { MAX_OVERRIDES, parseContent, type Content, type Override } from './content.js';
import { refuse, refuseFields } from './errors.js';
import { equal } from './json.js';
import { clockOf, hasRegularStart, regularOccurrence, startsBefore, type EventClock } from './occurrences.js';
import { applyEdit, type Edit } from './patch.js';
import { withShiftedStart, type Rule } from './rule.js';
import { DAY, formatDate, formatInstant, toInstant, type WallClock } from './time.js';

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

/** A series that was cut in two. */
export interface Split {
  /** What stays of it. */
  head: Content;
  /** What becomes an event of its own. */
  tail: Content;
}

const noSuchOccurrence = () => refuse('not-found', 'The event has no such occurrence.');

/**
 * The local start that an occurrence's id names.
 *
 * @throws not-found where neither the rule nor an override produces it, or where it is excluded
 */
function requireOccurrence(content: Content, recurrenceId: string): WallClock {
  const clock = clockOf(content);
  const override = Object.hasOwn(content.overrides, recurrenceId)
    ? content.overrides[recurrenceId]
    : undefined;
  const wall = clock.parse(recurrenceId);
  const exists = override ? !override.excluded : wall !== null && hasRegularStart(content, wall);
  if (!exists || wall === null || clock.format(wall) !== recurrenceId) {
    throw noSuchOccurrence();
  }
  return wall;
}

/** Whether nothing of the series comes before this occurrence. @throws not-found */
export function isFirstOccurrence(content: Content, recurrenceId: string): boolean {
  const wall = requireOccurrence(content, recurrenceId);
  const clock = clockOf(content);
  const earlier = Object.keys(content.overrides).some((key) => (clock.parse(key) ?? wall) < wall);
  return !earlier && startsBefore(content, wall, 1) === 0;
}

/** The event as it would be if one of its occurrences were all of it. */
function occurrenceContent(content: Content, wall: WallClock, override: Override = {}): Content {
  const { start, end } = regularOccurrence(content, wall);
  const { excluded: _, ...changes } = override;
  return parseContent({ ...content, recurrence: null, overrides: {}, start, end, ...changes });
}

/**
 * The series with one occurrence changed: an override of what is different about it.
 *
 * @throws not-found; validation-failed for a field of the series; whatever `applyEdit` throws
 */
export function editOccurrence(content: Content, recurrenceId: string, edit: Edit): Content {
  const wall = requireOccurrence(content, recurrenceId);
  const regular = occurrenceContent(content, wall);
  const before = occurrenceContent(content, wall, content.overrides[recurrenceId]);
  const after = applyEdit(edit, before);
  const misplaced = SERIES_ONLY.filter((field) => !equal(before[field], after[field]));
  if (misplaced.length > 0) {
    throw refuseFields(
      misplaced.map((field) => ({ pointer: `/${field}`, message: 'is the whole series’ alone' })),
    );
  }
  const changed = OVERRIDABLE.filter((field) => !equal(regular[field], after[field]));
  const override = Object.fromEntries(changed.map((field) => [field, after[field]])) as Override;
  const { [recurrenceId]: _, ...others } = content.overrides;
  if (changed.length === 0 && hasRegularStart(content, wall)) {
    return parseContent({ ...content, overrides: others });
  }
  return parseContent({ ...content, overrides: { ...others, [recurrenceId]: override } });
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
 * The whole series changed as one of its occurrences was: other fields as they are, times by how far the
 * occurrence was moved, its rule and the keys of its overrides moved along.
 *
 * @throws as {@link editOccurrence}
 */
export function editSeries(content: Content, recurrenceId: string, edit: Edit): Content {
  const wall = requireOccurrence(content, recurrenceId);
  return applyToSeries(content, content, wall, edit, recurrenceId);
}

/**
 * The series cut before an occurrence, which is not the first: what comes before it ends there, and what follows
 * starts with it, edited.
 *
 * @throws as {@link editOccurrence}
 */
export function splitSeries(content: Content, recurrenceId: string, edit: Edit): Split {
  const wall = requireOccurrence(content, recurrenceId);
  return {
    head: headOf(content, wall),
    tail: applyToSeries(tailOf(content, wall), content, wall, edit, recurrenceId),
  };
}

/** The series ended before an occurrence. @throws not-found */
export function endSeriesBefore(content: Content, recurrenceId: string): Content {
  return headOf(content, requireOccurrence(content, recurrenceId));
}

function headOf(content: Content, wall: WallClock): Content {
  const clock = clockOf(content);
  return parseContent({
    ...content,
    recurrence: content.recurrence && endBefore(content.recurrence, content, wall),
    overrides: keep(content.overrides, (key) => (clock.parse(key) ?? wall) < wall),
  });
}

/** A rule with `count` keeps the number that it has had; any other gets an `until`. */
function endBefore(rule: Rule, content: Content, wall: WallClock): Rule | null {
  const { count, until: _, ...endless } = rule;
  if (count !== undefined) {
    return { ...endless, count: startsBefore(content, wall, count) };
  }
  return {
    ...endless,
    until: content.allDay ? formatDate(wall - DAY) : clockOf(content).format(wall - 1000),
  };
}

/** What is left of a series from an occurrence on, unchanged. */
function tailOf(content: Content, wall: WallClock): Content {
  const clock = clockOf(content);
  const { recurrence } = content;
  const rule =
    recurrence?.count === undefined
      ? recurrence
      : { ...recurrence, count: recurrence.count - startsBefore(content, wall, recurrence.count) };
  return {
    ...content,
    ...regularOccurrence(content, wall),
    recurrence: rule,
    overrides: keep(content.overrides, (key) => (clock.parse(key) ?? wall) >= wall),
  };
}

const keep = (overrides: Content['overrides'], wanted: (key: string) => boolean): Content['overrides'] =>
  Object.fromEntries(Object.entries(overrides).filter(([key]) => wanted(key)));

/** `series` changed as `edit` changes the regular occurrence at `wall`. */
function applyToSeries(
  series: Content,
  whole: Content,
  wall: WallClock,
  edit: Edit,
  recurrenceId: string,
): Content {
  const before: Content = {
    ...occurrenceContent(whole, wall),
    recurrence: series.recurrence,
    overrides: series.overrides,
  };
  const after = applyEditInPlace(edit, before);
  const moved = movement(before, after);
  const rule =
    equal(after.recurrence, before.recurrence) && after.recurrence
      ? withShiftedStart(after.recurrence, moved.from, moved.to)
      : after.recurrence;
  const touched = OVERRIDABLE.filter((field) => !equal(before[field], after[field]));
  return parseContent({
    ...after,
    ...shiftedTimes(series, after, moved),
    recurrence: rule,
    overrides: moveKeys(after, before, moved, recurrenceId, touched),
  });
}

/** The edit sees the occurrence's times with the series' rule; the two need not fit together yet. */
function applyEditInPlace(edit: Edit, before: Content): Content {
  const { recurrence, overrides, ...single } = before;
  const changed = applyEdit(edit, { ...single, recurrence: null, overrides: {} });
  const rule = equal(changed.recurrence, null) ? recurrence : changed.recurrence;
  return {
    ...changed,
    recurrence: rule,
    overrides: equal(changed.overrides, {}) ? overrides : changed.overrides,
  };
}

/** Where an occurrence's start was on the wall, and where it is now. */
interface Movement {
  from: WallClock;
  to: WallClock;
}

const movement = (before: Content, after: Content): Movement => ({
  from: clockOf(before).start,
  to: clockOf(after).start,
});

/** The start of the series moved as far on the wall as its occurrence was; as long as the occurrence is now. */
function shiftedTimes(
  series: Content,
  after: Content,
  { from, to }: Movement,
): Pick<Content, 'start' | 'end'> {
  const clock: EventClock = clockOf(series);
  const target = clockOf(after);
  const wall = clock.start + (to - from);
  if (after.allDay) {
    return { start: formatDate(wall), end: formatDate(wall + target.duration) };
  }
  const start = toInstant(wall, after.timeZone);
  return { start: formatInstant(start), end: formatInstant(start + target.duration) };
}

/** The overrides under the keys that their occurrences have now; the edited one without what the edit has said. */
function moveKeys(
  after: Content,
  before: Content,
  { from, to }: Movement,
  recurrenceId: string,
  touched: readonly (keyof Override)[],
): Content['overrides'] {
  if (!equal(after.overrides, before.overrides)) {
    return after.overrides;
  }
  const [old, now] = [clockOf(before), clockOf(after)];
  const entries = Object.entries(after.overrides).flatMap(([key, override]): [string, Override][] => {
    const own = key === recurrenceId ? without(override, touched) : override;
    const moved = now.format((old.parse(key) ?? 0) + (to - from));
    return key === recurrenceId && Object.keys(own).length === 0 ? [] : [[moved, own]];
  });
  return Object.fromEntries(entries.slice(0, MAX_OVERRIDES));
}

const without = (override: Override, fields: readonly (keyof Override)[]): Override =>
  Object.fromEntries(Object.entries(override).filter(([field]) => !fields.includes(field as keyof Override)));
