import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { ConveneProcess, temporaryDirectory } from '../process.js';

/** A folder as somebody has it who has installed Convene, and a Convene that runs in it; built, without sources. */
export class Installation {
  readonly directory: string;
  private readonly remove: () => void;
  private running: ConveneProcess | undefined;

  constructor() {
    ({ directory: this.directory, remove: this.remove } = temporaryDirectory());
    const inside = (name: string): string => path.join(this.directory, name);
    mkdirSync(inside('scripts'));
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    for (const file of ['package.json', ...files.filter((one) => one.startsWith('scripts/'))]) {
      copyFileSync(file, inside(file));
    }
    symlinkSync(path.resolve(process.env['CONVENE_DIST'] ?? 'dist'), inside('dist'));
    symlinkSync(path.resolve('node_modules'), inside('node_modules'));
  }

  /** What a block says, for this machine: with the address and the folders that there are here. */
  here = (code: string): string =>
    code
      .replaceAll('http://localhost:3000', this.running?.url ?? 'http://localhost:3000')
      .replaceAll(/(?<![\w.])\/backups\b/g, `${this.directory}/backups`)
      .replaceAll(/(?<![\w.])\/srv\/convene\b/g, `${this.directory}/data`);

  async start(): Promise<void> {
    this.running ??= await ConveneProcess.start({
      HOST: '127.0.0.1',
      DATA_DIR: path.join(this.directory, 'data'),
      WEBHOOK_PRIVATE: 'allow',
    });
  }

  async stop(): Promise<void> {
    await this.running?.end('SIGTERM');
    this.running = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    this.remove();
  }
}
