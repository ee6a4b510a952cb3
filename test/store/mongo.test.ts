import { describe } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { eventsContract } from './events.contract.js';
import { testDatabase, whySkipped } from './mongo-server.js';
import { contractOf, storeContract } from './store.contract.js';

const suite = whySkipped ? describe.skip : describe;

suite(`the MongoDB store${whySkipped}`, () => {
  storeContract(async () => {
    const { uri, remove } = await testDatabase();
    return { open: () => openMongoStore(uri), remove };
  });
});

suite(`the MongoDB store without transactions${whySkipped}`, () => {
  contractOf(eventsContract, async () => {
    const { uri, remove } = await testDatabase();
    return { open: () => openMongoStore(uri, { transactions: false }), remove };
  });
});
