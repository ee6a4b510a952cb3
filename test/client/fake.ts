import type {
  Connect,
  ConveneClient,
  LiveEvent,
  Timers,
  Wire,
  WireListener,
} from '../../src/client/index.js';
import { ConveneClient as Client } from '../../src/client/index.js';
import { PLAIN_CONTENT } from '../support/answers.js';

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Time that passes when a test says so. */
export class FakeTimers implements Timers {
  private time = 0;
  private last = 0;
  readonly set = new Map<unknown, { at: number; then: () => void }>();

  now = (): number => this.time;
  setTimeout = (then: () => void, ms: number): unknown => {
    this.last += 1;
    this.set.set(this.last, { at: this.time + ms, then });
    return this.last;
  };
  clearTimeout = (timer: unknown): void => void this.set.delete(timer);

  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const [next] = [...this.set].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at);
      if (!next) {
        break;
      }
      const [timer, { at, then }] = next;
      this.set.delete(timer);
      this.time = Math.max(this.time, at);
      then();
    }
    this.time = end;
  }
}

export interface Sent {
  message: string;
  payload: any;
  answer(answer: object): Promise<void>;
  refuse(code: string, extras?: object): Promise<void>;
}

/** The other end of a wire: a test says what comes from there. */
export class FakeServer {
  readonly timers = new FakeTimers();
  /** The tokens with which it was asked to connect. */
  readonly attempts: string[] = [];
  readonly sent: Sent[] = [];
  /** What is asked for over REST, and what to answer. */
  readonly requests: string[] = [];
  respond: (path: string) => { status: number; body: object } | Error = () => new Error('no network');
  readonly errors: unknown[] = [];
  private listener!: WireListener;

  readonly connect: Connect = (listener): Wire => {
    this.listener = listener;
    return {
      connect: (token) => void this.attempts.push(token),
      disconnect: () => undefined,
      send: (message, payload, ack) => {
        const say = (answer: object): Promise<void> => {
          ack(answer as never);
          return settle();
        };
        this.sent.push({
          message,
          payload,
          answer: (answer) => say({ ok: true, ...answer }),
          refuse: (code, extras) =>
            say({ ok: false, problem: { code, detail: code, status: 400, ...extras } }),
        });
      },
    };
  };

  client(random = () => 0.5): ConveneClient {
    return new Client({
      url: 'http://convene.test',
      connect: this.connect,
      timers: this.timers,
      random: distinct(random),
      onError: (error) => this.errors.push(error),
      fetch: async (input) => {
        const path = new URL(input).pathname;
        this.requests.push(path);
        const answer = this.respond(path);
        if (answer instanceof Error) {
          throw answer;
        }
        const headers = { 'Content-Type': 'application/json' };
        return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
      },
    });
  }

  accept = (): Promise<void> => (this.listener.connected(), settle());
  drop = (problem?: object): Promise<void> => (this.listener.disconnected(problem as never), settle());
  tell = (message: string, payload: object): Promise<void> => (
    this.listener.received(message, payload),
    settle()
  );

  /** What was sent of this kind and not looked at yet. */
  take(message: string): Sent[] {
    const taken = this.sent.filter((one) => one.message === message);
    taken.forEach((one) => this.sent.splice(this.sent.indexOf(one), 1));
    return taken;
  }

  one(message: string): Sent {
    const taken = this.take(message);
    if (taken.length !== 1 || !taken[0]) {
      throw new Error(`${taken.length} of ${message} were sent`);
    }
    return taken[0];
  }
}

/** Ids must differ even where chance does not. */
function distinct(random: () => number): () => number {
  let calls = 0;
  return () => {
    calls += 1;
    return Math.min(random() + calls * 1e-7, 0.9999);
  };
}

export const ID = 'e'.repeat(24);
export const user = {
  id: 'a'.repeat(24),
  email: 'ada@example.com',
  username: 'ada',
  name: 'Ada',
  createdAt: '',
};
export const tokens = { user, accessToken: 'access 1', refreshToken: 'refresh 1' };
export const renewed = { ...tokens, accessToken: 'access 2', refreshToken: 'refresh 2', expiresIn: 900 };

export const content = { ...PLAIN_CONTENT, title: 'v2' };
export const event = (version: number, fields = {}) => ({
  id: ID,
  version,
  ...content,
  ...fields,
  deletedAt: null,
});

/** A change that gives the event this title. */
export const change = (version: number, title = `v${version}`, extras = {}) => ({
  eventId: ID,
  version,
  kind: 'edit',
  patch: [{ op: 'replace', path: '/title', value: title }],
  by: { id: 'b'.repeat(24), username: 'bob', name: 'Bob' },
  at: '',
  ...extras,
});

/** A client that is connected, and an event at version 2. */
export async function live(): Promise<{ server: FakeServer; client: ConveneClient; event: LiveEvent }> {
  const server = new FakeServer();
  const client = server.client();
  client.resume(tokens);
  await server.accept();
  const subscribed = client.subscribe(ID);
  await server.one('event:subscribe').answer({ version: 2, role: 'editor', event: event(2), present: [] });
  return { server, client, event: await subscribed };
}
