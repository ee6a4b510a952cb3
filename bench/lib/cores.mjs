import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whether processes can be kept on a core of their own: the server on the first, its load on the second. */
export const CAN_PIN =
  availableParallelism() > 1 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Keeps a process with all its threads on one core. @param {number | undefined} pid @param {number} core */
export function pin(pid, core) {
  if (CAN_PIN) spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
}

/** @param {string[]} command @param {number} core @returns the command that runs it there */
export const pinned = (command, core) => (CAN_PIN ? ['taskset', '-c', String(core), ...command] : command);
