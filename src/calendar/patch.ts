import jsonPatch from 'fast-json-patch';
import { parseChanged, type Content } from './content.js';
import { refuseFields } from './errors.js';
import { isContentField } from './fields.js';
import {
  copyAt,
  copyOf,
  depthOf,
  equal,
  isForbiddenKey,
  isObject,
  MAX_DEPTH,
  own,
  pointer,
  segmentsOf,
  sizeOf,
} from './json.js';

/** An operation of RFC 6902. */
export type Operation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; path: string; from: string };

/** What a writer wants done to the content, in one of the forms in which it may be said. */
export type Edit =
  /** `at` is where the patch stands in what was sent, for the pointers of its faults. */
  | { form: 'json-patch'; operations: Operation[]; at: string }
  | { form: 'merge-patch'; patch: Record<string, unknown> }
  | { form: 'replacement'; content: Content };

export const MAX_OPERATIONS = 1_000;
/** What all `copy` operations of one patch may copy together: copies of copies double each time. */
const MAX_COPIED_BYTES = 1024 * 1024;

/**
 * The content that an edit makes of `base`, in canonical form.
 *
 * @throws invalid-patch where it cannot be applied or a `test` fails; validation-failed or invalid-recurrence
 *   where the result is no valid content.
 */
export function applyEdit(edit: Edit, base: Content): Content {
  return edit.form === 'replacement' ? edit.content : parseChanged(patched(edit, base), base);
}

/**
 * As {@link applyEdit}, before it is looked at as content: for an edit whose result has yet to be completed.
 *
 * @throws invalid-patch where it cannot be applied or a `test` fails; validation-failed for an unknown field
 */
export function patched(edit: Edit, base: Content): Record<string, unknown> {
  switch (edit.form) {
    case 'json-patch':
      return applyOperations(edit.operations, base, edit.at);
    case 'merge-patch':
      return applyMergePatch(edit.patch, base);
    case 'replacement':
      return edit.content;
  }
}

const NAMES = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;

/**
 * A JSON Patch as a client sent it (RFC 6902), its unknown members left away.
 *
 * @param at where the patch stands in what was sent, for the pointers of its faults.
 * @throws invalid-patch where it is malformed; validation-failed where it leads outside the content.
 */
export function parseOperations(patch: unknown, at = ''): Operation[] {
  if (!Array.isArray(patch)) {
    throw refuseFields([{ pointer: at, message: 'must be an array of operations' }], 'invalid-patch');
  }
  if (patch.length > MAX_OPERATIONS) {
    throw refuseFields(
      [{ pointer: at, message: `must have at most ${MAX_OPERATIONS} operations` }],
      'invalid-patch',
    );
  }
  return patch.map((operation, i) => parseOperation(operation, `${at}/${i}`));
}

function parseOperation(operation: unknown, at: string): Operation {
  const malformed = (member: string, message: string) =>
    refuseFields([{ pointer: `${at}${member}`, message }], 'invalid-patch');
  if (!isObject(operation)) {
    throw malformed('', 'must be an operation object');
  }
  const op = NAMES.find((name) => name === operation['op']);
  if (op === undefined) {
    throw malformed('/op', `must be one of ${NAMES.join(', ')}`);
  }
  const path = parsePath(operation['path'], `${at}/path`);
  if (op === 'remove') {
    return { op, path };
  }
  if (op === 'move' || op === 'copy') {
    const from = parsePath(operation['from'], `${at}/from`);
    if (op === 'move' && path.startsWith(`${from}/`)) {
      throw malformed('/from', 'cannot be moved into itself');
    }
    return { op, path, from };
  }
  if (operation['value'] === undefined) {
    throw malformed('/value', 'is required');
  }
  return { op, path, value: operation['value'] };
}

function parsePath(path: unknown, at: string): string {
  const segments = typeof path === 'string' ? segmentsOf(path) : null;
  const [field] = segments ?? [];
  if (typeof path !== 'string' || segments === null || field === undefined) {
    const message =
      path === '' ? 'must lead to a field: PUT replaces the whole content' : 'must be a JSON Pointer';
    throw refuseFields([{ pointer: at, message }], 'invalid-patch');
  }
  if (segments.length > MAX_DEPTH) {
    const message = `must not lead deeper than ${MAX_DEPTH} levels`;
    throw refuseFields([{ pointer: at, message }], 'invalid-patch');
  }
  if (segments.some(isForbiddenKey)) {
    throw refuseFields([{ pointer: at, message: 'must not lead into a prototype' }]);
  }
  if (!isContentField(field)) {
    throw refuseFields([
      { pointer: at, message: `must lead into the content: ${field.slice(0, 40)} does not` },
    ]);
  }
  return path;
}

function applyOperations(operations: Operation[], base: Content, at: string): Record<string, unknown> {
  const document = copyAt(
    base,
    operations.flatMap((operation) =>
      'from' in operation ? [operation.path, operation.from] : operation.path,
    ),
  );
  let copied = 0;
  operations.forEach((operation, i) => {
    copied += applyOne(document, operation, `${at}/${i}`);
    if (copied > MAX_COPIED_BYTES) {
      throw refuseFields([{ pointer: `${at}/${i}`, message: 'the patch copies too much' }], 'invalid-patch');
    }
  });
  return document;
}

/** Applies an operation to the document itself, and says how many bytes it copied within it. */
function applyOne(document: unknown, operation: Operation, at: string): number {
  switch (operation.op) {
    case 'test':
      checkTarget(document, operation, at);
      if (!equal(lookUp(document, operation.path), operation.value)) {
        const message = `the test failed (${operation.path.slice(0, 200)})`;
        throw refuseFields([{ pointer: at, message }], 'invalid-patch');
      }
      return 0;
    case 'move': {
      // RFC 6902, section 4.4: as a removal and an addition, so that a list is one shorter in between.
      const value = source(document, operation.from, at);
      write(document, { op: 'remove', path: operation.from }, at);
      write(document, { op: 'add', path: operation.path, value }, at);
      return 0;
    }
    case 'copy': {
      const value = source(document, operation.from, at);
      // What other operations have nested too deep for any content is not even measured.
      const size = depthOf(value) > MAX_DEPTH ? Infinity : sizeOf(value);
      if (size <= MAX_COPIED_BYTES) {
        write(document, { op: 'add', path: operation.path, value: copyOf(value) }, at);
      }
      return size;
    }
    default:
      // Cloned, as a later operation may change what an earlier one has put in.
      write(
        document,
        'value' in operation ? { ...operation, value: copyOf(operation.value) } : operation,
        at,
      );
      return 0;
  }
}

function write(document: unknown, operation: Operation, at: string): void {
  checkTarget(document, operation, at);
  jsonPatch.applyOperation(document, operation as jsonPatch.Operation, false, true, true);
}

function source(document: unknown, from: string, at: string): unknown {
  const value = lookUp(document, from);
  if (value === undefined) {
    throw refuseFields([{ pointer: `${at}/from`, message: 'does not exist' }], 'invalid-patch');
  }
  return value;
}

/** The value at a pointer, by own properties alone; undefined where there is none. */
function lookUp(document: unknown, path: string): unknown {
  let value = document;
  for (const segment of segmentsOf(path) ?? []) {
    if (Array.isArray(value) ? !isIndex(segment) : !isObject(value)) {
      return undefined;
    }
    value = own(value as Record<string, unknown>, segment);
  }
  return value;
}

const isIndex = (segment: string): boolean => /^(0|[1-9]\d{0,5})$/.test(segment);

/** RFC 6902, section 4: the target's parent exists, and but for `add` the target too. */
function checkTarget(document: unknown, operation: Operation, at: string): void {
  const segments = segmentsOf(operation.path) ?? [];
  const last = segments[segments.length - 1] ?? '';
  const parent = lookUp(document, operation.path.slice(0, operation.path.lastIndexOf('/')));
  const there =
    operation.op === 'add'
      ? Array.isArray(parent)
        ? last === '-' || (isIndex(last) && Number(last) <= parent.length)
        : isObject(parent)
      : lookUp(document, operation.path) !== undefined;
  if (!there) {
    throw refuseFields([{ pointer: `${at}/path`, message: 'does not exist' }], 'invalid-patch');
  }
}

/** RFC 7396. A field that goes returns to its default, as nothing stands in its place. */
function applyMergePatch(patch: Record<string, unknown>, base: Content): Record<string, unknown> {
  const unknown = Object.keys(patch).filter((key) => !isContentField(key));
  if (unknown.length > 0) {
    throw refuseFields(unknown.map((key) => ({ pointer: pointer([key]), message: 'is not known' })));
  }
  return mergeObject(base, patch);
}

const merge = (target: unknown, patch: unknown): unknown =>
  isObject(patch) ? mergeObject(target, patch) : patch;

function mergeObject(target: unknown, patch: Record<string, unknown>): Record<string, unknown> {
  const before = isObject(target) ? target : {};
  const kept = Object.entries(before).filter(([key]) => !Object.hasOwn(patch, key));
  const set = Object.entries(patch).filter(([, value]) => value !== null);
  const merged = set.map(([key, value]): [string, unknown] => [key, merge(own(before, key), value)]);
  return Object.fromEntries([...kept, ...merged]);
}
