import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { LeaseStore } from '../../src/service/ports.js';
import { atOnce, newId } from './samples.js';

const LONG = 60_000;

/** `LeaseStore`: one holder at a time. */
export function leasesContract(store: () => LeaseStore): void {
  test('a lease is its holder’s alone, until it is given back', async () => {
    const key = newId();
    expect(await store().take(key, 'a', LONG)).toBe(true);
    expect(await store().take(key, 'b', LONG)).toBe(false);
    expect(await store().take(newId(), 'b', LONG)).toBe(true);
    await store().giveBack(key, 'a');
    expect(await store().take(key, 'b', LONG)).toBe(true);
    expect(await store().take(key, 'a', LONG)).toBe(false);
  });

  test('a holder takes its own lease again, for longer', async () => {
    const key = newId();
    expect(await store().take(key, 'a', 20)).toBe(true);
    expect(await store().take(key, 'a', LONG)).toBe(true);
    await pause(40);
    expect(await store().take(key, 'b', LONG)).toBe(false);
  });

  test('is taken by one of 20 at once', async () => {
    const key = newId();
    const taken = await atOnce(20, (i) => store().take(key, `holder ${i}`, LONG));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('is free once it has expired; its late holder then gives nothing back', async () => {
    const key = newId();
    expect(await store().take(key, 'a', 20)).toBe(true);
    await pause(40);
    expect(await store().take(key, 'b', LONG)).toBe(true);
    await store().giveBack(key, 'a');
    expect(await store().take(key, 'c', LONG)).toBe(false);
  });

  test('nothing happens where there is none to give back', async () => {
    await store().giveBack(newId(), 'a');
  });

  test('keys and holders may be any text', async () => {
    for (const text of ['$holder', '$$NOW', 'a.b', 'ä']) {
      expect(await store().take(`${text} ${newId()}`, text, LONG)).toBe(true);
    }
    const key = newId();
    await store().take(key, '$holder', LONG);
    expect(await store().take(key, '$$ROOT', LONG)).toBe(false);
  });
}
