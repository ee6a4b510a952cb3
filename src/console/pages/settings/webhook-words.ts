import type { DeliveryView, Kind } from '../../../client/index.js';

/** What each kind of change is called, for choosing. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  create: 'Created',
  edit: 'Edited',
  rollback: 'Restored to a version',
  undo: 'Undone',
  share: 'Shared',
  role: 'Role changed',
  unshare: 'Unshared',
  transfer: 'Handed over',
  delete: 'Deleted',
  restore: 'Brought back',
};
export const KINDS = Object.keys(KIND_NAMES) as Kind[];

/** Of what a webhook is told: “every change”, “created, edited”. */
export const kindsWords = (kinds: readonly Kind[]): string =>
  kinds.length === 0 || kinds.length === KINDS.length
    ? 'every change'
    : kinds.map((kind) => KIND_NAMES[kind].toLowerCase()).join(', ');

export const STATE_NAMES: Readonly<Record<DeliveryView['state'], string>> = {
  pending: 'Waiting',
  delivered: 'Delivered',
  dead: 'Given up',
};

const ERRORS: Readonly<Record<string, string>> = {
  'refused-address': 'the address is a private one',
  'name-not-found': 'the name of the server is not known',
  'no-connection': 'the server could not be reached',
  'no-trust': 'the server’s certificate is not trusted',
  timeout: 'the server did not answer in time',
};

/** How the last attempt ended: “answered 500”; null where there was none. */
export function attemptWords({ attempts, status, error }: DeliveryView): string | null {
  if (attempts === 0) {
    return null;
  }
  const ending =
    status !== null
      ? `answered ${status}`
      : error === null
        ? null
        : (ERRORS[error] ?? error.replaceAll('-', ' '));
  return [attempts === 1 ? '1 attempt' : `${attempts} attempts`, ending].filter(Boolean).join(', ');
}
