import type { Acknowledgement, Answer, ClientMessage, Payload, Told } from '../protocol/live.js';
import type { Problem } from '../protocol/problems.js';
import { asError, ConveneError } from './errors.js';
import type { Schedule } from './schedule.js';
import type { Connect, Wire } from './wire.js';

export type ConnectionState = 'offline' | 'connecting' | 'online';

/** What a connection needs of the client. */
export interface ConnectionHost {
  token(): string | null;
  tokenAfter(used: string): Promise<string>;
  /** A token that was just made is refused, too. */
  refused(): void;
  changed(state: ConnectionState): void;
  received(message: string, payload: unknown): void;
}

/** How long an answer may take. */
const ACK_MS = 10_000;

/** The one live connection: made again whenever it is lost, for as long as it is open. */
export class Connection {
  private state: ConnectionState = 'offline';
  private isOpen = false;
  private failures = 0;
  /** Whether the token of the attempt under way was renewed because the one before was refused. */
  private renewed = false;
  private used = '';
  /** The server closes, and asked not to be bothered before. */
  private pauseMs = 0;
  private readonly wire: Wire;
  private readonly asked = new Set<(error: ConveneError) => void>();
  private stopTimer: () => void = () => undefined;

  constructor(
    connect: Connect,
    private readonly schedule: Schedule,
    private readonly host: ConnectionHost,
  ) {
    this.wire = connect({
      connected: () => this.connected(),
      disconnected: (problem) => this.disconnected(problem),
      received: (message, payload) => this.received(message, payload),
    });
  }

  get isOnline(): boolean {
    return this.state === 'online';
  }

  open(): void {
    if (!this.isOpen) {
      this.isOpen = true;
      this.failures = 0;
      this.renewed = false;
      this.attempt();
    }
  }

  /** Tries now, where it waits for the next try. */
  hurry(): void {
    if (this.isOpen) {
      this.stopTimer();
      this.failures = 0;
      this.attempt();
    }
  }

  close(): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.stopTimer();
      this.wire.disconnect();
      this.lose();
    }
  }

  /** Sends a message once. @throws the server's problem, connection-lost, no-answer */
  ask<M extends ClientMessage>(message: M, payload: Payload<M>): Promise<Answer<M>> {
    return new Promise((resolve, reject) => {
      if (!this.isOnline) {
        reject(connectionLost());
        return;
      }
      const fail = (error: ConveneError): void => {
        this.asked.delete(fail);
        stop();
        reject(error);
      };
      const stop = this.schedule.after(ACK_MS, () =>
        fail(new ConveneError('no-answer', `${message}: no answer.`)),
      );
      this.asked.add(fail);
      this.wire.send(message, payload, (answer: Acknowledgement<M>) => {
        if (this.asked.delete(fail)) {
          stop();
          if (answer.ok) {
            resolve(answer);
          } else {
            reject(ConveneError.of(answer.problem));
          }
        }
      });
    });
  }

  private attempt(): void {
    const token = this.host.token();
    if (this.isOpen && this.state === 'offline' && token !== null) {
      this.used = token;
      this.become('connecting');
      this.wire.connect(token);
    }
  }

  private connected(): void {
    if (this.isOpen) {
      this.failures = 0;
      this.renewed = false;
      this.pauseMs = 0;
      this.become('online');
    } else {
      this.wire.disconnect();
    }
  }

  private received(message: string, payload: unknown): void {
    if (message === 'server:closing') {
      this.pauseMs = (payload as Told<'server:closing'>).retryAfter * 1000;
    }
    if (this.isOpen) {
      this.host.received(message, payload);
    }
  }

  private disconnected(problem: Problem | undefined): void {
    if (!this.isOpen || this.state === 'offline') {
      return;
    }
    this.lose();
    if (problem?.code === 'token-expired' || problem?.code === 'unauthenticated') {
      this.renewToken();
    } else {
      this.retry(problem && ConveneError.of(problem));
    }
  }

  private renewToken(): void {
    if (this.renewed) {
      this.host.refused();
      return;
    }
    this.host.tokenAfter(this.used).then(
      () => {
        this.renewed = true;
        this.attempt();
      },
      (error: unknown) => {
        if (this.isOpen) {
          this.retry(asError(error));
        }
      },
    );
  }

  private retry(error: ConveneError | undefined): void {
    const asked = error?.retryAfter ? error.retryAfter * 1000 : this.pauseMs;
    const back = this.schedule.backOff(this.failures);
    this.failures += 1;
    this.pauseMs = 0;
    this.stopTimer();
    this.stopTimer = this.schedule.after(asked + back, () => this.attempt());
  }

  private lose(): void {
    this.become('offline');
    [...this.asked].forEach((fail) => fail(connectionLost()));
  }

  private become(state: ConnectionState): void {
    if (this.state !== state) {
      this.state = state;
      this.host.changed(state);
    }
  }
}

const connectionLost = (): ConveneError =>
  new ConveneError('connection-lost', 'There is no connection to the server.');
