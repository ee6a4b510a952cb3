import mongoose from 'mongoose';
import type { IdempotencyStore, KeyRun, KeyState, KeyUse } from '../../service/ports.js';
import type { Collections, IdempotencyDocument } from './documents.js';
import { isDuplicateKey } from './errors.js';

export interface MongoIdempotencyOptions {
  /** How long a run counts as running, unless it is said to have ended. */
  leaseMs: number;
  /** Whether what a run has left half done may lie about until then. */
  halves: boolean;
}

/**
 * One document a key. Whoever makes it runs; whoever takes over a run that has ended does so by the one update that
 * counts the attempt. The processes' clocks must agree to well within a lease's time.
 */
export function mongoIdempotency(
  { idempotency }: Collections,
  { leaseMs, halves }: MongoIdempotencyOptions,
): IdempotencyStore {
  const started = ({ userId, key }: KeyUse, token: string, attempt: number): KeyState => ({
    state: 'started',
    run: { userId, key, token, attempt },
  });

  /** Undefined where the key is there already. */
  const make = async (use: KeyUse): Promise<KeyState | undefined> => {
    try {
      await idempotency.insertOne({ _id: idOf(use), ...firstRun(use, leaseMs) });
      return started(use, use.token, 1);
    } catch (error) {
      if (isDuplicateKey(error)) {
        return undefined;
      }
      throw error;
    }
  };

  /** Puts a run in place of the one that was found; undefined where somebody else has meanwhile. */
  const takeOver = async (use: KeyUse, found: IdempotencyDocument): Promise<KeyState | undefined> => {
    const expired = found.forgetAt.getTime() <= use.at;
    const next = expired
      ? firstRun(use, leaseMs)
      : { attempt: found.attempt + 1, runsUntil: new Date(use.at + leaseMs) };
    const { matchedCount } = await idempotency.updateOne(
      { _id: found._id, token: found.token, attempt: found.attempt, ...(!expired && { answer: null }) },
      { $set: next },
    );
    const { token, attempt } = { ...found, ...next };
    return matchedCount === 1 ? started(use, token, attempt) : undefined;
  };

  const look = async (use: KeyUse): Promise<KeyState | undefined> => {
    const found = await idempotency.findOne({ _id: { $eq: idOf(use) } });
    if (!found) {
      return undefined;
    }
    if (found.forgetAt.getTime() <= use.at) {
      return takeOver(use, found);
    }
    if (found.fingerprint !== use.fingerprint) {
      return { state: 'mismatch' };
    }
    if (found.answer) {
      return { state: 'answered', answer: found.answer.value() };
    }
    if (found.runsUntil.getTime() > use.at) {
      return { state: 'in-progress' };
    }
    return use.repeatable ? takeOver(use, found) : { state: 'unknown' };
  };

  const current = (run: KeyRun) => ({
    _id: { $eq: idOf(run) },
    token: { $eq: run.token },
    attempt: run.attempt,
    answer: null,
  });

  return {
    begin: async (use) => {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const state = (await make(use)) ?? (await look(use));
        if (state) {
          return state;
        }
      }
      return { state: 'in-progress' };
    },
    finish: async (run, answer) => {
      await idempotency.updateOne(current(run), { $set: { answer: new Binary(answer) } });
    },
    abandon: async (run) => {
      await idempotency.deleteOne(current(run));
    },
    leave: async (run) => {
      if (!halves) {
        await idempotency.updateOne(current(run), { $set: { runsUntil: new Date(0) } });
      }
    },
  };
}

const { Binary } = mongoose.mongo;
/** Each of them is somebody else's success. */
const MAX_TRIES = 10;

/** No user id has a space in it. */
const idOf = ({ userId, key }: KeyUse | KeyRun): string => `${userId} ${key}`;

const firstRun = (
  { fingerprint, token, at, keepMs }: KeyUse,
  leaseMs: number,
): Omit<IdempotencyDocument, '_id'> => ({
  fingerprint,
  token,
  attempt: 1,
  runsUntil: new Date(at + leaseMs),
  forgetAt: new Date(at + keepMs),
  answer: null,
});
