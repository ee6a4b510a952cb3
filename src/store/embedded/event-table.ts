import { LRUCache } from 'lru-cache';
import type { EventRecord, Span } from '../../calendar/event.js';
import type { Environment } from './environment.js';

/** The document of an event. */
export type Stored = EventRecord & { span: Span };

/** An event, and the bounds that its index entries were made from. */
export interface StoredEvent {
  /** Frozen, all of it: it is given to everybody who reads it. */
  event: EventRecord;
  span: Span;
}

/** The table of events. What was read of late is kept at hand decoded, until it is written again. */
export interface EventTable {
  get(id: string): StoredEvent | undefined;
  has(id: string): boolean;
  /** Within a write. */
  put(event: EventRecord, span: Span): void;
  /** Within a write. */
  remove(id: string): void;
}

/** In characters of JSON; decoded they take two to four times as many bytes. */
const MAX_AT_HAND = 16 * 1024 * 1024;

export function eventTable(environment: Environment): EventTable {
  const texts = environment.textTable('events');
  const atHand = new LRUCache<string, StoredEvent>({ maxSize: MAX_AT_HAND });

  return {
    get: (id) => {
      const known = atHand.get(id);
      if (known) {
        return known;
      }
      const text = texts.get(id);
      if (text === undefined) {
        return undefined;
      }
      const { span, ...event } = frozen(JSON.parse(text) as Stored);
      const stored = { event: Object.freeze(event), span };
      // What a write has not finished may still be undone.
      if (!environment.isWriting()) {
        atHand.set(id, stored, { size: text.length });
      }
      return stored;
    },
    has: (id) => texts.doesExist(id),
    put: (event, span) => {
      atHand.delete(event.id);
      texts.putSync(event.id, JSON.stringify({ ...event, span } satisfies Stored));
    },
    remove: (id) => {
      atHand.delete(id);
      texts.removeSync(id);
    },
  };
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
