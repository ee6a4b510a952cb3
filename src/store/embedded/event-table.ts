import type { EventRecord, Span } from '../../calendar/event.js';
import { atHand, type AtHand } from './at-hand.js';
import type { Environment } from './environment.js';

/** The document of an event. */
export type Stored = EventRecord & { span: Span };

/** An event, and the bounds that its index entries were made from. */
export interface StoredEvent {
  event: EventRecord;
  span: Span;
}

/** By the event's id. */
export type EventTable = AtHand<StoredEvent>;

const MAX_CHARACTERS = 16 * 1024 * 1024;

export const eventTable = (environment: Environment): EventTable =>
  atHand<StoredEvent>(environment, 'events', MAX_CHARACTERS, {
    decode: (text) => {
      const { span, ...event } = JSON.parse(text) as Stored;
      return { event, span };
    },
    encode: ({ event, span }) => JSON.stringify({ ...event, span } satisfies Stored),
  });
