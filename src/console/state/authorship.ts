import type { Change } from '../../client/index.js';

/** Who changed a field, and when that arrived here, in milliseconds. */
export interface Authorship {
  by: Change['by'];
  at: number;
}

/** By the field's path in the content, as `title` and `overrides/2026-03-09T11:00:00/title`. */
export type Authors = Readonly<Record<string, Authorship>>;

/** What a patch changes: each field of the content, and of an occurrence each field of its own. */
export function pathsOf(patch: Change['patch']): string[] {
  return patch.flatMap((operation) => {
    const [field = '', occurrence, own] = operation.path.slice(1).split('/');
    if (field !== 'overrides' || occurrence === undefined) {
      return [field];
    }
    const { value } = operation;
    const fields = own === undefined ? Object.keys(isObject(value) ? value : {}) : [own];
    return fields.map((one) => `overrides/${occurrence}/${one}`);
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** These fields are somebody's now, or (null) one's own: then there is nobody to name. */
export function withAuthor(before: Authors, paths: readonly string[], author: Authorship | null): Authors {
  const kept = Object.entries(before).filter(([path]) => !paths.includes(path));
  return Object.fromEntries([...kept, ...(author ? paths.map((path) => [path, author] as const) : [])]);
}

/** Who changed a field of the content last, of an occurrence as one of its own or as the series'. */
export function authorOf(known: Authors, field: string, recurrenceId: string | null): Authorship | null {
  const paths = recurrenceId === null ? [field] : [field, `overrides/${recurrenceId}/${field}`];
  return paths
    .map((path) => known[path] ?? null)
    .reduce((newest, one) => ((one?.at ?? 0) > (newest?.at ?? 0) ? one : newest), null);
}
