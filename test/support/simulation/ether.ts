import type { Bus } from '../../../src/live/bus.js';
import type { World } from './world.js';

const ANSWER_MS = 5_000;

/** One process's way into the ether. */
export interface SimBus extends Bus {
  /** Begins to hear what others tell. */
  tune(nodeId: string, act: (message: string) => Promise<void>, onReady: () => void): void;
}

interface Station {
  nodeId: string;
  act(message: string): Promise<void>;
  onReady(): void;
  flush(): void;
}

/** What carries messages between the processes: it loses, delays, doubles and reorders them, and is away at times. */
export class Ether {
  private readonly stations = new Set<Station>();
  private isAway = false;

  constructor(private readonly world: World) {}

  /** Away: what is told waits with its process; what is asked is not answered. */
  setAway(isAway: boolean): void {
    this.isAway = isAway;
    this.world.trace('redis', isAway ? 'away' : 'back');
    if (!isAway) {
      [...this.stations].forEach((station) => station.flush());
      [...this.stations].forEach((station) => station.onReady());
    }
  }

  bus(): SimBus {
    let own: Station | undefined;
    let waiting: string[] = [];
    const tellOthers = (message: string): void =>
      this.others(own).forEach((station) =>
        this.post(() => void station.act(message).catch(() => undefined)),
      );
    return {
      adapter: undefined as never,
      ready: () => !this.isAway,
      tell: (message) => {
        if (this.isAway) {
          waiting.push(message);
        } else {
          tellOthers(message);
        }
      },
      ask: (message) => this.ask(own, message),
      listen: () => undefined,
      tune: (nodeId, act, onReady) => {
        const flush = (): void => {
          const kept = waiting;
          waiting = [];
          kept.forEach(tellOthers);
        };
        own = { nodeId, act, onReady, flush };
        this.stations.add(own);
        if (!this.isAway) {
          onReady();
        }
      },
      close: async () => {
        if (own) {
          this.stations.delete(own);
        }
      },
    };
  }

  private others(own: Station | undefined): Station[] {
    return [...this.stations].filter((station) => station !== own);
  }

  private ask(own: Station | undefined, message: string): Promise<Set<string>> {
    const others = this.others(own);
    const confirmed = new Set<string>();
    return new Promise((resolve, reject) => {
      if (others.length === 0) {
        resolve(confirmed);
      }
      const confirm = (nodeId: string): void => {
        confirmed.add(nodeId);
        if (confirmed.size === others.length) {
          resolve(confirmed);
        }
      };
      for (const { nodeId, act } of others) {
        this.post(() =>
          act(message).then(
            () => this.post(() => confirm(nodeId)),
            () => undefined,
          ),
        );
      }
      setTimeout(() => reject(new Error('not all have confirmed')), ANSWER_MS);
    });
  }

  /** Carries something to its place, or does not. */
  private post(arrive: () => unknown): void {
    const { world } = this;
    if (world.isMute || (this.isAway && world.chance.happens(0.5)) || world.strikes('bus: dropped', 0.06)) {
      return;
    }
    const arriveAfter = (ms: number): void => void setTimeout(arrive, ms);
    const late = world.strikes('bus: late, overtaken', 0.1) ? world.chance.between(100, 4_000) : 0;
    arriveAfter(world.chance.between(1, 40) + late);
    if (world.strikes('bus: doubled', 0.06)) {
      arriveAfter(world.chance.between(1, 2_000));
    }
  }
}
