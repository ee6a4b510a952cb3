import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { CodedError } from '../calendar/errors.js';
import { isProblemCode, problem, PROBLEMS } from '../protocol/problems.js';
import type { Once } from '../service/commit-change.js';
import { newId } from '../service/ids.js';
import type { Clock, IdempotencyStore, KeyRun, KeyState } from '../service/ports.js';
import { pack, unpack, type EncodedAnswer } from './kept-answer.js';

/** What a signed-in user sends with a key. */
export interface KeyedRequest {
  request: Pick<Request, 'method' | 'originalUrl' | 'body'>;
  response: Pick<Response, 'closed'>;
  userId: string;
  key: string;
  /** Run again with the same `once`, it finds what it has done, and does not do it again. */
  repeatable: boolean;
}

/**
 * Answers a request once for its key; sent again it gets the first answer, byte for byte.
 *
 * A key is put on record before its request is run, and its answer before that goes out. What is refused is taken from
 * the record. Where a run's end is not known (its process died, or the store was away), the next one runs again if
 * what it does can be told apart: ids of events and of changes follow from the key. What cannot be is not run again.
 *
 * What a replay holds, its user was shown before: it is not asked again whether they may still see it.
 *
 * @throws idempotency-mismatch, idempotency-in-progress, and whatever `work` throws
 */
export type Idempotency = (
  keyed: KeyedRequest,
  work: (once?: Once) => Promise<EncodedAnswer>,
) => Promise<EncodedAnswer>;

export interface IdempotencyDependencies {
  keys: IdempotencyStore;
  clock: Clock;
  /** 32 bytes; what was kept with others is not answered any more. */
  secret: Buffer;
  onError(error: unknown, doing: string): void;
  /** How long a request waits for another with its key. */
  waitMs?: number;
}

const KEEP_MS = 24 * 60 * 60_000;
const WAIT_MS = 5_000;
/** From one look at a request that is running to the next. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
/** Compressed. A larger answer is not kept: it counts as not known. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

export function createIdempotency({
  keys,
  clock,
  secret,
  onError,
  waitMs = WAIT_MS,
}: IdempotencyDependencies): Idempotency {
  const begin = async ({ request, response, userId, key, repeatable }: KeyedRequest): Promise<KeyState> => {
    const use = { userId, key, repeatable, fingerprint: fingerprintOf(request), keepMs: KEEP_MS };
    const deadline = performance.now() + waitMs;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(LONGEST_PAUSE_MS, 2 * wait)) {
      const now = clock.now();
      const state = await keys.begin({ ...use, token: newId(now), at: now.getTime() });
      if (state.state !== 'in-progress' || performance.now() > deadline || response.closed) {
        return state;
      }
      await pause(wait);
    }
  };

  /** What has been done stays done, whether or not it can be written down. */
  const note = (writing: Promise<void>): Promise<void> =>
    writing.catch((error: unknown) => onError(error, 'keeping what became of an idempotency key'));

  const keep = async (run: KeyRun, answer: EncodedAnswer): Promise<void> => {
    if (answer.status >= 300) {
      await note(keys.abandon(run));
      return;
    }
    const packed = await pack(answer, secret, ownerOf(run));
    await note(packed.length > MAX_KEPT_BYTES ? keys.leave(run) : keys.finish(run, packed));
  };

  const carryOut = async (
    run: KeyRun,
    repeatable: boolean,
    work: (once?: Once) => Promise<EncodedAnswer>,
  ): Promise<EncodedAnswer> => {
    try {
      const answer = await work(repeatable ? { token: run.token, again: run.attempt > 1 } : undefined);
      await keep(run, answer);
      return answer;
    } catch (error) {
      // That a later run is refused does not say what the first has done.
      await note(isRefusal(error) && run.attempt === 1 ? keys.abandon(run) : keys.leave(run));
      throw error;
    }
  };

  return async (keyed, work) => {
    const found = await begin(keyed);
    switch (found.state) {
      case 'started':
        return carryOut(found.run, keyed.repeatable, work);
      case 'answered':
        return replayed(await unpack(found.answer, secret, ownerOf(keyed)));
      case 'mismatch':
        throw problem('idempotency-mismatch', 'This Idempotency-Key was first used with another request.');
      case 'in-progress':
        throw problem('idempotency-in-progress', 'The first request with this Idempotency-Key is running.');
      case 'unknown':
        throw unknownOutcome();
    }
  };
}

/**
 * The key that a request has; undefined where it has none.
 *
 * @throws validation-failed
 */
export function idempotencyKey(request: Request): string | undefined {
  const key = request.get(KEY_HEADER);
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    const message = 'must have 1 to 255 visible ASCII characters';
    throw problem('validation-failed', `${KEY_HEADER}: ${message}`, {
      errors: [{ pointer: KEY_HEADER, message }],
    });
  }
  return key;
}

const KEY_HEADER = 'Idempotency-Key';

/** Method, path, query and the body's bytes, once they are unzipped: the same JSON, spelled otherwise, is another. */
function fingerprintOf(request: KeyedRequest['request']): string {
  const hash = createHash('sha256').update(`${request.method} ${request.originalUrl}\n`);
  const body: unknown = request.body;
  return (Buffer.isBuffer(body) ? hash.update(body) : hash).digest('base64url');
}

/** Whether nothing was done. Of what is the server's own fault that is not known. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof CodedError ? (error as CodedError).code : '';
  return isProblemCode(code) && PROBLEMS[code].status < 500;
}

function replayed(answer: EncodedAnswer | null): EncodedAnswer {
  if (!answer) {
    throw unknownOutcome();
  }
  return { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } };
}

const unknownOutcome = () =>
  problem(
    'idempotency-in-progress',
    'The first request with this Idempotency-Key was cut off, and whether it was carried out is not known. ' +
      'Look, and use another key if it was not.',
  );

const ownerOf = ({ userId, key }: { userId: string; key: string }): string => `${userId} ${key}`;
