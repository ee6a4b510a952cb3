import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const LISTENING = /^Convene is listening on (http:\/\/\S+)$/m;

/** What `npm test` has built; a build elsewhere can be named for a test of its own. */
const built = (): string[] => ['node', path.join(process.env['CONVENE_DIST'] ?? 'dist', 'main.js')];

/** `npm start` in a process of its own, on the embedded store. */
export class ConveneProcess {
  url = '';
  output = '';
  errors = '';
  readonly exited: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (data: Buffer) => (this.output += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (this.errors += data.toString()));
    this.exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  /** Starts the built program; resolves once it takes requests, rejects with what it said if it ends before. */
  static async start(environment: Record<string, string>, command = built()): Promise<ConveneProcess> {
    const started = ConveneProcess.spawn(environment, command);
    const deadline = Date.now() + 30_000;
    for (;;) {
      const url = LISTENING.exec(started.output)?.[1];
      if (url) {
        started.url = url;
        return started;
      }
      if (started.child.exitCode !== null || Date.now() > deadline) {
        started.signal('SIGKILL');
        throw new Error(`it did not start: ${started.errors || started.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  static spawn(environment: Record<string, string>, command = built()): ConveneProcess {
    const [program = 'node', ...args] = command;
    const { MONGODB_URI: _, ...inherited } = process.env;
    const child = spawn(program, args, { env: { ...inherited, PORT: '0', ...environment }, stdio: 'pipe' });
    return new ConveneProcess(child);
  }

  /** Sends a signal and waits for the end; answers the exit code (null: killed). */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.signal(signal);
    return this.exited;
  }

  /** Sends a signal (SIGSTOP and SIGCONT, too) and does not wait for what comes of it. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }
}

/** A directory of its own, gone with what `remove` is called for. */
export function temporaryDirectory(): { directory: string; remove(): void } {
  const directory = mkdtempSync(path.join(tmpdir(), 'convene-process-'));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
