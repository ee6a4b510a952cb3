import type { Millis } from '../../calendar/time.js';

/** What a client sends a key with. */
export interface KeyUse {
  userId: string;
  /** 1–255 visible ASCII characters. */
  key: string;
  /** Of the request: the key belongs to it from its first use on. */
  fingerprint: string;
  /** A name for what is done, if this is the first use. */
  token: string;
  /** Whether it may be run again where it is not known what an earlier run has done. */
  repeatable: boolean;
  at: Millis;
  /** How long after its first use the key is known. */
  keepMs: Millis;
}

/** One go at what a key stands for. */
export interface KeyRun {
  userId: string;
  key: string;
  /** As of the first use: runs that have it in common are to do one thing between them. */
  token: string;
  /** 1 for the first of them. */
  attempt: number;
}

/**
 * What becomes of a use: it is `started`; the first answer; or why there is neither. `unknown`: a run has ended, and
 * nobody has said how.
 */
export type KeyState =
  | { state: 'started'; run: KeyRun }
  | { state: 'answered'; answer: Uint8Array }
  | { state: 'mismatch' | 'in-progress' | 'unknown' };

/** Idempotency keys: of all who come with one at once, in whatever process, one is told to run. */
export interface IdempotencyStore {
  /**
   * Starts a run where the key is new, or an earlier run has ended that nobody knows of how, and the use is
   * `repeatable`. A process that dies leaves its runs behind: they count as ended after at most four minutes.
   */
  begin(use: KeyUse): Promise<KeyState>;
  /** Keeps the answer of a run, of at most 8 MiB; nothing happens where another run has begun meanwhile. */
  finish(run: KeyRun, answer: Uint8Array): Promise<void>;
  /** The run has done nothing: the key is as good as new. */
  abandon(run: KeyRun): Promise<void>;
  /** The run has ended, and what it has done is not known. */
  leave(run: KeyRun): Promise<void>;
}
