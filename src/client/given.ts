import jsonPatch from 'fast-json-patch';
import type { Content, Override } from '../calendar/content.js';
import { effectivePatch, withoutTests } from '../calendar/difference.js';
import { CONTENT_FIELDS, DEFAULTS, type ContentField } from '../calendar/fields.js';
import { equal, isObject, pointer } from '../calendar/json.js';
import type { Operation } from '../calendar/patch.js';
import { ConveneError } from './errors.js';

type OrDefault<T> = { [K in keyof T]?: T[K] | null };

/**
 * Fields to change, as in a merge patch (RFC 7396): what is not named stays, null returns a field to its default;
 * inside `metadata` and `overrides` each key is named by itself. `recurrence` may be an iCalendar rule.
 */
export type Fields = OrDefault<Omit<Content, 'recurrence' | 'overrides'>> & {
  recurrence?: Content['recurrence'] | string;
  overrides?: Record<string, OrDefault<Override> | null> | null;
};

/** What somebody wants done to the content: fields to change, or a JSON Patch (RFC 6902). */
export type GivenEdit = Fields | readonly Operation[];

/** An edit that was made on `before`. */
export interface MadeEdit {
  before: Content;
  after: Content;
  /** Leads from one to the other. */
  patch: readonly Operation[];
}

/** @throws invalid-patch where it does not apply; validation-failed for a field that there is not */
export function make(given: GivenEdit, before: Content): MadeEdit {
  const edit = JSON.parse(JSON.stringify(given)) as Record<string, unknown> | Operation[];
  const result = Array.isArray(edit) ? patched(before, edit) : merged(before, edit);
  refuseUnknown(result);
  const whole: Record<string, unknown> = { ...DEFAULTS, ...result };
  // What must be there and is not is for the server to refuse; until then it is shown as it was.
  const after = Object.fromEntries(
    CONTENT_FIELDS.map((field) => [field, Object.hasOwn(whole, field) ? whole[field] : before[field]]),
  ) as Content;
  return {
    before,
    after,
    patch: Array.isArray(edit) ? edit : patchBetween(before, whole as unknown as Content),
  };
}

/** What leads from one content to another, an operation a field. */
export const patchBetween = (from: Content, to: Content): Operation[] =>
  withoutTests(effectivePatch(from, to));

export const changesNothing = ({ before, after, patch }: MadeEdit): boolean =>
  equal(before, after) && patch.every(({ op }) => op === 'test');

function patched(before: Content, operations: Operation[]): Record<string, unknown> {
  const copy = structuredClone(operations) as jsonPatch.Operation[];
  try {
    if (operations.every(({ path }) => path !== '')) {
      return jsonPatch.applyPatch(before, copy, true, false, true).newDocument;
    }
  } catch {
    // Its message holds the whole document.
  }
  throw new ConveneError('invalid-patch', 'The patch does not apply to the event as it is.');
}

function merged(target: unknown, patch: Record<string, unknown>): Record<string, unknown> {
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      result.delete(key);
    } else {
      result.set(key, isObject(value) ? merged(result.get(key), value) : value);
    }
  }
  return Object.fromEntries(result);
}

function refuseUnknown(content: Record<string, unknown>): void {
  const unknown = Object.keys(content).filter((name) => !CONTENT_FIELDS.includes(name as ContentField));
  if (unknown.length > 0) {
    const errors = unknown.map((name) => ({ pointer: pointer([name]), message: 'is not known' }));
    throw new ConveneError('validation-failed', `There is no field ${unknown.join(', ')}.`, { errors });
  }
}
