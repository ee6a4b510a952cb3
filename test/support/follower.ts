import jsonPatch from 'fast-json-patch';
import { contentOf } from './answers.js';
import type { Person, TestSocket } from './convene.js';

/**
 * A client that does what the protocol asks of one: it subscribes, applies each version once, and subscribes again
 * with the version it has where it learns that it is behind.
 */
export class Follower {
  version = 0;
  content: Record<string, unknown> = {};
  /** Every version that came, as it came. */
  readonly heard: number[] = [];
  /** How often it had to ask. */
  behind = 0;
  private catchingUp = false;

  static async of(person: Person, eventId: string): Promise<Follower> {
    const follower = new Follower(person, eventId, await person.connect());
    follower.socket.socket.on('event:changed', (change: any) => follower.hear(change));
    follower.socket.socket.on('event:behind', () => void follower.catchUp());
    const answer = await follower.socket.ask('event:subscribe', { eventId });
    follower.startFrom(answer.event);
    return follower;
  }

  private constructor(
    readonly person: Person,
    readonly eventId: string,
    readonly socket: TestSocket,
  ) {}

  /** Waits until it has this version. @param within milliseconds */
  async reaches(version: number, within = 10_000): Promise<void> {
    const deadline = Date.now() + within;
    while (this.version < version) {
      if (Date.now() > deadline) {
        const last = this.heard.slice(-5).join();
        throw new Error(
          `${this.person.convene.url} told versions to ${this.version} of ${version}; last ${last}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private startFrom(event: any): void {
    this.version = event.version;
    this.content = contentOf(event);
  }

  private hear(change: any): void {
    if (change.eventId !== this.eventId) {
      return;
    }
    this.heard.push(change.version);
    if (change.version > this.version + 1) {
      void this.catchUp();
    } else {
      this.apply(change);
    }
  }

  private apply({ version, patch }: any): void {
    if (version === this.version + 1) {
      const copy = JSON.parse(JSON.stringify(patch));
      this.content = jsonPatch.applyPatch(this.content, copy, true).newDocument;
      this.version = version;
    }
  }

  private async catchUp(): Promise<void> {
    if (this.catchingUp) {
      return;
    }
    this.catchingUp = true;
    this.behind += 1;
    const asked = { eventId: this.eventId, sinceVersion: this.version };
    const { event, missed = [] } = await this.socket.ask('event:subscribe', asked);
    if (event) {
      this.startFrom(event);
    }
    missed.forEach((change: any) => this.apply(change));
    this.catchingUp = false;
  }
}

/** Edits from many sockets, one event, until it is told to end; each says in its note which one it is. */
export class Storm {
  private static count = 0;
  readonly acknowledged: { version: number; changeId: string }[] = [];
  readonly refused: any[] = [];
  /** How often too many others were writing, so that an edit had to be sent again. */
  crowded = 0;
  /** How many were sent. */
  sent = 0;
  private running = true;
  private readonly name = `storm${(Storm.count += 1)}`;
  private readonly writers: Promise<void>[];

  /** @param lanes edits under way at a time, each socket; @param pause milliseconds between an answer and the next edit */
  constructor(sockets: TestSocket[], eventId: string, { lanes = 3, pause = 5 } = {}) {
    const all = sockets.flatMap((socket, i) =>
      Array.from({ length: lanes }, (_, lane) => ({ socket, i, lane })),
    );
    this.writers = all.map(({ socket, i, lane }) => this.write(socket, eventId, `s${i}l${lane}`, pause));
  }

  /** @returns the newest version that was acknowledged */
  async end(): Promise<number> {
    this.running = false;
    await Promise.all(this.writers);
    return Math.max(0, ...this.acknowledged.map(({ version }) => version));
  }

  /** Waits until so many more have been acknowledged. */
  async more(count: number, within = 15_000): Promise<void> {
    const [wanted, deadline] = [this.acknowledged.length + count, Date.now() + within];
    while (this.acknowledged.length < wanted) {
      if (Date.now() > deadline) {
        throw new Error(
          `only ${this.acknowledged.length} of ${wanted} edits; ${JSON.stringify(this.refused[0])}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private async write(socket: TestSocket, eventId: string, key: string, pause: number): Promise<void> {
    const isThere = (): boolean => socket.socket.connected; // else its process is gone, or has sent it away
    while (this.running && isThere()) {
      this.sent += 1;
      const patch = [{ op: 'add', path: `/metadata/${key}`, value: this.sent }];
      const edit = { eventId, patch, changeId: `${this.name}-${this.sent}`, note: String(this.sent) };
      try {
        await this.send(socket, edit);
      } catch (error) {
        if (isThere()) {
          this.refused.push(error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  private async send(socket: TestSocket, edit: { changeId: string }): Promise<void> {
    const { ok, version, problem } = await socket.ask('event:edit', edit);
    if (ok) {
      this.acknowledged.push({ version, changeId: edit.changeId });
    } else if (problem.code === 'unavailable' && this.running && this.crowded < MAX_CROWDED) {
      this.crowded += 1;
      await this.send(socket, edit);
    } else if (problem.code !== 'unavailable' || this.crowded >= MAX_CROWDED) {
      this.refused.push(problem);
    }
  }
}

const MAX_CROWDED = 500;
