import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { IdempotencyStore, KeyRun, KeyState, KeyUse, Store } from '../../src/service/ports.js';
import { atOnce, newId } from './samples.js';
import type { Opener } from './store.contract.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-02T12:00:00Z');
/** By then a process that was killed at {@link NOW} is known to be dead. */
const AFTER_A_CRASH = NOW + 4 * 60_000;

/** What nobody has used yet. */
const newUse = (fields: Partial<KeyUse> = {}): KeyUse => ({
  userId: newId(),
  key: newId(),
  fingerprint: 'one request',
  token: newId(),
  repeatable: true,
  at: NOW,
  keepMs: 24 * HOUR,
  ...fields,
});

const runOf = (state: KeyState): KeyRun => {
  if (state.state !== 'started') {
    throw new Error(`It is ${state.state}`);
  }
  return state.run;
};
const bytesOf = (state: KeyState): Buffer | string =>
  state.state === 'answered' ? Buffer.from(state.answer) : state.state;

/** `IdempotencyStore`: one run a key. */
export function idempotencyContract(store: () => IdempotencyStore): void {
  /** A run that has ended with this answer. */
  const answered = async (use: KeyUse, answer: Buffer): Promise<void> =>
    store().finish(runOf(await store().begin(use)), answer);

  test('the first use of a key is started, the next one gets the answer', async () => {
    const use = newUse();
    const run = runOf(await store().begin(use));
    expect(run).toEqual({ userId: use.userId, key: use.key, token: use.token, attempt: 1 });
    await store().finish(run, Buffer.from('the answer'));
    expect(bytesOf(await store().begin({ ...use, token: newId() }))).toEqual(Buffer.from('the answer'));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
    ['8 MiB', randomBytes(8 * 1024 * 1024)],
  ])('an answer of %s stays as it is', async (_, answer) => {
    const use = newUse();
    await answered(use, answer);
    const found = bytesOf(await store().begin(use));
    expect(Buffer.isBuffer(found) && found.equals(answer)).toBe(true);
  });

  test('while it is run, others are told so', async () => {
    const use = newUse();
    await store().begin(use);
    expect(await store().begin(use)).toEqual({ state: 'in-progress' });
    expect(await store().begin({ ...use, at: NOW + 30_000 })).toEqual({ state: 'in-progress' });
  });

  test('of 50 at once exactly one is started', async () => {
    const use = newUse();
    const states = await atOnce(50, () => store().begin({ ...use, token: newId() }));
    expect(states.map(({ state }) => state).sort()).toEqual([
      ...Array.from({ length: 49 }, () => 'in-progress'),
      'started',
    ]);
  });

  test('with another request it is a mismatch, running or answered', async () => {
    const use = newUse();
    const run = runOf(await store().begin(use));
    expect(await store().begin({ ...use, fingerprint: 'another' })).toEqual({ state: 'mismatch' });
    await store().finish(run, Buffer.from('x'));
    expect(await store().begin({ ...use, fingerprint: 'another' })).toEqual({ state: 'mismatch' });
    expect(bytesOf(await store().begin(use))).toEqual(Buffer.from('x'));
  });

  test('another user’s key is another key, and so is another key', async () => {
    const use = newUse();
    await answered(use, Buffer.from('x'));
    for (const other of [{ userId: newId() }, { key: newId() }, { key: `${use.key} ` }]) {
      expect(runOf(await store().begin({ ...use, ...other })).attempt).toBe(1);
    }
  });

  test('keys may be any visible ASCII, 255 of it', async () => {
    const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i));
    for (const key of [visible, '$where', 'a.b', '"quoted"', '__proto__', '~'.repeat(255)]) {
      const use = newUse({ key });
      await answered(use, Buffer.from(key));
      expect(bytesOf(await store().begin(use))).toEqual(Buffer.from(key));
    }
  });

  test('abandoned it is as good as new, for another request too', async () => {
    const use = newUse();
    await store().abandon(runOf(await store().begin(use)));
    const next = { ...use, fingerprint: 'corrected', token: newId() };
    expect(runOf(await store().begin(next))).toMatchObject({ token: next.token, attempt: 1 });
  });

  test('left behind, it is run again under its first name, by exactly one of 20', async () => {
    const use = newUse();
    await store().leave(runOf(await store().begin(use)));
    const states = await atOnce(20, () => store().begin({ ...use, token: newId(), at: AFTER_A_CRASH }));
    const runs = states.flatMap((state) => (state.state === 'started' ? [state.run] : []));
    expect(runs).toEqual([{ userId: use.userId, key: use.key, token: use.token, attempt: 2 }]);
  });

  test('left behind, what cannot be repeated stays unknown, until the key expires', async () => {
    const use = newUse({ repeatable: false });
    await store().leave(runOf(await store().begin(use)));
    expect(await store().begin({ ...use, at: AFTER_A_CRASH })).toEqual({ state: 'unknown' });
    expect(await store().begin({ ...use, at: NOW + 23 * HOUR })).toEqual({ state: 'unknown' });
    expect(runOf(await store().begin({ ...use, at: NOW + 24 * HOUR })).attempt).toBe(1);
  });

  test('a run that was taken over has nothing more to say', async () => {
    const use = newUse();
    const first = runOf(await store().begin(use));
    await store().leave(first);
    const second = runOf(await store().begin({ ...use, at: AFTER_A_CRASH }));
    await store().finish(first, Buffer.from('late'));
    await store().abandon(first);
    expect(await store().begin({ ...use, at: AFTER_A_CRASH })).toEqual({ state: 'in-progress' });
    await store().finish(second, Buffer.from('the answer'));
    await store().abandon(second);
    expect(bytesOf(await store().begin(use))).toEqual(Buffer.from('the answer'));
  });

  test('after 24 hours the key is new, for exactly one of 20', async () => {
    const use = newUse();
    await answered(use, Buffer.from('x'));
    expect(bytesOf(await store().begin({ ...use, at: NOW + 24 * HOUR - 1 }))).toEqual(Buffer.from('x'));
    const later = { ...use, fingerprint: 'another', at: NOW + 24 * HOUR };
    const states = await atOnce(20, () => store().begin({ ...later, token: newId() }));
    const runs = states.flatMap((state) => (state.state === 'started' ? [state.run] : []));
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ attempt: 1, token: expect.not.stringMatching(use.token) });
    await store().finish(runs[0]!, Buffer.from('y'));
    expect(bytesOf(await store().begin({ ...later, at: NOW + 47 * HOUR }))).toEqual(Buffer.from('y'));
  });
}

/** What outlives a process, on a store that is opened anew. */
export function idempotencyCrashContract(reopen: () => Promise<void>, store: () => IdempotencyStore): void {
  test('a key that was being run when its process ended is run again, its answers are still there', async () => {
    const [running, done, single] = [newUse(), newUse(), newUse({ repeatable: false })];
    await store().begin(running);
    await store().begin(single);
    await store().finish(runOf(await store().begin(done)), Buffer.from('x'));

    await reopen();

    expect(bytesOf(await store().begin(done))).toEqual(Buffer.from('x'));
    const again = await store().begin({ ...running, token: newId(), at: AFTER_A_CRASH });
    expect(runOf(again)).toMatchObject({ token: running.token, attempt: 2 });
    expect(await store().begin({ ...single, at: AFTER_A_CRASH })).toEqual({ state: 'unknown' });
  });
}

/** Two processes on one database. */
export function sharedIdempotencyContract(prepare: () => Promise<Opener>): void {
  describe('keys in two processes', () => {
    let opener: Opener;
    let stores: Store[] = [];
    beforeAll(async () => {
      opener = await prepare();
      stores = [await opener.open(), await opener.open()];
    });
    afterAll(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await opener.remove();
    });
    const one = (i: number): IdempotencyStore => stores[i % 2]!.idempotency;

    test('of 50 at once in both exactly one is started, and its answer is both’s', async () => {
      const use = newUse();
      const states = await atOnce(50, (i) => one(i).begin({ ...use, token: newId() }));
      const runs = states.flatMap((state) => (state.state === 'started' ? [state.run] : []));
      expect(runs).toHaveLength(1);
      await one(0).finish(runs[0]!, Buffer.from('x'));
      expect(bytesOf(await one(1).begin(use))).toEqual(Buffer.from('x'));
    });

    test('what the one has left behind, the other runs once', async () => {
      const use = newUse();
      await one(0).begin(use);
      expect(await one(1).begin({ ...use, at: NOW + 50_000 })).toEqual({ state: 'in-progress' });
      const states = await atOnce(20, (i) => one(i).begin({ ...use, at: AFTER_A_CRASH }));
      expect(states.filter(({ state }) => state === 'started')).toHaveLength(1);
    });
  });
}
