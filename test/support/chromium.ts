import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from './programs.js';

/** A Chromium on this machine; null where there is none. */
export const findChromium = (): string | null =>
  findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');

/** A page as it is once its scripts have run, and what the browser had to say to it on its console. */
export interface Visit {
  dom: string;
  console: string[];
}

/** Opens a page in a browser of its own, which nobody sees, and closes it. */
export async function visit(binary: string, url: string): Promise<Visit> {
  const profile = mkdtempSync(path.join(tmpdir(), 'convene-chromium-'));
  try {
    const { dom, log } = await run(binary, [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--enable-logging=stderr',
      '--virtual-time-budget=10000',
      `--user-data-dir=${profile}`,
      '--dump-dom',
      url,
    ]);
    return { dom, console: log.split('\n').filter((line) => line.includes(':CONSOLE')) };
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function run(binary: string, options: string[]): Promise<{ dom: string; log: string }> {
  return new Promise((resolve, reject) => {
    const browser = spawn(binary, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { dom: '', log: '' };
    browser.stdout.on('data', (chunk: Buffer) => (said.dom += chunk.toString()));
    browser.stderr.on('data', (chunk: Buffer) => (said.log += chunk.toString()));
    browser.once('error', reject);
    browser.once('close', () => resolve(said));
  });
}
