import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { open } from 'lmdb';
import { carry } from '../../src/operations/carry.js';
import { verify } from '../../src/operations/verify.js';
import { openData } from '../../src/store/embedded/files.js';
import { openEmbeddedStore } from '../../src/store/embedded/index.js';
import { openMongoStore } from '../../src/store/mongo/index.js';
import { openMongoTarget } from '../../src/store/mongo/target.js';
import { Person } from '../support/convene.js';
import { ConveneProcess, temporaryDirectory } from '../support/process.js';
import { objectId, testDatabase, whySkipped, type TestDatabase } from '../store/mongo-server.js';
import { newEvent, newId, newSession, newUser } from '../store/samples.js';
import { delivered, newDelivery, newWebhook } from '../store/webhook-samples.js';
import { Command, House, pages } from './support.js';

const suite = whySkipped ? describe.skip : describe;
const silent = { step: () => undefined, add: () => undefined, end: () => undefined };

/** People who share two hundred events, some of them with long histories, in a data directory. */
async function liveIn(directory: string): Promise<Person[]> {
  const house = await House.open(directory);
  const [ada, bob, eve] = [await house.person('ada'), await house.person('bob'), await house.person('eve')];
  const made = [];
  for (let i = 0; i < 200; i += 1) {
    made.push(
      await ada.createEvent({
        title: `Event ${i} café`,
        tags: [`t${i % 7}`],
        start: new Date(Date.UTC(2026, 2, 1, i)).toISOString(),
        end: new Date(Date.UTC(2026, 2, 1, i + 1 + (i % 40))).toISOString(),
        metadata: { 'a.b': i, $set: { '': [i, null] }, 'x%2E': 'y' },
        ...(i % 10 === 0 && { recurrence: { frequency: 'daily', count: 500 } }),
      }),
    );
  }
  const socket = await ada.connect();
  for (const [i, { id }] of made.slice(0, 12).entries()) {
    const edits = Array.from({ length: 40 * (i + 1) }, (_, n) => ({ eventId: id, changeId: `${i}-${n}`, n }));
    const sent = edits.map(({ n, ...edit }) =>
      socket.ask('event:edit', { ...edit, patch: [{ op: 'add', path: `/metadata/m${n % 9}`, value: n }] }),
    );
    expect((await Promise.all(sent)).every(({ ok }) => ok)).toBe(true);
  }
  for (const { id } of made.slice(5, 45)) {
    await ada.share({ id }, bob, 'editor');
    await ada.share({ id }, eve, 'viewer');
    await bob.patch(`/api/events/${id}`, { description: 'x'.repeat(2_000) });
  }
  await ada.delete(`/api/events/${made[50].id}`);
  await ada.delete(`/api/events/${made[7].id}/permissions/${eve.id}`);
  await ada.post(`/api/events/${made[6].id}/rollback/1`);
  await bob.post('/api/auth/login', { email: 'bob@example.com', password: 'wrong but tried' });
  await eve.post('/api/auth/logout', {});
  await house.close();
  return [ada, bob];
}

/** What somebody sees of everything. */
async function seenBy(person: Person): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  const get = async (url: string) => (seen[url] = (await person.get(url)).body);
  const events = await pages(person, '/api/events');
  seen['events'] = events;
  seen['by update'] = await pages(person, '/api/events?sort=-updatedAt');
  seen['trash'] = await pages(person, '/api/events?deleted=true');
  await get('/api/auth/me');
  await get('/api/auth/sessions');
  await get('/api/events?tag=t3&limit=100');
  await get('/api/events?q=cafe&limit=100');
  await get('/api/events?from=2026-03-03T00:00:00Z&to=2026-03-04T00:00:00Z&expand=true&limit=100');
  for (const { id, version } of events.filter((_, i) => i % 9 === 0 || i < 14)) {
    await get(`/api/events/${id}`);
    await get(`/api/events/${id}/permissions`);
    seen[`${id} history`] = await pages(person, `/api/events/${id}/history`);
    seen[`${id} changelog`] = (await person.get(`/api/events/${id}/changelog?limit=100`)).body.items;
    await get(`/api/events/${id}/diff/1/${version}`);
    await get(`/api/events/${id}/history/${Math.ceil(version / 2)}`);
  }
  return seen;
}

suite(`migrating to MongoDB${whySkipped}`, () => {
  const data = temporaryDirectory();
  let people: Person[];
  let database: TestDatabase;
  beforeAll(async () => {
    people = await liveIn(data.directory);
    database = await testDatabase();
  }, 120_000);
  afterAll(async () => {
    data.remove();
    await database.remove();
  });
  const migrate = (from = data.directory): Command =>
    new Command('migrate', ['--from', from, '--to', database.uri]);
  const finished = async (command: Command) => {
    const code = await command.exited;
    return { code, output: command.output, errors: command.errors };
  };

  test('killed in its middle: nobody opens the database; other data is refused; again, it goes on to its end', async () => {
    const killed = migrate();
    expect(await killed.hasSaid('copying events: 200 of 200')).toBe(true);
    killed.kill();
    await killed.exited;
    const meta = await database.connection.collection('meta').findOne({ migrationOf: { $exists: true } });
    expect(meta).toMatchObject({ format: 0 });
    await expect(openMongoStore(database.uri)).rejects.toThrow(/filled by a migration that has not ended/);

    const other = temporaryDirectory();
    await (await openEmbeddedStore(other.directory)).close();
    expect((await finished(migrate(other.directory))).errors).toMatch(/unfinished migration of other data/);
    other.remove();

    const { code, output, errors } = await finished(migrate());
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^This migration was begun before; it goes on\.\n/);
    expect(output).toMatch(
      /The same in both: 3 users, \d+ sessions, .* 200 events, \d+ buckets, \d+ keys\.\n/,
    );
    expect(Number(/([\d,]+) versions/.exec(output)?.[1]?.replace(',', ''))).toBeGreaterThan(3_300);
  }, 120_000);

  test('Convene answers on the database what it answered on the directory', async () => {
    const copy = temporaryDirectory();
    cpSync(data.directory, copy.directory, { recursive: true, filter: (file) => !file.endsWith('/lock') });
    const before = await House.open(copy.directory);
    const JWT_SECRET = readFileSync(path.join(data.directory, 'secret'), 'utf8');
    const after = await House.open(copy.directory + '-mongo', { MONGODB_URI: database.uri, JWT_SECRET });
    try {
      for (const { user, tokens } of people) {
        const seen = await seenBy(new Person(after, user, tokens));
        expect(seen).toEqual(await seenBy(new Person(before, user, tokens)));
        expect(Object.keys(seen).length).toBeGreaterThan(60);
      }
      const [ada] = people.map(({ user, tokens }) => new Person(after, user, tokens));
      const [event] = await pages(ada!, '/api/events');
      const edited = await ada!.patch(`/api/events/${event.id}`, { title: 'Goes on' });
      expect(edited.body.version).toBe(event.version + 1);
    } finally {
      await Promise.all([before.close(), after.close()]);
      copy.remove();
    }
  }, 120_000);

  test('a database that has data is refused, and stays as it is', async () => {
    const count = () => database.connection.collection('events').countDocuments({});
    const before = await count();
    const { code, errors } = await finished(migrate());
    expect(code).toBe(1);
    expect(errors).toMatch(/^The MongoDB database has data in its collection \w+; .*\n$/);
    expect(await count()).toBe(before);
    await (await openMongoStore(database.uri)).close();
  });

  test('a directory that a process works on is refused', async () => {
    const house = await House.open(data.directory);
    expect((await finished(migrate())).errors).toMatch(/in use by another Convene process/);
    await house.close();
  });
});

suite(`what a migration compares${whySkipped}`, () => {
  /** A directory with one of everything, carried over. */
  async function carried() {
    const { directory, remove } = temporaryDirectory();
    const store = await openEmbeddedStore(directory);
    const user = newUser();
    await store.accounts.insertUser(user);
    await store.accounts.insertSession(newSession(user.id));
    await store.accounts.insertSession(newSession(user.id, { expiresAt: '2026-01-01T00:00:00.000Z' }));
    await store.accounts.insertInvitation(
      { hash: 'ab', createdBy: user.id, createdAt: user.createdAt, expiresAt: '2126-01-01T00:00:00.000Z' },
      9,
    );
    const feed = { id: newId(), userId: user.id, hash: 'cd', label: 'Phone', createdAt: user.createdAt };
    await store.feeds.insert({ ...feed, lastUsedAt: null }, 9);
    const webhook = newWebhook({ userId: user.id });
    const [pending, told] = [newDelivery(webhook), newDelivery(webhook)];
    await store.webhooks.insert(webhook, 9);
    for (const { eventId, ...one } of [pending, told]) {
      await store.deliveries.enqueue({ webhookId: webhook.id, eventId }, [{ eventId, ...one }], 2);
    }
    await store.deliveries.settle(told, delivered);
    const at = Date.now();
    const use = {
      userId: user.id,
      key: 'k ~',
      fingerprint: 'f',
      token: 't',
      repeatable: false,
      at,
      keepMs: 1e7,
    };
    const begun = await store.idempotency.begin(use);
    if (begun.state === 'started') {
      await store.idempotency.finish(begun.run, Buffer.from([0, 255, 7]));
    }
    await store.idempotency.begin({ ...use, key: 'open' });
    const leaving = newUser();
    await store.accounts.insertUser(leaving);
    await store.accounts.depart({ userId: leaving.id, transferTo: user.id, at: user.createdAt });
    const made = newEvent({ ownerId: user.id, fields: { metadata: { toString: 'x', 'a.b': { $c: 1 } } } });
    await store.events.insert([made]);
    const gone = newEvent({ ownerId: user.id });
    await store.events.insert([gone]);
    await store.events.erase(gone.event.id, 1, new Date(at).toISOString());
    const { id } = made.event;
    await store.events.putBucket({
      eventId: id,
      fromVersion: 1,
      toVersion: 1,
      base: {},
      entries: made.entries,
    });
    await store.close();

    const source = await openData(directory);
    const database = await testDatabase();
    const target = await openMongoTarget(database.uri, source.id);
    await carry(source, target, silent);
    return {
      id,
      gone: gone.event.id,
      user,
      use,
      webhook,
      pending,
      told,
      database,
      compare: async () => {
        const { figures, faults } = await verify(source, target, silent);
        return { figures, faults: faults.first };
      },
      remove: async () => {
        await Promise.all([source.close(), target.close()]);
        await database.remove();
        remove();
      },
    };
  }

  /** The store on a database that is being filled. */
  async function openAnyway({ uri, connection }: TestDatabase) {
    const meta = connection.collection<{ _id: string }>('meta');
    await meta.updateOne({ _id: 'layout' }, { $set: { format: 1 } });
    return openMongoStore(uri);
  }

  test('is everything: what has been changed, lost or added in the database is told', async () => {
    const { id, gone, user, use, webhook, database, compare, remove, ...made } = await carried();
    const { connection } = database;
    const _id = objectId(id);
    try {
      expect(await compare()).toEqual({
        figures: {
          users: 1,
          sessions: 1,
          invitations: 1,
          feeds: 1,
          webhooks: 1,
          deliveries: 2,
          webhookPositions: 2,
          departures: 1,
          losses: 1,
          events: 1,
          versions: 1,
          buckets: 1,
          keys: 2,
        },
        faults: [],
      });
      const told = async (change: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<string> => {
        await change();
        const { faults } = await compare();
        await undo();
        expect((await compare()).faults).toEqual([]);
        return faults.join('\n');
      };
      const set = (name: string, filter: object, fields: object) => () =>
        connection.collection(name).updateOne(filter, { $set: fields });

      const events = connection.collection('events');
      const event = await events.findOne({ _id });
      const restore = () => events.replaceOne({ _id }, event as never, { upsert: true });
      expect(await told(set('events', { _id }, { 'content.title': 'Other' }), restore)).toContain(
        `${id} differs`,
      );
      expect(await told(set('events', { _id }, { searchText: 'other' }), restore)).toContain(`${id} differs`);
      expect(await told(set('events', { _id }, { 'members.0.role': 'viewer' }), restore)).toContain(
        `${id} differs`,
      );
      expect(await told(() => events.deleteOne({ _id }), restore)).toContain(`events: ${id} is missing`);
      expect(
        await told(
          set('buckets', {}, { 'entries.0.at': 'x' }),
          set('buckets', {}, { 'entries.0.at': event!['log'][0].at }),
        ),
      ).toMatch(/version 1 of \w+ differs[^]*buckets: \w+ from version 1 differs/);
      expect(
        await told(
          set('users', { _id: user.id }, { name: 'X' }),
          set('users', { _id: user.id }, { name: user.name }),
        ),
      ).toContain(`users: ${user.id} differs`);
      expect(await told(set('losses', {}, { at: 7 }), set('losses', {}, { at: use.at }))).toContain(
        `losses: ${user.id} differs`,
      );
      const deliveries = (state: string) => set('deliveries', { eventId: made.pending.eventId }, { state });
      expect(await told(deliveries('dead'), deliveries('pending'))).toContain(
        `deliveries: one of ${webhook.id} differs`,
      );
      const store = await openAnyway(database);
      expect(await store.webhooks.find(webhook.id)).toEqual(webhook);
      expect(await store.deliveries.heads(webhook.id, 9)).toEqual([made.pending]);
      expect(await store.deliveries.find(webhook.id, made.told.id)).toEqual({ ...made.told, ...delivered });
      expect(await store.deliveries.standing(webhook.id, made.told.eventId)).toEqual({
        version: 2,
        pending: 0,
      });
      expect(await store.events.losses({ userId: user.id, since: 0, limit: 9 })).toEqual([
        { eventId: gone, at: use.at },
      ]);
      expect(await store.idempotency.begin(use)).toEqual({
        state: 'answered',
        answer: Buffer.from([0, 255, 7]),
      });
      expect(await store.idempotency.begin({ ...use, key: 'open' })).toEqual({ state: 'unknown' });
      expect(await store.accounts.isInvitation('ab', user.createdAt)).toBe(true);
      expect(await store.feeds.byHash('cd')).toMatchObject({
        userId: user.id,
        label: 'Phone',
        lastUsedAt: null,
      });
      expect(await store.accounts.departures('', 9)).toHaveLength(1);
      await store.close();

      const sessions = connection.collection<{ _id: string }>('sessions');
      const extra = { _id: 'extra', forgetAt: new Date(Date.now() + 1e6) };
      expect(
        await told(
          () => sessions.insertOne(extra),
          () => sessions.deleteOne({ _id: 'extra' }),
        ),
      ).toMatch(/sessions: there are 2, of which 1/);
    } finally {
      await remove();
    }
  }, 60_000);

  test('ends with exit code 1 and a clear line where something differs', async () => {
    const { directory, remove } = temporaryDirectory();
    await (await openEmbeddedStore(directory)).close();
    const source = await openData(directory);
    await source.close();
    const fresh = await testDatabase();
    await fresh.connection
      .collection<{ _id: string; format: number }>('meta')
      .insertOne({ _id: 'layout', format: 0, migrationOf: source.id } as never);
    await fresh.connection
      .collection<{ _id: string }>('users')
      .insertOne({ _id: 'somebody', emailKey: 'x' } as never);
    const { code, errors } = await Command.run('migrate', ['--from', directory, '--to', fresh.uri]);
    expect(code).toBe(1);
    expect(errors).toBe(
      'Not the same: 1 differences. The database is not ready to be used.\n' +
        'users: there are 1, of which 1 are not the same or have no original\n',
    );
    await expect(openMongoStore(fresh.uri)).rejects.toThrow(/has not ended/);
    await fresh.remove();
    remove();
  }, 60_000);
});

describe('a data directory that is to be carried over', () => {
  test('has no table that is not known', async () => {
    const { directory, remove } = temporaryDirectory();
    await (await openEmbeddedStore(directory)).close();
    await (await openData(directory)).close();
    const root = open({ path: path.join(directory, 'convene.lmdb'), maxDbs: 32, encoding: 'json' });
    await root.openDB({ name: 'rooms', encoding: 'json' }).put('x', 1);
    await root.close();
    await expect(openData(directory)).rejects.toThrow(
      /tables that this version of Convene does not carry over: rooms\./,
    );
    await (await openEmbeddedStore(directory)).close();
    remove();
  });

  test('is there', async () => {
    const { code, errors } = await Command.run('migrate', [
      '--from',
      '/nowhere/at/all',
      '--to',
      'mongodb://127.0.0.1:9/x',
    ]);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(/^There is no data in \/nowhere/),
    });
  });

  test('stays closed where the database cannot be reached; its password is not told', async () => {
    const { directory, remove } = temporaryDirectory();
    const uri = 'mongodb://ada:s3cret@127.0.0.1:9/x';
    await (await openEmbeddedStore(directory)).close();
    const { code, errors } = await Command.run('migrate', ['--from', directory, '--to', uri]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^MongoDB at 127\.0\.0\.1:9 cannot be reached/);
    expect(errors).not.toMatch(/ada|s3cret/);
    const again = await ConveneProcess.start({ DATA_DIR: directory });
    await again.end('SIGKILL');
    remove();
  }, 30_000);
});
