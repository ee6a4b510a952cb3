// Bare Express: a program of one route that answers always the same JSON from memory. No authentication, no check, no
// storage. What it is to answer comes over IPC.
import express from 'express';

/** @type {unknown} */
let answer = {};
process.on('message', (/** @type {{ script?: { answer: unknown } }} */ { script }) => {
  if (script) ({ answer } = script);
});

const app = express();
app.get('/answer', (_request, response) => {
  response.json(answer);
});
app.all('/answer', express.json({ limit: '1mb' }), (_request, response) => {
  response.json(answer);
});
const server = app.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`listening on http://127.0.0.1:${port}`);
});
