/*
 * Clients choose keys: in metadata and overrides, and so in patches and in the contents at a bucket's start.
 * MongoDB reads some of them as paths and operators. Its driver takes an object with a `_bsontype` for a value of
 * its own, and gives back raw bytes for lists under the names that every JavaScript object inherits, such as
 * `toString`. So those are stored escaped; strings and numbers stay as they are.
 */

/** A JSON value with escaped keys. */
export type Stored<T> = T extends object ? { [key: string]: unknown } : T;

const AWKWARD = /[.%\0]|^\$|^$/;
const AWKWARD_CHARACTERS = /[.%\0]|^\$/g;
const isReserved = (key: string): boolean => key === '_bsontype' || key in Object.prototype;

/** `.` → `%2E`; so are `%`, NUL, `$` in front, and the first letter of a reserved name; the empty key is `%`. */
export function escapeKey(key: string): string {
  if (isReserved(key)) {
    return hex(key) + key.slice(1);
  }
  if (!AWKWARD.test(key)) {
    return key;
  }
  return key === '' ? '%' : key.replace(AWKWARD_CHARACTERS, hex);
}

const hex = (text: string): string => `%${text.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

export const unescapeKey = (key: string): string =>
  key === '%'
    ? ''
    : key.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

/** A copy of a JSON value as it is stored; members that are undefined are left out. */
export function toStored<T>(value: T): Stored<T> {
  return copy(value) as Stored<T>;
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copy);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const stored: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) {
      stored[escapeKey(key)] = copy(item);
    }
  }
  return stored;
}

/** What {@link toStored} was given. The argument, fresh from the driver, may become part of the answer. */
export function fromStored<T>(stored: Stored<T>): T {
  return restore(stored) as T;
}

function restore(value: unknown): unknown {
  if (Array.isArray(value)) {
    value.forEach((item, i) => (value[i] = restore(item)));
    return value;
  }
  return typeof value === 'object' && value !== null
    ? restoreMembers(value as Record<string, unknown>)
    : value;
}

/** In place, but where a key is escaped: that takes a new object. */
function restoreMembers(members: Record<string, unknown>): Record<string, unknown> {
  let escaped = false;
  for (const key of Object.keys(members)) {
    members[key] = restore(members[key]);
    escaped ||= key.includes('%');
  }
  return escaped
    ? Object.fromEntries(Object.entries(members).map(([key, item]) => [unescapeKey(key), item]))
    : members;
}
