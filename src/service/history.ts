import { changesBetween, changesOf, summaryOf, type FieldChange } from '../calendar/changelog.js';
import type { Content } from '../calendar/content.js';
import { effectivePatch, withoutTests } from '../calendar/difference.js';
import type { EventRecord } from '../calendar/event.js';
import type { ContentField } from '../calendar/fields.js';
import type { Kind, LogEntry } from '../calendar/history.js';
import type { Operation } from '../calendar/patch.js';
import type { Person } from '../protocol/accounts.js';
import { entryView, type EntryView } from '../protocol/history.js';
import type { Cursors } from './cursor.js';
import type { EventService } from './events.js';
import type { People } from './people.js';
import { noSuchVersion, type HistoryReader } from './read-history.js';

interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface ChangelogEntry {
  version: number;
  at: string;
  by: Person;
  kind: Kind;
  summary: string;
  changes: FieldChange[];
}

/** What pages for people name of an event: as it is now, whatever version they tell of. */
export interface Heading {
  title: string;
  timeZone: string;
}

/** With the author's own words. */
export type ToldEntry = ChangelogEntry & { note?: string };
export type ToldPage = Page<ToldEntry> & { event: Heading };

/** The patch is canonical, and without its `test` operations. */
export interface Difference {
  from: number;
  to: number;
  patch: Operation[];
  changes: FieldChange[];
}
export type Comparison = Difference & { event: Heading };

type ChangelogRequest = PageRequest & { field?: ContentField | undefined };

/** What an event was, and how it became what it is. Everything here needs the right to read the event. */
export interface HistoryService {
  /** The log, newest first. @throws not-found; validation-failed for a foreign cursor */
  entries(userId: string, eventId: string, page: PageRequest): Promise<Page<EntryView>>;
  /** One version. @throws not-found, version-not-found */
  version(
    userId: string,
    eventId: string,
    version: number,
  ): Promise<{ version: number; entry: EntryView; content: Content }>;
  /** The log told by fields, newest first; with `field`, the changes of that field alone. */
  changelog(userId: string, eventId: string, page: ChangelogRequest): Promise<Page<ChangelogEntry>>;
  /** The same for a page that people read. */
  told(userId: string, eventId: string, page: ChangelogRequest): Promise<ToldPage>;
  /** What leads from one version to another, in either direction. @throws not-found, version-not-found */
  diff(userId: string, eventId: string, from: number, to: number): Promise<Difference>;
  /** The same for a page that people read. */
  comparison(userId: string, eventId: string, from: number, to: number): Promise<Comparison>;
}

export interface HistoryDependencies {
  history: HistoryReader;
  people: People;
  cursors: Cursors;
  read: EventService['read'];
}

/** How many entries one page of a filtered changelog looks through, and how many at a time. */
const MAX_SCANNED = 2_000;
const SCAN_STEP = 200;

export function createHistoryService({
  history,
  people,
  cursors,
  read,
}: HistoryDependencies): HistoryService {
  /** A page's entries are those below the version that its cursor names. */
  const startOf = (event: EventRecord, cursor: string | undefined, bound: unknown): number =>
    cursor === undefined ? event.version + 1 : (cursors.read(cursor, bound) as number);

  const told: HistoryService['told'] = async (userId, eventId, { limit, cursor, field }) => {
    const { event } = await read(userId, eventId);
    const bound = { list: 'changelog', userId, eventId, field };
    let below = startOf(event, cursor, bound);
    const scanEnd = below - MAX_SCANNED;
    const found: LogEntry[] = [];
    while (found.length < limit && below > Math.max(1, scanEnd)) {
      const step = field === undefined ? limit - found.length : SCAN_STEP;
      const entries = (await history.entries(event, below - step, below - 1)).reverse();
      if (entries.length === 0) {
        break;
      }
      for (const entry of entries) {
        below = entry.version;
        if (concerns(entry, field) && found.push(entry) === limit) {
          break;
        }
      }
    }
    const named = await people.named(found.flatMap(peopleIn));
    return {
      event: headingOf(event),
      items: found.map((entry) => toldEntry(entry, field, named, event.content.timeZone)),
      nextCursor: below > 1 ? cursors.make(below, bound) : null,
    };
  };

  const comparison: HistoryService['comparison'] = async (userId, eventId, from, to) => {
    const { event } = await read(userId, eventId);
    const [before, after] = await Promise.all([history.contentAt(event, from), history.contentAt(event, to)]);
    return {
      event: headingOf(event),
      from,
      to,
      patch: withoutTests(effectivePatch(before, after)),
      changes: changesBetween(before, after),
    };
  };

  return {
    entries: async (userId, eventId, { limit, cursor }) => {
      const { event } = await read(userId, eventId);
      const bound = { list: 'history', userId, eventId };
      const below = startOf(event, cursor, bound);
      const entries = (await history.entries(event, below - limit, below - 1)).reverse();
      const named = await people.named(entries.map(({ by }) => by));
      const last = entries[entries.length - 1]?.version ?? 1;
      return {
        items: entries.map((entry) => entryView(entry, named(entry.by))),
        nextCursor: last > 1 ? cursors.make(last, bound) : null,
      };
    },

    version: async (userId, eventId, version) => {
      const { event } = await read(userId, eventId);
      const content = await history.contentAt(event, version);
      const [entry] = await history.entries(event, version, version);
      if (!entry) {
        throw noSuchVersion(version);
      }
      const named = await people.named([entry.by]);
      return { version, entry: entryView(entry, named(entry.by)), content };
    },

    changelog: async (userId, eventId, page) => {
      const { items, nextCursor } = await told(userId, eventId, page);
      return { items: items.map(({ note: _, ...entry }) => entry), nextCursor };
    },
    told,

    diff: async (userId, eventId, from, to) => {
      const { event: _, ...difference } = await comparison(userId, eventId, from, to);
      return difference;
    },
    comparison,
  };
}

const headingOf = ({ content: { title, timeZone } }: EventRecord): Heading => ({ title, timeZone });

const concerns = (entry: LogEntry, field?: ContentField): boolean =>
  field === undefined || changesOf(entry).some((change) => change.field === field);

const peopleIn = ({ by, membership }: LogEntry): string[] => (membership ? [by, membership.userId] : [by]);

function toldEntry(
  entry: LogEntry,
  field: ContentField | undefined,
  named: (id: string) => Person,
  timeZone: string,
): ToldEntry {
  const { version, at, kind, note } = entry;
  const nameOf = (id: string): string => named(id).name || named(id).username;
  return {
    version,
    at,
    by: named(entry.by),
    kind,
    summary: summaryOf(entry, nameOf, timeZone),
    changes: changesOf(entry).filter((change) => field === undefined || change.field === field),
    ...(note !== undefined && { note }),
  };
}
