import jsonPatch from 'fast-json-patch';
import type { Content } from './content.js';
import { CONTENT_FIELDS, type ContentField } from './fields.js';
import { copyAt, equal, isObject, own, pointer } from './json.js';
import type { Operation } from './patch.js';

/** One field that differs between two contents; `from` or `to` is undefined where the field is absent. */
export interface Difference {
  path: string;
  field: ContentField;
  from: unknown;
  to: unknown;
}

/** Fields whose every key path is a field of its own; all others, lists too, are one field. */
const TREES: ReadonlySet<ContentField> = new Set(['metadata', 'overrides']);
export const isTree = (field: ContentField): boolean => TREES.has(field);

/** The content before the first version. */
export type Nothing = Record<string, never>;

/** The fields in which two contents differ, in the content's order. */
export function differences(from: Content | Nothing, to: Content | Nothing): Difference[] {
  return CONTENT_FIELDS.flatMap((field) => {
    const [a, b] = [valueOf(from, field), valueOf(to, field)];
    return equal(a, b)
      ? []
      : isTree(field)
        ? treeDifferences(a, b, field, [field])
        : [difference(a, b, field, [field])];
  });
}

const valueOf = (content: Content | Nothing, field: ContentField): unknown =>
  (content as Partial<Content>)[field];

const difference = (from: unknown, to: unknown, field: ContentField, path: string[]): Difference => ({
  path: pointer(path),
  field,
  from,
  to,
});

function treeDifferences(from: unknown, to: unknown, field: ContentField, path: string[]): Difference[] {
  if (equal(from, to)) {
    return [];
  }
  if (!isObject(from) || !isObject(to)) {
    return [difference(from, to, field, path)];
  }
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => treeDifferences(own(from, key), own(to, key), field, [...path, key]));
}

/**
 * The canonical patch from one content to another: an operation a field, each `replace` and `remove` behind a
 * `test` of the old value, so that {@link inverse} needs nothing else. This is the log entry.
 */
export function effectivePatch(from: Content | Nothing, to: Content | Nothing): Operation[] {
  return differences(from, to).flatMap(({ path, from: before, to: after }): Operation[] => {
    if (before === undefined) {
      return [{ op: 'add', path, value: after }];
    }
    const test: Operation = { op: 'test', path, value: before };
    return after === undefined
      ? [test, { op: 'remove', path }]
      : [test, { op: 'replace', path, value: after }];
  });
}

/** The patch that takes back a canonical patch. */
export function inverse(patch: readonly Operation[]): Operation[] {
  const result: Operation[] = [];
  let before: unknown;
  for (const operation of patch) {
    switch (operation.op) {
      case 'test':
        before = operation.value;
        break;
      case 'add':
        result.push({ op: 'remove', path: operation.path });
        break;
      case 'remove':
        result.push({ op: 'add', path: operation.path, value: before });
        break;
      case 'replace':
        result.push({ op: 'replace', path: operation.path, value: before });
        break;
      default:
        throw new Error(`A canonical patch has no ${operation.op}`);
    }
  }
  return result.reverse();
}

/** A canonical patch as it is told to clients: without the `test` operations. */
export const withoutTests = (patch: readonly Operation[]): Operation[] =>
  patch.filter(({ op }) => op !== 'test');

/** The content after a canonical patch. Both stay as they are, and the result shares values with them. */
export function replay(content: Content | Nothing, patch: readonly Operation[]): Content {
  // The tests are for whoever takes the patch back: they held when it was made.
  const operations = withoutTests(patch);
  // An operation a field: none reaches into what another one has put there, so that values may be shared.
  const document = copyAt(
    content,
    operations.map(({ path }) => path),
  ) as Content;
  return jsonPatch.applyPatch(document, operations as jsonPatch.Operation[]).newDocument;
}
