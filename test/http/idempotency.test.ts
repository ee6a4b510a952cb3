import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createIdempotency, type Idempotency } from '../../src/http/idempotency.js';
import type { EncodedAnswer } from '../../src/http/kept-answer.js';
import { problem } from '../../src/protocol/problems.js';
import type { Once } from '../../src/service/commit-change.js';
import { newId } from '../../src/service/ids.js';
import { Unavailable, type IdempotencyStore, type Store } from '../../src/service/ports.js';
import { embeddedSettings, openStore } from '../support/stores.js';

/* What goes wrong while a request with a key is run. */

const settings = embeddedSettings();
let store: Store;
beforeAll(async () => {
  store = await openStore(settings);
});
afterAll(async () => {
  await store.close();
  await settings.remove();
});

let errors: unknown[] = [];
beforeEach(() => {
  errors = [];
});

const SECRET = Buffer.alloc(32, 7);
const open = (
  keys: Partial<IdempotencyStore> = {},
  { waitMs = 100, secret = SECRET }: { waitMs?: number; secret?: Buffer } = {},
): Idempotency =>
  createIdempotency({
    keys: { ...store.idempotency, ...keys },
    clock: { now: () => new Date() },
    secret,
    onError: (error) => void errors.push(error),
    waitMs,
  });

const keyed = (repeatable = true) => ({
  request: { method: 'POST', originalUrl: '/api/events', body: Buffer.from('{}') },
  response: { closed: false },
  userId: newId(new Date()),
  key: 'a key',
  repeatable,
});

const answerOf = (body: string | Buffer): EncodedAnswer => ({ status: 201, headers: { ETag: '"1"' }, body });
const ANSWER = answerOf('"an answer"');

/** Work that says what it was run for. */
function counted(result: () => EncodedAnswer = () => ANSWER) {
  const runs: (Once | undefined)[] = [];
  const work = async (once?: Once): Promise<EncodedAnswer> => {
    runs.push(once);
    return result();
  };
  return { runs, work };
}
const failing = (error: Error) =>
  counted(() => {
    throw error;
  });

test('while the first one is running the second waits, and then is refused', async () => {
  const request = keyed();
  let end: (answer: EncodedAnswer) => void = () => {};
  const running = new Promise<EncodedAnswer>((resolve) => (end = resolve));
  const first = open()(request, () => running);
  const { runs, work } = counted();
  await expect(open()(request, work)).rejects.toMatchObject({ code: 'idempotency-in-progress' });
  const patient = open({}, { waitMs: 20_000 })(request, work);
  end(ANSWER);
  expect(await first).toEqual(ANSWER);
  expect(await patient).toMatchObject({ status: 201, headers: { 'Idempotency-Replayed': 'true' } });
  expect(runs).toEqual([]);
});

test('whoever has gone does not wait', async () => {
  const request = keyed();
  const never = new Promise<EncodedAnswer>(() => {});
  void open()(request, () => never);
  const response = { closed: true };
  const patient = open({}, { waitMs: 60_000 });
  const left = patient({ ...request, response }, () => never);
  await expect(left).rejects.toMatchObject({ code: 'idempotency-in-progress' });
});

test.each([
  ['the store was away', new Unavailable('it is away')],
  ['something was broken', new Error('a bug')],
])('where %s it is run again, for the same once', async (_, error) => {
  const request = keyed();
  const [failed, next] = [failing(error), counted()];
  await expect(open()(request, failed.work)).rejects.toBe(error);
  await open()(request, next.work);
  const token = failed.runs[0]?.token;
  expect(failed.runs).toEqual([{ token: expect.stringMatching(/^[0-9a-f]{24}$/), again: false }]);
  expect(next.runs).toEqual([{ token, again: true }]);
});

test('what cannot be repeated is not, where it is not known what was done', async () => {
  const request = keyed(false);
  const [failed, next] = [failing(new Error('a bug')), counted()];
  await expect(open()(request, failed.work)).rejects.toThrow('a bug');
  await expect(open()(request, next.work)).rejects.toMatchObject({
    code: 'idempotency-in-progress',
    message: expect.stringContaining('not known'),
  });
  expect([failed.runs, next.runs]).toEqual([[undefined], []]);
});

test('a refusal frees the key, unless an earlier run may have done something', async () => {
  const forbidden = problem('forbidden', 'No.');
  const request = keyed();
  await expect(open()(request, failing(forbidden).work)).rejects.toBe(forbidden);
  const [failed, refused, last] = [failing(new Error('a bug')), failing(forbidden), counted()];
  await expect(open()(request, failed.work)).rejects.toThrow('a bug');
  await expect(open()(request, refused.work)).rejects.toBe(forbidden);
  await open()(request, last.work);
  const again = { token: failed.runs[0]?.token, again: true };
  expect([failed.runs[0]?.again, refused.runs[0], last.runs[0]]).toEqual([false, again, again]);
});

test('an answer that cannot be kept is given', async () => {
  const request = keyed();
  const away = new Unavailable('it is away');
  const finish = async (): Promise<void> => Promise.reject(away);
  expect(await open({ finish })(request, counted().work)).toEqual(ANSWER);
  expect(errors).toEqual([away]);
});

test('an answer that is too large to keep is made again', async () => {
  const request = keyed();
  const large = counted(() => answerOf(randomBytes(9 * 1024 * 1024)));
  await open()(request, large.work);
  await open()(request, large.work);
  expect(large.runs.map((once) => once?.again)).toEqual([false, true]);
});

test('large answers are kept small', async () => {
  const request = keyed();
  const kept: number[] = [];
  const finish: IdempotencyStore['finish'] = async (run, answer) => {
    kept.push(answer.length);
    await store.idempotency.finish(run, answer);
  };
  const large = answerOf(
    JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ index: i, status: 201 }))),
  );
  await open({ finish })(request, counted(() => large).work);
  expect(kept[0]).toBeLessThan(large.body!.length / 5);
  const again = await open()(request, counted().work);
  expect(Buffer.from(again.body ?? '').toString()).toBe(large.body);
});

test('an answer without a body comes back without one', async () => {
  const request = keyed();
  const nothing = { status: 204, headers: {}, body: undefined };
  await open()(request, counted(() => nothing).work);
  expect(await open()(request, counted().work)).toEqual({
    ...nothing,
    headers: { 'Idempotency-Replayed': 'true' },
  });
});

test('what is kept says nothing without the secret', async () => {
  const request = keyed();
  let kept = Buffer.alloc(0);
  const finish: IdempotencyStore['finish'] = async (run, answer) => {
    kept = Buffer.from(answer);
    await store.idempotency.finish(run, answer);
  };
  await open({ finish })(request, counted(() => answerOf('a secret')).work);
  expect(kept.includes('a secret')).toBe(false);
  expect(() => gunzipSync(kept)).toThrow();
  const { runs, work } = counted();
  const other = open({}, { secret: randomBytes(32) });
  await expect(other(request, work)).rejects.toMatchObject({ code: 'idempotency-in-progress' });
  expect(runs).toEqual([]);
});
