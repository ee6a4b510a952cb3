import type { ClientMessage, ServerMessage } from '../../protocol/live.js';
import type { ProblemCode } from '../../protocol/problems.js';

/** What is said of a message beside its schema. */
interface Told {
  summary: string;
  description: string;
}

/** What clients send: what it does, and what may be wrong with it beside what may be with every message. */
export const FROM_CLIENTS: Readonly<Record<ClientMessage, Told & { problems: readonly ProblemCode[] }>> = {
  'event:subscribe': {
    summary: 'Hear of every change of an event',
    description:
      'Without `sinceVersion` the answer has the event. With it, every change after that version; where these are more than 200 (or 1 MiB), or the event has no such version, the event instead. Subscribing again changes nothing but the answer. A deletion ends the subscriptions of all but the owner.',
    problems: ['not-found', 'too-many-subscriptions'],
  },
  'event:unsubscribe': {
    summary: 'Hear no more of an event',
    description: 'The socket is no longer present there. Without a subscription it does nothing.',
    problems: [],
  },
  'event:edit': {
    summary: 'Edit the content of an event',
    description:
      'For editors and the owner. With `baseVersion` it is rebased over what others changed since; where both changed the same, it is an `edit-conflict` and nothing is written. An edit that changes nothing writes nothing: `change` is null. Sent again with its `changeId`, after a lost connection, it gets its first answer.',
    problems: [
      'not-found',
      'forbidden',
      'edit-conflict',
      'invalid-patch',
      'invalid-recurrence',
      'unknown-version',
    ],
  },
  'event:rollback': {
    summary: 'Restore the content of an earlier version',
    description:
      'For editors and the owner; as a new version. Who may do what stays as it is. With `baseVersion` as for an edit.',
    problems: [
      'not-found',
      'version-not-found',
      'forbidden',
      'edit-conflict',
      'invalid-recurrence',
      'unknown-version',
    ],
  },
  'presence:set': {
    summary: 'Say what one is doing at an event',
    description:
      'For subscribers: which field is being edited, where the cursor is, or whatever else the clients agree on. Of one user’s connections the last state counts. It is forgotten with the subscription.',
    problems: ['not-found'],
  },
  'session:renew': {
    summary: 'Stay connected with a fresh access token',
    description: 'Of the same user; another session of theirs is fine.',
    problems: ['unauthenticated', 'token-expired'],
  },
};

/** What may be wrong with every message. */
export const PROBLEMS_OF_ALL: readonly ProblemCode[] = [
  'validation-failed',
  'rate-limited',
  'internal-error',
  'unavailable',
];

/** What may be wrong with a connection. */
export const PROBLEMS_OF_HANDSHAKE: readonly ProblemCode[] = [
  'unauthenticated',
  'token-expired',
  'rate-limited',
  'internal-error',
  'unavailable',
];

/** What the server sends, and to whom. */
export const FROM_SERVER: Readonly<Record<ServerMessage, Told & { to: string }>> = {
  'event:changed': {
    summary: 'An event has another version',
    to: 'Every subscriber of the event, its author’s sockets included',
    description:
      'Within one event in version order, on every process; each once. Only healing after a lost process may repeat one. A patch may be empty: where only the members changed.',
  },
  'event:created': {
    summary: 'The user has created an event',
    to: 'Every socket of the creator',
    description: 'Also when an import or the split of a series made it.',
  },
  'event:shared': {
    summary: 'An event was shared with the user, or their role changed',
    to: 'The user concerned; of a transfer, both',
    description: 'The event is as the receiver may see it. Whoever has it already takes the role.',
  },
  'event:unshared': {
    summary: 'The user may not see an event any more',
    to: 'The user removed',
    description: 'Their sockets have left the event: nothing of it reaches them any more.',
  },
  'event:deleted': {
    summary: 'An event was deleted',
    to: 'Every member',
    description: 'Moved to the trash, where only its owner sees it, or erased.',
  },
  'event:restored': {
    summary: 'An event is back from the trash',
    to: 'Every member',
    description: 'Who wants to hear of its changes subscribes again.',
  },
  'event:behind': {
    summary: 'The subscriber has missed too much of an event',
    to: 'Subscribers that are more than 200 changes behind',
    description: 'Subscribe again with `sinceVersion`.',
  },
  'presence:changed': {
    summary: 'Who is there has changed, or what they do',
    to: 'Every subscriber of the event',
    description: 'Everybody present, oneself included; at most five times a second for one event.',
  },
  'conflict:detected': {
    summary: 'Somebody’s change takes a time that the user had planned otherwise',
    to: 'Those for whom the change of somebody else made a new schedule conflict',
    description: 'One message for a change.',
  },
  'session:expiring': {
    summary: 'The access token expires within a minute',
    to: 'The socket',
    description: 'Answer with `session:renew`.',
  },
  'session:ended': {
    summary: 'The session has ended, and the connection does',
    to: 'The socket',
    description:
      'At expiry, at logout, when the session or the account was ended, or the password changed elsewhere.',
  },
  'server:closing': {
    summary: 'The server closes',
    to: 'Every socket',
    description: 'The connection ends; connect again after a while, to whichever process answers.',
  },
};
