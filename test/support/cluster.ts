import { ConveneProcess } from './process.js';
import { Person, register, type Reachable, type TestSocket } from './convene.js';
import { mongoSettings, type StoreSettings } from './stores.js';

/** Added to a suite's name where it is skipped for want of a database that several processes can share. */
export const whyNoCluster = process.env['MONGODB_URI'] ? '' : ' (skipped: MONGODB_URI is not set)';

const SECRET = 'a secret that every process of the test has';

/** Several processes of the built program on one database, which nobody else uses. */
export class Cluster {
  readonly sockets = new Set<TestSocket>();
  private readonly processes: (ConveneProcess | undefined)[] = [];
  private readonly ports: string[] = [];
  private people = 0;

  /** @param environment settings of every process, such as REDIS_URL */
  static async start(size: number, environment: Record<string, string> = {}): Promise<Cluster> {
    const cluster = new Cluster(mongoSettings(process.env['MONGODB_URI'] ?? ''), environment);
    try {
      for (let i = 0; i < size; i += 1) {
        await cluster.restart(i);
      }
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  private constructor(
    private readonly store: StoreSettings,
    private readonly environment: Record<string, string>,
  ) {}

  url = (i: number): string => this.processAt(i).url;

  /** A process, to be asked by somebody; its address stays when it is started again. */
  node(i: number): Reachable {
    const url = (): string => this.url(i);
    return {
      get url() {
        return url();
      },
      sockets: this.sockets,
    };
  }

  /** Somebody new, registered at one of the processes. */
  person(i = 0, fields: Record<string, unknown> = {}): Promise<Person> {
    this.people += 1;
    return register(this.node(i), { email: `person${this.people}@example.com`, ...fields });
  }

  /** Kills a process and waits until it is gone. */
  async kill(i: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.processes[i]?.end(signal);
  }

  /** Has a process end as on a clean shutdown; answers its exit code. */
  end = (i: number): Promise<number | null> => this.processAt(i).end('SIGTERM');

  /** Starts a process that has ended, on the port it had. */
  async restart(i: number): Promise<void> {
    const { dataDir, mongodbUri = '' } = this.store;
    this.processes[i] = await ConveneProcess.start({
      MONGODB_URI: mongodbUri,
      DATA_DIR: dataDir,
      JWT_SECRET: SECRET,
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      PORT: this.ports[i] ?? '0',
      ...this.environment,
    });
    this.ports[i] = new URL(this.url(i)).port;
  }

  /** A process that answers nothing and hears nothing, as behind a broken network, until it is continued. */
  stop = (i: number): void => this.processAt(i).signal('SIGSTOP');
  continue = (i: number): void => this.processAt(i).signal('SIGCONT');

  /** What a process has said on its way, for the message of a test that failed. */
  said = (i: number): string => `${this.processAt(i).output}\n${this.processAt(i).errors}`;

  /** Ends everything and leaves nothing behind, whatever state it is in. */
  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.close());
    this.sockets.clear();
    await Promise.all(this.processes.map((_, i) => this.kill(i)));
    await this.store.remove();
  }

  private processAt(i: number): ConveneProcess {
    const found = this.processes[i];
    if (!found) {
      throw new Error(`there is no process ${i}`);
    }
    return found;
  }
}

/** The same person, served by another process. */
export const at = (node: Reachable, { user, tokens }: Pick<Person, 'user' | 'tokens'>): Person =>
  new Person(node, user, tokens);
