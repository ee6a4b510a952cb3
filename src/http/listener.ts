import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { answerClientErrors, refuseRequest } from './client-error.js';

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** For the header fields of a request. */
  headersTimeout: number;
  /** For the whole of it. */
  requestTimeout: number;
  /** How often that is looked at. */
  connectionsCheckingInterval: number;
}

const PATIENCE: Patience = {
  headersTimeout: 30_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 5_000,
};

/**
 * An HTTP/1.1 server that answers what is no request with a problem, waits for slow clients so long and no longer,
 * and passes over expectations and upgrades that it does not know (RFC 9110, sections 7.8 and 10.1.1).
 *
 * @param upgrades how the paths begin that may be upgraded: they are for other listeners to the server
 * @param settings of what it makes requests and answers, and how patient it is
 */
export function createListener(
  upgrades: readonly string[],
  settings: Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> & Partial<Patience> = {},
): Server {
  const server = createServer({ ...PATIENCE, ...settings, requireHostHeader: false });
  answerClientErrors(server);
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!upgrades.some((path) => request.url?.startsWith(path))) {
      readAgain(server, request, socket, head);
    }
  });
  return server;
}

/** Has a request that asks for an upgrade read once more, as if it did not. */
function readAgain(server: Server, request: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!['connection', 'upgrade', 'http2-settings'].includes(name.toLowerCase())) {
      lines.push(`${name}: ${rawHeaders[i + 1]}`);
    }
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1');
  socket.unshift(Buffer.concat([head, rest]));
  server.emit('connection', socket);
}

const HOST = /^host$/i;

/** Lets through what can be read in one way only (RFC 9112, sections 3.2 and 6.1). */
export const unambiguous =
  (next: RequestListener): RequestListener =>
  (request, response) => {
    const fault = faultIn(request);
    if (fault === null) {
      next(request, response);
    } else {
      refuseRequest(response, fault);
    }
  };

function faultIn({ method, url = '', headers, rawHeaders, httpVersion }: IncomingMessage): string | null {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && HOST.test(name)).length;
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    return 'The request must have one Host.';
  }
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0')) {
    return 'The only transfer coding that is taken is chunked, with HTTP/1.1.';
  }
  const isTarget =
    url.startsWith('/') ||
    (url === '*' && method === 'OPTIONS') ||
    (/^https?:\/\//i.test(url) && URL.canParse(url));
  return isTarget ? null : 'The target of the request cannot be read.';
}
