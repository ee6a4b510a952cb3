import { ConveneClient, socketIo, type ClientOptions, type LiveEvent } from '../../src/client/index.js';
import type { Connect, Wire, WireListener } from '../../src/client/index.js';
import { PASSWORD, type Convene, type Person } from '../support/convene.js';

/** The clients of a test file, and their end. */
export class Clients {
  private readonly made: ConveneClient[] = [];
  /** What listeners threw: nothing, in a test that does not make them. */
  readonly errors: unknown[] = [];

  constructor(private readonly convene: () => Convene) {}

  make(options: Partial<ClientOptions> = {}): ConveneClient {
    const onError = (error: unknown): void => void this.errors.push(error);
    const client = new ConveneClient({
      url: this.convene().url,
      transports: ['websocket'],
      onError,
      ...options,
    });
    this.made.push(client);
    return client;
  }

  /** A client in a session of its own of this person's. */
  async of(person: Person, options: Partial<ClientOptions> = {}): Promise<ConveneClient> {
    const client = this.make(options);
    await client.signIn({ email: person.user.email, password: PASSWORD });
    return client;
  }

  close(): void {
    this.made.splice(0).forEach((client) => client.close());
  }
}

/** A wire to the server that can be cut, and that can swallow answers. */
export class FrayedWire {
  /** Whether answers are lost, and the connection with the first of them. */
  losesAnswers = false;
  /** Whether attempts to connect fail. */
  isCut = false;
  readonly sent: { message: string; payload: any }[] = [];
  private wire: Wire | undefined;
  private listener: WireListener | undefined;

  constructor(private readonly url: () => string) {}

  readonly connect: Connect = (listener) => {
    const wire = socketIo(this.url(), ['websocket'])(listener);
    [this.wire, this.listener] = [wire, listener];
    return {
      connect: (token) => {
        if (this.isCut) {
          setImmediate(() => listener.disconnected());
        } else {
          wire.connect(token);
        }
      },
      disconnect: () => wire.disconnect(),
      send: (message, payload, ack) => {
        this.sent.push({ message, payload });
        wire.send(message, payload, (answer) => (this.losesAnswers ? this.cut() : ack(answer)));
      },
    };
  };

  cut(): void {
    this.isCut = true;
    this.wire?.disconnect();
    this.listener?.disconnected();
  }

  /** As if the server had said so. */
  tell(message: string, payload: unknown): void {
    this.listener?.received(message, payload);
  }

  mend(): void {
    this.isCut = false;
    this.losesAnswers = false;
  }

  edits(): any[] {
    return this.sent.filter(({ message }) => message === 'event:edit').map(({ payload }) => payload);
  }
}

/** Waits for a condition; the error says what for. */
export async function until(what: string, condition: () => boolean, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`waited in vain until ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Keeps what is told of one thing: `const closed = heard((listener) => event.on('closed', listener))`. */
export function heard(listen: (listener: (payload: any) => void) => unknown): any[] {
  const all: any[] = [];
  listen((payload) => all.push(payload));
  return all;
}

/** The versions that a live event tells from now on. */
export function versionsOf(event: LiveEvent): number[] {
  const versions: number[] = [];
  event.on('change', ({ change }) => change && versions.push(change.version));
  return versions;
}
