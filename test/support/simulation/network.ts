import type { Connect, WireListener } from '../../../src/client/index.js';
import type { LiveSocket } from '../../../src/live/io.js';
import type { SimNode } from './node.js';
import type { World } from './world.js';

/** How long either end takes to see that a connection is gone: the server as long as its pings. */
const CLIENT_NOTICES_MS = 2_000;
const SERVER_NOTICES_MS = 25_000;

/** The network between the clients and the processes. */
export class Network {
  private readonly open = new Set<Connection>();
  private count = 0;
  /** How many messages clients have sent. */
  sent = 0;

  constructor(private readonly world: World) {}

  /** The way into the network for one client. */
  connect(client: string): Connect {
    return (listener) => {
      let current: Connection | undefined;
      return {
        connect: (token) => {
          this.count += 1;
          const name = `${client}/${this.count}`;
          current = new Connection(name, listener, this.world, {
            sent: () => (this.sent += 1),
            gone: (one) => this.open.delete(one),
          });
          this.open.add(current);
          current.begin(token);
        },
        disconnect: () => current?.leave(),
        send: (message, payload, ack) => current?.send(message, payload, ack as (answer: unknown) => void),
      };
    };
  }

  /** Those to a process that is dead. */
  breakTo(node: SimNode): void {
    [...this.open].filter((one) => one.node === node).forEach((connection) => connection.break());
  }
}

/** One connection: until it breaks everything arrives, and in order, but for what is injected. */
class Connection {
  node: SimNode | undefined;
  private socket: LiveSocket | undefined;
  private isWhole = true;
  /** The client has left, or been told that it has been lost. */
  private isOver = false;
  private lastUp = 0;
  private lastDown = 0;

  constructor(
    private readonly name: string,
    private readonly listener: WireListener,
    private readonly world: World,
    private readonly host: { sent(): void; gone(connection: Connection): void },
  ) {}

  begin(token: string): void {
    const { world } = this;
    this.up(() => {
      const living = world.nodes.filter(({ isDead }) => !isDead);
      if (living.length === 0 || world.strikes('connect refused', 0.1)) {
        this.break();
        return;
      }
      const node = world.chance.pick(living);
      this.node = node;
      world.trace(this.name, 'connects to', node.name);
      void node
        .admit(token, this.name, {
          sent: (message, payload) => this.sent(message, JSON.stringify(payload)),
          ended: () => this.down(() => this.over()),
        })
        .then((socket) => {
          this.socket = socket;
          this.down(() => this.listener.connected());
          this.breakSometime();
        });
    });
  }

  send(message: string, payload: unknown, ack: (answer: unknown) => void): void {
    const text = JSON.stringify(payload);
    const { world } = this;
    this.host.sent();
    world.trace(this.name, 'sends', message, text);
    const arrive = (acknowledge: (answer: unknown) => void): void => {
      if (this.socket && this.node) {
        this.node.receive(this.socket, message, JSON.parse(text), acknowledge);
      }
    };
    const isEdit = message === 'event:edit';
    if (isEdit) {
      world.sentEdit((payload as { note?: string }).note ?? '');
    }
    if (isEdit && world.plan.isLossy && world.strikes('client message dropped', 0.01)) {
      return;
    }
    this.up(() => arrive((answer) => this.answer(message, answer, ack)));
    if (isEdit && world.strikes('client message doubled', 0.04)) {
      world.sentEdit((payload as { note?: string }).note ?? '');
      this.up(() => arrive(() => undefined));
    }
  }

  /** Everything that is under way is lost, in both directions; each end sees it when it does. */
  break(): void {
    if (!this.isWhole) {
      return;
    }
    this.isWhole = false;
    const { world } = this;
    world.trace(this.name, 'breaks');
    setTimeout(() => this.over(), world.chance.between(0, CLIENT_NOTICES_MS));
    setTimeout(() => this.forget(), world.chance.between(0, SERVER_NOTICES_MS));
  }

  /** The client leaves. */
  leave(): void {
    this.isOver = true;
    this.up(() => this.forget());
  }

  private over(): void {
    if (!this.isOver) {
      this.isOver = true;
      this.isWhole = false;
      this.world.trace(this.name, 'is over');
      this.listener.disconnected();
    }
    this.host.gone(this);
  }

  private forget(): void {
    this.isWhole = false;
    this.host.gone(this);
    if (this.socket && this.node) {
      this.node.lost(this.socket);
    }
  }

  private breakSometime(): void {
    const { world } = this;
    const after = world.chance.lasting(world.plan.holds);
    setTimeout(() => {
      if (this.isWhole && world.isFaulty) {
        world.inject('connection broken');
        this.break();
      }
    }, after);
  }

  private answer(message: string, answer: unknown, ack: (answer: unknown) => void): void {
    const text = JSON.stringify(answer);
    if (this.world.plan.isLossy && this.world.strikes('answer dropped', 0.01)) {
      return;
    }
    this.down(() => {
      this.trace(`answered ${message}`, text);
      ack(JSON.parse(text));
    });
  }

  private sent(message: string, text: string): void {
    const { world } = this;
    const isMissed = message === 'event:changed' || message === 'presence:changed';
    if (isMissed && world.plan.isLossy && world.strikes('server message dropped', 0.05)) {
      return;
    }
    const arrive = (): void => {
      this.trace(message, text);
      this.listener.received(message, JSON.parse(text));
    };
    // A faithful connection may do so with changes, where it makes no difference.
    const isLoose = world.plan.isLossy || message === 'event:changed';
    if (isLoose && world.strikes('server message overtaken', 0.05)) {
      this.carry(arrive, world.chance.between(1, 500));
    } else {
      this.down(arrive);
    }
    if (isLoose && world.strikes('server message doubled', 0.04)) {
      this.carry(arrive, world.chance.between(1, 1_500));
    }
  }

  private trace(what: string, text: string): void {
    this.world.trace(this.name, 'hears', what, text.replace(/"requestId":"[^"]*"/, ''));
  }

  private up(arrive: () => void): void {
    this.lastUp = Math.max(this.lastUp, Date.now() + this.latency());
    const after = this.lastUp - Date.now();
    setTimeout(() => this.isWhole && arrive(), after);
  }

  private down(arrive: () => void): void {
    this.lastDown = Math.max(this.lastDown, Date.now() + this.latency());
    this.carry(arrive, this.lastDown - Date.now());
  }

  private carry(arrive: () => void, after: number): void {
    setTimeout(() => {
      if (this.isWhole && !this.isOver) {
        arrive();
      }
    }, after);
  }

  private latency(): number {
    const { chance } = this.world;
    return this.world.strikes('delayed', 0.02) ? chance.between(200, 3_000) : chance.between(2, 60);
  }
}
