// Express with the MongoDB driver and nothing in between: what a request takes at the least that looks up a session and
// does to one document what is asked for. No validation, no merge, nobody is told. What events hold comes over IPC.
import express from 'express';
import mongoose from 'mongoose';

const HOUR = 3_600_000;
/** So many entries stay in a document. */
const ENTRIES = 32;

const client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '').connect();
/** @type {import('mongoose').mongo.Collection<{ _id: string, userId: string }>} */
const sessions = client.db().collection('yardstickSessions');
/**
 * @typedef {object} EventDocument
 * @property {number} _id
 * @property {number} version
 * @property {any} content
 * @property {number} start
 * @property {object[]} members
 * @property {{ version: number, patch: unknown }[]} log
 */
/** @type {import('mongoose').mongo.Collection<EventDocument>} */
const events = client.db().collection('yardstickEvents');
await sessions.insertOne({ _id: 'session', userId: 'ada' });
await events.createIndex({ 'members.userId': 1, start: 1 }, {}, {});
let sown = 1;
let requests = 0;

/** @param {number} _id @param {Record<string, unknown>} content */
const documentOf = (_id, content) => ({
  _id,
  version: 1,
  content,
  start: _id * HOUR,
  members: [{ userId: 'ada', role: 'owner' }],
  log: [{ version: 1, patch: Object.entries(content) }],
});

process.on('message', (/** @type {{ script?: { contents: Record<string, unknown>[] } }} */ { script }) => {
  if (!script) return;
  sown = script.contents.length;
  void events.insertMany(script.contents.map((content, i) => documentOf(i, content)));
});

const app = express();
app.use(express.json({ limit: '1mb' }));
app.use(async (_request, _response, next) => {
  await sessions.findOne({ _id: 'session' });
  next();
});
const turn = () => (requests += 1);
const withoutLog = { projection: { log: 0 } };

app.get('/answer', async (_request, response) => {
  response.json(await events.findOne({ _id: turn() % sown }, withoutLog));
});
app.post('/answer', async (request, response) => {
  const event = documentOf(sown + turn(), request.body);
  // What it meets.
  const start = { $gte: event.start, $lt: event.start + HOUR };
  await events.find({ 'members.userId': 'ada', start }, withoutLog).toArray();
  await events.insertOne(event);
  response.status(201).json({ ...event.content, version: event.version });
});
app.patch('/answer', async (request, response) => {
  const _id = turn() % sown;
  const { content, version: before = 0 } = (await events.findOne({ _id }, withoutLog)) ?? {};
  const version = before + 1;
  await events.updateOne(
    { _id, version: before },
    {
      $set: { version, 'content.metadata': request.body.metadata },
      $push: { log: { $each: [{ version, patch: request.body }], $slice: -ENTRIES } },
    },
  );
  response.json({ ...content, version });
});
const server = app.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`listening on http://127.0.0.1:${port}`);
});
