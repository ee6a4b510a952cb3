import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** How long one block may take. */
const PATIENCE_MS = 60_000;

/** A shell in which one block after the other is carried out, as somebody would paste them. The first fault ends it. */
export class Shell {
  private readonly output: string;
  private readonly bash: ChildProcess;
  private done = '';
  private blocks = 0;
  private ended = false;

  constructor(private readonly directory: string) {
    this.output = path.join(directory, '.output');
    writeFileSync(this.output, '');
    const { MONGODB_URI: _, REDIS_URL: __, ...environment } = process.env;
    this.bash = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail'], {
      cwd: directory,
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    this.bash.stdout?.on('data', (data: Buffer) => (this.done += data.toString()));
    this.bash.stdin?.on('error', () => undefined); // it has ended: `run` says so
    this.bash.once('exit', () => (this.ended = true));
  }

  /** Everything that has been written so far, by what runs in the background, too. */
  read = (): string => readFileSync(this.output, 'utf8');

  /** @throws with what was written, where a command fails or does not end */
  async run(code: string): Promise<void> {
    const block = `.block-${(this.blocks += 1)}.sh`;
    const before = this.read().length;
    writeFileSync(path.join(this.directory, block), code);
    this.bash.stdin?.write(`. ./${block} </dev/null >>.output 2>&1; echo "done ${block}"\n`);
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.done.includes(`done ${block}`)) {
      if (this.ended || Date.now() > deadline) {
        throw new Error(`${this.ended ? 'It failed' : 'It does not end'}: ${this.read().slice(before)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it, and whatever it has left in the background. */
  end(): void {
    try {
      process.kill(-(this.bash.pid ?? 0), 'SIGKILL');
    } catch {
      // It has gone by itself.
    }
  }

  /** Notes what another program has written. */
  note = (text: string): void => appendFileSync(this.output, text);
}
