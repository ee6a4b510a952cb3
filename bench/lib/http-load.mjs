import autocannon from 'autocannon';
import { percentile } from './figures.mjs';

/** @typedef {import('./figures.mjs').Sample} Sample */
/** @typedef {import('./server.mjs').Server} Server */

/** How many requests are under way at a time, each on a connection of its own. */
export const CONNECTIONS = 16;

/**
 * What one connection sends, again and again.
 * @typedef {object} Work
 * @property {'GET' | 'POST' | 'PATCH'} [method]
 * @property {string} path
 * @property {string} [token]
 * @property {(connection: Connection) => { path?: string, body?: unknown }} [next] what is special about the next request
 * @property {(answer: any, connection: Connection) => void} [onAnswer]
 * @property {number} amount of requests in a round, over all connections
 *
 * `index`: which one it is; `sent`: requests so far; the rest is the work's own.
 * @typedef {{ index: number, sent: number } & Record<string, any>} Connection
 */

/**
 * Loads a server, and says what one request took.
 *
 * @param {Server} server
 * @param {Work} work
 * @param {number} [connections]
 * @returns {Promise<Sample>}
 */
export async function load(server, work, connections = CONNECTIONS) {
  /** @type {number[]} */
  const latencies = [];
  const before = await server.cpu();
  const started = performance.now();
  // When the last answer came; the generator itself looks at the clock once a second.
  const ended = await shoot(server.url, work, connections, latencies);
  const seconds = (ended - started) / 1000;
  const cpu = ((await server.cpu()) - before) / work.amount;
  return {
    cpu,
    rate: work.amount / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

/** @param {string} url @param {Work} work @param {number} connections @param {number[]} latencies */
async function shoot(url, work, connections, latencies) {
  /** @type {string[]} */
  const refused = [];
  let opened = 0;
  const shooting = autocannon({
    url: url + work.path,
    connections,
    amount: work.amount,
    timeout: 60,
    // Called for each connection; what it sends and keeps is its own.
    setupClient: (client) => client.setRequests([requestOf(work, { index: opened++, sent: 0 }, refused)]),
  });
  // What it returns is both.
  const instance = /** @type {autocannon.Instance} */ (/** @type {unknown} */ (shooting));
  let last = 0;
  instance.on('response', (_client, _status, _bytes, ms) => {
    last = performance.now();
    latencies.push(ms);
  });
  const { errors } = await shooting;
  if (refused[0] !== undefined || errors > 0) {
    throw new Error(refused[0] ?? `${errors} requests got no answer`);
  }
  return last;
}

/**
 * @param {Work} work
 * @param {Connection} connection
 * @param {string[]} refused where it goes what the server says if it refuses
 * @returns {autocannon.Request}
 */
function requestOf({ method = 'GET', path, token, next, onAnswer }, connection, refused) {
  return {
    method,
    path,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(method !== 'GET' && { 'Content-Type': 'application/json' }),
    },
    ...(next && {
      setupRequest: (request) => {
        const special = next(connection);
        connection.sent += 1;
        return { ...request, path: special.path ?? path, body: JSON.stringify(special.body) };
      },
    }),
    onResponse: (status, body) => {
      if (status < 300) {
        onAnswer?.(JSON.parse(body), connection);
      } else {
        refused.push(`${method} ${path}: ${status} ${body.slice(0, 500)}`);
      }
    },
  };
}

/**
 * One request, whose answer is wanted.
 *
 * @param {string} url
 * @param {string} token
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function call(url, token, method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}
