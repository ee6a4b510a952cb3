import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Content } from '../calendar/content.js';
import { CodedError } from '../calendar/errors.js';
import type { EventRecord } from '../calendar/event.js';
import { equal } from '../calendar/json.js';
import { readFile } from '../interchange/groups.js';
import { LEFTOVERS, leftoversOf } from '../interchange/leftovers.js';
import { readEvent, type EventGroup, type FileContext } from '../interchange/read.js';
import { CalendarFault } from '../interchange/split.js';
import { Refused } from '../interchange/times.js';
import { ownUid, uidOf, writeCalendar, writeEvent } from '../interchange/write.js';
import type { ImportReport } from '../protocol/interchange.js';
import { problem } from '../protocol/problems.js';
import type { Actor } from './commit-change.js';
import type { CreationService } from './create-events.js';
import type { EditService } from './edits.js';
import { liveEvents } from './export-events.js';
import { withLeases } from './lease.js';
import type { EventStore, LeaseStore } from './ports.js';

/** Taking over events from iCalendar (RFC 5545). */
export interface ImportService {
  /**
   * Creates the file's events, or updates those that are there by their UIDs. Again: what is there stays.
   *
   * Imports of one user wait for each other, so that none creates what another has just created.
   *
   * @throws malformed-body, payload-too-large; rate-limited where the one before takes long
   */
  take(actor: Actor, file: string): Promise<ImportReport>;
}

export interface ImportDependencies {
  events: EventStore;
  leases: LeaseStore;
  creation: CreationService;
  edits: EditService;
}

/** After this long what is left of a file is skipped. */
const MAX_MS = 60_000;
const LEASE_MS = 2 * MAX_MS;
/** So many are created in one write. */
const BATCH = 50;

export function createImportService(deps: ImportDependencies): ImportService {
  const { events, leases, creation } = deps;

  const takeAll = async (actor: Actor, file: string): Promise<ImportReport> => {
    const { groups, context, skipped } = await readFile(file, nextTurn);
    const report: ImportReport = { created: 0, updated: 0, skipped };
    const known =
      groups.length === 0 ? new Map<string, string>() : await idsByUid(events, actor.userId, groups);
    const until = performance.now() + MAX_MS;
    let fresh: { uid: string; content: Content }[] = [];
    const create = async (): Promise<void> => {
      const bodies = fresh.map(({ content }) => content);
      const items =
        bodies.length === 0
          ? []
          : await creation.createBatch(actor, bodies, { atomic: false, mode: 'ignore' });
      items.forEach((item, index) => {
        if ('error' in item) {
          skipped.push({ uid: fresh[index]?.uid ?? null, reason: reasonOf(item.error) });
        } else {
          report.created += 1;
        }
      });
      fresh = [];
    };
    for (const group of groups) {
      await nextTurn();
      try {
        if (performance.now() > until) {
          throw new Refused('the import has taken too long: import the file again for the rest');
        }
        const content = readEvent(group, context);
        const id = known.get(group.uid);
        if (id === undefined) {
          fresh.push({ uid: group.uid, content });
        } else if (await update(deps, actor, id, content, context)) {
          report.updated += 1;
        }
      } catch (error) {
        skipped.push({ uid: group.uid, reason: reasonOf(error) });
      }
      if (fresh.length === BATCH) {
        await create();
      }
    }
    await create();
    return report;
  };

  return {
    take: async ({ once: _, ...actor }, file) => {
      try {
        return await withLeases(leases, [`import ${actor.userId}`], () => takeAll(actor, file), {
          leaseMs: LEASE_MS,
          refusal: () =>
            problem('rate-limited', 'Another import of yours is under way. Try again.', { retryAfter: 5 }),
        });
      } catch (error) {
        if (error instanceof CalendarFault) {
          const code = error.kind === 'malformed' ? 'malformed-body' : 'payload-too-large';
          throw problem(code, error.message);
        }
        throw error;
      }
    },
  };
}

/** Which of the user's events the UIDs are; of several that one which is the user's own. */
async function idsByUid(
  events: EventStore,
  userId: string,
  groups: readonly EventGroup[],
): Promise<Map<string, string>> {
  const wanted = new Set(groups.map(({ uid }) => uid));
  const owned = new Map<string, string>();
  const shared = new Map<string, string>();
  for await (const page of liveEvents(events, userId)) {
    for (const { event, role } of page) {
      for (const uid of [uidOf(event), ownUid(event.id)].filter((one) => wanted.has(one))) {
        (role === 'owner' ? owned : shared).set(uid, event.id);
      }
    }
  }
  return new Map([...shared, ...owned]);
}

/** Whether there was something to change. */
async function update(
  { events, edits }: ImportDependencies,
  actor: Actor,
  id: string,
  imported: Content,
  context: FileContext,
): Promise<boolean> {
  const event = (await events.find(id, []))?.event;
  if (!event || (await isAlike(event, imported, context))) {
    return false;
  }
  const body = { ...imported, metadata: metadataOf(event, imported) };
  const { entry } = await edits.edit(actor, id, { form: 'replacement', body }, { conflicts: 'ignore' });
  return entry !== null;
}

/** Whether the event would be written as it was read: not all of it can be. */
async function isAlike(event: EventRecord, imported: Content, context: FileContext): Promise<boolean> {
  const { groups } = await readFile(writeCalendar([writeEvent(event)]), async () => undefined);
  const [group] = groups;
  try {
    return group !== undefined && equal(essence(readEvent(group, context)), essence(imported));
  } catch {
    return false;
  }
}

/** Without what the event is known by, and how often it was changed. */
function essence(content: Content): unknown {
  const { uid: _, sequence: __, ...rest } = leftoversOf(content);
  return { ...content, metadata: rest };
}

/** The event's own metadata, with what the file has beside it. */
function metadataOf({ id, content }: EventRecord, imported: Content): Content['metadata'] {
  const { uid: known, sequence } = leftoversOf(content);
  const { uid, ...rest } = imported.metadata[LEFTOVERS] as { uid?: string };
  const kept = known ?? (uid === ownUid(id) ? undefined : uid);
  return {
    ...content.metadata,
    [LEFTOVERS]: {
      ...rest,
      ...(kept !== undefined && { uid: kept }),
      ...(sequence !== undefined && { sequence }),
    },
  };
}

/** In a word, for whoever has sent the file. What nobody has foreseen goes on. */
function reasonOf(error: unknown): string {
  if (error instanceof Refused || (error instanceof CodedError && error.code !== 'unavailable')) {
    return error.message.slice(0, 300);
  }
  throw error;
}
