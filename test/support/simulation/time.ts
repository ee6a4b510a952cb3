import { jest } from '@jest/globals';

/** The event loop's own, from before time is taken over. */
const nextTurn = globalThis.setImmediate;
const START = Date.UTC(2026, 0, 5, 9);

/** Everything that is possible without time passing happens. */
export const drain = (): Promise<void> => new Promise((resolve) => void nextTurn(resolve));

/** From now on time passes only in {@link passUntil}, and chance is what `random` says. */
export function takeTime(random: () => number): void {
  jest.useFakeTimers({
    now: START,
    doNotFake: ['hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  });
  jest.spyOn(Math, 'random').mockImplementation(random);
}

export function giveTimeBack(): void {
  jest.clearAllTimers();
  jest.restoreAllMocks();
  jest.useRealTimers();
}

/** Milliseconds since the simulation began. */
export const elapsed = (): number => Date.now() - START;

/** Lets time pass, timer by timer, until the condition holds or so many milliseconds have passed; whether it holds. */
export async function passUntil(condition: () => boolean, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  await drain();
  while (!condition()) {
    if (Date.now() >= deadline) {
      return false;
    }
    jest.advanceTimersToNextTimer();
    await drain();
  }
  return true;
}

export async function pass(ms: number): Promise<void> {
  let over = false;
  setTimeout(() => (over = true), ms);
  await passUntil(() => over, ms + 1);
}

/** Lets time pass until the promise is settled. */
export async function during<T>(promise: Promise<T>, ms = 60_000): Promise<T> {
  let settled = false;
  const done = promise.finally(() => (settled = true));
  done.catch(() => undefined);
  if (!(await passUntil(() => settled, ms))) {
    throw new Error(`waited in vain for ${ms} ms`);
  }
  return done;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
