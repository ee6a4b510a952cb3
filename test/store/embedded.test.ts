import { describe, expect, test } from '@jest/globals';
import { embeddedIdempotency } from '../../src/store/embedded/idempotency.js';
import { embeddedLosses } from '../../src/store/embedded/losses.js';
import { openEnvironment } from '../../src/store/embedded/environment.js';
import { embeddedSettings, openStore } from '../support/stores.js';
import { DAY, NOON } from './samples.js';
import { storeContract } from './store.contract.js';

describe('the embedded store', () => {
  storeContract(async () => {
    const settings = embeddedSettings();
    return { open: () => openStore(settings), remove: settings.remove };
  });

  test('has no list of processes: there is one', async () => {
    const settings = embeddedSettings();
    const store = await openStore(settings);
    expect(store.nodes).toBeNull();
    await store.close();
    await settings.remove();
  });

  test('keeps no more idempotency keys than were used within a day', async () => {
    const settings = embeddedSettings();
    const environment = await openEnvironment(settings.dataDir);
    const keys = embeddedIdempotency(environment);
    const use = (i: number, at: number) =>
      keys.begin({
        userId: 'u',
        key: `${i}`,
        fingerprint: '',
        token: `${i}`,
        repeatable: true,
        at,
        keepMs: DAY,
      });
    for (let i = 0; i < 200; i += 1) {
      await use(i, NOON + i);
    }
    for (let i = 200; i < 300; i += 1) {
      await use(i, NOON + DAY + i);
    }
    for (const name of ['idempotency', 'idempotencyExpiry']) {
      expect([name, environment.table(name).getCount()]).toEqual([name, 100]);
    }
    await environment.close();
    await settings.remove();
  });

  test('keeps no more losses than there were within ninety days', async () => {
    const settings = embeddedSettings();
    const environment = await openEnvironment(settings.dataDir);
    const losses = embeddedLosses(environment);
    for (let day = 0; day < 200; day += 1) {
      await environment.write(() => losses.put(`e${day % 150}`, ['u', 'v'], NOON + day * DAY));
    }
    expect(losses.list({ userId: 'u', since: 0, limit: 1000 })).toHaveLength(91);
    for (const name of ['losses', 'lossOrder', 'lossExpiry']) {
      expect([name, environment.table(name).getCount()]).toEqual([name, 182]);
    }
    await environment.close();
    await settings.remove();
  });
});
