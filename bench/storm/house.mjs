import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBalancer } from './balancer.mjs';
import { databaseOf, drop } from '../lib/database.mjs';
import { answersPing, freePort, Missing, until } from './needs.mjs';

/** @typedef {{ child: import('node:child_process').ChildProcess, exited: Promise<unknown> }} Running */
/** @typedef {Running & { port: number }} Node */

const LISTENING = /^Convene is listening on (http:\/\/\S+)$/m;

/** All that runs: a Redis, processes of Convene on a database of their own, a balancer in front of them. */
export class House {
  /** @type {Map<number, Node>} those that have not been killed */
  nodes = new Map();
  /** @type {Running | undefined} */
  redis;
  /** @type {Awaited<ReturnType<typeof startBalancer>> | undefined} */
  balancer;
  redisPort = 0;
  isClosed = false;
  hasDatabase = false;
  /** What the processes said, the end of it. */
  said = '';
  directory = mkdtempSync(path.join(tmpdir(), 'convene-storm-'));
  database = databaseOf(process.env.MONGODB_URI ?? '');
  secret = randomBytes(32).toString('hex');

  /** @param {string} dist the folder of the built program */
  constructor(dist) {
    this.main = path.join(dist, 'main.js');
    // Whatever happens, nothing of it stays.
    process.once('exit', () => this.killAll());
  }

  /** @param {number} size how many processes */
  async open(size) {
    this.redisPort = await freePort();
    await this.startRedis();
    for (let i = 0; i < size; i += 1) await this.startNode(i);
    this.balancer = await startBalancer(() => [...this.nodes.values()].map(({ port }) => port));
    return this.balancer.url;
  }

  /** Starts Redis, empty, where it was before. */
  async startRedis() {
    const settings = {
      port: this.redisPort,
      bind: '127.0.0.1',
      save: '',
      appendonly: 'no',
      dir: this.directory,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.redis = this.run('redis-server', args, {});
    await until(() => answersPing(this.redisPort), 'redis-server did not start');
  }

  async killRedis() {
    this.redis?.child.kill('SIGKILL');
    await this.redis?.exited;
  }

  /** @param {number} i */
  async startNode(i) {
    const started = this.run(process.execPath, ['--enable-source-maps', this.main], {
      MONGODB_URI: this.database,
      REDIS_URL: `redis://127.0.0.1:${this.redisPort}`,
      DATA_DIR: path.join(this.directory, `data${i}`),
      JWT_SECRET: this.secret,
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'error',
      HOST: '127.0.0.1',
      PORT: '0',
    });
    let output = '';
    started.child.stdout?.on('data', (data) => (output += output.length < 10_000 ? String(data) : ''));
    await until(() => LISTENING.test(output) || started.child.exitCode !== null, 'Convene did not start');
    const url = LISTENING.exec(output)?.[1];
    if (url === undefined) throw new Missing(`Convene did not start: ${this.said}`);
    const node = { ...started, port: Number(new URL(url).port) };
    this.nodes.set(i, node);
    this.hasDatabase = true;
    started.child.once('exit', () => this.nodes.get(i) === node && this.nodes.delete(i));
  }

  /** @param {number} i killed as by a power cut: it can neither finish nor tell anybody */
  async killNode(i) {
    const node = this.nodes.get(i);
    node?.child.kill('SIGKILL');
    await node?.exited;
  }

  /** Ends it all, and drops the database. */
  async close() {
    this.isClosed = true;
    this.balancer?.close();
    const running = [...this.nodes.values(), ...(this.redis ? [this.redis] : [])];
    this.killAll();
    await Promise.all(running.map(({ exited }) => exited));
    rmSync(this.directory, { recursive: true, force: true });
    if (this.hasDatabase) await drop(this.database);
  }

  killAll() {
    for (const { child } of this.nodes.values()) child.kill('SIGKILL');
    this.redis?.child.kill('SIGKILL');
  }

  /**
   * @param {string} program
   * @param {string[]} args
   * @param {Record<string, string>} environment
   * @returns {Running}
   */
  run(program, args, environment) {
    if (this.isClosed) throw new Error('It is over already.');
    const child = spawn(program, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.resume();
    child.stderr.on('data', (data) => (this.said = (this.said + String(data)).slice(-4_000)));
    const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    return { child, exited };
  }
}
