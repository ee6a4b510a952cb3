import { CodedError } from '../calendar/errors.js';

/** So many points in so many seconds. */
export interface Rate {
  points: number;
  seconds: number;
}

/** What is limited, each by whose key it is counted (`docs/LIMITS.md`). */
export interface Limits {
  /** A signed-in user's requests that change nothing, and those that do. */
  reads: Rate;
  writes: Rate;
  /** By address: requests of nobody who is signed in, and what leads to being signed in. */
  anonymous: Rate;
  registrations: Rate;
  logins: Rate;
  refreshes: Rate;
  /** Wrong passwords for one account: from one address, and from anywhere. */
  guesses: Rate;
  accountGuesses: Rate;
  /** New sockets, by address. */
  connections: Rate;
  /** A user's edits and rollbacks over sockets, and whatever else one socket sends: steadily, with bursts of `points`. */
  edits: Rate;
  messages: Rate;
}

/** Those that are counted in windows, over every process where there is a Redis. */
export type Window = Exclude<keyof Limits, 'edits' | 'messages'>;

/** How things stand with a limit; `reset` is in seconds. */
export interface Standing {
  limit: number;
  remaining: number;
  reset: number;
}

/** The refusal of what is over a limit. `retryAfter`: seconds, at least 1. */
export class RateLimited extends CodedError<'rate-limited'> {
  constructor(readonly standing: Standing) {
    const retryAfter = Math.max(1, standing.reset);
    super('rate-limited', `Too many at once: try again in ${retryAfter} s.`, { retryAfter });
  }
}
