import { io } from 'socket.io-client';
import parser from 'socket.io-msgpack-parser';
import { Answers, type ClientMessage } from '../../../src/protocol/live.js';
import { ProblemSchema } from '../../../src/protocol/problems.js';
import { TestSocket, type Convene, type Person } from '../convene.js';
import type { HostileFrame, HostileMessage } from './messages.js';
import { SECRET, Town } from './town.js';

const SLOW_MS = 2_000;

/** What lies beneath a client's connection: what it is given goes out as it is. */
const wireOf = (socket: TestSocket) =>
  (
    socket.socket.io as unknown as {
      engine: { transport: { ws: { send(data: string | Uint8Array): void } } };
    }
  ).engine.transport.ws;

/** Somebody who sends what they like, over both wires, and somebody else who is to notice nothing of it. */
export class LiveTown {
  readonly outcomes = new Map<string, number>();
  slowest = { ms: 0, what: '' };
  private readonly town: Town;
  private readonly sockets = new Map<boolean, TestSocket>();
  private witness: { socket: TestSocket; eventId: string } | undefined;

  constructor(private readonly convene: Convene) {
    this.town = new Town(convene);
  }

  async open(): Promise<void> {
    await this.town.open();
    const person = await this.convene.person();
    const { id } = await person.createEvent();
    this.witness = { socket: await person.connect(), eventId: id as string };
  }

  close(): void {
    this.town.close();
  }

  /** @throws where somebody else is not served as ever */
  async check(): Promise<void> {
    await this.town.check();
    const { socket, eventId } = this.witness as NonNullable<typeof this.witness>;
    const answer = await socket.ask('event:subscribe', { eventId });
    if (answer.ok !== true || answer.version !== 1) {
      throw new Error(`somebody else was disturbed: ${JSON.stringify(answer).slice(0, 300)}`);
    }
  }

  /** Sends a message and waits for its acknowledgement; says what is wrong with it, if anything. */
  async ask({ name, payloads, packed }: HostileMessage): Promise<string | null> {
    const socket = await this.socket(packed);
    const given = JSON.parse(this.town.fill(JSON.stringify(payloads))) as unknown[];
    const what = `${packed ? 'msgpack' : 'json'} ${String(name).slice(0, 40)} ${JSON.stringify(given).slice(0, 600)}`;
    // What is larger than a frame may be ends the connection, as is documented.
    const isTooLarge = JSON.stringify(given).length > 60_000;
    const started = performance.now();
    const answer: unknown = await socket
      .ask(name as string, ...given)
      .catch((error: unknown) => ({ failed: (error as Error).message }));
    const ms = performance.now() - started;
    if (isTooLarge) {
      this.forget(packed);
      return null;
    }
    if (ms > this.slowest.ms) {
      this.slowest = { ms, what: what.slice(0, 200) };
    }
    const fault = ms > SLOW_MS ? `it took ${ms} ms` : this.faultIn(String(name), answer);
    return fault && `${fault}\n  sent: ${what}`;
  }

  private faultIn(name: string, answer: unknown): string | null {
    const told = JSON.stringify(answer);
    const { ok, problem, ...rest } = answer as { ok?: boolean; problem?: { code: string; status: number } };
    const outcome = ok === true ? 'ok' : (problem?.code ?? 'none');
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (told.includes(SECRET)) {
      return `somebody else's event is in ${told.slice(0, 300)}`;
    }
    const parsed =
      ok === true ? Answers[name as ClientMessage].safeParse(rest) : ProblemSchema.safeParse(problem);
    return !parsed.success || (problem?.status ?? 0) >= 500 ? `answered ${told.slice(0, 600)}` : null;
  }

  /** Sends what is no packet: it is passed over, or the connection ends, and a new one is served. */
  async throwAt({ data, packed }: HostileFrame): Promise<string | null> {
    const socket = await (packed ? this.pack(this.town.user) : this.town.user.connect());
    wireOf(socket).send(data);
    const started = performance.now();
    const answer: unknown = await socket.ask('event:unsubscribe', { eventId: 'x' }).catch(() => null);
    const ms = performance.now() - started;
    const isClosed = socket.socket.disconnected;
    socket.close();
    const outcome = isClosed ? 'closed' : answer === null ? 'silent' : 'open';
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    return ms > SLOW_MS && !isClosed
      ? `neither answered nor closed after ${String(data).slice(0, 300)} (${packed ? 'msgpack' : 'json'})`
      : null;
  }

  private forget(packed: boolean): void {
    this.sockets.get(packed)?.close();
    this.sockets.delete(packed);
  }

  private async socket(packed: boolean): Promise<TestSocket> {
    const known = this.sockets.get(packed);
    if (known?.socket.connected) {
      return known;
    }
    const made = packed ? await this.pack(this.town.user) : await this.town.user.connect();
    this.sockets.set(packed, made);
    return made;
  }

  private async pack(person: Person): Promise<TestSocket> {
    const options = { path: '/socket.io-msgpack', parser, transports: ['websocket'], forceNew: true };
    const auth = { token: person.tokens?.accessToken };
    const socket = new TestSocket(io(this.convene.url, { ...options, auth, reconnection: false }));
    this.convene.sockets.add(socket);
    await socket.connected();
    return socket;
  }
}
