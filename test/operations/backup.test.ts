import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Person } from '../support/convene.js';
import { temporaryDirectory } from '../support/process.js';
import { Command, faultOf, House, pages } from './support.js';

/* The program and its commands as they are built: `npm test` builds them. */
let root: string;
let remove: () => void;
let open: House[] = [];
beforeEach(() => {
  ({ directory: root, remove } = temporaryDirectory());
});
afterEach(async () => {
  await Promise.all(open.map((house) => house.process.end('SIGKILL')));
  open = [];
  remove();
});

const at = (name: string): string => path.join(root, name);
async function house(name: string, environment?: Record<string, string>): Promise<House> {
  const opened = await House.open(at(name), environment);
  open.push(opened);
  return opened;
}
/** The same person at another process on the same secret. */
const movedTo = (place: House, { user, tokens }: Person): Person => new Person(place, user, tokens);

/** A directory with a person, an event, and a history of it. */
async function smallHouse(name: string): Promise<{ ada: Person; id: string }> {
  const place = await house(name);
  const ada = await place.person('ada');
  const { id } = await ada.createEvent();
  await ada.patch(`/api/events/${id}`, { title: 'Second' });
  await place.close();
  return { ada, id };
}

describe('a backup', () => {
  test('of a process that is written to at full speed has every answered change, and whole logs', async () => {
    const running = await house('data');
    const ada = await running.person('ada');
    const events = await Promise.all(Array.from({ length: 6 }, () => ada.createEvent()));
    // So much that it cannot be copied between two writes.
    for (let i = 0; i < 150; i += 1) {
      await ada.createEvent({ description: `${i}`.repeat(5_000), tags: ['large'] });
    }
    const acknowledged = new Map<string, number>();
    let writing = true;
    const writers = events.flatMap(({ id }) =>
      [1, 2, 3].map(async (writer) => {
        for (let i = 0; writing; i += 1) {
          const { status, body } = await ada.patch(`/api/events/${id}`, { metadata: { [`w${writer}`]: i } });
          expect(status).toBe(200);
          acknowledged.set(id, Math.max(acknowledged.get(id) ?? 0, body.version));
        }
      }),
    );
    const before: Map<string, number>[] = [];
    for (const name of ['first', 'second', 'third']) {
      // Enough for entries to move into buckets from one backup to the next.
      const goal = Math.max(...acknowledged.values(), 0) + 60;
      while (Math.max(...acknowledged.values(), 0) < goal) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      before.push(new Map(acknowledged));
      const backup = await Command.run('backup', ['--to', at(name)], { DATA_DIR: at('data') });
      expect({ code: backup.code, errors: backup.errors }).toEqual({ code: 0, errors: '' });
    }
    const after = new Map(acknowledged);
    writing = false;
    await Promise.all(writers);
    expect(Math.min(...[...after.keys()].map((id) => after.get(id)! - before[0]!.get(id)!))).toBeGreaterThan(
      0,
    );

    for (const [i, name] of ['first', 'second', 'third'].entries()) {
      const restored = `restored-${name}`;
      const restore = await Command.run('restore', ['--from', at(name), '--to', at(restored)]);
      expect({ code: restore.code, errors: restore.errors }).toEqual({ code: 0, errors: '' });
      const place = await house(restored);
      const here = movedTo(place, ada);
      expect(await pages(here, '/api/events')).toHaveLength(156);
      for (const { id } of events) {
        expect(await faultOf(here, id)).toBeNull();
        const { body } = await here.get(`/api/events/${id}`);
        expect(body.version).toBeGreaterThanOrEqual(before[i]!.get(id)!);
        expect((await here.patch(`/api/events/${id}`, { title: 'Goes on' })).body.version).toBe(
          body.version + 1,
        );
      }
      await place.close();
    }
  }, 120_000);

  test('has the secret in it, for its owner alone: tokens stay good; with JWT_SECRET it has none', async () => {
    const { ada, id } = await smallHouse('data');
    const said = await Command.run('backup', ['--from', at('data'), '--to', at('backup')]);
    expect(said).toMatchObject({ code: 0, errors: '' });
    expect(said.output).toMatch(/1 users, 1 sessions, .*1 events, 2 versions/);
    expect(readdirSync(at('backup')).sort()).toEqual(['convene.lmdb', 'secret']);
    for (const name of ['', 'convene.lmdb', 'secret']) {
      expect(statSync(path.join(at('backup'), name)).mode & 0o077).toBe(0);
    }
    await Command.run('restore', ['--from', at('backup'), '--to', at('restored')]);
    expect(statSync(path.join(at('restored'), 'secret')).mode & 0o777).toBe(0o600);
    const here = movedTo(await house('restored'), ada);
    expect((await here.get(`/api/events/${id}`)).body).toMatchObject({ title: 'Second', version: 2 });

    await Command.run('backup', ['--from', at('data'), '--to', at('other')], { JWT_SECRET: 'x'.repeat(32) });
    expect(readdirSync(at('other'))).toEqual(['convene.lmdb']);
  }, 60_000);

  test.each<[string, () => string[], RegExp]>([
    ['of nothing', () => ['--from', at('nothing'), '--to', at('backup')], /^There is no data in /],
    [
      'on another backup',
      () => ['--from', at('data'), '--to', at('data')],
      /^There is a backup in .* already/,
    ],
    ['to nowhere', () => ['--from', at('data')], /^--to is missing\.\nUsage: /],
    ['with a slip', () => ['--form', at('data'), '--to', at('backup')], /^Unknown option '--form'/],
  ])('%s is refused', async (_, args, says) => {
    mkdirSync(at('data'));
    writeFileSync(path.join(at('data'), 'convene.lmdb'), 'whatever it is');
    const { code, errors, output } = await Command.run('backup', args());
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(says);
    expect(existsSync(at('backup'))).toBe(false);
    expect(readFileSync(path.join(at('data'), 'convene.lmdb'), 'utf8')).toBe('whatever it is');
  });
});

describe('a restore', () => {
  test('overwrites neither data nor another secret', async () => {
    const { id, ada } = await smallHouse('data');
    await Command.run('backup', ['--from', at('data'), '--to', at('backup')]);
    const { code, errors } = await Command.run('restore', ['--from', at('backup'), '--to', at('data')]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^There is data in .* already, which is not overwritten\..*\n$/);
    const here = movedTo(await house('data'), ada);
    expect((await here.get(`/api/events/${id}`)).body.title).toBe('Second');

    mkdirSync(at('secretive'));
    writeFileSync(path.join(at('secretive'), 'secret'), 'another one');
    const second = await Command.run('restore', ['--from', at('backup'), '--to', at('secretive')]);
    expect(second.errors).toMatch(/^There is another secret in /);
    expect(readdirSync(at('secretive'))).toEqual(['secret']);
  }, 60_000);

  test('is refused in a directory that a process works on', async () => {
    await smallHouse('data');
    await Command.run('backup', ['--from', at('data'), '--to', at('backup')]);
    await house('data');
    const { code, errors } = await Command.run('restore', ['--from', at('backup'), '--to', at('data')]);
    expect(code).toBe(1);
    expect(errors).toMatch(/in use by another Convene process/);
  }, 60_000);

  test('of a damaged backup is refused, and leaves no data behind', async () => {
    await smallHouse('data');
    await Command.run('backup', ['--from', at('data'), '--to', at('backup')]);
    const file = path.join(at('backup'), 'convene.lmdb');
    copyFileSync(file, at('whole'));
    truncateSync(file, statSync(file).size - 4096);
    const { code, errors } = await Command.run('restore', ['--from', at('backup'), '--to', at('restored')]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^The data file .* is damaged \(.*\)\..*\n$/);
    expect(existsSync(at('restored'))).toBe(false);
    copyFileSync(at('whole'), file);
    expect((await Command.run('restore', ['--from', at('backup'), '--to', at('restored')])).code).toBe(0);
  }, 60_000);

  test('of nothing is refused', async () => {
    const { code, errors } = await Command.run('restore', ['--from', at('nothing'), '--to', at('restored')]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^There is no backup in /);
  });
});
