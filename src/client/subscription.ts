import type { Role } from '../calendar/access.js';
import type { Content } from '../calendar/content.js';
import { equal } from '../calendar/json.js';
import type { Change } from '../protocol/history.js';
import type { Answer, ClientMessage, Payload, Presence } from '../protocol/live.js';
import { Emitter } from './emitter.js';
import { asError, ConveneError } from './errors.js';
import { Feed } from './feed.js';
import type { GivenEdit } from './given.js';
import type { CloseReason, LiveEvent, LiveEventEvents } from './live-event.js';
import { Outbox, type EditAnswer, type FailedEdit } from './outbox.js';
import { patience } from './patience.js';
import { PresenceTeller, type PresenceState } from './presence.js';
import type { Schedule } from './schedule.js';

/** What a subscription needs of its client. */
export interface SubscriptionHost {
  readonly schedule: Schedule;
  readonly userId: string | undefined;
  isOnline(): boolean;
  ask<M extends ClientMessage>(message: M, payload: Payload<M>): Promise<Answer<M>>;
  /** Subscribes, when it is this event's turn among many. */
  subscribe(payload: Payload<'event:subscribe'>): Promise<Answer<'event:subscribe'>>;
  edit(payload: Payload<'event:edit'>): Promise<Answer<'event:edit'>>;
  closed(subscription: Subscription): void;
  reportError(error: unknown): void;
}

/** A live event, and what its client tells it. */
export class Subscription extends Emitter<LiveEventEvents> implements LiveEvent {
  /** Resolves when the event is there. */
  readonly ready: Promise<void>;
  role: Role = 'viewer';
  present: readonly Presence[] = [];
  closed: CloseReason | null = null;
  content = {} as Content;
  private isDeleted = false;
  /** Whether the server has said who is here since it was last asked; it says so again after its answer. */
  private hasHeardPresence = false;
  private readonly feed: Feed;
  private readonly outbox: Outbox;
  private readonly presence: PresenceTeller;
  private settleReady: { resolve(): void; reject(error: ConveneError): void } | undefined;

  constructor(
    readonly id: string,
    private readonly host: SubscriptionHost,
  ) {
    super((error) => host.reportError(error));
    this.ready = new Promise((resolve, reject) => (this.settleReady = { resolve, reject }));
    this.ready.catch(() => undefined);
    const isReady = (): boolean => this.isWanted() && this.feed.isSynced;
    this.feed = new Feed(id, host.schedule, {
      isWanted: () => this.isWanted(),
      subscribe: (payload) => {
        this.hasHeardPresence = false;
        return host.subscribe(payload);
      },
      applied: (change) => this.applied(change),
      replaced: (answer) => this.replaced(answer),
      synced: (answer) => this.synced(answer),
      refused: (error) => this.end(error.code === 'not-found' ? 'not-found' : 'refused', error),
    });
    this.outbox = new Outbox(id, host.schedule, {
      server: this.feed.replica,
      isReady,
      send: (payload) => host.edit(payload),
      take: (change) => this.receive(change),
      answered: () => this.showIfOther(),
      failed: (edit, error) => this.failed(edit, error),
    });
    this.presence = new PresenceTeller(host.schedule, {
      isReady,
      set: (state) => host.ask('presence:set', { eventId: id, state }),
    });
  }

  get version(): number {
    return this.feed.replica.version;
  }

  get serverContent(): Content {
    return this.feed.replica.content;
  }

  get pending(): number {
    return this.outbox.size;
  }

  edit(given: GivenEdit, { note }: { note?: string } = {}): Promise<EditAnswer> {
    const answer = this.add(given, note);
    answer.catch(() => undefined);
    return answer;
  }

  saved(): Promise<void> {
    return this.outbox.idle();
  }

  async rollback(
    toVersion: number,
    { baseVersion }: { baseVersion?: number } = {},
  ): Promise<Answer<'event:rollback'>> {
    await this.saved();
    this.refuseIfClosed();
    const base = baseVersion === undefined ? {} : { baseVersion };
    const answer = await this.askInTime('event:rollback', { eventId: this.id, toVersion, ...base });
    if (answer.change) {
      this.receive(answer.change);
    }
    return answer;
  }

  setPresence(state: PresenceState): Promise<void> {
    const told = this.presence.set(state);
    told.catch(() => undefined);
    return told;
  }

  close(): Promise<void> {
    return this.leave('closed');
  }

  /** The notice of a deletion: one that comes late, after it was restored and subscribed to anew, says nothing. */
  deletedAt(version: number): void {
    if (this.version > 0 && version > this.version) {
      void this.leave('deleted');
    }
  }

  /** Ends it, and tells the server where that may not know. */
  async leave(reason: CloseReason): Promise<void> {
    const tell = this.isWanted();
    this.end(reason);
    if (tell) {
      await this.host.ask('event:unsubscribe', { eventId: this.id }).catch(() => undefined);
    }
  }

  connected(): void {
    void this.feed.catchUp();
  }

  disconnected(): void {
    this.feed.disconnected();
    this.presence.disconnected();
  }

  receive(change: Change): void {
    if (this.closed === null) {
      this.feed.receive(change);
      this.endIfDeleted();
      void this.outbox.send();
    }
  }

  /** The server says that there is more than it sends. */
  behind(version: number): void {
    if (version > this.version) {
      void this.feed.catchUp();
    }
  }

  receivePresence(total: number, present: Presence[]): void {
    this.hasHeardPresence = true;
    this.present = present;
    this.emit('presence', { total, present });
  }

  /** Ends it on this side. */
  end(reason: CloseReason, error = closedError(reason)): void {
    if (this.closed === null) {
      this.closed = reason;
      this.feed.close();
      this.settleReady?.reject(error);
      const unsaved = this.outbox.close(error);
      this.host.closed(this);
      this.emit('closed', { reason, unsaved });
    }
  }

  private isWanted(): boolean {
    return this.closed === null && this.host.isOnline();
  }

  /** Asks, and where the server has no time now, again. */
  private async askInTime<M extends ClientMessage>(message: M, payload: Payload<M>): Promise<Answer<M>> {
    for (let failures = 0; ; failures += 1) {
      try {
        this.refuseIfClosed();
        return await this.host.ask(message, payload);
      } catch (thrown) {
        const error = asError(thrown);
        if (error.retryAfter === null) {
          throw error;
        }
        await patience(this.host.schedule, error, failures);
      }
    }
  }

  private refuseIfClosed(): void {
    if (this.closed !== null) {
      throw closedError(this.closed);
    }
  }

  private async add(given: GivenEdit, note: string | undefined): Promise<EditAnswer> {
    this.refuseIfClosed();
    const { view, answer } = this.outbox.add(given, this.content, note);
    if (view !== this.content) {
      this.show(null, view);
      void this.outbox.send();
    }
    return answer;
  }

  private applied(change: Change): void {
    const { kind, membership, by } = change;
    if (kind === 'delete' || kind === 'restore') {
      this.isDeleted = kind === 'delete';
    }
    if (membership?.role && membership.userId === this.host.userId) {
      this.role = membership.role;
    }
    if (by.id === this.host.userId) {
      this.outbox.seen(change);
    }
    this.outbox.settle();
    this.show(change);
  }

  private replaced({ event, reset }: Answer<'event:subscribe'>): void {
    this.isDeleted = (event?.deletedAt ?? null) !== null;
    if (reset) {
      this.outbox.restart();
    }
    this.outbox.settle();
    this.show(null);
    if (reset) {
      this.emit('reset', { version: this.version });
    }
  }

  private synced({ role, present }: Answer<'event:subscribe'>): void {
    this.role = role;
    this.endIfDeleted();
    if (this.closed === null) {
      this.settleReady?.resolve();
      if (!this.hasHeardPresence) {
        this.receivePresence(present.length, present);
      }
      this.emit('synced', { version: this.version });
      void this.outbox.send();
      this.presence.tell().catch(() => undefined);
    }
  }

  private failed(edit: FailedEdit, error: ConveneError): void {
    this.show(null);
    if (error.code === 'edit-conflict') {
      this.emit('conflict', { conflicts: error.conflicts, edit, error });
    } else {
      this.emit('refused', { error, edit });
    }
    if (error.code === 'not-found') {
      // It was taken away, and the notice of that got lost: asking makes it sure.
      void this.feed.catchUp();
    }
  }

  private showIfOther(): void {
    const view = this.outbox.view();
    if (!equal(view, this.content)) {
      this.show(null, view);
    }
  }

  private show(change: Change | null, view = this.outbox.view()): void {
    this.content = view;
    this.emit('change', { content: this.content, version: this.version, change });
  }

  private endIfDeleted(): void {
    if (this.isDeleted) {
      void this.leave('deleted');
    }
  }
}

const closedError = (reason: CloseReason): ConveneError =>
  new ConveneError('closed', `The event is not live any more: ${reason}.`);
