import type { Role } from './access.js';
import type { Content } from './content.js';
import { inverse, replay, type Nothing } from './difference.js';
import type { Operation } from './patch.js';

export const KINDS = [
  'create',
  'edit',
  'rollback',
  'share',
  'role',
  'unshare',
  'transfer',
  'delete',
  'restore',
  'undo',
] as const;
export type Kind = (typeof KINDS)[number];

/** The doors through which a change can come. */
export const VIAS = ['rest', 'socket'] as const;
export type Via = (typeof VIAS)[number];

/** What a change did to one member; `role` null: removed, `previousRole` null: added. */
export interface MembershipChange {
  userId: string;
  role: Role | null;
  previousRole: Role | null;
}

/** One entry of an event's log: what made `version` out of the version before. Never changed once stored. */
export interface LogEntry {
  version: number;
  kind: Kind;
  /** RFC 3339, to the millisecond. */
  at: string;
  /** The author's user id. */
  by: string;
  via: Via;
  /** Canonical and invertible; empty where the content stayed as it was. */
  patch: Operation[];
  note?: string;
  /** The author's own id for the edit. */
  changeId?: string;
  /** Whether the edit was rebased over what others had changed. */
  merged?: boolean;
  restoredVersion?: number;
  /** The version of the author's own edit that an undo takes back. */
  undoes?: number;
  membership?: MembershipChange;
  /** The event in which the series goes on, where this entry ended it before an occurrence. */
  following?: string;
}

/** A run of entries that has moved out of the event's document. */
export interface Bucket {
  eventId: string;
  fromVersion: number;
  toVersion: number;
  /** The content before the first entry: `{}` before version 1. */
  base: Content | Nothing;
  entries: LogEntry[];
}

/** How many of the newest entries stay in the event's document at least, and how many move out at a time. */
export const EMBEDDED_ENTRIES = 32;
export const BUCKET_ENTRIES = 32;
/** An embedded log that takes more moves out early, as a document has a size limit; a bucket is closed at this size. */
export const EMBEDDED_BYTES = 1024 * 1024;
export const BUCKET_BYTES = 512 * 1024;

/** The content before `entries` (ascending, without gaps) were applied, from the content after them. */
export function rewind(content: Content, entries: readonly LogEntry[]): Content | Nothing {
  return entries.reduceRight<Content>((later, entry) => replay(later, inverse(entry.patch)), content);
}

/** The content after `entries` (ascending, without gaps), from the content before them. */
export function advance(content: Content | Nothing, entries: readonly LogEntry[]): Content {
  return entries.reduce<Content | Nothing>(
    (earlier, entry) => replay(earlier, entry.patch),
    content,
  ) as Content;
}
