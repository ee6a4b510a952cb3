import { describe, expect, test } from '@jest/globals';
import { embeddedSettings, openStore } from '../support/stores.js';
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
});
