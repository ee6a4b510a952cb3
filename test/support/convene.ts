import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { startApp, type App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { storeSettings, type StoreSettings } from './stores.js';
import { isAsDocumented } from './conformity.js';
import { liveConformity } from './live-conformity.js';

/** An answer as a client sees it. */
export interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent as they are, in place of `body`. */
  raw?: string | Uint8Array<ArrayBuffer>;
}

/** Looks at every answer that a test gets, beside what the OpenAPI document says of it. */
export type Witness = (request: { method: string; path: string }, answer: Answer) => void;

/** A Convene that takes requests, in whatever process. */
export interface Reachable {
  readonly url: string;
  /** Whoever opens one closes them all. */
  readonly sockets: Set<TestSocket>;
  readonly witness?: Witness | undefined;
}

/** Registers somebody new. */
export async function register(convene: Reachable, fields: Record<string, unknown>): Promise<Person> {
  const anonymous = new Person(convene, null, null);
  const answer = await anonymous.post('/api/auth/register', { password: PASSWORD, ...fields });
  if (answer.status !== 201) {
    throw new Error(`registering: ${JSON.stringify(answer.body)}`);
  }
  return new Person(convene, answer.body.user, answer.body);
}

/** Somebody with an account, or without one. */
export class Person {
  constructor(
    readonly convene: Reachable,
    readonly user: any,
    readonly tokens: { accessToken: string; refreshToken: string } | null,
  ) {}

  get id(): string {
    return this.user.id;
  }

  async send(
    method: string,
    path: string,
    { body, headers = {}, raw }: RequestOptions = {},
  ): Promise<Answer> {
    const response = await fetch(this.convene.url + path, {
      method,
      headers: {
        ...(this.tokens && { Authorization: `Bearer ${this.tokens.accessToken}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      redirect: 'manual',
      ...((raw ?? body) !== undefined && { body: raw ?? JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
    isAsDocumented({ method, path }, answer);
    this.convene.witness?.({ method, path }, answer);
    return answer;
  }

  get = (path: string, options?: RequestOptions): Promise<Answer> => this.send('GET', path, options);
  post = (path: string, body?: unknown, options?: RequestOptions): Promise<Answer> =>
    this.send('POST', path, { body, ...options });
  put = (path: string, body?: unknown, options?: RequestOptions): Promise<Answer> =>
    this.send('PUT', path, { body, ...options });
  patch = (path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    this.send('PATCH', path, { body, ...(headers && { headers }) });
  delete = (path: string, options?: RequestOptions): Promise<Answer> => this.send('DELETE', path, options);

  /** A JSON Patch over REST. */
  jsonPatch = (path: string, operations: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    this.patch(path, operations, { 'Content-Type': 'application/json-patch+json', ...headers });

  /** A new event of this person's, as answered. */
  async createEvent(fields: Record<string, unknown> = {}): Promise<any> {
    const answer = await this.post('/api/events?conflicts=ignore', { ...sampleEvent, ...fields });
    if (answer.status !== 201) {
      throw new Error(`creating an event: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /** Shares an event with somebody. */
  async share(event: { id: string }, other: Person, role: 'viewer' | 'editor'): Promise<void> {
    const answer = await this.post(`/api/events/${event.id}/share`, { userId: other.id, role });
    if (answer.status !== 200) {
      throw new Error(`sharing an event: ${JSON.stringify(answer.body)}`);
    }
  }

  /** A connected socket that remembers what it was sent. */
  async connect(token: unknown = this.tokens?.accessToken, transports = ['websocket']): Promise<TestSocket> {
    const socket = new TestSocket(
      io(this.convene.url, {
        auth: { token },
        transports,
        forceNew: true,
        reconnection: false,
      }),
    );
    this.convene.sockets.add(socket);
    await socket.connected();
    return socket;
  }
}

/** A socket, what it was sent, and ways to wait for more. */
export class TestSocket {
  readonly received: { message: string; payload: any }[] = [];
  private waiting: (() => void)[] = [];
  /** What came that is not as the AsyncAPI document describes it; whoever looks at what came is told. */
  private readonly faults: string[] = [];

  constructor(readonly socket: Socket) {
    socket.onAny((message: string, payload: unknown) => {
      this.received.push({ message, payload });
      this.note(liveConformity().faultOfMessage(message, payload));
      this.waiting.splice(0).forEach((look) => look());
    });
  }

  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
  }

  /** Sends a message and waits for its acknowledgement. */
  async ask(message: string, ...payload: unknown[]): Promise<any> {
    const answer: unknown = await this.socket.timeout(10_000).emitWithAck(message, ...payload);
    this.note(liveConformity().faultOfAnswer(message, answer));
    this.complain();
    return answer;
  }

  private note(fault: string | null): void {
    if (fault !== null) {
      this.faults.push(fault);
    }
  }

  private complain(): void {
    if (this.faults.length > 0) {
      throw new Error(this.faults.join('\n'));
    }
  }

  all(message: string): any[] {
    this.complain();
    return this.received.filter((one) => one.message === message).map(({ payload }) => payload);
  }

  /** Waits until a message has come that meets the condition, and answers its payload. */
  async until(message: string, condition: (payload: any) => boolean = () => true, ms = 5_000): Promise<any> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = this.all(message).find(condition);
      if (found !== undefined) {
        return found;
      }
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new Error(`no ${message} came; got ${JSON.stringify(this.received).slice(0, 2000)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  close(): void {
    this.socket.disconnect();
  }
}

/** A Convene of its own for a test file, in this process, on the store under test. */
export class Convene implements Reachable {
  url = '';
  readonly sockets = new Set<TestSocket>();
  witness: Witness | undefined;
  private app: App | undefined;
  private people = 0;

  static async start(environment: Record<string, string> = {}): Promise<Convene> {
    const convene = new Convene(environment, storeSettings());
    await convene.open();
    return convene;
  }

  /** Another one on the same data, as a second process would be; only where the store is a MongoDB. */
  async beside(): Promise<Convene> {
    const other = new Convene(this.environment, { ...this.store, remove: async () => {} });
    await other.open();
    return other;
  }

  private constructor(
    private readonly environment: Record<string, string>,
    private readonly store: StoreSettings,
  ) {}

  async open(): Promise<void> {
    const { dataDir, mongodbUri } = this.store;
    const config = readConfig({
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      ...(mongodbUri !== undefined && { MONGODB_URI: mongodbUri }),
      ...this.environment,
    });
    this.app = await startApp(config, pino({ level: process.env['TEST_LOG'] ?? 'silent' }), this.clock);
    this.url = `http://127.0.0.1:${this.app.address.port}`;
  }

  /** The server's clock, which a test may move. */
  private offset = 0;
  private readonly clock = { now: (): Date => new Date(Date.now() + this.offset) };
  advance(ms: number): void {
    this.offset += ms;
  }

  /** Ends the process's part and begins anew on the same data. */
  async restart(): Promise<void> {
    await this.shutDown();
    await this.open();
  }

  private async shutDown(): Promise<void> {
    this.sockets.forEach((socket) => socket.close());
    this.sockets.clear();
    await this.app?.close();
    this.app = undefined;
  }

  async close(): Promise<void> {
    await this.shutDown();
    await this.store.remove();
  }

  /** Nobody in particular. */
  get anonymous(): Person {
    return new Person(this, null, null);
  }

  /** Somebody new, signed in. */
  async person(fields: Record<string, unknown> = {}): Promise<Person> {
    this.people += 1;
    return register(this, { email: `person${this.people}@example.com`, ...fields });
  }
}

export const PASSWORD = 'correct horse battery';

export const sampleEvent = {
  title: 'Design review',
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
};
