import { describe } from '@jest/globals';
import { embeddedSettings, openStore } from '../support/stores.js';
import { storeContract } from './store.contract.js';

describe('the embedded store', () => {
  storeContract(async () => {
    const settings = embeddedSettings();
    return { open: () => openStore(settings), remove: settings.remove };
  });
});
