// Bare Socket.IO with bare Express beside it: whatever comes in is told to one room, always the same JSON but for its
// version, and answered. No authentication, no check, no storage. What to tell and to answer comes over IPC.
import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';

/** @type {{ change: object, acknowledgement: object, answer: object }} */
let said = { change: {}, acknowledgement: {}, answer: {} };
process.on('message', (/** @type {{ script?: typeof said }} */ { script }) => {
  if (script) said = script;
});

const app = express();
const server = createServer(app);
const io = new Server(server, { serveClient: false });
let version = 0;
const tell = () => {
  version += 1;
  io.to('room').emit('event:changed', { ...said.change, version });
};
io.on('connection', (socket) => {
  socket.on('event:subscribe', (_payload, acknowledge) => {
    void socket.join('room');
    acknowledge({ ok: true });
  });
  socket.on('event:edit', (_payload, acknowledge) => {
    tell();
    acknowledge({ ...said.acknowledgement, version });
  });
});
app.patch('/answer', express.json(), (_request, response) => {
  tell();
  response.json({ ...said.answer, version });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`listening on http://127.0.0.1:${port}`);
});
