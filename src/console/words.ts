import type { ConveneError, Role } from '../client/index.js';

/** A refusal as a person would say it: by the problem's code, and where none fits by its detail. */
export function wordsFor(error: unknown): string {
  if (!isProblem(error)) {
    return 'Something went wrong on this page. Please reload it.';
  }
  const words = WORDS[error.code];
  if (typeof words === 'string') {
    return words;
  }
  return words?.(error) ?? error.message;
}

type Said = Pick<ConveneError, 'code' | 'message' | 'errors' | 'retryAfter'>;

// By its looks, not `instanceof`: this is asked about errors of any origin.
const isProblem = (error: unknown): error is Said =>
  error instanceof Error && typeof (error as { code?: unknown }).code === 'string';

const UNREACHABLE = 'The server cannot be reached just now.';

const WORDS: Readonly<Record<string, string | ((error: Said) => string | undefined)>> = {
  'network-error': UNREACHABLE,
  'connection-lost': UNREACHABLE,
  'no-answer': 'The server did not answer in time. Please try again.',
  unavailable: 'The server is busy or being restarted. Please try again in a moment.',
  closed: 'It is not open any more.',
  'too-many-pending': 'Too much waits to be sent. Please wait until you are online again.',
  'invalid-credentials': 'The name or the password is not right.',
  'already-registered': 'There is an account with this address already: sign in instead.',
  'registration-closed': 'Accounts are made by whoever runs this Convene. Ask them for one.',
  unauthenticated: 'Please sign in again.',
  'token-expired': 'Please sign in again.',
  'session-revoked': 'This session has ended. Please sign in again.',
  forbidden: 'You may look at this event but not change it: ask its owner for the editor’s role.',
  'not-found': 'It is not there any more, or not shared with you.',
  'user-not-found': 'Nobody here has this address or name.',
  'owner-required': 'An event needs an owner: hand it over first.',
  'nothing-to-undo': 'There is nothing of yours left to undo.',
  'edit-conflict': 'Somebody else has changed the same in the meantime.',
  'precondition-failed': 'Somebody else has changed it in the meantime.',
  'payload-too-large': 'That is too much at once.',
  'too-many-subscriptions': 'Too many events are open at once.',
  'rate-limited': ({ retryAfter }) =>
    `That was a little too fast. Please wait ${retryAfter === null ? 'a moment' : seconds(retryAfter)}.`,
  'validation-failed': ({ errors }) => errors.map(fieldWords).join(' ') || undefined,
  'invalid-recurrence': ({ errors }) =>
    errors.length > 0 ? `The repetition ${errors.map(({ message }) => message).join(', and ')}.` : undefined,
};

const seconds = (count: number): string => (count === 1 ? 'a second' : `${Math.ceil(count)} seconds`);

/** `{pointer: '/end', message: 'must be after start'}`: “End must be after start.” */
function fieldWords({ pointer, message }: { pointer: string; message: string }): string {
  const name = pointer.split('/').filter(Boolean).at(-1) ?? '';
  const label = FIELD_NAMES[name] ?? (name || 'What was sent');
  return `${label} ${message}.`;
}

/** What a field is called. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  title: 'Title',
  description: 'Description',
  location: 'Location',
  url: 'Link',
  start: 'Start',
  end: 'End',
  timeZone: 'Time zone',
  allDay: 'All day',
  status: 'Status',
  busy: 'Shown as',
  tags: 'Tags',
  color: 'Colour',
  recurrence: 'Repetition',
  overrides: 'Single occurrences',
  metadata: 'Extra data',
  email: 'Email',
  name: 'Name',
  username: 'Username',
  password: 'Password',
  invitation: 'Invitation code',
  currentPassword: 'Current password',
  label: 'Label',
  events: 'The kinds of changes',
  transferTo: 'Who takes the events over',
};

/** A role as one has it: “an editor”. */
export const roleWords = (role: Role): string => ROLES[role];

const ROLES: Readonly<Record<Role, string>> = { viewer: 'a viewer', editor: 'an editor', owner: 'the owner' };

/** Why a session is over that the person did not end here. */
export const wordsForEnd = (reason: string): string => ENDS[reason] ?? ENDED;

const ENDED = 'Your session has ended. Please sign in again.';

const ENDS: Readonly<Record<string, string>> = {
  logout: 'You have signed out elsewhere.',
  expired: 'Your session has expired. Please sign in again.',
  revoked: 'Your session was ended from elsewhere. Please sign in again.',
  'password-changed': 'Your password was changed. Please sign in with the new one.',
  'account-deleted': 'This account does not exist any more.',
};

/** What somebody did to an event, for a notice: “Ada moved Design review”. */
export function wordsForChange(by: string, kind: string, fields: readonly string[], title: string): string {
  const event = title || 'an event';
  if (kind !== 'edit') {
    return `${by} ${KINDS[kind] ?? 'changed'} ${event}`;
  }
  const isMove = fields.length > 0 && fields.every((field) => field === 'start' || field === 'end');
  const names = fields.map((field) => (FIELD_NAMES[field] ?? field).toLowerCase());
  return isMove || names.length === 0
    ? `${by} ${isMove ? 'moved' : 'changed'} ${event}`
    : `${by} changed ${event}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}`;
}

const KINDS: Readonly<Record<string, string>> = {
  rollback: 'restored an earlier version of',
  undo: 'took back a change of',
  share: 'shared',
  role: 'changed a role in',
  unshare: 'took somebody out of',
  transfer: 'handed over',
  delete: 'deleted',
  restore: 'brought back',
  create: 'created',
};
