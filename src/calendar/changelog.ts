import type { Content } from './content.js';
import { DEFAULTS, type ContentField } from './fields.js';
import { differences, type Nothing } from './difference.js';
import type { LogEntry } from './history.js';
import { equal, isObject, segmentsOf } from './json.js';
import type { Operation } from './patch.js';
import { formatLocal, parseDate, parseInstant, toWallClock } from './time.js';

/** What became of one field, for people; null where the field was or is absent. */
export interface FieldChange {
  path: string;
  field: ContentField;
  op: 'add' | 'remove' | 'replace';
  from: unknown;
  to: unknown;
}

/** The field changes between two contents. */
export function changesBetween(from: Content | Nothing, to: Content | Nothing): FieldChange[] {
  return differences(from, to).map(({ path, field, from: before, to: after }) => ({
    path,
    field,
    op: before === undefined ? 'add' : after === undefined ? 'remove' : 'replace',
    from: before ?? null,
    to: after ?? null,
  }));
}

/** An entry's field changes: old and new values are both in its patch, nothing has to be replayed. */
export function changesOf(entry: LogEntry): FieldChange[] {
  const changes = fieldChanges(entry.patch);
  // A new event's fields are all new; only those that somebody filled in are worth telling.
  return entry.kind === 'create' ? changes.filter(({ field, to }) => !isDefault(field, to)) : changes;
}

const isDefault = (field: ContentField, value: unknown): boolean =>
  field in DEFAULTS && equal(DEFAULTS[field as keyof typeof DEFAULTS], value);

function fieldChanges(patch: readonly Operation[]): FieldChange[] {
  let before: unknown = null;
  return patch.flatMap((operation): FieldChange[] => {
    if (operation.op === 'test') {
      before = operation.value;
      return [];
    }
    const { op, path } = operation;
    const field = (segmentsOf(path)?.[0] ?? '') as ContentField;
    switch (op) {
      case 'add':
        return [{ path, field, op, from: null, to: operation.value }];
      case 'replace':
        return [{ path, field, op, from: before, to: operation.value }];
      case 'remove':
        return [{ path, field, op, from: before, to: null }];
      default:
        return [];
    }
  });
}

/**
 * One line that says what an entry did. `nameOf` names the member whom it concerns; times are told as clocks in
 * `timeZone` show them.
 */
export function summaryOf(entry: LogEntry, nameOf: (userId: string) => string, timeZone = 'UTC'): string {
  const { kind, membership } = entry;
  const member = membership ? nameOf(membership.userId) : '';
  switch (kind) {
    case 'create':
      return 'Created the event';
    case 'edit':
      return occurrenceSummary(entry, timeZone) ?? `Changed ${fieldList(entry)}`;
    case 'undo':
      return `Took back version ${entry.undoes ?? '?'}: ${occurrenceSummary(entry, timeZone) ?? fieldList(entry)}`;
    case 'rollback':
      return `Rolled back to version ${entry.restoredVersion ?? '?'}: ${fieldList(entry)}`;
    case 'share':
      return `Shared with ${member} as ${membership?.role ?? '?'}`;
    case 'role':
      return `Changed the role of ${member} from ${membership?.previousRole ?? '?'} to ${membership?.role ?? '?'}`;
    case 'unshare':
      return membership?.userId === entry.by ? 'Left the event' : `Removed ${member}`;
    case 'transfer':
      return `Made ${member} the owner`;
    case 'delete':
      return 'Moved the event to the trash';
    case 'restore':
      return 'Brought the event back from the trash';
  }
}

function fieldList(entry: LogEntry): string {
  return inWords([...new Set(changesOf(entry).map(({ field }) => field))]);
}

const inWords = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? 'nothing') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** Names the occurrence where an edit touched that one alone; null where it did anything else. */
function occurrenceSummary(entry: LogEntry, timeZone: string): string | null {
  const changes = changesOf(entry).map((change) => ({ ...change, segments: segmentsOf(change.path) ?? [] }));
  const ids = new Set(changes.map(({ segments }) => segments[1]));
  const [id] = ids;
  if (id === undefined || ids.size > 1 || changes.some(({ field }) => field !== 'overrides')) {
    return null;
  }
  const fields = changes.flatMap(({ segments: [, , field], from, to }) =>
    field === undefined ? membersOf(from, to) : [{ name: field, from, to }],
  );
  if (fields.some(({ name, to }) => name === 'excluded' && to === true)) {
    return `${dayOf(id)}: left out`;
  }
  if (fields.length > 0 && fields.every(({ name }) => name === 'excluded')) {
    return `${dayOf(id)}: no longer left out`;
  }
  const moves = fields.flatMap((field) => moveOf(field, id, timeZone));
  const others = fields
    .map(({ name }) => name)
    .filter((name) => !['excluded', 'start', 'end'].includes(name));
  const words = [
    ...moves,
    ...(others.length > 0 || moves.length === 0 ? [`changed ${inWords(others)}`] : []),
  ];
  return `${dayOf(id)}: ${words.join(', ')}`;
}

export interface MemberChange {
  name: string;
  from: unknown;
  to: unknown;
}

/** An override that came or went whole, by its members. */
export function membersOf(from: unknown, to: unknown): MemberChange[] {
  const [before, after] = [isObject(from) ? from : {}, isObject(to) ? to : {}];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].map((name) => ({ name, from: before[name] ?? null, to: after[name] ?? null }));
}

/** `start 10:00 → 11:00`, as clocks in the event's zone show it; what it was at first is in the occurrence's id. */
function moveOf({ name, from, to }: MemberChange, id: string, timeZone: string): string[] {
  if (name !== 'start' && name !== 'end') {
    return [];
  }
  const show = (time: unknown): string => {
    const instant = typeof time === 'string' ? parseInstant(time) : null;
    const local = instant === null ? time : formatLocal(toWallClock(instant, timeZone));
    const original = name === 'start' ? id : '';
    const text = typeof local === 'string' ? local : original;
    return text.slice(0, 10) === id.slice(0, 10) && text.length > 10
      ? text.slice(11, 16)
      : text.slice(0, 16).replace('T', ' ');
  };
  const [before, after] = [show(from), show(to)];
  return [[name, before, '→', after || 'as in the series'].filter(Boolean).join(' ')];
}

/** `9 March 2026` of an occurrence's id. */
export function dayOf(recurrenceId: string): string {
  const day = parseDate(recurrenceId.slice(0, 10));
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return day === null ? recurrenceId : format.format(day);
}
