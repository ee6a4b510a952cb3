import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const BINARY = '/usr/sbin/nginx';

/** Added to a suite's name where it is skipped for want of an nginx. Nothing is ever downloaded. */
export const whyNoNginx = existsSync(BINARY) ? '' : ` (skipped: there is no ${BINARY})`;

/** The proxy of a deployment, `deploy/nginx.conf` itself, in front of processes on this machine. */
export class Nginx {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'convene-nginx-'));
  private readonly entries: Server[] = [];
  private readonly pairs = new Set<Socket>();
  private child: ChildProcess | undefined;
  private port = 0;

  /** @param upstreams the processes, as `host:port` */
  static async start(upstreams: readonly string[]): Promise<Nginx> {
    const nginx = new Nginx();
    try {
      await nginx.open(upstreams);
    } catch (error) {
      await nginx.stop();
      throw error;
    }
    return nginx;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** An address of the proxy by which it is reached from this one of 127.0.0.0/8. */
  async from(localAddress: string): Promise<string> {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const onward = connect({ host: '127.0.0.1', port: this.port, localAddress, allowHalfOpen: true });
      for (const [one, other] of [[client, onward] as const, [onward, client] as const]) {
        this.pairs.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy()).on('close', () => this.pairs.delete(one) && other.destroy());
      }
    });
    this.entries.push(server);
    return `http://127.0.0.1:${await listen(server)}`;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    this.pairs.forEach((socket) => socket.destroy());
    await Promise.all(this.entries.map((entry) => new Promise((resolve) => entry.close(resolve))));
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async open(upstreams: readonly string[]): Promise<void> {
    this.port = await freePort();
    const conf = path.join(this.directory, 'nginx.conf');
    // Its workers are another user, and keep long bodies here.
    chmodSync(this.directory, 0o755);
    writeFileSync(
      conf,
      adapt(readFileSync('deploy/nginx.conf', 'utf8'), this.port, upstreams, this.directory),
    );
    const args = ['-p', this.directory, '-c', conf, '-g', `daemon off; pid ${this.directory}/pid;`];
    const { status, stderr } = spawnSync(BINARY, ['-t', ...args], { encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`nginx -t: ${stderr}`);
    }
    this.child = spawn(BINARY, args, { stdio: 'ignore' });
    await this.answers();
  }

  private async answers(): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (
      !(await fetch(this.url).then(
        () => true,
        () => false,
      ))
    ) {
      if (Date.now() > deadline) {
        throw new Error('nginx did not start');
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The file with other addresses and folders; everything else in it is what a deployment has. */
function adapt(conf: string, port: number, upstreams: readonly string[], directory: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const replacements: [RegExp, string][] = [
    [/^http \{$/m, ['http {', ...temporary].join('\n')],
    [/^ *listen 80;$/m, `listen 127.0.0.1:${port};`],
    // `resolve` needs nginx 1.27.3, and a DNS with the processes in it.
    [/^ *server app:3000 resolve (.*?);.*$/m, upstreams.map((address) => `server ${address} $1;`).join('\n')],
  ];
  return replacements.reduce((text, [line, instead]) => {
    if (!line.test(text)) {
      throw new Error(`deploy/nginx.conf has no line like ${String(line)}`);
    }
    return text.replace(line, instead);
  }, conf);
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
