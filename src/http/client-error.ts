import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem, toProblem, type ProblemCode } from '../protocol/problems.js';

/** A refusal below HTTP's semantics: some of these statuses are no other problem's. */
export interface Refusal {
  status: 400 | 408 | 413 | 431;
  /** RFC 9110's, or RFC 6585's, name of the status. */
  reason: string;
  code: ProblemCode;
  detail: string;
}

const unreadable = (detail: string): Refusal => ({
  status: 400,
  reason: 'Bad Request',
  code: 'malformed-body',
  detail,
});

const TOO_LATE: Refusal = {
  status: 408,
  reason: 'Request Timeout',
  code: 'malformed-body',
  detail: 'The request has not come in time.',
};

/** What Node's reader of requests says, in our own words. */
const BY_CODE: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'Request Header Fields Too Large',
    code: 'payload-too-large',
    detail: 'The request line and the header fields are larger than 16 KiB.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    reason: 'Content Too Large',
    code: 'payload-too-large',
    detail: 'The extensions of a chunk are larger than 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: TOO_LATE,
};

/**
 * Answers what is no HTTP request with a problem, behind the answers that are still owed on that connection, and
 * closes it: where the next request would begin is not known any more.
 */
export function answerClientErrors(server: Server): void {
  const owed = new WeakMap<Duplex, Set<ServerResponse>>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const responses = owed.get(request.socket) ?? new Set();
    owed.set(request.socket, responses.add(response));
    response.once('close', () => responses.delete(response));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Nobody is there any more; or they are in the midst of an answer to the very request that is broken.
    const responses = [...(owed.get(socket) ?? [])];
    if (
      error.code === 'ECONNRESET' ||
      responses.some(({ req, headersSent }) => !req.complete && headersSent)
    ) {
      socket.destroy();
      return;
    }
    const refusal = BY_CODE[error.code ?? ''] ?? unreadable('The request cannot be read.');
    const before = responses.filter(({ req }) => req.complete).map(closed);
    void Promise.all(before).then(() => refuse(socket, refusal));
  });
}

const closed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => response.once('close', () => resolve()));

function refuse(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { headers, body } = written(refusal, '/');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${refusal.status} ${refusal.reason}`, ...lines, '', ''].join('\r\n');
  // What is still being sent is not read: the connection ends, whether or not the other side ever stops.
  socket.end(head + body, () => socket.destroy());
}

function written({ status, reason, code, detail }: Refusal, instance: string) {
  const requestId = randomUUID();
  const told = toProblem(problem(code, detail), { instance, requestId });
  const body = JSON.stringify(status === told.status ? told : { ...told, status, title: reason });
  return {
    body,
    headers: {
      Date: new Date().toUTCString(),
      'X-Request-Id': requestId,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      Connection: 'close',
    },
  };
}

/** Answers a request that Node's reader takes, and that could be read in more than one way, or in none. */
export function refuseRequest(response: ServerResponse, detail: string): void {
  const { headers, body } = written(unreadable(detail), '/');
  response.writeHead(400, headers).end(body);
}
