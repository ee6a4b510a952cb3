import type { FieldError } from './errors.js';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** The deepest nesting that any input may have. */
export const MAX_DEPTH = 64;

/** The most values, list items and members together, that any input may have: each is looked at by its schema. */
export const MAX_VALUES = 100_000;

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Keys and pointer segments that reach into an object's prototype. */
export const isForbiddenKey = (key: string): boolean => FORBIDDEN.has(key);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object's own member of this name; undefined where it has none, whatever it inherits. */
export const own = (object: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** A copy of a JSON value that shares nothing with it. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copyOf);
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]))
    : value;
}

/** A copy of an object whose members that these pointers lead into are copies too; it shares the others. */
export function copyAt(object: object, pointers: readonly string[]): Record<string, unknown> {
  const copy = { ...object } as Record<string, unknown>;
  for (const key of new Set(pointers.map((path) => segmentsOf(path)?.[0] ?? ''))) {
    if (Object.hasOwn(copy, key)) {
      copy[key] = copyOf(copy[key]);
    }
  }
  return copy;
}

/** Whether two JSON values are the same, the order of keys aside. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) {
    return true;
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) {
    return false;
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
  );
}

/** How many characters (code points) a text has, as JSON Schema counts them. */
export const lengthOf = (text: string): number => Array.from(text).length;

/** RFC 6901: the pointer with these segments. */
export const pointer = (segments: readonly (string | number)[]): string =>
  segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** RFC 6901: a pointer's segments, or null where it is not one. */
export function segmentsOf(path: string): string[] | null {
  if (path === '') {
    return [];
  }
  if (!path.startsWith('/') || /~(?![01])/.test(path)) {
    return null;
  }
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What is wrong with a string that came from outside; null where nothing is. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) {
    return 'must not contain the character NUL';
  }
  return text.isWellFormed() ? null : 'must be well-formed Unicode (it has a lone surrogate)';
}

/**
 * The first thing in a parsed body or frame that no JSON of ours may hold: NUL, lone surrogates, keys that
 * reach into prototypes, numbers that JSON has not, foreign objects, nesting beyond {@link MAX_DEPTH}, more than
 * {@link MAX_VALUES} values.
 */
export function jsonFault(
  value: unknown,
  path: readonly (string | number)[] = [],
  count = { left: MAX_VALUES },
): FieldError | null {
  const fault = (message: string): FieldError => ({ pointer: pointer(path), message });
  switch (typeof value) {
    case 'string': {
      const message = textFault(value);
      return message === null ? null : fault(message);
    }
    case 'number':
      return Number.isFinite(value) ? null : fault('must be a finite number');
    case 'boolean':
      return null;
    case 'object':
      break;
    default:
      return fault('must be a JSON value');
  }
  if (value === null) {
    return null;
  }
  if (path.length >= MAX_DEPTH) {
    return {
      pointer: pointer(path.slice(0, 8)),
      message: `must not be nested deeper than ${MAX_DEPTH} levels`,
    };
  }
  if (Array.isArray(value)) {
    return firstFault(value.entries(), path, count);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return fault('must be a JSON value');
  }
  return firstFault(Object.entries(value), path, count);
}

function firstFault(
  entries: Iterable<[string | number, unknown]>,
  path: readonly (string | number)[],
  count: { left: number },
): FieldError | null {
  for (const [key, item] of entries) {
    count.left -= 1;
    if (count.left < 0) {
      return { pointer: '', message: `must have at most ${MAX_VALUES} values` };
    }
    const keyFault = typeof key === 'string' ? forbiddenOr(key) : null;
    if (keyFault) {
      return { pointer: pointer(path), message: keyFault };
    }
    // Leaves are most of a body: they are looked at without a call and a path of their own.
    if (typeof item === 'boolean' || item === null || (typeof item === 'string' && !textFault(item))) {
      continue;
    }
    const fault = jsonFault(item, [...path, key], count);
    if (fault) {
      return fault;
    }
  }
  return null;
}

function forbiddenOr(key: string): string | null {
  if (isForbiddenKey(key)) {
    return `must not have a key named ${key}`;
  }
  const fault = textFault(key);
  return fault && `a key ${fault}`;
}

/** How many levels a value has: a leaf 0, `{}` 1, `{a: {}}` 2; those beyond {@link MAX_DEPTH} count as one. */
export function depthOf(value: unknown, most = MAX_DEPTH + 1): number {
  if (typeof value !== 'object' || value === null || most === 0) {
    return 0;
  }
  return (
    1 + Object.values(value).reduce((deepest: number, item) => Math.max(deepest, depthOf(item, most - 1)), 0)
  );
}

/** The bytes that a value takes as UTF-8 JSON. */
export const sizeOf = (value: unknown): number => ENCODER.encode(JSON.stringify(value)).length;
const ENCODER = new TextEncoder();

/** Whether a value takes more bytes than these as UTF-8 JSON; of what takes far less nothing is counted. */
export function exceeds(value: unknown, bytes: number): boolean {
  const text = JSON.stringify(value);
  return text.length > bytes || (text.length * MOST_BYTES > bytes && ENCODER.encode(text).length > bytes);
}
/** As UTF-8, for a UTF-16 unit. */
const MOST_BYTES = 3;
