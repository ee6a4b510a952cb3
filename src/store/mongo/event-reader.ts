import { LRUCache } from 'lru-cache';
import type { Collection, mongo } from 'mongoose';
import type { EventRecord } from '../../calendar/event.js';
import { frozen } from '../frozen.js';
import type { EventDocument } from './documents.js';
import { EVENT_FIELDS, toEvent, type EventFields } from './mapping.js';

/** An event, frozen, and what was wanted beside its own fields. */
export interface ReadEvent<Beside> {
  event: EventRecord;
  beside: Beside;
}

export interface ReadOptions {
  /** The projection of what is wanted beside the event's own fields. */
  beside: mongo.Document;
  sort?: Record<string, 1 | -1>;
  limit?: number;
}

/**
 * Reads events. A version of an event is what it is for ever: so the server is asked for the version that an event has
 * now, with what is wanted beside it, and for the event itself only where that version is not at hand.
 */
export interface EventReader {
  /** The events that match, in the order asked for; each, and what is beside it, of one version. */
  read<Beside extends object>(filter: Filter, options: ReadOptions): Promise<ReadEvent<Beside>[]>;
  /** The same with one question, where it is not to be expected that the versions are at hand. */
  readWhole: EventReader['read'];
  /** Whether it is to be expected that an event's version is at hand: some is, and others did not write it of late. */
  expects(eventId: string): boolean;
  /** Keeps at hand an event that was just stored. */
  keep(event: EventRecord): void;
}

type Filter = mongo.Filter<EventDocument>;

/** Of JSON: at hand it takes two to four times as many bytes. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** What tells a version from another one of the same number, which there is where a failover has lost the first. */
const VERSION = { version: 1, updatedAt: 1 } as const;
type Versioned = Pick<EventDocument, '_id' | keyof typeof VERSION>;

const isOf = (event: EventRecord, { version, updatedAt }: Omit<Versioned, '_id'>): boolean =>
  event.version === version && event.updatedAt === updatedAt;

/** `isSteady`: when it was last read whole it was not found changed by others. */
interface Kept {
  event: EventRecord;
  isSteady: boolean;
}

export function eventReader(events: Collection<EventDocument>): EventReader {
  const kept = new LRUCache<string, Kept>({ maxSize: MAX_CHARACTERS });

  const readWhole = async <Beside extends object>(
    filter: Filter,
    { beside, ...order }: ReadOptions,
  ): Promise<ReadEvent<Beside>[]> => {
    const found = await events
      .find<EventFields & Beside>(filter, { ...order, projection: { ...EVENT_FIELDS, ...beside } })
      .toArray();
    return found.map((document) => {
      const event = frozen(toEvent(document));
      const before = kept.get(event.id)?.event;
      const isSteady = before === undefined || isOf(before, event);
      kept.set(event.id, { event, isSteady }, { size: JSON.stringify(event).length });
      return { event, beside: document };
    });
  };

  const read = async <Beside extends object>(
    filter: Filter,
    options: ReadOptions,
  ): Promise<ReadEvent<Beside>[]> => {
    const { beside, ...order } = options;
    const documents = await events
      .find<Versioned & Beside>(filter, { ...order, projection: { ...VERSION, ...beside } })
      .toArray();
    const found = documents.map((document) => ({ id: document._id.toHexString(), document }));
    const known = new Map(
      found.flatMap(({ id, document }): [string, EventRecord][] => {
        const event = kept.get(id)?.event;
        return event && isOf(event, document) ? [[id, event]] : [];
      }),
    );
    const missing = found.flatMap(({ id, document }) => (known.has(id) ? [] : [document._id]));
    const rest = missing.length > 0 ? await readWhole({ _id: { $in: missing } }, { beside: {} }) : [];
    rest.forEach(({ event }) => known.set(event.id, event));
    const all = found.flatMap(({ id, document }): ReadEvent<Beside>[] => {
      const event = known.get(id);
      return event && isOf(event, document) ? [{ event, beside: document }] : [];
    });
    // What was changed in between may not match any more, or stand elsewhere in the order.
    return all.length === found.length ? all : readWhole(filter, options);
  };

  return {
    read,
    readWhole,
    expects: (eventId) => kept.get(eventId)?.isSteady === true,
    // A copy: whoever stored it may go on to change theirs.
    keep: (stored) => {
      const text = JSON.stringify(stored);
      const event = frozen(JSON.parse(text) as EventRecord);
      const isSteady = kept.get(event.id)?.isSteady ?? true;
      kept.set(event.id, { event, isSteady }, { size: text.length });
    },
  };
}
