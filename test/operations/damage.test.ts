import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { open } from 'lmdb';
import { checkDataFile, DataDamaged } from '../../src/store/embedded/data-file.js';
import { ConveneProcess, temporaryDirectory } from '../support/process.js';
import { Command, House } from './support.js';

/* A data directory that the program has made, and what becomes of it before the next start. */
const whole = temporaryDirectory();
let copy: { directory: string; remove(): void };
let file: string;
let running: ConveneProcess | undefined;

beforeAll(async () => {
  const house = await House.open(whole.directory);
  const ada = await house.person('ada');
  for (let i = 0; i < 40; i += 1) {
    const { id } = await ada.createEvent({ title: `Event ${i}`, description: 'x'.repeat(i * 500) });
    await ada.patch(`/api/events/${id}`, { title: 'Changed' });
  }
  await house.close();
}, 60_000);
afterAll(() => whole.remove());

beforeEach(() => {
  copy = temporaryDirectory();
  cpSync(whole.directory, copy.directory, { recursive: true });
  file = path.join(copy.directory, 'convene.lmdb');
});
afterEach(async () => {
  await running?.end('SIGKILL');
  running = undefined;
  copy.remove();
});

/** Starts what is not to start: one line and exit code 1. Answers the line. */
async function refusal(): Promise<string> {
  const started = ConveneProcess.spawn({ DATA_DIR: copy.directory, LOG_LEVEL: 'silent' });
  running = started;
  const code = await started.exited;
  expect({ code, output: started.output, lines: started.errors.split('\n').length }).toEqual({
    code: 1,
    output: '',
    lines: 2,
  });
  return started.errors;
}

function overwrite(from: number, to: number): void {
  const bytes = readFileSync(file);
  for (let at = from; at < to; at += 1) {
    bytes[at] = (at * 7919) % 251;
  }
  writeFileSync(file, bytes);
}
const size = (): number => statSync(file).size;

describe('a data file is refused in one line, and nothing in it is changed, where it', () => {
  test.each<[string, () => void]>([
    ['is empty', () => truncateSync(file, 0)],
    ['has only its head', () => truncateSync(file, 8192)],
    ['is cut in half', () => truncateSync(file, Math.floor(size() / 2))],
    ['has lost its last page', () => truncateSync(file, size() - 4096)],
    ['is something else', () => writeFileSync(file, 'This is no data file.\n'.repeat(5000))],
    ['is all zeros', () => writeFileSync(file, Buffer.alloc(size()))],
    ['has a first page of garbage', () => overwrite(0, 4096)],
    ['has a second page of garbage', () => overwrite(4096, 8192)],
    ['has garbage in its middle', () => overwrite(8192, size() - 8192)],
  ])('%s', async (_, damage) => {
    damage();
    const before = readFileSync(file);
    expect(await refusal()).toMatch(
      /^Convene could not start: The data file \S+convene\.lmdb is damaged \([^)]+\)\. Nothing was changed in it\. Restore a backup/,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    const { code, errors } = await Command.run('backup', [
      '--from',
      copy.directory,
      '--to',
      `${copy.directory}/b`,
    ]);
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining('is damaged') });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('is a directory', async () => {
    rmSync(file);
    mkdirSync(file);
    expect(await refusal()).toMatch(/is damaged \(it is no file\)/);
    expect(readdirSync(file)).toEqual([]);
  });

  test('is of a later version', async () => {
    const root = open({ path: file, maxDbs: 32, encoding: 'json' });
    await root.openDB({ name: 'meta', encoding: 'json' }).put('format', 3);
    await root.close();
    const before = readFileSync(file);
    expect(await refusal()).toMatch(
      /has format 3; this version of Convene reads format 2\. Use the version that wrote it, or another DATA_DIR\./,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('a data file that may not be read or written', () => {
  const isRoot = process.getuid?.() === 0;
  (isRoot ? test.skip : test)(`is refused${isRoot ? ' (skipped: root may do everything)' : ''}`, async () => {
    for (const mode of [0o000, 0o400]) {
      chmodSync(file, mode);
      expect(await refusal()).toMatch(/^Convene could not start: Not permitted: .*convene\.lmdb/);
    }
  });
});

describe('what a look at the data file finds', () => {
  test('is nothing where it is whole, however it was left', async () => {
    const house = await House.open(copy.directory);
    const ada = await house.person('bob');
    const lastly = ada.createEvent({ description: 'y'.repeat(9000) }).catch(() => undefined);
    await house.process.end('SIGKILL');
    await lastly;
    expect(() => checkDataFile(file)).not.toThrow();
  });

  test('is every damage of a page that LMDB would follow', () => {
    const bytes = readFileSync(file);
    const found = Array.from({ length: bytes.length / 4096 }, (_, page) => page).filter((page) => {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xa5, page * 4096, page * 4096 + 64);
      writeFileSync(file, damaged);
      try {
        checkDataFile(file);
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(DataDamaged);
        return true;
      }
    });
    // The others are free, or the later ones of values that take several pages.
    expect(found.slice(0, 2)).toEqual([0, 1]);
    expect(found.length).toBeGreaterThan(30);
  });
});
