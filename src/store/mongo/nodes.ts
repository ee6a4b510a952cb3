import { randomUUID } from 'node:crypto';
import type { NodeRecord, NodeStore } from '../../service/ports.js';
import type { Collections, NodeDocument } from './documents.js';
import { isDuplicateKey } from './errors.js';

/**
 * One document a process. Nothing in it is a time: whether a process lives, another one tells by its beats
 * going up, and so the processes' clocks need not agree.
 */
export function mongoNodes({ nodes, names }: Collections): NodeStore {
  return {
    sharedName: async () => {
      const made = { $setOnInsert: { name: randomUUID() } };
      await again(() => names.updateOne({ _id: 'name' }, made, { upsert: true }));
      // Read, not answered by the upsert: compatible servers have been seen to answer a name that was not stored.
      const found = await names.findOne({ _id: 'name' });
      if (!found) {
        throw new Error('The shared name is not there any more: the database is being dropped');
      }
      return found.name;
    },
    beat: async (nodeId, done) => {
      await again(() => nodes.updateOne({ _id: { $eq: nodeId } }, beatOf(done), { upsert: true }));
      return (await nodes.find({}).toArray()).map(toNode);
    },
    ask: async (nodeId) => {
      const others = { _id: { $ne: nodeId } };
      await nodes.updateMany(others, { $inc: { asked: 1 } });
      return (await nodes.find(others).toArray()).map(toNode);
    },
    forget: async (nodeId, beats) => {
      await nodes.deleteOne({ _id: { $eq: nodeId }, ...(beats !== undefined && { beats: { $lte: beats } }) });
    },
  };
}

/**
 * A node that was forgotten goes on counting where it was: with `asked` begun anew, it would seem to have done
 * already what it is asked to next.
 */
const beatOf = (done: number) => ({ $inc: { beats: 1 }, $max: { done }, $setOnInsert: { asked: done } });

/** Of two upserts of one document that meet, one may lose by a duplicate key; the second time it is there. */
async function again<T>(upsert: () => Promise<T>): Promise<T> {
  try {
    return await upsert();
  } catch (error) {
    if (isDuplicateKey(error)) {
      return upsert();
    }
    throw error;
  }
}

const toNode = ({ _id, beats, asked, done }: NodeDocument): NodeRecord => ({ id: _id, beats, asked, done });
