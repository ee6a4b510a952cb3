import type { Content } from '../calendar/content.js';
import { effectivePatch } from '../calendar/difference.js';
import { spanOf, type EventRecord } from '../calendar/event.js';
import type { Kind, LogEntry, MembershipChange, Via } from '../calendar/history.js';
import { searchText } from '../calendar/search.js';
import type { EventCommit, EventStore, IndexKeys, Membership, NewEvent, Snapshot } from './ports.js';

/** Who wants something, through which door. */
export interface Actor {
  userId: string;
  sessionId: string;
  via: Via;
  once?: Once;
}

/**
 * What an idempotency key stands for: however often it is carried out, it is done once. Its token serves as a change's
 * id where there is no other, and new events have ids that follow from it.
 */
export interface Once {
  token: string;
  /** Whether an earlier run may have done it. */
  again: boolean;
}

/** One version to be written. What is left out stays as it is. */
export interface Draft {
  kind: Kind;
  content?: Content;
  ownerId?: string;
  deletedAt?: string | null;
  granted?: Membership[];
  revoked?: string[];
  membership?: MembershipChange;
  merged?: boolean;
  restoredVersion?: number;
  undoes?: number;
  /** In place of the command's own. */
  note?: string;
  /** An event that comes into being with this version, in the same write. */
  alsoInsert?: NewEvent;
}

/** Who makes a change, and what they say of it. */
export interface Author {
  actor: Actor;
  changeId?: string | undefined;
  note?: string | undefined;
}

/** A change in the making: commands are decided upon it one after the other. */
export interface RunningChange {
  stored: EventRecord;
  event: EventRecord;
  members: Map<string, Membership>;
  entries: LogEntry[];
  granted: Map<string, Membership>;
  revoked: Set<string>;
  alsoInsert?: NewEvent;
}

export const startFrom = ({ event, members }: Snapshot): RunningChange => ({
  stored: event,
  event,
  members,
  entries: [],
  granted: new Map(),
  revoked: new Set(),
});

/** The stored members with what is decided. Those of another version than was read make the write fail. */
export async function membersOf(
  { event, granted, revoked }: RunningChange,
  events: EventStore,
): Promise<Membership[]> {
  const stored = await events.members(event.id);
  const staying = stored.filter(({ userId }) => !granted.has(userId) && !revoked.has(userId));
  return [...staying, ...granted.values()];
}

/** Puts one more version on the change in the making. A new content that equals the old one is no version. */
export function record(
  change: RunningChange,
  draft: Draft,
  { actor, changeId, note }: Author,
  at: string,
): LogEntry[] {
  const { event } = change;
  const patch = draft.content ? effectivePatch(event.content, draft.content) : [];
  if (draft.content && patch.length === 0) {
    return [];
  }
  const said = draft.note ?? note;
  const entry: LogEntry = {
    version: event.version + 1,
    kind: draft.kind,
    at,
    by: actor.userId,
    via: actor.via,
    patch,
    ...(said !== undefined && { note: said }),
    ...(changeId !== undefined && { changeId }),
    ...(draft.merged && { merged: true }),
    ...(draft.restoredVersion !== undefined && { restoredVersion: draft.restoredVersion }),
    ...(draft.undoes !== undefined && { undoes: draft.undoes }),
    ...(draft.membership && { membership: draft.membership }),
    ...(draft.alsoInsert && { following: draft.alsoInsert.event.id }),
  };
  change.entries.push(entry);
  if (draft.alsoInsert) {
    change.alsoInsert = draft.alsoInsert;
  }
  change.event = {
    ...event,
    version: entry.version,
    content: draft.content ?? event.content,
    ownerId: draft.ownerId ?? event.ownerId,
    deletedAt: draft.deletedAt === undefined ? event.deletedAt : draft.deletedAt,
    updatedAt: at,
    updatedBy: actor.userId,
  };
  for (const member of draft.granted ?? []) {
    change.members.set(member.userId, member);
    change.granted.set(member.userId, member);
    change.revoked.delete(member.userId);
  }
  for (const userId of draft.revoked ?? []) {
    change.members.delete(userId);
    change.granted.delete(userId);
    change.revoked.add(userId);
  }
  return [entry];
}

/** What is decided, as one write. */
export const commitOf = (change: RunningChange): EventCommit => ({
  event: change.event,
  keys: hasSameWords(change.stored.content, change.event.content)
    ? { span: spanOf(change.event.content) }
    : indexKeys(change.event.content),
  entries: change.entries,
  atVersion: change.stored.version,
  granted: [...change.granted.values()],
  revoked: [...change.revoked],
  ...(change.alsoInsert && { alsoInsert: change.alsoInsert }),
});

const hasSameWords = (a: Content, b: Content): boolean =>
  a.title === b.title && a.description === b.description && a.location === b.location;

export const indexKeys = (content: Content): IndexKeys => ({
  span: spanOf(content),
  searchText: searchText(content),
});
