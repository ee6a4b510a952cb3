import { setTimeout } from 'node:timers/promises';
import { ConveneClient, ConveneError, type LiveEvent } from '../client/index.js';
import { between, oneOf } from './chance.js';
import { homeOf, nextDoing, type Home } from './doings.js';
import { PASSWORD, type PEOPLE } from './people.js';

type Person = (typeof PEOPLE)[number];

/** From one look at an event to the next, and how long one looks and types; milliseconds. */
const AWAY = [1_500, 6_000] as const;
const LOOKS = [600, 1_600] as const;
const TYPES = [900, 2_500] as const;
/** One in so many takes back what they did last. */
const UNDOES = 12;

/**
 * A simulated colleague: opens an event, goes to a field of it, changes it, and leaves, over and over; also in events
 * that a visitor shares with them. What is refused, or gone, they leave alone.
 */
export class Colleague {
  private readonly events = new Map<string, { event: LiveEvent; home: Home }>();
  private readonly client: ConveneClient;
  private readonly ending = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    url: string,
    private readonly person: Person,
  ) {
    this.client = new ConveneClient({ url, transports: ['websocket'] });
  }

  /** Signs in, and begins with these events. */
  async start(eventIds: readonly string[]): Promise<void> {
    const follow = ({ eventId }: { eventId: string }): void => void this.follow(eventId);
    this.client.on('event:shared', follow);
    this.client.on('event:restored', follow);
    await this.client.signIn({ username: this.person.username, password: PASSWORD });
    await Promise.all(eventIds.map((id) => this.follow(id)));
    this.done = this.work();
  }

  async end(): Promise<void> {
    this.ending.abort();
    await this.done;
    this.client.close();
  }

  private async follow(eventId: string): Promise<void> {
    try {
      const event = await this.client.subscribe(eventId);
      if (!this.events.has(eventId)) {
        this.events.set(eventId, { event, home: homeOf(event) });
        event.on('closed', () => void this.events.delete(eventId));
      }
    } catch (error) {
      letGo(error);
    }
  }

  private async work(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const one = oneOf([...this.events.values()].filter(({ event }) => event.role !== 'viewer'));
      await this.pause(AWAY)
        .then(() => one && this.visit(one.event, one.home))
        .catch(letGo);
    }
  }

  private async visit(event: LiveEvent, home: Home): Promise<void> {
    try {
      await event.setPresence({ open: true });
      await this.pause(LOOKS);
      const { field, fields, note } = nextDoing(event, home, this.person.name.split(' ')[0] ?? '');
      await event.setPresence({ open: true, field });
      await this.pause(TYPES);
      await (Math.random() < 1 / UNDOES
        ? this.client.request('POST', `/api/events/${event.id}/undo`)
        : event.edit(fields, note === undefined ? {} : { note }));
      await event.setPresence({ open: true });
      await this.pause(LOOKS);
    } finally {
      await event.setPresence(null);
    }
  }

  /** @throws AbortError where it is to end */
  private pause([least, most]: readonly [number, number]): Promise<void> {
    return setTimeout(between(least, most), undefined, { signal: this.ending.signal });
  }
}

/** What a visitor has changed, taken away or deleted under a colleague's hands is nothing to speak of; nor the end. */
function letGo(error: unknown): void {
  if (!(error instanceof ConveneError) && (error as Error).name !== 'AbortError') {
    throw error;
  }
}
