import type { EventStore } from './ports.js';

/** Hears of what this process has written. */
export interface WriteWatch {
  /** An event has a new version, or several, or is new. */
  stored(eventId: string): void;
  /** An event is gone for good. */
  erased(eventId: string): void;
}

/** The same store, with somebody who hears of each write of an event once it has happened: whoever writes, it ends here. */
export const tellWrites = (events: EventStore, watch: WriteWatch): EventStore => ({
  ...events,
  insert: async (all) => {
    await events.insert(all);
    all.forEach(({ event }) => watch.stored(event.id));
  },
  commit: async (commit) => {
    const isStored = await events.commit(commit);
    if (isStored) {
      watch.stored(commit.event.id);
    }
    if (isStored && commit.alsoInsert) {
      watch.stored(commit.alsoInsert.event.id);
    }
    return isStored;
  },
  erase: async (eventId, ...rest) => {
    const isErased = await events.erase(eventId, ...rest);
    if (isErased) {
      watch.erased(eventId);
    }
    return isErased;
  },
});
