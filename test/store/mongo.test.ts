import { describe } from '@jest/globals';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { testDatabase, whySkipped } from './mongo-server.js';
import { sharedIdempotencyContract } from './idempotency.contract.js';
import { nodesContract } from './nodes.contract.js';
import { singleEventsContract, storeContract } from './store.contract.js';

const suite = whySkipped ? describe.skip : describe;

suite(`the MongoDB store${whySkipped}`, () => {
  const prepare = async () => {
    const { uri, remove } = await testDatabase();
    return { open: () => openMongoStore(uri), remove };
  };
  storeContract(prepare);
  describe('nodes', () => nodesContract(prepare));
  sharedIdempotencyContract(prepare);
});

suite(`the MongoDB store without transactions${whySkipped}`, () => {
  singleEventsContract(async () => {
    const { uri, remove } = await testDatabase();
    return { open: () => openMongoStore(uri, { transactions: false }), remove };
  });
});
