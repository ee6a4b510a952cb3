import type { IncomingMessage } from 'node:http';
import { Server, type ServerOptions } from 'socket.io';
import type { Io } from './io.js';
import * as msgpack from './msgpack-parser.js';

/** The largest message that is taken, in bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** How long a connection may take to say who it is. */
const CONNECT_MS = 10_000;
/** How often a connection is asked whether it is there, and how long it may take to say so. */
const PING_MS = 15_000;
const PONG_MS = 10_000;

export interface ServerSettings {
  /** Origins beside the server's own that pages may connect from. */
  corsOrigins: readonly string[];
  adapter?: ServerOptions['adapter'];
}

/** Where they are: how the path of a connection begins. */
export const LIVE_PATHS = ['/socket.io/', '/socket.io-msgpack/'] as const;

/** One Socket.IO server for each wire format; the first carries what the processes tell each other, too. */
export function createServers({ corsOrigins, adapter }: ServerSettings): [Io, ...Io[]] {
  const options: Partial<ServerOptions> = {
    serveClient: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: CONNECT_MS,
    pingInterval: PING_MS,
    pingTimeout: PONG_MS,
    httpCompression: false,
    perMessageDeflate: false,
    // Who asks for an upgrade elsewhere is not for these to refuse.
    destroyUpgrade: false,
    cors: { origin: [...corsOrigins] },
    allowRequest: (request, callback) => callback(null, isAllowedOrigin(request, corsOrigins)),
  };
  return [
    new Server({ ...options, ...(adapter && { adapter }) }),
    new Server({ ...options, path: '/socket.io-msgpack', parser: msgpack }),
  ];
}

/** A page of another origin may connect only where that origin is allowed; programs send none. */
function isAllowedOrigin({ headers }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  const { origin, host } = headers;
  return (
    origin === undefined ||
    corsOrigins.includes(origin) ||
    (URL.canParse(origin) && new URL(origin).host === host)
  );
}
