import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from './programs.js';

/** The redis-server on this machine; null where there is none. Nothing is ever downloaded. */
export const redisBinary = (): string | null => findProgram('redis-server');

/** Added to a suite's name where it is skipped for want of a Redis. */
export const whyNoRedis =
  redisBinary() === null ? ' (skipped: there is no redis-server on this machine)' : '';

/** A Redis of a test's own, which keeps nothing. */
export interface RedisServer {
  readonly url: string;
  /** Ends it as an administrator would. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty; resolves once it takes connections. */
  start(): Promise<void>;
  /** It keeps its connections, and answers nothing, until it is resumed. */
  pause(): void;
  resume(): void;
  /** Ends it, and leaves nothing behind. */
  remove(): Promise<void>;
}

/** @returns why there is none, where there is none. */
export async function startRedis(): Promise<RedisServer | string> {
  const binary = redisBinary();
  if (binary === null) {
    return 'there is no redis-server on this machine';
  }
  const server = new LocalRedis(binary, await freePort());
  await server.start();
  return server;
}

class LocalRedis implements RedisServer {
  readonly url: string;
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'convene-redis-'));
  private child: ChildProcess | undefined;
  private exited: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly binary: string,
    private readonly port: number,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const settings = { port: String(this.port), bind: '127.0.0.1', save: '', appendonly: 'no' };
    const args = Object.entries({ ...settings, dir: this.directory }).flatMap(([k, v]) => [`--${k}`, v]);
    const child = spawn(this.binary, args, { stdio: 'ignore' });
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    const deadline = Date.now() + 10_000;
    while (!(await answersPing(this.port))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await this.remove();
        throw new Error(`redis-server did not start on port ${this.port}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  stop = (): Promise<void> => this.end('SIGTERM');
  kill = (): Promise<void> => this.end('SIGKILL');

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    this.child?.kill(signal);
    await this.exited;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
  });
}
