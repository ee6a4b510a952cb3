import type { Answer, ClientMessage, Payload, ServerMessage, Told } from '../../protocol/live.js';
import { ACCESS_TOKEN, ADA, BOB, BOBS_EVENT, CHANGE, CONFLICT, EVENT, PRESENT } from '../openapi/samples.js';

/** A message, and what it may be answered. */
interface Exchange<M extends ClientMessage> {
  name: string;
  payload: Payload<M>;
  answer: Answer<M>;
}

const eventId = EVENT.id;
const expiresAt = '2026-03-01T08:35:00.000Z';

/** What clients send, by message, each with its answer. */
export const EXCHANGES: { readonly [M in ClientMessage]: readonly Exchange<M>[] } = {
  'event:subscribe': [
    {
      name: 'for the first time',
      payload: { eventId },
      answer: { version: EVENT.version, role: 'editor', event: BOBS_EVENT, present: PRESENT },
    },
    {
      name: 'after a lost connection',
      payload: { eventId, sinceVersion: 7 },
      answer: { version: CHANGE.version, role: 'editor', missed: [CHANGE], present: PRESENT },
    },
    {
      name: 'a backup was restored meanwhile',
      payload: { eventId, sinceVersion: 9 },
      answer: { version: EVENT.version, role: 'editor', event: BOBS_EVENT, reset: true, present: PRESENT },
    },
  ],
  'event:unsubscribe': [{ name: 'an event', payload: { eventId }, answer: {} }],
  'event:edit': [
    {
      name: 'the title',
      payload: { eventId, baseVersion: 7, changeId: 'b7a2-14', note: 'as agreed', patch: CHANGE.patch },
      answer: { version: CHANGE.version, merged: false, change: CHANGE },
    },
    {
      name: 'nothing that is not so already',
      payload: { eventId, patch: [{ op: 'replace', path: '/location', value: 'Room 4' }] },
      answer: { version: EVENT.version, merged: false, change: null },
    },
  ],
  'event:rollback': [
    {
      name: 'to the first version',
      payload: { eventId, toVersion: 1, baseVersion: 8 },
      answer: {
        version: 9,
        change: {
          eventId,
          version: 9,
          kind: 'rollback',
          patch: [
            { op: 'replace', path: '/title', value: 'Design review' },
            { op: 'replace', path: '/location', value: '' },
          ],
          by: BOB,
          at: '2026-03-01T08:23:02.118Z',
          restoredVersion: 1,
        },
      },
    },
  ],
  'presence:set': [
    { name: 'the field that is being edited', payload: { eventId, state: { field: 'title' } }, answer: {} },
    { name: 'nothing any more', payload: { eventId, state: null }, answer: {} },
  ],
  'session:renew': [{ name: 'a fresh token', payload: { token: ACCESS_TOKEN }, answer: { expiresAt } }],
};

/** What the server sends, by message. */
export const TOLD: { readonly [M in ServerMessage]: Readonly<Record<string, Told<M>>> } = {
  'event:changed': {
    'an edit': CHANGE,
    'somebody became a member': {
      eventId,
      version: 2,
      kind: 'share',
      patch: [],
      by: ADA,
      at: '2026-02-27T09:14:00.020Z',
      membership: { userId: BOB.id, role: 'editor', previousRole: null },
    },
  },
  'event:created': { 'one’s own': { event: { ...EVENT, version: 1 }, by: ADA } },
  'event:shared': { 'with an editor': { eventId, event: BOBS_EVENT, role: 'editor', by: ADA } },
  'event:unshared': { 'a member was removed': { eventId, by: ADA } },
  'event:deleted': { 'to the trash': { eventId, version: 9, by: ADA } },
  'event:restored': { 'from the trash': { eventId, version: 10, by: ADA } },
  'event:behind': { 'after a long time away': { eventId, version: 412 } },
  'presence:changed': { 'somebody edits the title': { eventId, total: 1, present: PRESENT } },
  'conflict:detected': { 'a meeting was moved': { eventId, conflicts: [CONFLICT], by: BOB } },
  'session:expiring': { 'in a minute': { expiresAt } },
  'session:ended': { 'signed out': { reason: 'logout' } },
  'server:closing': { 'a restart': { retryAfter: 2 } },
};
