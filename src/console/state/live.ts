import type { ConveneError, FailedEdit, LiveEvent, LiveEventEvents } from '../../client/index.js';
import { client } from './client.js';

/**
 * Live events that this page has open: those that are to be seen in the calendar, and those that a component holds.
 * All share one subscription each, so nobody but this file closes one.
 */
const live = new Map<string, LiveEvent>();
const opening = new Map<string, Promise<LiveEvent>>();
const holds = new Map<string, number>();
let visible: ReadonlySet<string> = new Set();

/** Fewer than the 500 that a socket may have: others come by opening them. */
const MOST_VISIBLE = 400;

export type LiveListener = (event: LiveEvent, told: LiveEventEvents['change']) => void;
const listeners = new Set<LiveListener>();

/** Hears of every change of every live event. @returns what ends the listening */
export function onLiveChange(listener: LiveListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** What did not get through: an edit that others' met, one that was refused, or (null) those that were on their way. */
export type FailureListener = (
  event: LiveEvent,
  edits: readonly FailedEdit[],
  error: ConveneError | null,
) => void;
const failureListeners = new Set<FailureListener>();

/** Hears of every edit that did not get through. @returns what ends the listening */
export function onLiveFailure(listener: FailureListener): () => void {
  failureListeners.add(listener);
  return () => void failureListeners.delete(listener);
}

/** What events were called that were live once: for a word when they are gone. */
const titles = new Map<string, string>();
export const lastTitle = (id: string): string | undefined => titles.get(id);

/** A live event, if it is there already. */
export const liveEvent = (id: string): LiveEvent | undefined => live.get(id);
export const liveEvents = (): LiveEvent[] => [...live.values()];

/** Follows exactly these, beside what is held. */
export function followVisible(ids: readonly string[]): void {
  visible = new Set(ids.slice(0, MOST_VISIBLE));
  for (const id of visible) {
    open(id).catch(() => undefined); // it was taken away in between: its notice tells that
  }
  [...live.keys()].forEach(closeIfUnwanted);
}

/** Keeps an event live until it is let go. @throws not-found */
export function hold(id: string): { event: Promise<LiveEvent>; release: () => void } {
  holds.set(id, (holds.get(id) ?? 0) + 1);
  let isHeld = true;
  return {
    event: open(id),
    release: () => {
      if (isHeld) {
        isHeld = false;
        const left = (holds.get(id) ?? 1) - 1;
        holds[left === 0 ? 'delete' : 'set'](id, left);
        closeIfUnwanted(id);
      }
    },
  };
}

/** Forgets all: somebody else may sign in. */
export function forgetLive(): void {
  visible = new Set();
  live.clear();
  opening.clear();
  titles.clear();
}

function open(id: string): Promise<LiveEvent> {
  const known = live.get(id);
  if (known?.closed === null) {
    return Promise.resolve(known);
  }
  let promise = opening.get(id);
  if (!promise) {
    promise = subscribe(id).finally(() => opening.delete(id));
    opening.set(id, promise);
  }
  return promise;
}

async function subscribe(id: string): Promise<LiveEvent> {
  const event = await client.subscribe(id);
  if (live.get(id) !== event) {
    live.set(id, event);
    const failed = (edits: readonly FailedEdit[], error: ConveneError | null): void =>
      failureListeners.forEach((listener) => listener(event, edits, error));
    titles.set(id, event.serverContent.title);
    event.on('change', (told) => {
      titles.set(id, event.serverContent.title);
      listeners.forEach((listener) => listener(event, told));
    });
    event.on('conflict', ({ edit, error }) => failed([edit], error));
    event.on('refused', ({ edit, error }) => failed([edit], error));
    event.on('closed', ({ unsaved }) => {
      failed(unsaved, null);
      if (live.get(id) === event) {
        live.delete(id);
      }
    });
    closeIfUnwanted(id);
  }
  return event;
}

function closeIfUnwanted(id: string): void {
  const event = live.get(id);
  if (event && !visible.has(id) && !holds.has(id) && event.pending === 0) {
    live.delete(id);
    void event.close();
  }
}
