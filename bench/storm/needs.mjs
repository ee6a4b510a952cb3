import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { pause } from './time.mjs';

const START_MS = 30_000;

/** Something that the demonstration needs and does not find; the message says what. */
export class Missing extends Error {}

/** @param {string} dist @returns why the demonstration cannot be run here; nothing where it can */
export function whatIsMissing(dist) {
  const { error } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  return [
    ...(process.env.MONGODB_URI
      ? []
      : ['MONGODB_URI is not set: the processes need a store that they can share (MongoDB 6.0 or later).']),
    ...(existsSync(path.join(dist, 'main.js')) ? [] : [`Convene is not built in ${dist}: npm run build`]),
    ...(error ? ['There is no redis-server on the PATH.'] : []),
  ];
}

/** @param {() => boolean | Promise<boolean>} isSo @param {string} otherwise */
export async function until(isSo, otherwise) {
  const deadline = Date.now() + START_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Missing(otherwise);
    await pause(20);
  }
}

/** @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** @param {number} port @returns {Promise<boolean>} */
export const answersPing = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    /** @param {boolean} answered */
    const end = (answered) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
  });
