import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotBeDone } from './command.js';

/** The secret that Convene has generated into a directory; null where there is none. */
export function secretIn(directory: string): string | null {
  const file = path.join(directory, 'secret');
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** @throws CannotBeDone where the directory has another one, which is not to be lost. */
export function refuseOtherSecret(secret: string | null, directory: string): void {
  const there = secretIn(directory);
  if (secret !== null && there !== null && there !== secret) {
    throw new CannotBeDone(
      `There is another secret in ${directory}. Move it away, or name another directory.`,
    );
  }
}

/** Puts a secret where nobody but its owner can read it. */
export function putSecret(secret: string | null, directory: string): void {
  if (secret !== null && secretIn(directory) === null) {
    writeFileSync(path.join(directory, 'secret'), secret, { mode: 0o600, flag: 'wx', flush: true });
  }
}
