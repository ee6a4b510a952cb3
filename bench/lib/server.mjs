import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { pause } from '../storm/time.mjs';
import { pinned, SERVER_CORE } from './cores.mjs';
import { MAIN } from './product.mjs';

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

const PROBE = pathToFileURL(path.join(import.meta.dirname, 'probe.mjs')).href;
const LISTENING = /listening on (http:\/\/\S+)$/m;
const START_MS = 120_000;
/** Quiet is what takes less than a twentieth of a core for so long. */
const QUIET_MS = 3_000;
const QUIET_US_A_MS = 50;
const QUIET_LOOKS = 20;
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
// Whatever happens, nothing of it stays.
const logs = mkdtempSync(path.join(tmpdir(), 'convene-bench-log-'));
process.once('exit', () => {
  running.forEach((child) => child.kill('SIGKILL'));
  rmSync(logs, { recursive: true, force: true });
});
let started = 0;

/** @param {Record<string, string>} environment */
export const startConvene = (environment) =>
  startServer(['--enable-source-maps', MAIN], {
    ...environment,
    RATE_LIMIT: 'off',
    HOST: '127.0.0.1',
    PORT: '0',
  });

/** @param {'express' | 'driver' | 'socket' | 'expansion'} name @param {Record<string, string>} [environment] */
export const startYardstick = (name, environment = {}) =>
  startServer([path.join(import.meta.dirname, '..', 'yardsticks', `${name}.mjs`)], environment);

/**
 * Starts a program on the server's core; resolves once it says that it listens.
 *
 * @param {string[]} args of Node
 * @param {Record<string, string>} environment
 */
async function startServer(args, environment) {
  const [command = '', ...rest] = pinned(
    [process.execPath, '--expose-gc', '--import', PROBE, ...args],
    SERVER_CORE,
  );
  // Its log goes where it waits for nobody.
  const log = path.join(logs, String((started += 1)));
  const output = openSync(log, 'w');
  const child = spawn(command, rest, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', output, 'inherit', 'ipc'],
  });
  closeSync(output);
  running.add(child);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  void exited.then(() => running.delete(child));
  const url = await listening(child, log);

  /** @param {string} probe @param {string} [file] @returns {Promise<any>} */
  const ask = (probe, file) =>
    new Promise((resolve, reject) => {
      /** @param {any} message */
      const hear = (message) => {
        if (message.probe !== probe) return;
        child.off('message', hear);
        resolve(message.value);
      };
      child.on('message', hear);
      child.send({ probe, file }, (error) => error && reject(error));
    });

  return {
    url,
    /** What it has used of processors since its start, in microseconds. @returns {Promise<number>} */
    cpu: () => ask('cpu'),
    /** What it holds in its heap and in buffers, in bytes, after everything that can be freed is freed. */
    memory: async () => {
      /** @type {NodeJS.MemoryUsage} */
      const { heapUsed, external } = await ask('memory');
      return heapUsed + external;
    },
    /** Resolves once it has nothing to do any more, or is at it for a minute: what it prepares in its own time is there. */
    quiet: async () => {
      for (let looks = 0; looks < QUIET_LOOKS; looks += 1) {
        const before = await ask('cpu');
        await pause(QUIET_MS);
        if ((await ask('cpu')) - before < QUIET_MS * QUIET_US_A_MS) return;
      }
    },
    profile: () => ask('profile'),
    /** @param {string} file */
    profiled: (file) => ask('profiled', file),
    /** To a yardstick: what it is to answer and to emit. @param {unknown} script */
    tell: (script) => child.send({ script }),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(log);
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child @param {string} log @returns its address */
async function listening(child, log) {
  for (const deadline = performance.now() + START_MS; performance.now() < deadline;) {
    const url = LISTENING.exec(readFileSync(log, 'utf8').slice(0, 10_000))?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) break;
    await pause(2);
  }
  throw new Error(`It did not start: ${readFileSync(log, 'utf8').slice(-2_000)}`);
}
