import { expect, test } from '@jest/globals';
import { permit, permitChange, ROLES, type Action, type Role } from '../../src/calendar/access.js';
import type { CodedError } from '../../src/calendar/errors.js';

const outcome = (ask: () => Role): string => {
  try {
    return ask();
  } catch (error) {
    return (error as CodedError).code;
  }
};
const LIVE = { deletedAt: null };
const TRASHED = { deletedAt: '2026-03-02T15:00:00.000Z' };

/** Of a live event: who may do what. */
const TABLE: Record<Action, [nobody: string, viewer: string, editor: string, owner: string]> = {
  read: ['not-found', 'viewer', 'editor', 'owner'],
  leave: ['not-found', 'viewer', 'editor', 'owner'],
  edit: ['not-found', 'forbidden', 'editor', 'owner'],
  manage: ['not-found', 'forbidden', 'forbidden', 'owner'],
};
const CALLERS = [null, ...ROLES] as const;

test.each(Object.entries(TABLE) as [Action, string[]][])('%s of a live event', (action, row) => {
  expect(CALLERS.map((role) => outcome(() => permit(role, action, LIVE)))).toEqual(row);
  if (action !== 'read') {
    expect(CALLERS.map((role) => outcome(() => permitChange(role, action, LIVE)))).toEqual(row);
  }
});

test.each(Object.keys(TABLE) as Action[])('%s of an event in the trash', (action) => {
  const forOwner = ['not-found', 'not-found', 'not-found', 'owner'];
  expect(CALLERS.map((role) => outcome(() => permit(role, action, TRASHED)))).toEqual(forOwner);
  if (action !== 'read') {
    const forNobody = CALLERS.map(() => 'not-found');
    expect(CALLERS.map((role) => outcome(() => permitChange(role, action, TRASHED)))).toEqual(forNobody);
  }
});

test('whether an event is missing, foreign or in the trash, the words are the same', () => {
  const words = [
    () => permit(null, 'read', LIVE),
    () => permit('editor', 'read', TRASHED),
    () => permitChange('owner', 'edit', TRASHED),
  ].map((ask) => {
    try {
      return ask();
    } catch (error) {
      return (error as CodedError).message;
    }
  });
  expect(new Set(words).size).toBe(1);
});
