import { expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import type { Collections } from '../../src/store/mongo/documents.js';
import { mongoNodes } from '../../src/store/mongo/nodes.js';

const duplicateKey = () => new mongoose.mongo.MongoServerError({ message: 'E11000', code: 11_000 });

/**
 * A collection whose document somebody else makes at the same moment: a server may answer an upsert with a
 * duplicate key then. Which of them do, and when, cannot be brought about from outside.
 */
function contested(losses: number) {
  let calls = 0;
  return {
    calls: () => calls,
    updateOne: async () => {
      calls += 1;
      if (calls <= losses) {
        throw duplicateKey();
      }
    },
    findOne: async () => ({ _id: 'name', name: 'theirs' }),
    find: () => ({ toArray: async () => [{ _id: 'a', beats: 2, asked: 0, done: 0 }] }),
  };
}
const nodesOn = (collection: ReturnType<typeof contested>) =>
  mongoNodes({ nodes: collection, names: collection } as unknown as Collections);

test('a name or a node that another call makes at the same moment is found the second time', async () => {
  expect(await nodesOn(contested(1)).sharedName()).toBe('theirs');
  expect(await nodesOn(contested(1)).beat('a', 0)).toEqual([{ id: 'a', beats: 2, asked: 0, done: 0 }]);
});

test('a server that refuses for ever is not asked for ever', async () => {
  const collection = contested(Infinity);
  await expect(nodesOn(collection).sharedName()).rejects.toThrow('E11000');
  expect(collection.calls()).toBe(2);
});
