import {
  ConveneClient,
  ConveneError,
  type EditAnswer,
  type GivenEdit,
  type LiveEvent,
} from '../../../src/client/index.js';
import { chanceOf, type Chance } from './chance.js';
import { anyEdit } from './edits.js';
import type { Network } from './network.js';
import { sleep } from './time.js';
import type { World } from './world.js';
import { Observer } from './observer.js';

/** What became of an edit; undefined while nobody knows. */
export interface MadeEdit {
  /** In the note: it names the edit in the log. */
  note: string;
  eventId: string;
  given: GivenEdit;
  answer?: EditAnswer;
  /** The code of the error. */
  refusal?: string;
  /** Whether it had been seen among the changes by then. */
  wasSeen?: boolean;
}

/** Somebody with a client, who edits, now and then faster than the answers come, online or not. */
export class Author {
  readonly edits: MadeEdit[] = [];
  readonly live = new Map<string, LiveEvent>();
  readonly observer: Observer;
  readonly client: ConveneClient;
  private readonly chance: Chance;
  private isOver = false;

  constructor(
    readonly name: string,
    readonly userId: string,
    private readonly eventIds: readonly string[],
    network: Network,
    private readonly world: World,
  ) {
    this.chance = chanceOf(world.plan.seed, name);
    this.observer = new Observer(name, world);
    const random = chanceOf(world.plan.seed, `client ${name}`).next;
    this.client = new ConveneClient({
      url: 'http://simulated.invalid',
      connect: network.connect(name),
      random,
      fetch: () => Promise.reject(new Error('there is no REST here')),
      onError: (error) => world.complain(`${name}: a listener threw ${String(error)}`),
    });
  }

  start(): void {
    const user = { id: this.userId, email: '', username: this.name, name: this.name, createdAt: '' };
    this.client.resume({ user, accessToken: this.userId, refreshToken: '' });
    this.eventIds.forEach((id) => void this.follow(id));
  }

  /** Makes all edits. */
  async work(): Promise<void> {
    const { plan } = this.world;
    for (let n = 0; n < plan.edits;) {
      await sleep(this.chance.lasting(plan.pace));
      const burst = this.chance.happens(0.15) ? this.chance.between(2, 6) : 1;
      for (let i = 0; i < burst && n < plan.edits; i += 1) {
        n += this.edit(n) ? 1 : 0;
      }
      this.doSomethingElse();
    }
  }

  /** One more edit of every event, which nothing gets in the way of. */
  async conclude(): Promise<void> {
    for (const eventId of this.eventIds) {
      const note = `${this.name} concludes`;
      const given = { metadata: { concluded: note } };
      const made: MadeEdit = { note, eventId, given };
      this.edits.push(made);
      made.answer = await this.live.get(eventId)!.edit(given, { note });
    }
  }

  /** Whether it is connected, and all events are open, with nothing pending. */
  isResting(): boolean {
    const isOpen = (id: string): boolean => {
      const event = this.live.get(id);
      return event?.closed === null && event.pending === 0;
    };
    return this.client.connectionState === 'online' && this.eventIds.every(isOpen);
  }

  /** Whether nothing is left to be done, and it all is as the server has it. */
  isDone(): boolean {
    const { store } = this.world;
    return (
      this.isResting() &&
      this.eventIds.every((id) => this.live.get(id)?.version === store.document(id).event.version) &&
      this.edits.every(({ answer, refusal }) => answer !== undefined || refusal !== undefined)
    );
  }

  close(): void {
    this.isOver = true;
    this.client.close();
  }

  /** Subscribes, and again whenever it is over. */
  private async follow(eventId: string): Promise<void> {
    while (!this.isOver) {
      try {
        const event = await this.client.subscribe(eventId);
        if (this.live.get(eventId) !== event) {
          this.live.set(eventId, event);
          this.observer.observe(event);
        }
        await new Promise<void>((resolve) => {
          event.on('closed', () => resolve());
          if (event.closed !== null) {
            resolve();
          }
        });
      } catch (error) {
        this.observer.expectRefusal(codeOf(error), ['not-found', 'closed'], 'subscribing');
      }
      await sleep(this.chance.between(500, 2_000));
    }
  }

  private edit(n: number): boolean {
    const event = this.live.get(this.chance.pick(this.eventIds));
    if (!event || event.closed !== null) {
      return false;
    }
    const note = `${this.name} ${n}`;
    const given = anyEdit(event.content, this.chance, note);
    const made: MadeEdit = { note, eventId: event.id, given };
    this.edits.push(made);
    event.edit(given, { note }).then(
      (answer) => (made.answer = answer),
      (error: unknown) =>
        Object.assign(made, { refusal: codeOf(error), wasSeen: this.observer.notes.has(note) }),
    );
    return true;
  }

  private doSomethingElse(): void {
    const event = this.live.get(this.chance.pick(this.eventIds));
    if (!event || event.closed !== null) {
      return;
    }
    if (this.chance.happens(0.03)) {
      void event.setPresence({ field: this.chance.pick(['title', 'tags']) }).catch(() => undefined);
    }
    if (this.chance.happens(0.02) && event.version > 1) {
      event
        .rollback(this.chance.between(Math.max(1, event.version - 20), event.version))
        .catch(() => undefined);
    }
  }
}

const codeOf = (error: unknown): string => (error instanceof ConveneError ? error.code : String(error));
