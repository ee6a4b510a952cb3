import { mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';

/** The directory belongs to a process that lives. */
export class DirectoryInUse extends Error {
  override name = 'DirectoryInUse';
}

/**
 * Makes this process the only one on a directory, as LMDB itself lets several in. The lock is a listening
 * socket: the kernel lets go of it when the process dies, however it dies, so that none is ever left over.
 *
 * @returns what lets go of it.
 * @throws DirectoryInUse
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const socketPath = lockPath(directory);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const server = await listen(socketPath);
    if (server) {
      server.unref();
      return () => new Promise((resolve) => server.close(() => resolve()));
    }
    if (await answers(socketPath)) {
      break;
    }
    await removeDead(socketPath);
  }
  throw new DirectoryInUse(
    `The data directory ${directory} is in use by another Convene process. Stop it, or set DATA_DIR to another directory.`,
  );
}

/** A socket's path has at most about a hundred bytes. */
function lockPath(directory: string): string {
  const inside = path.join(directory, 'lock');
  if (Buffer.byteLength(inside) <= 100) {
    return inside;
  }
  const name = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 24);
  return path.join(tmpdir(), `convene-${name}.lock`);
}

function listen(socketPath: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('listening', () => resolve(server));
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        resolve(null);
      } else {
        reject(error);
      }
    });
    server.listen(socketPath);
  });
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAGAIN'));
  });
}

/** Moves a dead lock away and looks again: another process may have put its own in place meanwhile. */
async function removeDead(socketPath: string): Promise<void> {
  const directory = mkdtempSync(path.join(path.dirname(socketPath), 'dead-lock-'));
  const aside = path.join(directory, 'lock');
  try {
    renameSync(socketPath, aside);
    if (await answers(aside)) {
      renameSync(aside, socketPath);
    }
  } catch {
    // Another process was faster.
  }
  rmSync(directory, { recursive: true, force: true });
}
