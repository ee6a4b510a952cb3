// Brings dist/ up to date with src/; silent, and quick, when it is already. `--force` builds in any case.
//
// dist/ is only ever replaced whole: compiled beside its place, stamped with the hash of what went in, then renamed.
// So an interrupted build leaves the old dist/ or none, builds at the same time don't mix, and the outputs of deleted
// sources go. A hash, not timestamps: it also notices deletions, and sources that are older than the build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildConsole } from './build-console.mjs';

process.chdir(join(import.meta.dirname, '..'));
const CONFIG_FILES = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build-console.mjs'];
/** Bundled, not compiled one by one. */
const CONSOLE = join('src', 'console');
const STAMP = '.inputs.sha256';
const force = process.argv.includes('--force');
const fresh = `.dist-${process.pid}`;
const retired = `${fresh}-old`;

const problem = existsSync('src') ? await buildIfNeeded() : checkForDist();
if (problem) {
  console.error(`Convene: ${problem}`);
  process.exitCode = 1;
}

/** An installation may come with dist/ alone. */
function checkForDist() {
  return existsSync('dist/main.js') ? undefined : 'there is neither src/ nor dist/ here, so nothing to run.';
}

/** @returns what went wrong, if anything did */
async function buildIfNeeded() {
  const inputs = hashOfInputs();
  if (!force && isCurrent(inputs)) return undefined;
  const tsc = findTypeScript();
  if (!tsc) {
    const state = existsSync('dist') ? 'out of date' : 'missing';
    return `dist/ is ${state} and TypeScript is not installed: run "npm install --include=dev".`;
  }
  removeLeftovers();
  try {
    return await build(tsc, inputs);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(retired, { recursive: true, force: true });
  }
}

/** @param {string} tsc @param {string} inputs */
async function build(tsc, inputs) {
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) return 'the sources do not compile (above); dist/ is as it was.';
  cpSync('src', fresh, { recursive: true, filter: (path) => !isTypeScript(path) && path !== CONSOLE });
  const failure = await buildConsole(join(fresh, 'console'));
  if (failure) return failure;
  writeFileSync(join(fresh, STAMP), inputs);
  while (force || !isCurrent(inputs)) {
    if (moveIntoPlace()) break;
  }
  return undefined;
}

/** @returns false when there was a dist/, which is out of the way now */
function moveIntoPlace() {
  try {
    renameSync(fresh, 'dist');
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) throw error;
  }
  try {
    renameSync('dist', retired);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error; // another build was here first
  }
  rmSync(retired, { recursive: true, force: true });
  return false;
}

function hashOfInputs() {
  const sources = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [...CONFIG_FILES, ...sources.sort()]) {
    const content = readFileSync(file);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** @param {string} inputs */
function isCurrent(inputs) {
  const stamp = join('dist', STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
}

function findTypeScript() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    return undefined;
  }
}

/** What interrupted builds left. A folder of this process's own number is an earlier process's. */
function removeLeftovers() {
  for (const name of readdirSync('.')) {
    const pid = Number(/^\.dist-(\d+)(-old)?$/.exec(name)?.[1]);
    if (pid && (pid === process.pid || !isRunning(pid))) rmSync(name, { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** @param {string} path */
function isTypeScript(path) {
  return /\.[cm]?ts$/.test(path);
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
