import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a webhook was sent. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  change: any;
  /** What it was answered. */
  status: number;
}

/** A program elsewhere that webhooks lead to; what it answers can be chosen. */
export class Receiver {
  readonly received: Received[] = [];
  /** Answers everything with a status, or does so itself and says which. */
  answer: (received: Omit<Received, 'status'>, response: ServerResponse) => number = () => 204;
  port = 0;
  private server: Server | undefined;
  private waiting: (() => void)[] = [];

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.port = port;
    await receiver.open();
    return receiver;
  }

  /** At the port that it had before, if it had one. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const one = { path: request.url ?? '', headers: request.headers, body, change: JSON.parse(body) };
        const status = this.answer(one, response);
        this.received.push({ ...one, status });
        if (!response.headersSent && status > 0) {
          response.writeHead(status).end();
        }
        this.waiting.splice(0).forEach((look) => look());
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    await new Promise<void>((resolve) => {
      if (!server) {
        resolve();
        return;
      }
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  url = (path = '/'): string => `http://127.0.0.1:${this.port}${path}`;

  /** What was accepted, at a path. */
  accepted = (path = '/'): Received[] =>
    this.received.filter((one) => one.path === path && one.status >= 200 && one.status < 300);
  /** The versions that were accepted, in the order in which they came. */
  versions = (eventId: string, path?: string): number[] =>
    this.accepted(path)
      .filter(({ change }) => change.eventId === eventId)
      .map(({ change }) => change.version);

  /** Waits until it has been sent something, and answers it. */
  async until<T>(look: (receiver: this) => T | false | undefined, ms = 10_000): Promise<T> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = look(this);
      if (found !== false && found !== undefined) {
        return found;
      }
      const left = deadline - Date.now();
      if (left <= 0) {
        const got = this.received.map(({ path, status, change }) => [
          path,
          status,
          change.kind,
          change.version,
        ]);
        throw new Error(`it was not sent; it got ${JSON.stringify(got)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 250));
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

/** Whether a signature is that of a body, by the words of `docs/WEBHOOKS.md`. */
export function isSignedWith(secret: string, { headers, body }: Pick<Received, 'headers' | 'body'>): boolean {
  const [, time = '', mac = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['convene-signature'])) ?? [];
  return createHmac('sha256', secret).update(`${time}.${body}`).digest('hex') === mac;
}
