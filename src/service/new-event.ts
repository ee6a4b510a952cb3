import type { Content } from '../calendar/content.js';
import { effectivePatch } from '../calendar/difference.js';
import { indexKeys, type Actor } from './commit-change.js';
import type { Membership, NewEvent } from './ports.js';

/** What a new event begins as. */
export interface Beginning {
  id: string;
  content: Content;
  ownerId: string;
  members: Membership[];
  /** RFC 3339, to the millisecond. */
  at: string;
  note?: string;
}

/** An event in its first version: its entry's patch turns `{}` into the content. */
export function newEvent({ id, content, ownerId, members, at, note }: Beginning, actor: Actor): NewEvent {
  const { userId, via } = actor;
  return {
    event: {
      id,
      version: 1,
      ownerId,
      content,
      createdAt: at,
      updatedAt: at,
      updatedBy: userId,
      deletedAt: null,
    },
    keys: indexKeys(content),
    entries: [
      {
        version: 1,
        kind: 'create',
        at,
        by: userId,
        via,
        patch: effectivePatch({}, content),
        ...(note !== undefined && { note }),
      },
    ],
    members,
  };
}
