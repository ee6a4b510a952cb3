import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import jsonPatch from 'fast-json-patch';
import { contentOf } from '../support/answers.js';
import { register, type Person, type Reachable } from '../support/convene.js';
import { ConveneProcess } from '../support/process.js';

/** A command as `npm run` starts it, once it is built. */
export class Command {
  output = '';
  errors = '';
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(
    name: 'backup' | 'restore' | 'migrate',
    args: string[],
    environment: Record<string, string> = {},
  ) {
    const program = path.join(process.env['CONVENE_DIST'] ?? 'dist', 'operations', `${name}.js`);
    const { MONGODB_URI: _, JWT_SECRET: __, DATA_DIR: ___, ...inherited } = process.env;
    this.child = spawn('node', [program, ...args], { env: { ...inherited, ...environment }, stdio: 'pipe' });
    this.child.stdout?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.child.stderr?.on('data', (data: Buffer) => (this.errors += data.toString()));
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** Runs one to its end. */
  static async run(
    ...given: ConstructorParameters<typeof Command>
  ): Promise<Command & { code: number | null }> {
    const command = new Command(...given);
    return Object.assign(command, { code: await command.exited });
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Waits until it has said something; false where it ends without. */
  async hasSaid(what: string): Promise<boolean> {
    while (!this.output.includes(what) && this.child.exitCode === null && this.child.signalCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return this.output.includes(what);
  }
}

/** The program on a directory, and people who use it. */
export class House implements Reachable {
  readonly sockets: Reachable['sockets'] = new Set();
  readonly witness = undefined;
  private constructor(readonly process: ConveneProcess) {}

  static async open(dataDir: string, environment: Record<string, string> = {}): Promise<House> {
    const settings = { DATA_DIR: dataDir, RATE_LIMIT: 'off', LOG_LEVEL: 'silent', ...environment };
    return new House(await ConveneProcess.start(settings));
  }

  get url(): string {
    return this.process.url;
  }

  person = (name: string): Promise<Person> =>
    register(this, { email: `${name}@example.com`, username: name });

  /** Ends it as Ctrl-C does. */
  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.close());
    await this.process.end('SIGTERM');
  }
}

/** All pages of a list. */
export async function pages(person: Person, url: string): Promise<any[]> {
  const items: any[] = [];
  let cursor: string | null = null;
  do {
    const mark: string = url.includes('?') ? '&' : '?';
    const { body } = await person.get(
      `${url}${mark}limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

/** Reads an event's log over REST, and replays it. @returns what does not fit, if anything does not */
export async function faultOf(person: Person, id: string): Promise<string | null> {
  const { body: event } = await person.get(`/api/events/${id}`);
  const log = (await pages(person, `/api/events/${id}/history`)).reverse();
  if (log.some((entry, i) => entry.version !== i + 1) || log.length !== event.version) {
    return `${id}: the log has the versions ${log.map(({ version }) => version).join()}`;
  }
  let content: any = {};
  for (const { patch } of log) {
    content = jsonPatch.applyPatch(content, patch, false, false).newDocument;
  }
  const stored = JSON.stringify(sorted(contentOf(event)));
  return JSON.stringify(sorted(content)) === stored ? null : `${id}: the log leads to another content`;
}

const sorted = (value: any): any =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
        )
      : value;
