import type { LogEntry } from '../calendar/history.js';
import { changeOf, type Change } from '../protocol/history.js';
import type { People } from '../service/people.js';
import type { EventStore } from '../service/ports.js';
import type { HistoryReader } from '../service/read-history.js';

/** Log entries as the changes that are told. */
export interface ChangeReader {
  of(eventId: string, entries: readonly LogEntry[]): Promise<Change[]>;
  /** Everything after a version, in order; nothing where there is no event. */
  after(eventId: string, version: number): Promise<Change[]>;
}

export function createChangeReader(events: EventStore, history: HistoryReader, people: People): ChangeReader {
  const of = async (eventId: string, entries: readonly LogEntry[]): Promise<Change[]> => {
    const named = await people.named(entries.map(({ by }) => by));
    return entries.map((entry) => changeOf(eventId, entry, named(entry.by)));
  };
  return {
    of,
    after: async (eventId, version) => {
      const found = await events.find(eventId, []);
      return found ? of(eventId, await history.entries(found.event, version + 1, found.event.version)) : [];
    },
  };
}
