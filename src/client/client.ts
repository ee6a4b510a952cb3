import type { LoginSchema, RegisterSchema } from '../protocol/accounts.js';
import type { EventView } from '../protocol/events.js';
import type { Answer, Payload, ServerMessage, SessionEnd, Told } from '../protocol/live.js';
import { exceeds } from '../calendar/json.js';
import type { z } from 'zod';
import { Connection, type ConnectionState } from './connection.js';
import { Emitter } from './emitter.js';
import { ConveneError } from './errors.js';
import type { LiveEvent } from './live-event.js';
import { createRest, type RequestOptions } from './rest.js';
import { Schedule, systemRandom, systemTimers, type Timers } from './schedule.js';
import { Session, type SessionTokens } from './session.js';
import { Subscription } from './subscription.js';
import { createTurns } from './turns.js';
import { socketIo, type Connect } from './wire.js';

export interface ClientOptions {
  /** Where Convene is, such as `https://calendar.example.org`. */
  url: string;
  /** Socket.IO's, such as `['websocket']`; all by default. */
  transports?: string[];
  /** Hears of what listeners throw; `console.error` by default. */
  onError?: (error: unknown) => void;
  fetch?: typeof globalThis.fetch;
  /** Makes another wire than Socket.IO's. */
  connect?: Connect;
  timers?: Timers;
  /** From 0 to 1, exclusive: for ids and for how long to wait. */
  random?: () => number;
}

/** Messages of the server's that are told as they come. */
type Notices =
  | 'event:created'
  | 'event:shared'
  | 'event:unshared'
  | 'event:deleted'
  | 'event:restored'
  | 'conflict:detected';

export type ClientEvents = { [M in Notices]: Told<M> } & {
  /** To be kept, for `resume`; null when nobody is signed in any more. */
  tokens: SessionTokens | null;
  'session-ended': { reason: SessionEnd };
  connection: ConnectionState;
};

/** Longer edits go over REST: a message has at most 64 KiB. */
const MAX_MESSAGE_BYTES = 60 * 1024;
/** How many events are subscribed at a time. */
const SUBSCRIBING = 20;

/** A client of one Convene, for one user at a time. */
export class ConveneClient extends Emitter<ClientEvents> {
  private readonly schedule: Schedule;
  private readonly session: Session;
  private readonly connection: Connection;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly inTurn = createTurns(SUBSCRIBING);
  private state: ConnectionState = 'offline';
  private isClosed = false;
  private readonly reportError: (error: unknown) => void;

  constructor(options: ClientOptions) {
    const {
      timers = systemTimers,
      random = systemRandom,
      fetch = globalThis.fetch.bind(globalThis),
    } = options;
    const reportError = options.onError ?? ((error: unknown) => console.error(error));
    super(reportError);
    this.reportError = reportError;
    const url = options.url.replace(/\/+$/, '');
    this.schedule = new Schedule(timers, random);
    this.session = new Session(createRest(url, fetch, this.schedule), this.schedule, {
      changed: (tokens) => this.tokensChanged(tokens),
      ended: (reason) => this.sessionEnded(reason),
    });
    this.connection = new Connection(options.connect ?? socketIo(url, options.transports), this.schedule, {
      token: () => this.tokens?.accessToken ?? null,
      tokenAfter: (used) => this.session.tokenAfter(used),
      refused: () => this.session.end('revoked'),
      changed: (state) => this.connectionChanged(state),
      received: (message, payload) => this.handlers[message as ServerMessage]?.(payload as never),
    });
  }

  /** Of whoever is signed in; null where nobody is. */
  get tokens(): SessionTokens | null {
    return this.session.tokens;
  }

  get connectionState(): ConnectionState {
    return this.state;
  }

  /** Makes an account, signs in, and connects. */
  register(account: z.input<typeof RegisterSchema>): Promise<void> {
    return this.session.open('/api/auth/register', account);
  }

  /** Signs in with an email address or a username, and connects. @throws invalid-credentials */
  signIn(credentials: z.input<typeof LoginSchema>): Promise<void> {
    return this.session.open('/api/auth/login', credentials);
  }

  /** Goes on with a session from before: the tokens that `tokens` told last. */
  resume(tokens: SessionTokens): void {
    this.session.begin(tokens);
  }

  /** Ends the session, or with `everywhere` all of the user's, and forgets it in any case. */
  async signOut({ everywhere = false }: { everywhere?: boolean } = {}): Promise<void> {
    if (!this.tokens) {
      return;
    }
    try {
      await this.session.request('POST', '/api/auth/logout', { body: { everywhere } });
    } catch (error) {
      if (!(error instanceof ConveneError) || error.status !== 401) {
        throw error;
      }
    } finally {
      this.session.end('logout');
    }
  }

  /**
   * A request over REST, in the user's name where somebody is signed in.
   *
   * @returns the body: parsed where it is JSON, undefined where there is none
   * @throws ConveneError with the problem
   */
  async request<T = unknown>(method: string, path: string, options?: RequestOptions): Promise<T> {
    return (await this.session.request(method, path, options)) as T;
  }

  /** An event, live. Asked for twice it is the same. @throws not-found, too-many-subscriptions */
  async subscribe(eventId: string): Promise<LiveEvent> {
    const known = this.subscriptions.get(eventId);
    const subscription = known ?? this.newSubscription(eventId);
    await subscription.ready;
    return subscription;
  }

  /**
   * Tries to connect at once where the connection is lost, in place of waiting for the next try (up to 15 seconds):
   * for when it is known that the network is back.
   */
  reconnect(): void {
    this.connection.hurry();
  }

  /** Disconnects, and leaves nothing behind; the session stays, to be resumed by another client. */
  close(): void {
    this.isClosed = true;
    this.connection.close();
    this.endSubscriptions('closed');
    this.session.close();
    this.schedule.close();
  }

  private newSubscription(eventId: string): Subscription {
    if (!this.tokens || this.isClosed) {
      throw this.isClosed
        ? new ConveneError('closed', 'The client is closed.')
        : new ConveneError('unauthenticated', 'Nobody is signed in.');
    }
    const subscription = new Subscription(eventId, {
      schedule: this.schedule,
      userId: this.tokens.user.id,
      isOnline: () => this.connection.isOnline,
      ask: (message, payload) => this.connection.ask(message, payload),
      subscribe: (payload) => this.inTurn(() => this.connection.ask('event:subscribe', payload)),
      edit: (payload) => this.sendEdit(payload),
      closed: (one) => void this.subscriptions.delete(one.id),
      reportError: this.reportError,
    });
    this.subscriptions.set(eventId, subscription);
    subscription.connected();
    return subscription;
  }

  private sendEdit(payload: Payload<'event:edit'>): Promise<Answer<'event:edit'>> {
    return exceeds(payload, MAX_MESSAGE_BYTES)
      ? this.sendLongEdit(payload)
      : this.connection.ask('event:edit', payload);
  }

  private async sendLongEdit(edit: Payload<'event:edit'>): Promise<Answer<'event:edit'>> {
    const { eventId, baseVersion, patch, changeId = '', note } = edit;
    const event = await this.request<EventView & { merged?: boolean }>('PATCH', `/api/events/${eventId}`, {
      query: { baseVersion },
      body: patch,
      headers: {
        'Content-Type': 'application/json-patch+json',
        'Edit-Id': changeId,
        ...(note !== undefined && { 'Edit-Note': encodeURIComponent(note) }),
      },
    });
    return { version: event.version, merged: event.merged ?? false, change: null };
  }

  private tokensChanged(tokens: SessionTokens | null): void {
    if (tokens && this.connection.isOnline) {
      // Where it fails, the server ends the connection in time, and the next one begins with this token.
      this.connection.ask('session:renew', { token: tokens.accessToken }).catch(() => undefined);
    } else if (tokens && !this.isClosed) {
      this.connection.open();
    }
    this.emit('tokens', tokens);
  }

  private sessionEnded(reason: SessionEnd): void {
    this.connection.close();
    this.endSubscriptions('session-ended');
    this.emit('session-ended', { reason });
  }

  private endSubscriptions(reason: 'closed' | 'session-ended'): void {
    [...this.subscriptions.values()].forEach((subscription) => subscription.end(reason));
  }

  private connectionChanged(state: ConnectionState): void {
    this.state = state;
    for (const subscription of this.subscriptions.values()) {
      if (state === 'online') {
        subscription.connected();
      } else {
        subscription.disconnected();
      }
    }
    this.emit('connection', state);
  }

  /** What the server says, by message. */
  private readonly handlers: { [M in ServerMessage]?: (payload: Told<M>) => void } = {
    'event:changed': (change) => this.subscriptions.get(change.eventId)?.receive(change),
    'event:behind': ({ eventId, version }) => this.subscriptions.get(eventId)?.behind(version),
    'presence:changed': ({ eventId, total, present }) =>
      this.subscriptions.get(eventId)?.receivePresence(total, present),
    'event:created': (notice) => this.emit('event:created', notice),
    'event:shared': (notice) => {
      const subscription = this.subscriptions.get(notice.eventId);
      if (subscription) {
        subscription.role = notice.role;
      }
      this.emit('event:shared', notice);
    },
    'event:unshared': (notice) => {
      this.subscriptions.get(notice.eventId)?.end('unshared');
      this.emit('event:unshared', notice);
    },
    'event:deleted': (notice) => {
      this.subscriptions.get(notice.eventId)?.deletedAt(notice.version);
      this.emit('event:deleted', notice);
    },
    'event:restored': (notice) => this.emit('event:restored', notice),
    'conflict:detected': (notice) => this.emit('conflict:detected', notice),
    'session:expiring': () => void this.session.renew().catch(() => undefined),
    'session:ended': ({ reason }) => {
      // With the access token alone it is not over: the next connection begins with a new one.
      if (reason !== 'expired') {
        this.session.end(reason);
      }
    },
  };
}
